"""INVOICE."""

from __future__ import annotations

from decimal import Decimal

from app.core.texts import N_
from app.documents.codes import number
from app.documents.model.invoice import Delivery, Invoice
from app.documents.model.line import Line
from app.documents.model.order import DeliveryDates
from app.documents.model.party import Party
from app.documents.model.payment import PaymentTerms
from app.documents.model.reference import ItemIds
from app.documents.model.totals import Totals, VatBreakdown, VatCategory
from app.documents.opentrans.parts import (
    CONTRACT,
    PAYMENT_TERMS,
    Head,
    need_party,
    opened,
    read_allowances,
    read_days,
    read_discounts,
    read_goods,
    read_head,
    read_remarks,
    read_sources,
    read_tax_details,
)
from app.documents.opentrans.parts_out import OpenTransWriter
from app.documents.reading import Reading
from app.documents.xml_taking import Part

INVOICE = "INVOICE"
ZERO = Decimal(0)
_BUYER_REFERENCE = "buyer_reference"


def read_invoice(data: bytes) -> Reading[Invoice]:
    taking, header, info = opened(data, INVOICE)
    root, head = taking.root, read_head(info, _BUYER_REFERENCE)
    info.text("INVOICE_COVERAGE")
    root.number("INVOICE_SUMMARY/TOTAL_ITEM_NUM")
    issued = info.day("INVOICE_DATE")
    if issued is None:
        raise info.error(N_("{path} is missing.", path="INVOICE_DATE"), "INVOICE_DATE")
    lines = tuple(_line(one) for one in root.all("INVOICE_ITEM_LIST/INVOICE_ITEM"))
    summary = root.need("INVOICE_SUMMARY")
    vat, totals = _sums(summary, lines)
    buyer = head.roles.get("buyer") or need_party(head, "invoicee", info)
    history = header.find("ORDER_HISTORY")
    text = "; ".join(filter(None, (head.said.get(PAYMENT_TERMS, ""), *read_days(info))))
    due, discounts = info.day("PAYMENT/PAYMENT_TERMS/VALUE_DATE"), read_discounts(info)
    contracts = read_sources(history)
    document = Invoice(
        number=info.need_text("INVOICE_ID"), issue_date=issued, currency=info.need_text("CURRENCY"), lines=lines, vat=vat,
        totals=totals, seller=need_party(head, "seller", info), buyer=buyer, notes=head.notes,
        order_reference=history.text("ORDER_ID") if history else "",
        sales_order_reference=history.text("SUPPLIER_ORDER_ID") if history else "",
        contract_reference=next((one.number for one in contracts if one.kind == CONTRACT), ""),
        buyer_reference=head.said.get(_BUYER_REFERENCE, ""), despatch_reference=info.text("DELIVERYNOTE_ID"),
        payment_terms=PaymentTerms(due_date=due, text=text, discounts=discounts) if text or due or discounts else None, payment_means=tuple(head.accounts),
        delivery=_delivery(head, buyer), allowances_charges=read_allowances(summary, totals.line_net),
    )  # fmt: skip
    if history is not None:
        history.day("ORDER_DATE")
    for item in root.all("INVOICE_ITEM_LIST/INVOICE_ITEM"):
        place = item.find("ORDER_REFERENCE/ORDER_ID")
        if place is not None and (place.element.text or "").strip() in (document.order_reference, "-"):
            place.text("")
    return Reading(document, tuple(taking.faults), tuple(taking.leftovers()))


def _delivery(head: Head, buyer: Party) -> Delivery | None:
    place, day = head.roles.get("ship_to"), head.dates.requested or head.dates.latest
    is_other = place is not None and place != buyer
    found = Delivery(
        date=day, name=place.name if place and is_other else "", address=place.address if place and is_other else None
    )
    return found if found != Delivery() else None


def _line(item: Part) -> Line:
    goods = read_goods(item)
    notes, _ = read_remarks(item)
    quantity, price = goods.quantity or ZERO, goods.price
    net = goods.net if goods.net is not None else quantity * (price or ZERO) / (goods.base or 1)
    if price is None:
        price = net / quantity if quantity else net
    return Line(
        position=goods.position, name=goods.name or goods.ids.sku, description=goods.description, quantity=quantity,
        unit=goods.unit, unit_price=price, price_base_quantity=goods.base, net=net,
        vat_category=goods.vat_category or VatCategory.OUT_OF_SCOPE, vat_rate=goods.vat_rate, tax=goods.tax,
        sku=goods.ids.sku, buyer_sku=goods.ids.buyer_sku, gtin=goods.ids.gtin, order_line=item.text("ORDER_REFERENCE/LINE_ITEM_ID"),
        note="\n".join(note.text for note in notes), allowances_charges=goods.allowances, attributes=goods.attributes,
        accounting_reference=item.text("ACCOUNTING_INFO/COST_ACCOUNT"),
    )  # fmt: skip


def _sums(summary: Part, lines: tuple[Line, ...]) -> tuple[tuple[VatBreakdown, ...], Totals]:
    """VAT by its rates and the totals; what is left out is worked out from the lines."""
    groups: list[VatBreakdown] = []
    for one in summary.all("TOTAL_TAX/TAX_DETAILS_FIX"):
        rate, category, amount = read_tax_details(one)
        base = one.number("TAX_BASE")
        if base is None:
            base = sum((line.net for line in lines if line.vat_rate == rate), ZERO)
        groups.append(
            VatBreakdown(category=category or VatCategory.OUT_OF_SCOPE, rate=rate, base=base, tax=amount or ZERO,
                         exemption_reason=one.text("EXEMPTION_REASON"))
        )  # fmt: skip
    tax = sum((one.tax for one in groups), ZERO)
    line_net = summary.number("NET_VALUE_GOODS")
    line_net = sum((line.net for line in lines), ZERO) if line_net is None else line_net
    extra, gross = summary.number("NET_VALUE_EXTRA"), summary.number("TOTAL_AMOUNT")
    net = line_net + (extra or ZERO)
    gross = net + tax if gross is None else gross
    return tuple(groups), Totals(line_net=line_net, net=gross - tax, tax=tax, gross=gross, payable=gross, charges=extra)


def write_invoice(invoice: Invoice) -> bytes:
    writer = OpenTransWriter(INVOICE)
    delivery = invoice.delivery or Delivery()
    place = Party(name=delivery.name, address=delivery.address) if delivery.name or delivery.address else None
    roles = {"buyer": invoice.buyer, "seller": invoice.seller, "ship_to": place}
    with writer.group("INVOICE_HEADER"):
        with writer.group("INVOICE_INFO"):
            writer.leaf("INVOICE_ID", invoice.number)
            writer.moment("INVOICE_DATE", invoice.issue_date)
            writer.leaf("INVOICE_COVERAGE", "single")
            writer.leaf("DELIVERYNOTE_ID", invoice.despatch_reference)
            writer.dates(DeliveryDates(requested=delivery.date))
            writer.idref("DELIVERY_IDREF", place, "ship_to")
            writer.parties(roles, (), invoice.payment_means)
            writer.idref("INVOICE_ISSUER_IDREF", invoice.seller, "seller")
            writer.idref("INVOICE_RECIPIENT_IDREF", invoice.buyer, "buyer")
            writer.leaf("bmecat:CURRENCY", invoice.currency)
            terms = invoice.payment_terms
            with writer.group("PAYMENT"), writer.group("PAYMENT_TERMS"):
                for one in terms.discounts if terms else ():
                    with writer.group("TIME_FOR_PAYMENT"):
                        writer.leaf("DAYS", str(one.days))
                        writer.leaf("DISCOUNT_FACTOR", number((one.percent / 100).normalize()))
                writer.leaf("VALUE_DATE", terms.due_date.isoformat() if terms and terms.due_date else "")
            writer.terms(invoice.notes)
            said = {_BUYER_REFERENCE: invoice.buyer_reference, PAYMENT_TERMS: terms.text if terms else ""}
            writer.remarks(invoice.notes, said)
        with writer.group("ORDER_HISTORY"):
            writer.leaf("ORDER_ID", invoice.order_reference)
            writer.leaf("SUPPLIER_ORDER_ID", invoice.sales_order_reference)
            with writer.group("AGREEMENT"):
                writer.leaf("bmecat:AGREEMENT_ID", invoice.contract_reference)
    with writer.group("INVOICE_ITEM_LIST", keep=True):
        for line in invoice.lines:
            with writer.group("INVOICE_ITEM"):
                _write_line(writer, line, invoice)
    _write_summary(writer, invoice)
    return writer.finish()


def _write_line(writer: OpenTransWriter, line: Line, invoice: Invoice) -> None:
    writer.leaf("LINE_ITEM_ID", line.position)
    writer.product(ItemIds(sku=line.sku, buyer_sku=line.buyer_sku, gtin=line.gtin), line.name, line.description)
    writer.features(line.attributes)
    writer.quantity(line.quantity, line.unit)
    writer.price(
        line.unit_price, line.price_base_quantity, line.allowances_charges, vat_rate=line.vat_rate,
        category=line.vat_category.value, tax=line.tax,
    )  # fmt: skip
    writer.leaf("PRICE_LINE_AMOUNT", number(line.net))
    if line.order_line:
        with writer.group("ORDER_REFERENCE"):
            writer.leaf("ORDER_ID", invoice.order_reference or "-")
            writer.leaf("LINE_ITEM_ID", line.order_line)
    with writer.group("bmecat:ACCOUNTING_INFO"):
        writer.leaf("bmecat:COST_ACCOUNT", line.accounting_reference)
    writer.leaf("REMARKS", line.note)


def _write_summary(writer: OpenTransWriter, invoice: Invoice) -> None:
    totals = invoice.totals
    with writer.group("INVOICE_SUMMARY"):
        writer.leaf("TOTAL_ITEM_NUM", str(len(invoice.lines)))
        writer.leaf("NET_VALUE_GOODS", number(totals.line_net))
        extra = totals.net - totals.line_net
        writer.leaf("NET_VALUE_EXTRA", number(extra) if extra else "")
        writer.leaf("TOTAL_AMOUNT", number(totals.gross))
        writer.allowances(invoice.allowances_charges)
        with writer.group("TOTAL_TAX"):
            for group in invoice.vat:
                writer.tax(group.rate, group.category.value, group.tax, base=group.base, reason=group.exemption_reason)
