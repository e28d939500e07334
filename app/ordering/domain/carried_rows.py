"""The rows of a preview as text: the page carries them in one field and posts them back, so that nothing is stored."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from app.core.errors import Invalid
from app.core.tables.rows import cell_text, plain_number
from app.core.texts import N_
from app.ordering.domain.order_file import Ignored, IgnoredRow, OrderFile, OrderRow, Reading, sku_key
from app.ordering.domain.quantity_text import MAX_DIGITS, parse_quantity
from app.ordering.domain.quick_order import exact_sum

MAX_ROWS = 10_000
MAX_CELL = 2_000
_ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})
_PARTS = 7  # of a row before its cells
_PLAIN = {"\\\\": "\\", r"\t": "\t", r"\n": "\n", r"\r": "\r"}


@dataclass(frozen=True, slots=True)
class Correction:
    """What the buyer entered for a row in the preview; None leaves a part as it was.

    `join` names the rows that make one line with it: they get the same code and unit, and a new quantity is the total.
    """

    code: str | None = None
    quantity: str | None = None
    unit: str | None = None
    join: tuple[int, ...] = ()
    note: str | None = None


class Typed(NamedTuple):
    """A row as it was typed into the pad, every part as text."""

    code: str
    quantity: str = ""
    unit: str = ""
    note: str = ""

    @property
    def is_blank(self) -> bool:
        return not any(self)


@dataclass(frozen=True, slots=True)
class Carried:
    """A file on its way through the preview.

    `also` names the rows whose quantity went into another one when the buyer corrected the merged line;
    `dropped` are rows he left out, `taken` those that are in the cart already.
    """

    order: OrderFile
    also: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    dropped: tuple[int, ...] = ()
    taken: int = 0
    name: str = ""

    def rows_of(self, number: int) -> tuple[int, ...]:
        """A row and those that went into it."""
        return (number, *self.also.get(number, ()))


def with_typed(carried: Carried | None, entries: Iterable[Typed], decimal: str) -> Carried:
    """Rows typed one by one, after those of a paste if there is one; blank rows keep their number and are left out."""
    if carried is None:
        carried = typed_only((), decimal)
    order = carried.order
    last = max((*(row.number for row in order.rows), *(row.row for row in order.ignored)), default=0)
    rows = [*order.rows, *typed_rows(enumerate(entries, start=last + 1), decimal)]
    if not rows and not order.ignored:
        raise Invalid("text", N_("Type or paste articles and quantities first."))
    return replace(carried, order=replace(order, rows=rows))


def typed_only(rows: Iterable[tuple[int, Typed]], decimal: str) -> Carried:
    """Rows of the pad by their numbers; there may be none."""
    reading = Reading("csv", "en", decimal, None, {"sku": 1, "qty": 2, "unit": 3, "note": 4})
    return Carried(OrderFile(reading, list(typed_rows(rows, decimal)), []))


def typed_rows(entries: Iterable[tuple[int, Typed]], decimal: str) -> Iterator[OrderRow]:
    """Rows by their numbers, without blank ones."""
    for number, entry in entries:
        typed = Typed(*map(str.strip, entry))
        if not typed.is_blank:
            value = parse_quantity(typed.quantity, decimal) if typed.quantity else None
            yield OrderRow(
                number, sku_key(typed.code), value, typed.code, typed.quantity, typed.unit, typed, typed.note
            )


def pad_rows(text: str) -> list[Typed]:
    """What the order pad sends: a line per row, article, quantity, unit and note with tabs between them."""
    lines = text.replace("\r\n", "\n").rstrip("\n").split("\n") if text.strip() else []
    return [Typed(*(cell[:MAX_CELL] for cell in (*line.split("\t"), "", "", "")[:4])) for line in lines]


def demand_size(order: OrderFile) -> None:
    """A preview is one page: larger files are refused in one sentence."""
    if len(order.rows) > MAX_ROWS:
        raise Invalid("file", N_("The file has {n} rows with articles. At most {most} can be checked at once: split it.",
                                 n=len(order.rows), most=MAX_ROWS))  # fmt: skip


def dump_rows(carried: Carried) -> str:
    """A first line about the file, then a line per row: number, rows in it, code, quantity as written and as read, unit,
    note, and the cells as they came."""  # noqa: D209
    reading = carried.order.reading.as_json()
    head = {
        "columns": reading.pop("columns"),
        "reading": reading,
        "header": [cell_text(cell) for cell in carried.order.header],
        "ignored": [[row.row, row.reason] for row in carried.order.ignored],
        "dropped": carried.dropped,
        "taken": carried.taken,
        "name": carried.name,
        "parts": _PARTS,
    }
    lines = [json.dumps(head, ensure_ascii=False)]
    for row in carried.order.rows:
        also = ",".join(map(str, carried.also.get(row.number, ())))
        read = "" if row.quantity is None else plain_number(row.quantity)
        cells = (
            str(row.number),
            also,
            row.given_sku,
            row.given_quantity,
            read,
            row.unit,
            row.note,
            *map(cell_text, row.cells),
        )
        lines.append("\t".join(cell.translate(_ESCAPES) for cell in cells))
    return "\n".join(lines)


def load_rows(text: str) -> Carried:
    """What `dump_rows` wrote, perhaps with the line ends of a browser; anything else is Invalid("rows")."""
    lines = text.replace("\r\n", "\n").strip("\n").split("\n")
    try:
        head = json.loads(lines[0])
        reading = head["reading"]
        if head["parts"] != _PARTS:
            raise ValueError(head["parts"])
        also: dict[int, tuple[int, ...]] = {}
        rows = [_row(line, also) for line in lines[1:]]
        order = OrderFile(
            Reading(
                reading["kind"], reading["language"], reading["decimal"], reading["header_row"], head["columns"],
                reading.get("encoding"), reading.get("delimiter"), reading.get("sheet"),
                tuple(reading.get("sheets_ignored", ())),
            ),
            rows,
            [IgnoredRow(int(row), Ignored(reason)) for row, reason in head["ignored"]],
            tuple(head["header"]),
        )  # fmt: skip
        carried = Carried(order, also, tuple(map(int, head["dropped"])), int(head["taken"]), str(head["name"]))
    except (ValueError, KeyError, TypeError, IndexError, InvalidOperation) as error:
        raise Invalid("rows", N_("The rows of this page are damaged. Send the file again.")) from error
    demand_size(carried.order)
    return carried


def _row(line: str, also: dict[int, tuple[int, ...]]) -> OrderRow:
    number, joined, given_sku, given_quantity, read, unit, note, *cells = map(_unescape, line.split("\t"))
    quantity = Decimal(read) if read else None
    if quantity is not None and (not quantity.is_finite() or quantity.adjusted() >= MAX_DIGITS):
        raise ValueError(read)
    if joined:
        also[int(number)] = tuple(map(int, joined.split(",")))
    return OrderRow(int(number), sku_key(given_sku), quantity, given_sku, given_quantity, unit, tuple(cells), note)


def _unescape(cell: str) -> str:
    if "\\" not in cell:
        return cell
    parts, index = [], 0
    while index < len(cell):
        pair = cell[index : index + 2]
        parts.append(_PLAIN.get(pair, cell[index]))
        index += 2 if pair in _PLAIN else 1
    return "".join(parts)


def correct(carried: Carried, corrections: Mapping[int, Correction], drop: Iterable[int] = ()) -> Carried:
    """The rows with what the buyer entered; a row both of whose fields were emptied is left out."""
    for number, correction in corrections.items():
        if correction.join:
            carried = _joined(carried, number, correction)
    entered = {
        row: replace(correction, quantity=None) if correction.join else correction
        for number, correction in corrections.items()
        for row in (number, *correction.join)
    }
    dropped = set(drop)
    rows = []
    for row in carried.order.rows:
        new = entered.get(row.number)
        corrected = row if new is None else _corrected(row, new, carried.order.reading.decimal)
        if not corrected.given_sku and not corrected.given_quantity:
            dropped.add(row.number)
        elif row.number not in dropped:
            rows.append(corrected)
    gone = (number for first in sorted(dropped) for number in carried.rows_of(first))
    return replace(
        carried, order=replace(carried.order, rows=rows), dropped=tuple(dict.fromkeys((*carried.dropped, *gone)))
    )


def _joined(carried: Carried, number: int, correction: Correction) -> Carried:
    """Join the rows of a line when the buyer entered another total than theirs; what is no number changes nothing."""
    inside = {number, *correction.join}
    total = exact_sum(row.quantity for row in carried.order.rows if row.number in inside and row.quantity is not None)
    wanted = parse_quantity(correction.quantity, carried.order.reading.decimal) if correction.quantity else None
    if wanted is None or wanted == total:
        return carried
    return join_rows(carried, number, correction.join, wanted)


def _corrected(row: OrderRow, correction: Correction, decimal: str) -> OrderRow:
    code = row.given_sku if correction.code is None else correction.code.strip()
    given = row.given_quantity if correction.quantity is None else correction.quantity.strip()
    quantity = row.quantity
    if given != row.given_quantity:
        quantity = parse_quantity(given, decimal) if given else None
    unit = row.unit if correction.unit is None else correction.unit.strip()
    note = row.note if correction.note is None else correction.note.strip()
    return OrderRow(row.number, sku_key(code), quantity, code, given, unit, row.cells, note)


def join_rows(carried: Carried, first: int, others: Iterable[int], quantity: Decimal) -> Carried:
    """One row instead of the several that made a line: the first with a new total, the others named in it."""
    joined = set(others)
    rows = [
        replace(row, quantity=quantity, given_quantity=plain_number(quantity)) if row.number == first else row
        for row in carried.order.rows
        if row.number not in joined
    ]
    inner = (number for other in sorted(joined) for number in carried.rows_of(other))
    also = {number: rows_in for number, rows_in in carried.also.items() if number not in joined}
    also[first] = tuple(sorted({*carried.also.get(first, ()), *inner}))
    if not also[first]:
        del also[first]
    return replace(carried, order=replace(carried.order, rows=rows), also=also)


def keep_only(carried: Carried, numbers: Iterable[int], taken: int) -> Carried:
    """The rows that are left after others went into the cart."""
    kept = set(numbers)
    rows = [row for row in carried.order.rows if row.number in kept]
    also = {number: rows_in for number, rows_in in carried.also.items() if number in kept}
    return replace(carried, order=replace(carried.order, rows=rows), also=also, taken=carried.taken + taken)
