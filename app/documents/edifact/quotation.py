"""REQOTE and QUOTES, both ways: the question for prices and its answer, with prices from quantities on."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from app.documents.edifact import parts_out as out
from app.documents.edifact.envelope import EdifactMessage
from app.documents.edifact.order import OrderReader
from app.documents.edifact.order_out import summary
from app.documents.edifact.raw_line import RawLine
from app.documents.edifact.writer import D96A, Body, Directory, number
from app.documents.model.order import DeliveryDates, OrderTotals, Reference
from app.documents.model.quotation import Quotation, QuotationLine, RequestForQuotation, RequestLine
from app.documents.model.reference import ScalePrice
from app.documents.reading import Reading
from app.documents.segments import Segment

_REQUEST = "AHU"
_NET = "AAA"


def read_request(message: EdifactMessage) -> Reading[RequestForQuotation]:
    return _RequestReader(message).read()


def read_quotation(message: EdifactMessage) -> Reading[Quotation]:
    return _QuotationReader(message).read()


class PriceReader(OrderReader):
    """Keeps every price of a line with its range and its days."""

    def _pri(self, segment: Segment) -> None:
        if self._now is self._head:
            return
        kind, amount = self.text(segment, 1), self.number(segment, 1, 2)
        if amount is None:
            return
        base, unit = self.number(segment, 1, 5), self.text(segment, 1, 6)
        found = {"kind": "" if kind == _NET else kind, "amount": amount, "base_quantity": base, "unit": unit}
        self._now.values.setdefault("prices", []).append(found)

    def _rng(self, segment: Segment) -> None:
        prices = self._now.values.get("prices")
        if prices and self._group == "PRI" and segment.value(1) in ("4", "6"):
            self.text(segment, 1)
            self.text(segment, 2)
            start = self.number(segment, 2, 2)
            if start is not None:
                prices[-1]["from_quantity"] = start

    def _dtm(self, segment: Segment) -> None:
        prices = self._now.values.get("prices")
        names = {"194": "start", "206": "end", "7": "start", "157": "start", "36": "end"}
        if prices and self._group == "PRI" and segment.value(1) in names:
            prices[-1][names[segment.value(1)]] = self._day(segment)
        else:
            super()._dtm(segment)


class _RequestReader(OrderReader):
    head_dates: ClassVar[dict[str, str]] = {"36": "answer_by"}

    def document(self) -> RequestForQuotation:
        common, head = self.common(), self._head
        common.pop("invoicee", None)
        return RequestForQuotation(
            **common, lines=tuple(_request_line(line) for line in self._lines), answer_by=head.dates.get("answer_by"),
            currency=head.values.get("currency", ""), delivery=delivery(head.dates),
            delivery_terms=head.values.get("delivery_terms", ""), notes=tuple(head.notes),
        )  # fmt: skip


def delivery(dates: dict[str, date | None]) -> DeliveryDates:
    return DeliveryDates(**{name: dates[name] for name in ("requested", "earliest", "latest") if name in dates})


def _request_line(line: RawLine) -> RequestLine:
    values = line.values
    return RequestLine(
        position=values["position"], quantity=values.get("quantity"), unit=values.get("unit", ""), ids=line.ids,
        name=values.get("name", ""), description=values.get("description", ""), target_price=values.get("unit_price"),
        delivery=delivery(line.dates), notes=tuple(line.notes),
    )  # fmt: skip


class _QuotationReader(PriceReader):
    head_dates: ClassVar[dict[str, str]] = {"194": "start", "157": "start", "206": "end", "36": "end"}

    def _dtm(self, segment: Segment) -> None:
        qualifier = segment.value(1)
        if qualifier == "169" and segment.value(1, 3) in ("804", "") and self._now is not self._head:
            self.text(segment, 1)
            self.text(segment, 1, 3)
            days = self.number(segment, 1, 2)
            self._now.values["lead"] = int(days) if days is not None and days == int(days) else None
        else:
            super()._dtm(segment)

    def document(self) -> Quotation:
        common, head = self.common(), self._head
        common.pop("invoicee", None)
        request = self.pick(_REQUEST)
        common["references"] = tuple(head.references)
        return Quotation(
            **common, lines=tuple(_quotation_line(line) for line in self._lines),
            request_number=request.number if request else "", valid_from=head.dates.get("start"),
            valid_until=head.dates.get("end"), currency=head.values.get("currency", ""),
            payment_terms=head.values.get("payment_terms", ""), delivery_terms=head.values.get("delivery_terms", ""),
            notes=tuple(head.notes), allowances_charges=tuple(head.allowances), totals=self.totals(),
        )  # fmt: skip


def _quotation_line(line: RawLine) -> QuotationLine:
    values = line.values
    request = next((item.line for item in line.references if item.kind == _REQUEST), "")
    return QuotationLine(
        position=values["position"], quantity=values.get("quantity"), unit=values.get("unit", ""), request_line=request,
        ids=line.ids, name=values.get("name", ""), description=values.get("description", ""), prices=prices(line),
        net=values.get("net"), vat_rate=values.get("vat_rate"), vat_category=values.get("vat_category", ""),
        lead_time_days=values.get("lead"), delivery=delivery(line.dates), notes=tuple(line.notes),
    )  # fmt: skip


def prices(line: RawLine) -> tuple[ScalePrice, ...]:
    return tuple(ScalePrice(**item) for item in line.values.get("prices", ()))


def write_prices(body: Body, items: tuple[ScalePrice, ...], unit: str, currency: str = "") -> None:
    for item in items:
        out.price(body, item.kind[:3].strip() or _NET, item.amount, item.base_quantity, item.unit)
        if item.from_quantity != 1:
            body.add("RNG", "4", (item.unit or unit, number(item.from_quantity)))
        body.day("194", item.start)
        body.day("206", item.end)
        body.lose("PRI/territory", item.territory)
        if item.currency != currency:
            body.lose("PRI/currency", item.currency)


def write_request(value: RequestForQuotation, directory: Directory = D96A) -> Body:
    body = Body("REQOTE", directory)
    body.add("BGM", "311", value.number, "9")
    body.day("137", value.issue_date)
    body.day("36", value.answer_by)
    _head(body, value)
    _parties(body, value)
    for line in value.lines:
        out.article(body, line.position, line.ids)
        out.texts(body, line.name, line.description)
        out.quantity(body, "21", line.quantity, line.unit)
        out.delivery(body, line.delivery)
        out.notes(body, line.notes)
        out.price(body, _NET, line.target_price)
    summary(body, OrderTotals(lines=len(value.lines)))
    return body


def _head(body: Body, value: Any) -> None:
    if isinstance(value, RequestForQuotation):
        out.delivery(body, value.delivery)
    out.notes(body, value.notes)
    if isinstance(value, Quotation) and value.request_number:
        body.add("RFF", (_REQUEST, value.request_number))
    out.references(body, value.references)
    if value.currency:
        body.add("CUX", ("2", value.currency, "8"))
    if isinstance(value, Quotation):
        out.terms(body, "PAT", "1", value.payment_terms)
    out.terms(body, "TOD", "6", value.delivery_terms)


def _parties(body: Body, value: Any) -> None:
    named = (("BY", value.buyer), ("SU", value.seller), ("DP", value.ship_to))
    out.parties(body, named, value.other_parties)


def write_quotation(value: Quotation, directory: Directory = D96A) -> Body:
    body = Body("QUOTES", directory)
    body.add("BGM", "310", value.number, "9")
    body.day("137", value.issue_date)
    body.day("194", value.valid_from)
    body.day("206", value.valid_until)
    _head(body, value)
    _parties(body, value)
    out.allowances(body, value.allowances_charges)
    for line in value.lines:
        _line(body, line, value)
    summary(body, value.totals)
    return body


def _line(body: Body, line: QuotationLine, value: Quotation) -> None:
    out.article(body, line.position, line.ids)
    out.texts(body, line.name, line.description)
    out.quantity(body, "21", line.quantity, line.unit)
    out.delivery(body, line.delivery)
    if line.lead_time_days is not None:
        body.add("DTM", ("169", number(Decimal(line.lead_time_days)), "804"))
    out.notes(body, line.notes)
    out.money(body, "203", line.net)
    write_prices(body, line.prices, line.unit, value.currency)
    if line.request_line:
        out.references(body, [Reference(_REQUEST, value.request_number, line.request_line)])
    out.tax(body, line.vat_rate, line.vat_category)
    body.lose(f"LIN {line.position}/is_alternative", line.is_alternative)
