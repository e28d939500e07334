"""Transaction set 810 into a neutral invoice or credit note."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from app.core.texts import N_
from app.documents.model.invoice import CreditNote, Delivery, Invoice, InvoiceReference
from app.documents.model.line import AllowanceCharge, Line, Period
from app.documents.model.party import Identifier, Party
from app.documents.model.payment import CashDiscount, PaymentTerms
from app.documents.model.totals import Totals, VatBreakdown, VatCategory
from app.documents.reading import Reading
from app.documents.segments import Segment, Severity
from app.documents.x12.content import ContentReader
from app.documents.x12.envelope import TransactionSet
from app.documents.x12.raw_line import RawLine
from app.documents.x12.units import from_x12

GLN = "0088"  # ISO 6523
CREDITS = {"CR", "CN"}  # element 640: credit memo, credit invoice
SUMS = {"line_net": "L1", "net": "N", "prepaid": "PP", "rounding": "RD", "tax": "T"}
REFERENCES = {
    "sales_order_reference": "VN", "contract_reference": "CT", "despatch_reference": "SI", "receipt_reference": "RV",
    "buyer_reference": "CR", "project_reference": "PB", "tender_reference": "TN", "accounting_reference": "AE",
}  # fmt: skip
PRECEDING = "IV"
_DAYS = {"035": "delivered", "011": "delivered", "186": "start", "187": "end", "814": "due"}
_ROLES = frozenset({"buyer", "seller", "ship_to", "invoicee"})
_HEAD_REFERENCES = frozenset(REFERENCES.values()) | {PRECEDING, "L1"}
_LINE_REFERENCES = {"LI", "L1"}
_CENT = Decimal("0.01")
_FIRST_DAY = date(1970, 1, 1)


class _InvoiceReader(ContentReader):
    days_of = _DAYS
    terms: PaymentTerms | None = None

    def begun(self, segment: Segment) -> None:
        self.head.values["order"] = self.text(segment, 4)

    def on_itd(self, segment: Segment) -> None:
        if self.now is not self.head:
            return
        for at in (1, 2):
            self.text(segment, at)
        percent, days = self.number(segment, 3), self.number(segment, 5)
        due, text = self.day(segment, 6), self.text(segment, 12)
        net = self.number(segment, 7)
        if net is not None and not text:
            text = f"net {format(net, 'f')} days"
        discount = (CashDiscount(days=int(days), percent=percent),) if percent and days is not None else ()
        given = self.terms or PaymentTerms()
        if text or due or discount:
            self.terms = PaymentTerms(
                due_date=given.due_date or due, text=" ".join(filter(None, (given.text, text))),
                discounts=(*given.discounts, *discount),
            )  # fmt: skip

    def on_ref(self, segment: Segment) -> None:
        """An invoice has a place for some references only."""
        if segment.value(1) in (_HEAD_REFERENCES if self.now is self.head else _LINE_REFERENCES):
            super().on_ref(segment)

    def on_n9(self, segment: Segment) -> None:
        if segment.value(1) in _HEAD_REFERENCES and self.now is self.head:
            super().on_n9(segment)

    def on_pam(self, segment: Segment) -> None:
        kind = segment.value(4)
        if self.now is self.head or kind != "1" or "net" in self.now.values:
            return
        self.text(segment, 4)
        self.now.values["net"] = self.number(segment, 5)

    def on_amt(self, segment: Segment) -> None:
        for name, code in SUMS.items():
            if segment.value(1) == code and self.now is self.head and (name == "tax" or name not in self.totals):
                self.text(segment, 1)
                self.totals[name] = self.number(segment, 2)

    def on_tds(self, segment: Segment) -> None:
        super().on_tds(segment)
        self.group = "TDS"


def read_invoice(one: TransactionSet) -> Reading[Invoice | CreditNote]:
    reader = _InvoiceReader(one)
    reader.walk()
    reader.name_parties(_ROLES)
    reader.give_back(_ROLES - {"invoicee"} if "buyer" in reader.named else _ROLES)
    at = reader.segments[min(1, len(reader.segments) - 1)]
    if reader.totals.get("total") is None:
        reader.fault("MISSING", N_("TDS is missing: the invoice has no total."), at, severity=Severity.WARNING)
    lines = tuple(_line(reader, raw) for raw in reader.lines)
    return Reading(_document(reader, lines), tuple(reader.faults), reader.rest())


def _document(reader: _InvoiceReader, lines: tuple[Line, ...]) -> Invoice | CreditNote:
    head, named = reader.head, reader.named
    allowances = tuple(head.allowances)
    deducted = sum((item.amount for item in allowances if not item.is_charge), Decimal(0))
    added = sum((item.amount for item in allowances if item.is_charge), Decimal(0))
    given = reader.totals
    line_net = given.get("line_net")
    if line_net is None:
        line_net = sum((line.net for line in lines), Decimal(0))
    net = given.get("net")
    if net is None:
        net = line_net - deducted + added
    tax = given.get("tax")
    gross = given.get("total")
    if gross is None:
        gross = net + (tax or Decimal(0))
    prepaid, rounding = given.get("prepaid"), given.get("rounding")
    totals = Totals(
        line_net=line_net, net=net, gross=gross, tax=tax, prepaid=prepaid, rounding=rounding,
        payable=gross - (prepaid or Decimal(0)) + (rounding or Decimal(0)),
        allowances=deducted or None, charges=added or None,
    )  # fmt: skip
    preceding = tuple(InvoiceReference(item.number, item.date) for item in head.references if item.kind == PRECEDING)
    values: dict[str, Any] = {name: number for name, kind in REFERENCES.items() if (number := head.number_of(kind))}
    period = Period(start=head.dates.get("start"), end=head.dates.get("end"))
    terms = reader.terms
    if terms is None and head.dates.get("due"):
        terms = PaymentTerms(due_date=head.dates["due"])
    is_credit = head.get("type_code") in CREDITS
    kind = CreditNote if is_credit else Invoice
    nobody = Party(name="", address=None)
    buyer = named.get("buyer") or named.get("invoicee") or nobody
    return kind(
        number=head.get("number"), issue_date=reader.day_of_head or _FIRST_DAY, currency=head.get("currency"),
        seller=named.get("seller") or nobody, buyer=buyer, lines=lines, vat=_breakdowns(head, net, tax), totals=totals,
        order_reference=head.get("order"), notes=tuple(head.notes), preceding=preceding, payment_terms=terms,
        delivery=_delivery(reader), period=period if period != Period() else None, allowances_charges=allowances, **values,
    )  # fmt: skip


def _delivery(reader: _InvoiceReader) -> Delivery | None:
    place = reader.named.get("ship_to")
    found = Delivery(
        date=reader.head.dates.get("delivered"), name=place.name if place else "",
        location=_location(place), address=place.address if place else None,
    )  # fmt: skip
    return found if found != Delivery() else None


def _location(place: Party | None) -> Identifier | None:
    if place is None:
        return None
    if place.gln:
        return Identifier(place.gln, GLN)
    return place.identifiers[0] if place.identifiers else None


def _breakdowns(head: RawLine, net: Decimal, tax: Decimal | None) -> tuple[VatBreakdown, ...]:
    """TXI of the summary; without any, nothing was taxed."""
    found = [
        VatBreakdown(
            category=_category(code, rate), rate=rate, base=base if base is not None else net, tax=amount or Decimal(0)
        )
        for _, amount, rate, code, base in head.taxes
    ]
    return tuple(found) or (
        VatBreakdown(category=VatCategory.OUT_OF_SCOPE, rate=None, base=net, tax=tax or Decimal(0)),
    )


def _category(code: str, rate: Decimal | None) -> VatCategory:
    if code in set(VatCategory):
        return VatCategory(code)
    if rate is None:
        return VatCategory.OUT_OF_SCOPE
    return VatCategory.STANDARD if rate else VatCategory.ZERO


def _line(reader: ContentReader, raw: RawLine) -> Line:
    values = raw.values
    quantity, price = values.get("quantity"), values.get("unit_price")
    quantity = quantity if quantity is not None else Decimal(0)
    price = price if price is not None else Decimal(0)
    base = values.get("price_base_quantity")
    allowances = tuple(raw.allowances)
    net = values.get("net")
    if net is None:
        net = (quantity * price / (base or Decimal(1))).quantize(_CENT, ROUND_HALF_UP) + _signed(allowances)
    _, _, rate, code, _ = raw.taxes[0] if raw.taxes else ("", None, None, "", None)
    if not raw.taxes and len(reader.head.taxes) == 1:
        _, _, rate, code, _ = reader.head.taxes[0]
    ids = raw.ids
    return Line(
        position=raw.get("position"), name=raw.get("name"), quantity=quantity, unit=from_x12(raw.get("unit")),
        unit_price=price, net=net, vat_category=_category(code, rate), vat_rate=rate, price_base_quantity=base,
        list_price=values.get("list_price"), description=raw.get("description"), sku=ids.sku, buyer_sku=ids.buyer_sku,
        gtin=ids.gtin, order_line=raw.number_of("LI"), note=" ".join(note.text for note in raw.notes),
        allowances_charges=allowances,
    )  # fmt: skip


def _signed(items: tuple[AllowanceCharge, ...]) -> Decimal:
    return sum((item.amount if item.is_charge else -item.amount for item in items), Decimal(0))
