"""OrderRequest: a new order, its change or its deletion."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

from lxml import etree

from app.core.texts import N_
from app.documents.codes import number
from app.documents.cxml.envelope import begin, document_node, finish, read_envelope, sender_party
from app.documents.cxml.parties import is_number_only, read_place, write_contact, write_place
from app.documents.cxml.parts import (
    CONTRACT,
    REQUISITION,
    currency_of,
    extrinsic,
    extrinsic_number,
    ids_of,
    read_basis,
    read_classes,
    read_comments,
    read_description,
    read_id_references,
    read_item_id,
    read_money,
    read_vat,
    tax_of,
    write_basis,
    write_classes,
    write_comments,
    write_description,
    write_item_id,
    write_money,
    write_vat,
)
from app.documents.cxml.tree import Node, add, leaf, moment, read_source
from app.documents.formats import FormatError
from app.documents.model.line import AllowanceCharge
from app.documents.model.order import DeliveryDates, Order, OrderLine, OrderTotals, OtherParty, Reference
from app.documents.model.order_change import ChangeKind, OrderChange
from app.documents.model.party import Party
from app.documents.model.reference import OrderRef
from app.documents.reading import Reading

FREIGHT = "FC"  # UNTDID 7161
BUYER, SELLER = ("buyer", "soldTo"), ("seller", "supplierCorporate")
_CHANGES = {"update": ChangeKind.REPLACEMENT, "delete": ChangeKind.CANCELLATION}
_WAYS = {ChangeKind.REPLACEMENT: "update", ChangeKind.CHANGE: "update", ChangeKind.CANCELLATION: "delete"}
_TYPES = frozenset({"release", "regular", "blanket", "stockTransport", "stockTransportRelease"})
PAYMENT_TERMS, DELIVERY_TERMS, GRAND_TOTAL = "paymentTerms", "deliveryTerms", "grandTotal"  # Extrinsics
_DELETED = "2"  # UNTDID 1229
_CENT = Decimal("0.01")


def read_order(data: bytes) -> Reading[Order | OrderChange]:
    source = read_source(data)
    node = document_node(source, "OrderRequest")
    envelope = read_envelope(source)
    way = node.get("type", "OrderRequestHeader") or "new"
    if way != "new" and way not in _CHANGES:
        node.fault("VALUE", N_("{value} is not known here.", value=way), "OrderRequestHeader", "type")
    header = node.find("OrderRequestHeader")
    if header is None:
        raise FormatError(N_("{path} is missing.", path="OrderRequestHeader"), node.element.sourceline or 0)
    people = {
        contact.element.get("role") or "": contact for contact in header.all("Contact")
        if contact.element.get("role") in (*BUYER, *SELLER)
    }  # fmt: skip
    bill_to = read_place(header.find("BillTo"))
    buyer, seller = _role(people, BUYER), _role(people, SELLER)
    content = _content(node, header, bill_to, is_delete=way == "delete")
    order = _with(
        content, sender_party(buyer or bill_to, envelope.senders), sender_party(seller, envelope.recipients),
        bill_to if buyer else None, currency_of(source),
    )  # fmt: skip
    document: Order | OrderChange = order
    if way in _CHANGES:
        ref = OrderRef(number=order.number, date=order.issue_date, payload=header.get("payloadID", "DocumentReference"))
        document = OrderChange(order=ref, what=_CHANGES[way], content=order, sequence=header.get("orderVersion"))
    return Reading(document, tuple(source.faults), source.leftovers(node.element))


def _role(people: dict[str, Node], roles: Iterable[str]) -> Party | None:
    found = next((people[role] for role in roles if role in people), None)
    if found is None:
        return None
    found.get("role")
    return read_place(found, is_contact=True)


def _with(order: Order, buyer: Party | None, seller: Party | None, invoicee: Party | None, currency: str) -> Order:
    values = {name: getattr(order, name) for name in order.__slots__}
    return Order(**{**values, "buyer": buyer, "seller": seller, "invoicee": invoicee, "currency": currency})


def _content(node: Node, header: Node, bill_to: Party | None, *, is_delete: bool) -> Order:
    if bill_to is None:
        header.fault("MISSING", N_("{path} is missing.", path="BillTo"))
    lines = tuple(
        _read_line(item, position, is_delete=is_delete) for position, item in enumerate(node.all("ItemOut"), 1)
    )
    if not lines:
        node.fault("MISSING", N_("{path} is missing.", path="ItemOut"))
    net, _ = read_money(header.find("Total"))
    tax, _ = read_money(header.find("Tax"))
    header.text("Tax/Description")
    period = header.find("DeliveryPeriod/Period")
    references = [
        Reference(kind, value) for kind, name in ((CONTRACT, "agreementID"), (REQUISITION, "requisitionID"))
        if (value := header.get(name))
    ]  # fmt: skip
    return Order(
        number=header.need("", "orderID"), issue_date=header.day("orderDate"), lines=lines,
        type_code=header.get("orderType"), ship_to=read_place(header.find("ShipTo")), other_parties=_others(header),
        delivery=DeliveryDates(
            requested=header.day("requestedDeliveryDate"), earliest=period.day("startDate") if period else None,
            latest=period.day("endDate") if period else None,
        ),
        payment_terms=_terms(header) or extrinsic(header, PAYMENT_TERMS), delivery_terms=extrinsic(header, DELIVERY_TERMS),
        notes=read_comments(header),
        references=(*references, *read_id_references(header)), allowances_charges=_charges(header),
        totals=OrderTotals(net=net, tax=tax, total=extrinsic_number(header, GRAND_TOTAL)),
    )  # fmt: skip


def _others(header: Node) -> tuple[OtherParty, ...]:
    found = []
    for contact in header.all("Contact"):
        role = contact.element.get("role") or ""
        if role in (*BUYER, *SELLER):
            continue
        contact.get("role")
        party = read_place(contact, is_contact=True)
        if party is not None:
            found.append(OtherParty(role, party))
    return tuple(found)


def _terms(header: Node) -> str:
    parts = []
    for term in header.all("PaymentTerm"):
        days, percent = term.get("payInNumberOfDays"), term.get("percent", "Discount/DiscountPercent")
        parts.append(f"{percent} % {days}" if percent else days)
    return "; ".join(parts)


def _charges(header: Node) -> tuple[AllowanceCharge, ...]:
    found = []
    freight, _ = read_money(header.find("Shipping"))
    if freight:
        text = header.text("Shipping/Description")
        found.append(AllowanceCharge(amount=freight, is_charge=True, reason=text, reason_code=FREIGHT))
    for one in header.all("Total/Modifications/Modification"):
        cost, _ = read_money(one.find("AdditionalCost"))
        amount = cost if cost is not None else read_money(one.find("AdditionalDeduction/DeductionAmount"))[0]
        if amount is not None:
            text, code = one.text("ModificationDetail/Description"), one.get("name", "ModificationDetail")
            found.append(AllowanceCharge(amount=amount, is_charge=cost is not None, reason=text, reason_code=code))
    return tuple(found)


def _read_line(item: Node, at: int, *, is_delete: bool) -> OrderLine:
    ids, auxiliary = read_item_id(item.find("ItemID"))
    detail = item.find("ItemDetail") or item.find("BlanketItemDetail")
    unit = detail.text("UnitOfMeasure") if detail else ""
    name, description = read_description(detail) if detail else ("", "")
    base, price_unit = read_basis(detail, unit) if detail else (None, "")
    price = read_money(detail.find("UnitPrice"))[0] if detail else None
    category, rate = read_vat(item.find("Tax/TaxDetail"))
    read_money(item.find("Tax"))
    read_money(item.find("Tax/TaxDetail/TaxAmount"))
    item.text("Tax/Description")
    asked = item.get("requisitionID")
    if item.find("ItemID") is None or not (ids.sku or ids.gtin):
        item.fault("MISSING", N_("{path} is missing.", path="ItemID/SupplierPartID"))
    quantity = item.number(attribute="quantity")
    if quantity is None:
        item.need("", "quantity")
    return OrderLine(
        position=item.get("lineNumber") or str(at), quantity=quantity, unit=unit, sku=ids.sku, buyer_sku=ids.buyer_sku,
        gtin=ids.gtin, manufacturer_sku=detail.text("ManufacturerPartID") if detail else "", auxiliary_id=auxiliary,
        name=name, description=description, unit_price=price, price_base_quantity=base, price_unit=price_unit,
        net=read_money(item.find("Tax/TaxDetail/TaxableAmount"))[0], vat_rate=rate, vat_category=category,
        action=_DELETED if is_delete or item.get("operation") == "delete" else "",
        delivery=DeliveryDates(requested=item.day("requestedDeliveryDate")), ship_to=read_place(item.find("ShipTo")),
        notes=read_comments(item), references=(Reference(REQUISITION, asked),) if asked else (),
        classifications=read_classes(detail) if detail else (),
    )  # fmt: skip


def write_order(document: Order | OrderChange) -> bytes:
    change = document if isinstance(document, OrderChange) else None
    order = change.content if change else document
    if not isinstance(order, Order) or not order.lines:
        raise FormatError(N_("An order in cXML has at least one line."))
    root, place = begin("OrderRequest")
    dates = order.delivery
    header = add(
        place, "OrderRequestHeader", orderID=change.order.number if change else order.number,
        orderDate=moment(order.issue_date) or moment(change.order.date if change else None),
        type=_WAYS[change.what] if change else "new", orderType=order.type_code if order.type_code in _TYPES else "",
        orderVersion=change.sequence if change else "", requestedDeliveryDate=moment(dates.requested),
        agreementID=_reference(order.references, CONTRACT), requisitionID=_reference(order.references, REQUISITION),
    )  # fmt: skip
    if header.get("orderDate") is None:
        header.set("orderDate", "")
    _write_header(header, order, change)
    for line in order.lines:
        _write_line(place, line, order.currency)
    return finish(root, order.buyer, order.seller, order.issue_date, order.number)


def _reference(references: Iterable[Reference], kind: str) -> str:
    return next((one.number for one in references if one.kind == kind), "")


def _write_header(header: etree._Element, order: Order, change: OrderChange | None) -> None:
    currency, totals = order.currency, order.totals
    net = totals.net if totals.net is not None else totals.total
    if net is None:
        net = sum((_net(line) for line in order.lines), Decimal(0))
    total = write_money(header, "Total", net, currency)
    freight = next((one for one in order.allowances_charges if one.is_charge and one.reason_code == FREIGHT), None)
    if total is not None:
        _write_modifications(total, [one for one in order.allowances_charges if one is not freight], currency)
    if order.ship_to is not None:
        write_place(header, "ShipTo", order.ship_to)
    payer = order.invoicee or order.buyer
    write_place(header, "BillTo", payer or Party(name="-", address=None))
    if freight is not None:
        shipping = write_money(header, "Shipping", freight.amount, currency)
        if shipping is not None:
            write_description(shipping, freight.reason or "-")
    tax = write_money(header, "Tax", totals.tax, currency)
    if tax is not None:
        write_description(tax, "VAT")
    days = order.payment_terms.strip()
    if days.isascii() and days.isdigit():
        add(header, "PaymentTerm", payInNumberOfDays=days)
    if order.invoicee is not None and order.buyer is not None:
        write_contact(header, "buyer", order.buyer)
    if order.seller is not None and not is_number_only(order.seller):
        write_contact(header, "seller", order.seller)
    for other in order.other_parties:
        write_contact(header, other.role, other.party)
    write_comments(header, order.notes)
    if change is not None and change.order.payload:
        add(header, "DocumentReference", payloadID=change.order.payload)
    start, end = moment(order.delivery.earliest), moment(order.delivery.latest)
    if start or end:
        add(add(header, "DeliveryPeriod"), "Period", startDate=start or end, endDate=end or start)
    for one in order.references:
        if one.kind not in (CONTRACT, REQUISITION):
            add(header, "IdReference", domain=one.kind or "reference", identifier=one.number)
    for name, text in (
        (PAYMENT_TERMS, order.payment_terms if not days.isdigit() else ""), (DELIVERY_TERMS, order.delivery_terms),
        (GRAND_TOTAL, number(totals.total) if totals.net is not None else ""),
    ):  # fmt: skip
        leaf(header, "Extrinsic", text, name=name)


def _write_modifications(total: etree._Element, items: list[AllowanceCharge], currency: str) -> None:
    group = add(total, "Modifications") if items else total
    for one in items:
        place = add(group, "Modification")
        if one.is_charge:
            write_money(place, "AdditionalCost", one.amount, currency)
        else:
            write_money(add(place, "AdditionalDeduction"), "DeductionAmount", one.amount, currency)
        detail = add(place, "ModificationDetail")
        detail.set("name", one.reason_code)
        if one.reason:
            write_description(detail, one.reason)


def _net(line: OrderLine) -> Decimal:
    if line.net is not None:
        return line.net
    amount = (line.unit_price or 0) * (line.quantity or 0) / (line.price_base_quantity or 1)
    return Decimal(amount).quantize(_CENT, ROUND_HALF_UP)


def _write_line(place: etree._Element, line: OrderLine, currency: str) -> None:
    item = add(
        place, "ItemOut", lineNumber=line.position, requestedDeliveryDate=moment(line.delivery.requested),
        operation="delete" if line.action == _DELETED else "", requisitionID=_reference(line.references, REQUISITION),
    )  # fmt: skip
    item.set("quantity", number(line.quantity))
    write_item_id(item, ids_of(line), line.auxiliary_id)
    detail = add(item, "ItemDetail")
    write_money(detail, "UnitPrice", line.unit_price if line.unit_price is not None else Decimal(0), currency)
    write_description(detail, line.name or line.sku or "-", line.description)
    add(detail, "UnitOfMeasure", line.unit or "EA")
    write_basis(detail, line.price_base_quantity, line.price_unit, line.unit, line.position)
    write_classes(detail, line.classifications)
    leaf(detail, "ManufacturerPartID", line.manufacturer_sku)
    if line.manufacturer_sku:
        add(detail, "ManufacturerName")
    if line.ship_to is not None:
        write_place(item, "ShipTo", line.ship_to)
    if line.vat_rate is not None or line.vat_category:
        net = _net(line)
        tax = tax_of(net, line.vat_rate)
        group = write_money(item, "Tax", tax, currency)
        if group is not None:
            write_description(group, "VAT")
            write_vat(group, line.vat_category, line.vat_rate, base=net, tax=tax, currency=currency)
    write_comments(item, line.notes)
