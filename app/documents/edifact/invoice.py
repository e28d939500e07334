"""INVOIC into a neutral invoice (380 and others) or credit note (381)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from app.core.texts import N_
from app.documents.edifact.envelope import EdifactMessage
from app.documents.edifact.order import OrderReader
from app.documents.edifact.raw_line import CATEGORIES, RawLine
from app.documents.model.invoice import CreditNote, Delivery, Invoice, InvoiceReference, Note
from app.documents.model.line import Line, Period
from app.documents.model.order import Reference
from app.documents.model.party import Identifier, Party, Payee, TaxRepresentative
from app.documents.model.payment import CashDiscount, PaymentMeans, PaymentTerms
from app.documents.model.totals import Totals, VatBreakdown, VatCategory
from app.documents.reading import Reading
from app.documents.segments import Segment

CREDIT_NOTES = frozenset({"381", "81", "83", "261", "262", "296", "308", "396", "420", "458", "532"})
REFERENCES = {
    "ON": "order_reference", "VN": "sales_order_reference", "CT": "contract_reference", "AEP": "project_reference",
    "AAK": "despatch_reference", "DQ": "despatch_reference", "ALO": "receipt_reference", "AER": "project_reference",
    "CR": "buyer_reference",
}  # fmt: skip
EXEMPTION = "TXD"
_SUMS = {
    "79": "line_net", "260": "allowances", "259": "charges", "125": "net", "389": "net", "176": "tax", "124": "tax",
    "77": "gross", "388": "gross", "86": "gross", "113": "prepaid", "9": "payable", "366": "rounding", "165": "rounding",
}  # fmt: skip
_BREAKDOWN = {"125": "base", "124": "tax"}
_ZERO = Decimal(0)


def read_invoice(message: EdifactMessage) -> Reading[Invoice | CreditNote]:
    return _InvoiceReader(message).read()


class _InvoiceReader(OrderReader):
    roles: ClassVar[dict[str, str]] = {
        "BY": "buyer", "SU": "seller", "SE": "seller", "DP": "ship_to", "ST": "ship_to", "UC": "ship_to", "PE": "payee",
        "LC": "tax_representative",
    }  # fmt: skip
    delivery: ClassVar[dict[str, str]] = {}
    head_dates: ClassVar[dict[str, str]] = {
        "131": "tax_point",
        "35": "delivery",
        "1": "delivery",
        "167": "start",
        "168": "end",
        "263": "tax_point",
    }
    line_dates: ClassVar[dict[str, str]] = {"167": "start", "168": "end"}
    all_quantities: ClassVar[frozenset[str]] = frozenset({"47", "46", "12", "21"})

    def __init__(self, message: EdifactMessage) -> None:
        super().__init__(message)
        self._sums: dict[str, Decimal] = {}
        self._vat: list[dict[str, Any]] = []
        self._discounts: list[dict[str, Any]] = []
        self._means: list[PaymentMeans] = []
        self._due: date | None = None
        self._term = ""

    def _dtm(self, segment: Segment) -> None:
        qualifier = segment.value(1)
        if qualifier in ("13", "140") and self._now is self._head and self._due is None:
            self._due = self._day(segment)
        elif qualifier == "12" and self._group in ("PAT", "PYT") and self._discounts:
            self._discounts[-1]["until"] = self._day(segment)
        else:
            super()._dtm(segment)

    def _pat(self, segment: Segment) -> None:
        kind = self.text(segment, 1)
        if kind == "22":
            self._discounts.append({})
            self.texts(segment, 3, range(1, 4))
            days = self.number(segment, 3, 4)
            self._discounts[-1]["days"] = int(days) if days is not None else None
            return
        super()._pat(segment)

    def _pyt(self, segment: Segment) -> None:
        if segment.value(1) == "22":
            self.text(segment, 1)
            self._discounts.append({})
        else:
            super()._pyt(segment)

    def _pcd(self, segment: Segment) -> None:
        if self._group in ("PAT", "PYT") and self._discounts and segment.value(1) in ("12", "7"):
            self.text(segment, 1)
            self._discounts[-1]["percent"] = self.number(segment, 1, 2)
        else:
            super()._pcd(segment)

    def _pai(self, segment: Segment) -> None:
        code = self.text(segment, 1, 3)
        if code and self._now is self._head:
            self._means.append(PaymentMeans(code=code))

    def _ali(self, segment: Segment) -> None:
        if self._now is not self._head:
            self._now.values["country"] = self.text(segment, 1)

    def _tax(self, segment: Segment) -> None:
        if not self._is_summary:
            super()._tax(segment)
        elif segment.value(2) == "VAT":
            self.text(segment, 1)
            self.text(segment, 2)
            self._vat.append({"rate": self.number(segment, 5, 4), "category": self.text(segment, 6)})

    def _moa(self, segment: Segment) -> None:
        qualifier = segment.value(1)
        if not self._is_summary or self._group == "ALC":
            super()._moa(segment)
        elif self._group == "TAX" and self._vat and qualifier in _BREAKDOWN:
            self._vat[-1].setdefault(_BREAKDOWN[qualifier], self._amount(segment))
        elif self._group != "TAX" and qualifier in _SUMS and _SUMS[qualifier] not in self._sums:
            self._sums[_SUMS[qualifier]] = self._amount(segment)

    def _missing(self, rule: str, name: str) -> None:
        at = next((segment for segment in self.segments if segment.tag == "BGM"), self.segments[0])
        self.fault(rule, N_("The invoice gives no {name}.", name=name), at)

    def document(self) -> Invoice | CreditNote:
        parties, others = self._sorted_parties()
        head = self._head
        values: dict[str, Any] = self._references()
        for name in ("seller", "buyer"):
            if name not in parties:
                self._missing("NAD", name)
        breakdown = [self._breakdown(item) for item in self._vat]
        lines = tuple(self._line(line, breakdown) for line in self._lines)
        if head.dates.get("day") is None:
            self._missing("DTM", "date")
        if not head.values.get("currency"):
            self._missing("CUX", "currency")
        notes, breakdown = self._exemptions(head.notes, breakdown)
        type_code = head.values.get("type_code", "")
        kind = CreditNote if type_code in CREDIT_NOTES else Invoice
        roles = {other.role for other in others}
        for segment in self.segments:
            if segment.tag == "NAD" and segment.value(1) in roles:
                self.untake(segment)
        return kind(
            number=head.values.get("number", ""), issue_date=head.dates.get("day") or date.min,
            currency=head.values.get("currency", ""), seller=parties.get("seller") or Party(name="", address=None),
            buyer=parties.get("buyer") or Party(name="", address=None), lines=lines, vat=tuple(breakdown),
            totals=self._totals_of(lines), type_code=type_code or "380",
            tax_point_date=head.dates.get("tax_point"), notes=notes, payee=_payee(parties.get("payee")),
            tax_representative=_representative(parties.get("tax_representative")),
            delivery=_delivery(parties.get("ship_to"), head.dates.get("delivery")), period=_period(head),
            payment_terms=self._payment_terms(), payment_means=self._payment_means(values.pop("payment_reference", "")),
            allowances_charges=tuple(head.allowances), **values,
        )  # fmt: skip

    def _references(self) -> dict[str, Any]:
        values: dict[str, Any] = {}
        preceding: list[InvoiceReference] = []
        for item in self._head.references:
            if item.kind in ("IV", "OI"):
                preceding.append(InvoiceReference(item.number, item.date))
            elif item.kind == "PQ":
                values.setdefault("payment_reference", item.number)
            elif item.kind in REFERENCES and REFERENCES[item.kind] not in values:
                values[REFERENCES[item.kind]] = item.number
            else:
                self._give_back(item)
        if preceding:
            values["preceding"] = tuple(preceding)
        return values

    def _give_back(self, item: Reference) -> None:
        self.untake(self._named_by[item.kind, item.number])

    def _category(self, rate: Decimal | None, code: str) -> VatCategory:
        if code in CATEGORIES:
            return VatCategory(code)
        return VatCategory.STANDARD if rate else VatCategory.ZERO

    def _breakdown(self, item: dict[str, Any]) -> VatBreakdown:
        base, rate, tax = item.get("base"), item["rate"], item.get("tax")
        if base is None and tax is None:
            self._missing("TAX", "base of the tax")
        category = self._category(rate, item["category"])
        if rate is None and category is not VatCategory.OUT_OF_SCOPE:
            rate = _ZERO
        return VatBreakdown(category=category, rate=rate, base=base or _ZERO, tax=tax or _ZERO)

    def _exemptions(self, notes: list[Note], vat: list[VatBreakdown]) -> tuple[tuple[Note, ...], list[VatBreakdown]]:
        """Notes on tax are the reasons of the rates that need one, in their order."""
        reasons = [note for note in notes if note.subject == EXEMPTION]
        needy = [at for at, item in enumerate(vat) if item.category in _WITH_REASON]
        if not reasons or len(reasons) != len(needy):
            return tuple(notes), vat
        for at, note in zip(needy, reasons, strict=True):
            item = vat[at]
            vat[at] = VatBreakdown(
                category=item.category, rate=item.rate, base=item.base, tax=item.tax, exemption_reason=note.text
            )
        return tuple(note for note in notes if note.subject != EXEMPTION), vat

    def _totals_of(self, lines: tuple[Line, ...]) -> Totals:
        sums = self._sums
        line_net = sums.get("line_net")
        if line_net is None:
            line_net = sum((line.net for line in lines), _ZERO)
        net = sums.get("net", line_net - sums.get("allowances", _ZERO) + sums.get("charges", _ZERO))
        gross = sums.get("gross", sums.get("payable"))
        if gross is None:
            self._missing("MOA", "total")
            gross = net + sums.get("tax", _ZERO)
        known = {name: sums[name] for name in ("tax", "allowances", "charges", "prepaid", "rounding") if name in sums}
        payable = sums.get("payable", gross - sums.get("prepaid", _ZERO) + sums.get("rounding", _ZERO))
        return Totals(line_net=line_net, net=net, gross=gross, payable=payable, **known)

    def _payment_terms(self) -> PaymentTerms | None:
        text = self._head.values.get("payment_terms", "")
        if text == "1":
            text = ""
        issued = self._head.dates.get("day")
        discounts = []
        for item in self._discounts:
            days = item.get("days")
            if days is None and item.get("until") and issued:
                days = (item["until"] - issued).days
            if item.get("percent") is not None and days is not None:
                discounts.append(CashDiscount(days=days, percent=item["percent"]))
        if not (text or self._due or discounts):
            return None
        return PaymentTerms(due_date=self._due, text=text, discounts=tuple(discounts))

    def _payment_means(self, reference: str) -> tuple[PaymentMeans, ...]:
        accounts = []
        for segment in self.segments:
            if segment.tag == "FII" and segment.value(1) in ("RB", "RH", "BF", "BE") and segment.value(2):
                self.text(segment, 1)
                accounts.append((
                    self.text(segment, 2), " ".join(self.texts(segment, 2, (2, 3))), self.text(segment, 3)
                ))  # fmt: skip
        codes = [means.code for means in self._means]
        if not (codes or accounts or reference):
            return ()
        count = max(len(codes), len(accounts), 1)
        found = []
        for at in range(count):
            account, name, bic = accounts[at] if at < len(accounts) else ("", "", "")
            code = codes[at] if at < len(codes) else codes[-1] if codes else "30"
            found.append(PaymentMeans(code=code, reference=reference, account=account, account_name=name, bic=bic))
        return tuple(found)

    def _line(self, line: RawLine, vat: list[VatBreakdown]) -> Line:
        values = line.values
        position = values["position"]
        quantity = line.amount("47", "46", "12", "21")
        price, net = values.get("unit_price"), values.get("net")
        for name, value in (("quantity", quantity), ("price", price), ("amount", net)):
            if value is None:
                self._lacks(line.segment, position, name)
        rate, code = values.get("vat_rate"), values.get("vat_category", "")
        if "vat_rate" not in values and len(vat) == 1:
            rate, code = vat[0].rate, vat[0].category
        category = self._category(rate, code)
        if rate is None and category is not VatCategory.OUT_OF_SCOPE:
            rate = _ZERO
        order = next((item for item in line.references if item.kind == "ON"), None)
        for item in line.references:
            if item is not order:
                self._give_back(item)
        return Line(
            position=position, name=values.get("name", ""), quantity=quantity if quantity is not None else _ZERO,
            unit=line.unit, unit_price=price if price is not None else _ZERO, net=net if net is not None else _ZERO,
            vat_category=category, vat_rate=rate, price_base_quantity=values.get("price_base_quantity"),
            list_price=values.get("list_price"), description=values.get("description", ""), sku=values.get("sku", ""),
            buyer_sku=values.get("buyer_sku", ""), gtin=values.get("gtin", ""), order_line=order.line if order else "",
            note=" ".join(note.text for note in line.notes), period=_period(line),
            country_of_origin=values.get("country", ""), allowances_charges=tuple(line.allowances),
        )  # fmt: skip

    def _lacks(self, at: Segment | None, position: str, name: str) -> None:
        message = N_("Line {position} of the invoice gives no {name}.", position=position, name=name)
        self.fault("LIN", message, at or self.segments[0])


_WITH_REASON = frozenset({
    VatCategory.EXEMPT, VatCategory.REVERSE_CHARGE, VatCategory.INTRA_COMMUNITY, VatCategory.EXPORT,
    VatCategory.OUT_OF_SCOPE,
})  # fmt: skip


def _period(line: RawLine) -> Period | None:
    start, end = line.dates.get("start"), line.dates.get("end")
    return Period(start=start, end=end) if start or end else None


def _delivery(party: Party | None, day: date | None) -> Delivery | None:
    if party is None:
        return Delivery(date=day) if day else None
    location = Identifier(party.gln, "0088") if party.gln else next(iter(party.identifiers), None)
    return Delivery(date=day, name=party.name, location=location, address=party.address)


def _payee(party: Party | None) -> Payee | None:
    if party is None:
        return None
    identifier = Identifier(party.gln, "0088") if party.gln else next(iter(party.identifiers), None)
    return Payee(name=party.name, identifier=identifier, registration=party.registration)


def _representative(party: Party | None) -> TaxRepresentative | None:
    return TaxRepresentative(name=party.name, vat_id=party.vat_id, address=party.address) if party else None
