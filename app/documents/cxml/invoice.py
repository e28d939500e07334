"""InvoiceDetailRequest read: an invoice, or with purpose creditMemo or lineLevelCreditMemo a credit note."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from app.core.texts import N_
from app.documents.cxml.envelope import document_node, read_envelope, sender_party
from app.documents.cxml.parties import read_place
from app.documents.cxml.parts import (
    currency_of,
    extrinsic,
    extrinsic_number,
    read_basis,
    read_classes,
    read_comments,
    read_description,
    read_item_id,
    read_money,
    read_vat,
)
from app.documents.cxml.tree import Node, Source, read_source
from app.documents.formats import FormatError
from app.documents.model.invoice import CreditNote, Delivery, Invoice, InvoiceReference
from app.documents.model.line import AllowanceCharge, Line, Period
from app.documents.model.party import Identifier, Party
from app.documents.model.payment import CashDiscount, PaymentMeans, PaymentTerms
from app.documents.model.totals import Totals, VatBreakdown, VatCategory
from app.documents.reading import Reading
from app.documents.segments import Severity

CREDITS = frozenset({"creditMemo", "lineLevelCreditMemo"})
_PURPOSES = CREDITS | {"standard", "debitMemo", "lineLevelDebitMemo"}
SELLERS, BUYERS = ("from", "issuerOfInvoice", "remitTo"), ("soldTo", "buyer", "billTo")
SHIPPING, HANDLING = "FC", "HD"  # UNTDID 7161
GLN = "0088"
TERMS, DUE, BUYER_REF, CODE, PERCENT, BASE = (
    "paymentTerms", "paymentDueDate", "buyerReference", "invoiceTypeCode", "percentage", "baseAmount",
)  # fmt: skip
PAYMENT = {"code": "paymentMeansCode", "account": "paymentAccount", "account_name": "paymentAccountName", "bic": "paymentBic",
           "reference": "paymentReference"}  # fmt: skip
SUMS = {"gross": "grossTotal", "prepaid": "prepaidAmount", "rounding": "roundingAmount"}
_CENT = Decimal("0.01")
_FIRST_DAY = date(1970, 1, 1)
_SIGN = Decimal(-1)
_MAX_DAYS = 3650


class InvoiceReader:
    """The parts of one InvoiceDetailRequest; `sign` turns the negative amounts of a credit memo around."""

    def __init__(self, source: Source, node: Node, header: Node) -> None:
        self.source, self.node, self.header = source, node, header
        purpose = header.get("purpose") or "standard"
        if purpose not in _PURPOSES:
            header.fault("VALUE", N_("{value} is not known here.", value=purpose), "", "purpose")
        self.is_credit = purpose in CREDITS
        found = node.find("InvoiceDetailSummary")
        if found is None:
            raise FormatError(N_("{path} is missing.", path="InvoiceDetailSummary"), node.element.sourceline or 0)
        self.summary = found
        self.currency = currency_of(source)
        self.day = header.day("invoiceDate")
        subtotal = read_money(found.find("SubtotalAmount"))[0]
        self.sign = _SIGN if self.is_credit and subtotal is not None and subtotal < 0 else Decimal(1)
        self.people: dict[str, Party] = {}
        self.parties()

    def amount(self, node: Node | None, path: str) -> Decimal | None:
        value, _ = read_money(node.find(path) if node else None)
        return None if value is None else value * self.sign

    def parties(self) -> None:
        places = [*self.header.all("InvoicePartner"), *self.header.all("InvoiceDetailShipping")]
        for place in places:
            for contact in place.all("Contact"):
                role, party = contact.get("role"), read_place(contact, is_contact=True)
                if party is None:
                    continue
                ids = [(one.get("domain"), one.get("identifier")) for one in place.all("IdReference")]
                self.people.setdefault(role, _with_ids(party, ids))

    def party(self, *roles: str) -> Party | None:
        return next((self.people[role] for role in roles if role in self.people), None)

    def breakdown(self) -> tuple[VatBreakdown, ...]:
        found = []
        for detail in self.summary.all("Tax/TaxDetail"):
            category, rate = read_vat(detail)
            base, tax = self.amount(detail, "TaxableAmount"), self.amount(detail, "TaxAmount")
            made = _category(category)
            detail.day("taxPointDate")
            reason = detail.text("Description")
            if base is None:
                base = self.amount(self.summary, "SubtotalAmount") or Decimal(0)
            found.append(
                VatBreakdown(
                    category=made, rate=_rate(made, rate), base=base, tax=tax or Decimal(0), exemption_reason=reason
                )
            )
        if found:
            return tuple(found)
        return self.from_lines()

    def from_lines(self) -> tuple[VatBreakdown, ...]:
        """Taxes that stand at the lines alone, added up."""
        sums: dict[tuple[VatCategory, Decimal | None], list[Decimal]] = {}
        for item in self.items():
            detail = item.find("Tax/TaxDetail")
            category, rate = read_vat(detail)
            made = _category(category) if detail else VatCategory.OUT_OF_SCOPE
            net, tax = self.amount(item, "SubtotalAmount"), self.amount(detail, "TaxAmount") if detail else None
            both = sums.setdefault((made, _rate(made, rate)), [Decimal(0), Decimal(0)])
            both[0] += net or Decimal(0)
            both[1] += tax or Decimal(0)
        return tuple(
            VatBreakdown(category=one[0], rate=one[1], base=base, tax=tax) for one, (base, tax) in sums.items()
        )

    def items(self) -> Iterator[Node]:
        for order in self.node.all("InvoiceDetailOrder"):
            for item in order.children():
                if item.name in ("InvoiceDetailItem", "InvoiceDetailServiceItem"):
                    yield item
        for order in self.node.all("InvoiceDetailHeaderOrder"):
            yield from order.all("InvoiceDetailOrderSummary")

    def line(self, item: Node, tax: tuple[VatCategory, Decimal | None]) -> Line:
        at = item.find("InvoiceDetailItemReference") or item.find("InvoiceDetailServiceItemReference")
        ids, auxiliary = read_item_id(at.find("ItemID") if at else None)
        if auxiliary and at is not None and (aux := at.find("ItemID/SupplierPartAuxiliaryID")) is not None:
            aux.untake()
        unit = item.text("UnitOfMeasure")
        base, _ = read_basis(item, unit)
        quantity = item.number(attribute="quantity") if item.get("quantity") else Decimal(1)
        price = read_money(item.find("UnitPrice"))[0]
        net = self.amount(item, "SubtotalAmount")
        quantity = quantity if quantity is not None else Decimal(1)
        if net is None and price is not None:
            net = (price * quantity / (base or 1)).quantize(_CENT, ROUND_HALF_UP) * self.sign
        detail = item.find("Tax/TaxDetail")
        category, rate = read_vat(detail)
        made = (_category(category), rate) if detail is not None and category else tax
        for path in ("Tax", "Tax/TaxDetail/TaxableAmount", "Tax/TaxDetail/TaxAmount"):
            read_money(item.find(path))
        for path in ("Tax/Description", "Tax/TaxDetail/Description"):
            item.text(path)
        item.get("taxPointDate", "Tax/TaxDetail")
        for path in ("GrossAmount", "NetAmount"):
            self.same(item, path, net)
        name, description = read_description(at) if at else ("", "")
        period = item.find("Period")
        return Line(
            position=item.get("invoiceLineNumber") or "1", name=name or ids.sku or "-", description=description,
            quantity=abs(quantity) if self.is_credit else quantity, unit=unit or "C62",
            unit_price=price if price is not None else (net or Decimal(0)) / (quantity or 1), price_base_quantity=base,
            net=net if net is not None else Decimal(0), vat_category=made[0], vat_rate=_rate(*made), sku=ids.sku,
            buyer_sku=ids.buyer_sku, gtin=ids.gtin, order_line=at.get("lineNumber") if at else "",
            note="\n".join(one.text for one in read_comments(item)), classifications=read_classes(at) if at else (),
            country_of_origin=at.get("isoCountryCode", "Country") if at else "",
            period=Period(start=period.day("startDate"), end=period.day("endDate")) if period else None,
            allowances_charges=self.modifications(item, "InvoiceItemModifications"),
        )  # fmt: skip

    def same(self, item: Node, path: str, amount: Decimal | None) -> None:
        """An amount that only repeats another is no leftover."""
        money = item.find(f"{path}/Money")
        if money is not None and money.element.text and self.amount(item, path) not in (amount, None):
            money.untake()

    def modifications(self, at: Node, path: str) -> tuple[AllowanceCharge, ...]:
        found = []
        for one in at.all(f"{path}/Modification"):
            cost = self.amount(one, "AdditionalCost")
            amount = cost if cost is not None else self.amount(one, "AdditionalDeduction/DeductionAmount")
            if amount is None:
                continue
            category, rate = read_vat(one.find("Tax/TaxDetail"))
            for money in ("Tax", "Tax/TaxDetail/TaxAmount", "Tax/TaxDetail/TaxableAmount"):
                read_money(one.find(money))
            one.text("Tax/Description")
            detail = one.find("ModificationDetail")
            made = _category(category) if category else None
            found.append(AllowanceCharge(
                amount=amount, is_charge=cost is not None, reason=detail.text("Description") if detail else "",
                reason_code=detail.get("name") if detail else "", vat_category=made, vat_rate=_rate(made, rate) if made else None,
                percent=extrinsic_number(detail, PERCENT) if detail else None,
                base=extrinsic_number(detail, BASE) if detail else None,
            ))  # fmt: skip
        return tuple(found)

    def charges(self, tax: tuple[VatCategory, Decimal | None]) -> tuple[AllowanceCharge, ...]:
        found = list(self.modifications(self.summary, "InvoiceHeaderModifications"))
        for path, code in (("ShippingAmount", SHIPPING), ("SpecialHandlingAmount", HANDLING)):
            amount = self.amount(self.summary, path)
            if amount:
                text = self.summary.text(f"{path}/Description")
                found.append(AllowanceCharge(
                    amount=amount, is_charge=True, reason=text, reason_code=code, vat_category=tax[0], vat_rate=_rate(*tax)
                ))  # fmt: skip
        discount = self.amount(self.summary, "InvoiceDetailDiscount")
        if discount:
            found.append(AllowanceCharge(amount=discount, reason_code="95", vat_category=tax[0], vat_rate=_rate(*tax)))
        return tuple(found)

    def totals(self, charges: tuple[AllowanceCharge, ...], lines: tuple[Line, ...]) -> Totals:
        summary = self.summary
        line_net = self.amount(summary, "SubtotalAmount")
        if line_net is None:
            line_net = sum((line.net for line in lines), Decimal(0))
        tax = self.amount(summary, "Tax")
        summary.text("Tax/Description")
        ups = [one.amount for one in charges if one.is_charge]
        downs = [one.amount for one in charges if not one.is_charge]
        said = {name: extrinsic_number(self.header, word) for name, word in SUMS.items()}
        net = self.amount(summary, "TotalAmountWithoutTax")
        if net is None:
            net = line_net + sum(ups, Decimal(0)) - sum(downs, Decimal(0))
        gross = said["gross"] if said["gross"] is not None else net + (tax or Decimal(0))
        self.amount(summary, "GrossAmount")
        given, due = self.amount(summary, "NetAmount"), self.amount(summary, "DueAmount")
        payable = due if due is not None else given or gross
        for path in ("TotalCharges", "TotalAllowances"):
            self.amount(summary, path)
        return Totals(
            line_net=line_net, net=net, gross=gross, payable=payable, tax=tax,
            allowances=sum(downs, Decimal(0)) if downs else None, charges=sum(ups, Decimal(0)) if ups else None,
            prepaid=said["prepaid"], rounding=said["rounding"],
        )  # fmt: skip

    def orders(self) -> tuple[str, str, str]:
        """The first order by the buyer's and the seller's number, and the first agreement."""
        number = sales = contract = ""
        for info in (*self.node.all("InvoiceDetailOrder/InvoiceDetailOrderInfo"),
                     *self.node.all("InvoiceDetailHeaderOrder/InvoiceDetailOrderInfo")):  # fmt: skip
            here = info.get("orderID", "OrderReference") or info.get("orderID", "OrderIDInfo")
            here = here or info.get("payloadID", "OrderReference/DocumentReference")
            for path, name in (("OrderReference", "orderDate"), ("OrderReference/DocumentReference", "payloadID")):
                if here and number in ("", here):
                    info.get(name, path)
            agreed = info.get("agreementID", "MasterAgreementReference") or info.get(
                "agreementID", "MasterAgreementIDInfo"
            )
            agreed = agreed or info.get("payloadID", "MasterAgreementReference/DocumentReference")
            number, contract = number or here, contract or agreed
            sales = sales or info.get("orderID", "SupplierOrderInfo")
            if number != here and here:
                for path, name in (
                    ("OrderReference", "orderID"),
                    ("OrderIDInfo", "orderID"),
                    ("OrderReference/DocumentReference", "payloadID"),
                ):
                    if (other := info.find(path)) is not None:
                        other.untake(name)
                info.fault(
                    "SEVERAL",
                    N_("The invoice names several orders; {number} is kept.", number=number),
                    severity=Severity.WARNING,
                )
        return number, sales, contract

    def terms(self) -> PaymentTerms | None:
        discounts, text, due = [], extrinsic(self.header, TERMS), None
        for term in (*self.header.all("PaymentTerm"), *self.header.all("InvoiceDetailPaymentTerm")):
            days = term.whole(attribute="payInNumberOfDays")
            percent = term.number(attribute="percentageRate") or term.number("Discount/DiscountPercent", "percent")
            if percent and days is not None:
                discounts.append(CashDiscount(days=days, percent=percent))
            elif days is not None and self.day is not None and 0 <= days <= _MAX_DAYS:
                due = self.day + timedelta(days=days)
        said = extrinsic(self.header, DUE)
        try:
            due = date.fromisoformat(said) if said else due
        except ValueError:
            self.header.fault("DATE", N_("{value} is not a date.", value=said[:40]))
        terms = PaymentTerms(due_date=due, text=text, discounts=tuple(discounts))
        return None if terms == PaymentTerms() else terms


def read_invoice(data: bytes) -> Reading[Invoice | CreditNote]:
    source = read_source(data)
    node = document_node(source, "InvoiceDetailRequest")
    envelope = read_envelope(source)
    header = node.find("InvoiceDetailRequestHeader")
    if header is None:
        raise FormatError(N_("{path} is missing.", path="InvoiceDetailRequestHeader"), node.element.sourceline or 0)
    if header.get("operation") == "delete":
        raise FormatError(N_("This deletes an invoice, which is not read."), header.element.sourceline or 0)
    header.get("isTaxInLine", "InvoiceDetailLineIndicator")
    reader = InvoiceReader(source, node, header)
    vat = reader.breakdown()
    tax = (vat[0].category, vat[0].rate) if len(vat) == 1 else (VatCategory.OUT_OF_SCOPE, None)
    if len(vat) == 1 and vat[0].category is VatCategory.OUT_OF_SCOPE and vat[0].tax:
        tax = (VatCategory.STANDARD, Decimal(0))
    lines = tuple(reader.line(item, tax) for item in reader.items())
    charges = reader.charges(tax)
    order, sales, contract = reader.orders()
    notes = read_comments(header)
    seller = sender_party(reader.party(*SELLERS), envelope.senders)
    buyer = sender_party(reader.party(*BUYERS), envelope.recipients)
    nobody = Party(name="-", address=None)
    shared: dict[str, Any] = {
        "number": header.need("", "invoiceID"), "issue_date": reader.day or _FIRST_DAY, "currency": reader.currency,
        "seller": seller or nobody, "buyer": buyer or nobody, "lines": lines, "vat": vat,
        "totals": reader.totals(charges, lines), "language": envelope.language if "-" not in envelope.language else "",
        "buyer_reference": extrinsic(header, BUYER_REF), "order_reference": order, "sales_order_reference": sales,
        "contract_reference": contract, "despatch_reference": header.get("shipNoticeID", "ShipNoticeIDInfo"),
        "notes": notes, "preceding": _preceding(header), "delivery": _delivery(header, reader), "period": _period(header),
        "payment_terms": reader.terms(), "payment_means": _means(header), "allowances_charges": charges,
    }  # fmt: skip
    code = extrinsic(header, CODE)
    kind = CreditNote if reader.is_credit else Invoice
    document: Invoice | CreditNote = kind(**{**shared, **({"type_code": code} if code else {})})
    if reader.day is None:
        header.need("", "invoiceDate")
    return Reading(document, tuple(source.faults), source.leftovers(node.element))


def _category(code: str) -> VatCategory:
    try:
        return VatCategory(code)
    except ValueError:
        return VatCategory.OUT_OF_SCOPE


def _rate(category: VatCategory, rate: Decimal | None) -> Decimal | None:
    if category is VatCategory.OUT_OF_SCOPE:
        return None
    return Decimal(0) if rate is None else rate


def _with_ids(party: Party, ids: list[tuple[str, str]]) -> Party:
    """The numbers that stand beside a Contact belong to it."""
    for domain, value in ids:
        name = domain.lower()
        if name in ("vatid", "suppliertaxid", "buyertaxid") and not party.vat_id:
            party = replace(party, vat_id=value)
        elif name in ("taxid", "federaltaxid") and not party.tax_number:
            party = replace(party, tax_number=value)
        elif name in ("gln", "iln") and not party.gln:
            party = replace(party, gln=value)
        elif value:
            party = replace(party, identifiers=(*party.identifiers, Identifier(value, domain)))
    return party


def _preceding(header: Node) -> tuple[InvoiceReference, ...]:
    number, day = header.get("invoiceID", "InvoiceIDInfo"), header.day("invoiceDate", "InvoiceIDInfo")
    return (InvoiceReference(number, day),) if number else ()


def _period(header: Node) -> Period | None:
    found = header.find("Period")
    return Period(start=found.day("startDate"), end=found.day("endDate")) if found else None


def _delivery(header: Node, reader: InvoiceReader) -> Delivery | None:
    to, day = reader.people.get("shipTo"), header.day("shippingDate", "InvoiceDetailShipping")
    if to is None and day is None:
        return None
    location = Identifier(to.gln, GLN) if to and to.gln else None
    return Delivery(
        date=day, name=to.name if to and to.name != "-" else "", location=location, address=to.address if to else None
    )


def _means(header: Node) -> tuple[PaymentMeans, ...]:
    values = {name: text for name, word in PAYMENT.items() if (text := extrinsic(header, word))}
    return (PaymentMeans(**values),) if values else ()
