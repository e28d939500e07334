"""Rows that wait as a table to send back: the sender's own columns, and what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from app.core.tables.rows import Cell, cell_text, plain_number
from app.core.texts import N_, Message
from app.ordering.domain.order_file import OrderRow, Reading
from app.ordering.domain.preview import Preview

ROW, REASON = N_("Row"), N_("What to do")
_NAMES = {"sku": "SKU", "qty": "Quantity", "unit": "Unit", "note": "Note"}


def delimiter_of(reading: Reading) -> str:
    """The sign of the file itself; for a workbook the one that goes with its decimal sign."""
    return reading.delimiter if reading.delimiter in (",", ";", "\t") else (";" if reading.decimal == "," else ",")


def report_rows(preview: Preview, say: Callable[[Message], str]) -> Iterator[list[Cell]]:
    """Head and rows; the quantity is written so that the report itself can be corrected and sent again."""
    order = preview.carried.order
    width = max((len(row.cells) for row in order.rows), default=0)
    places = _places(order.header, order.reading.columns)
    yield [say(ROW), *_head(order.header, places, width), say(REASON)]
    by_number = {row.number: row for row in order.rows}
    for problem in preview.problems:
        reason = " ".join(say(message) for message in problem.messages)
        for number in (problem.number, *problem.others):
            row = by_number[number]
            yield [str(number), *_cells(row, places, width, order.reading.decimal), reason]


def _places(header: tuple[Cell, ...], columns: Mapping[str, str | int]) -> dict[str, int]:
    """Where SKU, quantity and unit stand, counted from 0."""
    names = [cell_text(cell) for cell in header]
    return {
        part: column - 1 if isinstance(column, int) else names.index(column)
        for part, column in columns.items()
        if isinstance(column, int) or column in names
    }


def _head(header: tuple[Cell, ...], places: Mapping[str, int], width: int) -> list[Cell]:
    names: list[Cell] = [cell_text(cell) for cell in header[:width]]
    names += [""] * (width - len(names))
    if not header:
        for part, place in places.items():
            if place < width:
                names[place] = _NAMES[part]
    return names


def _cells(row: OrderRow, places: Mapping[str, int], width: int, decimal: str) -> list[Cell]:
    cells: list[Cell] = [cell_text(cell) for cell in row.cells]
    cells += [""] * (width - len(cells))
    quantity = row.given_quantity if row.quantity is None else plain_number(row.quantity).replace(".", decimal)
    for part, value in (("sku", row.given_sku), ("qty", quantity)):
        place = places.get(part)
        if place is not None and place < width:
            cells[place] = value
    return cells
