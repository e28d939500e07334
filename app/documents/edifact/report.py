"""INVRPT and SLSRPT, both ways: quantities of articles in stock and sold, each with its place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time
from typing import Any, ClassVar

from app.core.texts import N_
from app.documents.edifact import parts_out as out
from app.documents.edifact.envelope import EdifactMessage
from app.documents.edifact.order import OrderReader
from app.documents.edifact.raw_line import RawLine
from app.documents.edifact.writer import D96A, Body, Directory
from app.documents.model.order import OtherParty
from app.documents.model.stock_report import SalesReport, StockLine, StockReport
from app.documents.reading import Reading
from app.documents.segments import Segment

_SOLD = "153"


def read_stock(message: EdifactMessage) -> Reading[StockReport]:
    return _StockReader(message).read()


def read_sales(message: EdifactMessage) -> Reading[SalesReport]:
    return _SalesReader(message).read()


class _StockReader(OrderReader):
    """Each QTY is a line of its own; what stands behind LIN before the first holds for all of the article."""

    delivery: ClassVar[dict[str, str]] = {}
    head_dates: ClassVar[dict[str, str]] = {"90": "start", "91": "end", "366": "counted"}
    document_class: ClassVar[type] = StockReport

    def __init__(self, message: EdifactMessage) -> None:
        super().__init__(message)
        self._found: list[tuple[RawLine, dict[str, Any]]] = []
        self._place = ""

    def _values(self) -> dict[str, Any]:
        """Of the quantity if there is one yet, else of the article."""
        if self._found and self._found[-1][0] is self._now:
            return self._found[-1][1]
        return self._now.values

    def _qty(self, segment: Segment) -> None:
        if self._now is self._head:
            return
        values = {
            "status": self.text(segment, 1),
            "quantity": self.number(segment, 1, 2),
            "unit": self.text(segment, 1, 3),
        }
        self._found.append((self._now, values))

    def _loc(self, segment: Segment) -> None:
        self.text(segment, 1)
        place = self.text(segment, 2)
        self.text(segment, 2, 3)
        if self._now is not self._head:
            self._values()["place"] = place
        else:
            self._place = place

    def _dtm(self, segment: Segment) -> None:
        qualifier = segment.value(1)
        if self._now is self._head or qualifier not in ("366", "7", "44"):
            super()._dtm(segment)
            return
        day = self._day(segment)
        if day is None:
            return
        if qualifier == "44":
            self._values()["available_on"] = day
        else:
            self._values()["counted_at"] = self._moment(segment, day)

    def _moment(self, segment: Segment, day: date) -> datetime:
        digits = segment.value(1, 2)[8:14]
        try:
            hour, minute, second = (int(digits[at : at + 2] or 0) for at in (0, 2, 4))
            return datetime.combine(day, time(hour, minute, second))
        except ValueError:
            self.fault("DATE", N_("{value} is not a date.", value=segment.value(1, 2)[:40]), segment, 1, 2)
            return datetime.combine(day, time())

    def _pri(self, segment: Segment) -> None:
        if self._now is not self._head:
            self.text(segment, 1)
            self._values()["price"] = self.number(segment, 1, 2)

    def document(self) -> Any:
        common, head = self.common(), self._head
        for name in ("ship_to", "invoicee"):
            party = common.pop(name, None)
            if party is not None:
                role = {"ship_to": "DP", "invoicee": "IV"}[name]
                common["other_parties"] = (*common["other_parties"], OtherParty(role, party))
        values: dict[str, Any] = {"start": head.dates.get("start"), "end": head.dates.get("end")}
        if self.document_class is SalesReport:
            values["currency"] = head.values.get("currency", "")
        return self.document_class(**common, **values, lines=tuple(self._stock_lines()))

    def _stock_lines(self) -> Iterator[StockLine]:
        for line, values in self._found:
            whole = {name: line.values[name] for name in _SHARED if name in line.values} | values
            yield StockLine(position=line.values["position"], ids=line.ids, **whole)


_SHARED = ("name", "place", "counted_at", "available_on", "price")


class _SalesReader(_StockReader):
    document_class: ClassVar[type] = SalesReport

    def _loc(self, segment: Segment) -> None:
        if segment.value(1) == "162":
            self._now = self._head
        super()._loc(segment)

    def _lin(self, segment: Segment) -> None:
        super()._lin(segment)
        if self._place:
            self._now.values["place"] = self._place

    def _stock_lines(self) -> Iterator[StockLine]:
        for line in super()._stock_lines():
            yield replace(line, status="") if line.status == _SOLD else line


def _head(body: Body, value: StockReport | SalesReport, code: str) -> None:
    body.add("BGM", code, value.number, "9")
    body.day("137", value.issue_date)
    body.day("90", value.start)
    body.day("91", value.end)


def write_stock(value: StockReport, directory: Directory = D96A) -> Body:
    body = Body("INVRPT", directory)
    _head(body, value, "35")
    out.references(body, value.references)
    out.parties(body, (("SU", value.seller), ("BY", value.buyer)), value.other_parties)
    for line in value.lines:
        out.article(body, line.position, line.ids)
        out.texts(body, line.name)
        if not directory.is_old:
            body.add("INV", "2")
        out.quantity(body, line.status if line.status.isdecimal() else "145", line.quantity, line.unit)
        if line.place:
            body.add("LOC", "18", (line.place, "", "9" if _is_gln(line.place) else ""))
        if line.counted_at is not None:
            body.add("DTM", ("366", f"{line.counted_at:%Y%m%d%H%M}", "203"))
        body.day("44", line.available_on)
        out.price(body, "AAA", line.price)
    return body


def write_sales(value: SalesReport, directory: Directory = D96A) -> Body:
    body = Body("SLSRPT", directory)
    _head(body, value, "73" if directory.is_old else "73E")
    out.parties(body, (("SU", value.seller), ("BY", value.buyer)), value.other_parties, has_numbers=False)
    out.references(body, value.references)
    if value.currency:
        body.add("CUX", ("2", value.currency, "10"))
    place = None
    for line in value.lines:
        if line.place != place:
            place = line.place
            body.add("LOC", "162", (place, "", "9" if _is_gln(place) else ""))
        out.article(body, line.position, line.ids)
        out.texts(body, line.name)
        body.lose(f"LIN {line.position}/price", line.price)
        out.quantity(body, line.status or _SOLD, line.quantity, line.unit)
        body.lose(f"LIN {line.position}/counted_at", line.counted_at)
    if not directory.is_old:
        body.add("UNS", "S")
    return body


def _is_gln(place: str) -> bool:
    return len(place) == 13 and place.isdecimal()
