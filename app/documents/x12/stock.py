"""Transaction sets 846 and 852, both ways: quantities of articles in stock and sold, each with its place."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any

from app.core.texts import N_
from app.documents.model.stock_report import SalesReport, StockLine, StockReport
from app.documents.reading import Reading
from app.documents.segments import Segment
from app.documents.x12 import parts_out as out
from app.documents.x12.content import ContentReader
from app.documents.x12.envelope import TransactionSet
from app.documents.x12.raw_line import RawLine
from app.documents.x12.writer import Body, day, number

_ON_HAND, _SOLD = "17", "QS"  # elements 673 and 859
_DAYS = {"090": "start", "091": "end", "007": "start"}
_AVAILABLE = {"018", "371", "017"}
_COUNTED = {"007", "366"}
_NUMBER = "TN"  # element 128; 852 has no number of its own
_CODE = 2  # characters of a code
_ROLES = frozenset({"seller", "buyer"})


class _PlacedReader(ContentReader):
    """Each quantity is a line of its own; what stands behind LIN holds for all quantities of the article."""

    days_of = _DAYS
    line_heads = frozenset({"LIN"})
    passed_over = frozenset({"SLN", "SCH"})

    def __init__(self, one: TransactionSet) -> None:
        super().__init__(one)
        self.found: list[tuple[RawLine, dict[str, Any]]] = []

    def begin_quantity(self, **values: Any) -> None:
        self.found.append((self.now, values))

    @property
    def quantity(self) -> dict[str, Any] | None:
        """The one that was begun for this article and not ended by another group."""
        return self.found[-1][1] if self.found and self.found[-1][0] is self.now else None

    def on_ctp(self, segment: Segment) -> None:
        if self.now is not self.head and "price" not in self.now.values and segment.value(3):
            if segment.value(2) in ("ACT", "NET"):
                self.text(segment, 2)
            self.now.values["price"] = self.number(segment, 3)

    def on_n1(self, segment: Segment) -> None:
        if self.now is self.head:
            super().on_n1(segment)
        elif "place" not in self.now.values:
            for at in (1, 3):
                self.text(segment, at)
            self.now.values["place"] = self.text(segment, 4) or self.text(segment, 2)

    def on_sdq(self, segment: Segment) -> None:
        """A quantity for each of up to ten places; without an amount of its own before, that is the line."""
        open_one = self.quantity
        if self.now is self.head or open_one is None:
            return
        kind = open_one["status"]
        if open_one.get("quantity") is None and "place" not in open_one:
            self.found.pop()
        unit = self.text(segment, 1)
        self.text(segment, 2)
        for at in range(3, len(segment.parts) - 1, 2):
            if segment.value(at):
                self.begin_quantity(
                    status=kind, unit=unit, place=self.text(segment, at), quantity=self.number(segment, at + 1)
                )

    def lines_found(self) -> Iterator[StockLine]:
        for raw, values in self.found:
            shared = {name: raw.values[name] for name in ("name", "place", "price") if name in raw.values}
            yield StockLine(position=raw.get("position"), ids=raw.ids, **(shared | values))


class _StockReader(_PlacedReader):
    def on_qty(self, segment: Segment) -> None:
        if self.now is not self.head:
            self.begin_quantity(
                status=self.text(segment, 1), quantity=self.number(segment, 2), unit=self.text(segment, 3)
            )

    def on_uit(self, segment: Segment) -> None:
        values = self.quantity
        if values is not None and not values.get("unit"):
            values["unit"] = self.text(segment, 1)

    def on_dtm(self, segment: Segment) -> None:
        values, kind = self.quantity, segment.value(1)
        if values is None or self.group != "QTY" or kind not in _AVAILABLE | _COUNTED:
            super().on_dtm(segment)
            return
        self.text(segment, 1)
        found = self.day(segment, 2)
        if found is None:
            return
        if kind in _AVAILABLE:
            values["available_on"] = found
        else:
            values["counted_at"] = self._moment(segment, found)

    def _moment(self, segment: Segment, found: date) -> datetime:
        digits = self.text(segment, 3)
        try:
            hour, minute, second = (int(digits[at : at + 2] or 0) for at in (0, 2, 4))
            return datetime.combine(found, time(hour, minute, second))
        except ValueError:
            self.fault("TIME", N_("{value} is not a time of day.", value=digits[:40]), segment, 3)
            return datetime.combine(found, time())


class _SalesReader(_PlacedReader):
    def begun(self, segment: Segment) -> None:
        self.head.dates |= {"start": self.day(segment, 2), "end": self.day(segment, 3)}
        self.head.dates["day"] = None

    def on_n9(self, segment: Segment) -> None:
        if self.now is self.head and segment.value(1) == _NUMBER and not self.head.values.get("number"):
            self.text(segment, 1)
            self.head.values["number"], self.head.dates["day"] = self.text(segment, 2), self.day(segment, 4)
        else:
            super().on_n9(segment)

    def on_za(self, segment: Segment) -> None:
        if self.now is not self.head:
            kind = self.text(segment, 1)
            self.begin_quantity(
                status="" if kind == _SOLD else kind, quantity=self.number(segment, 2), unit=self.text(segment, 3)
            )


def read_stock(one: TransactionSet) -> Reading[StockReport]:
    reader = _StockReader(one)
    reader.walk()
    reader.name_parties(_ROLES)
    head = reader.head
    document = StockReport(
        number=head.get("number"), issue_date=reader.day_of_head, lines=tuple(reader.lines_found()),
        other_parties=reader.others, start=head.dates.get("start"), end=head.dates.get("end"),
        references=tuple(head.references), **reader.named,
    )  # fmt: skip
    return Reading(document, tuple(reader.faults), reader.rest())


def read_sales(one: TransactionSet) -> Reading[SalesReport]:
    reader = _SalesReader(one)
    reader.walk()
    reader.name_parties(_ROLES)
    head = reader.head
    document = SalesReport(
        number=head.get("number"), issue_date=reader.day_of_head or head.dates.get("end"),
        lines=tuple(reader.lines_found()), other_parties=reader.others, start=head.dates.get("start"),
        end=head.dates.get("end"), references=tuple(head.references), **reader.named,
    )  # fmt: skip
    return Reading(document, tuple(reader.faults), reader.rest())


def write_stock(value: StockReport) -> Body:
    body = Body("846")
    body.add("BIA", "00", "DD", value.number, day(value.issue_date))
    body.day("090", value.start)
    body.day("091", value.end)
    out.references(body, [item for item in value.references if item.date is None])
    for item in value.references:
        body.lose(f"reference {item.kind}", item.number if item.date is not None else "")
    out.parties(body, (("SE", value.seller), ("BY", value.buyer)), value.other_parties)
    for line in value.lines:
        body.add("LIN", line.position, *out.id_pairs(line.ids))
        out.texts(body, line.name, "")
        if line.price is not None:
            body.add("CTP", "", "NET", number(line.price))
        status = line.status if len(line.status) == _CODE else _ON_HAND
        body.add("QTY", status, number(line.quantity), out.unit(line.unit))
        if line.counted_at is not None:
            body.add("DTM", "007", day(line.counted_at.date()), f"{line.counted_at:%H%M%S}")
        body.day("018", line.available_on)
        if line.place:
            body.add("N1", "WH", "", "UL" if _is_gln(line.place) else "92", line.place)
    body.add("CTT", str(len(value.lines)))
    return body


def write_sales(value: SalesReport) -> Body:
    body = Body("852")
    body.add("XQ", "H", day(value.start or value.issue_date), day(value.end))
    body.add("N9", _NUMBER, value.number, "", day(value.issue_date))
    for item in value.references:
        body.add("N9", item.kind, item.number, "", day(item.date))
    out.parties(body, (("SE", value.seller), ("BY", value.buyer)), value.other_parties)
    body.lose("currency", value.currency)
    for line in value.lines:
        body.add("LIN", line.position, *out.id_pairs(line.ids))
        if line.price is not None:
            body.add("CTP", "", "NET", number(line.price))
        kind = line.status or _SOLD
        if line.place:
            body.add("ZA", kind)
            qualifier = "UL" if _is_gln(line.place) else "92"
            body.add("SDQ", out.unit(line.unit), qualifier, line.place, number(line.quantity))
        else:
            body.add("ZA", kind, number(line.quantity), out.unit(line.unit))
        for name in ("name", "counted_at", "available_on"):
            body.lose(f"LIN {line.position}/{name}", getattr(line, name))
    body.add("CTT", str(len(value.lines)))
    return body


def _is_gln(place: str) -> bool:
    return len(place) == 13 and place.isdecimal()
