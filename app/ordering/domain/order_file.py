"""Reading a buyer's order file: which columns count, which rows are orders, what each row says. No article is looked up here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from itertools import chain
from typing import Any

from app.core.errors import Invalid
from app.core.tables.delimited import DELIMITERS, HEADER_ROWS
from app.core.tables.opening import Table, open_table
from app.core.tables.rows import BLANKS, DEFAULT_LIMITS, UPLOAD_LIMITS, Cell, Limits, Row, cell_text
from app.core.tables.sources import Source
from app.core.tables.writing import FORMULA_STARTS
from app.core.texts import N_
from app.ordering.domain.header_words import (
    FIRST_TWO,
    ORDER_FILE_WORDS,
    PORTAL_WORDS,
    Columns,
    HeaderWords,
    find_columns,
    signature,
)
from app.ordering.domain.quantity_text import parse_quantity

ORDER_FILE_DELIMITERS = "\t;,"
_COMMA_LANGUAGES = frozenset(("de", "ru", "uk"))
_NO_BLANKS = dict.fromkeys(map(ord, BLANKS))


class Ignored(StrEnum):
    """Why a row is no order row."""

    EMPTY_ROW = "empty_row"
    NO_SKU_AND_QTY = "no_sku_and_qty"


@dataclass(frozen=True, slots=True)
class Reading:
    """How a file was read, for the person who sent it. Columns are header texts, or numbers from 1 without a header."""

    kind: str
    language: str
    decimal: str
    header_row: int | None
    columns: dict[str, str | int]
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    sheets_ignored: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        place = {"encoding": self.encoding, "delimiter": self.delimiter, "sheet": self.sheet}
        return {
            "kind": self.kind,
            "language": self.language,
            "decimal": self.decimal,
            "header_row": self.header_row,
            "columns": self.columns,
            **{key: value for key, value in place.items() if value is not None},
            **({"sheets_ignored": list(self.sheets_ignored)} if self.sheets_ignored else {}),
        }


@dataclass(frozen=True, slots=True)
class OrderRow:
    """A row with a SKU or a quantity. `sku` is in the form in which SKUs are compared.

    `quantity` is None when nothing is given (`given_quantity` is empty) or when what is given is no number.
    """

    number: int
    sku: str
    quantity: Decimal | None
    given_sku: str
    given_quantity: str
    unit: str = ""
    cells: tuple[Cell, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class IgnoredRow:
    row: int
    reason: Ignored


@dataclass(frozen=True, slots=True)
class OrderFile:
    """A file as it was read; `header` holds the cells of the header row, for reports in the sender's own columns."""

    reading: Reading
    rows: list[OrderRow]
    ignored: list[IgnoredRow]
    header: tuple[Cell, ...] = ()

    def skus(self) -> set[str]:
        """What has to be looked up to judge the rows."""
        return {row.sku for row in self.rows if row.sku}


@dataclass(frozen=True, slots=True)
class ColumnChoice:
    """Columns a person has chosen instead of the recognised ones; with 0 for `header_row` there is no header."""

    header_row: int
    columns: Columns


@dataclass(frozen=True, slots=True)
class OrderFileRules:
    """What differs between the promised reading of order files and what the portal reads on top."""

    words: HeaderWords = ORDER_FILE_WORDS
    delimiters: str = ORDER_FILE_DELIMITERS
    limits: Limits = DEFAULT_LIMITS
    choice: ColumnChoice | None = None
    known: Mapping[str, Columns] = field(default_factory=dict)  # columns a person has chosen before, by `signature`


PROMISED = OrderFileRules()
PORTAL = OrderFileRules(words=PORTAL_WORDS, delimiters=DELIMITERS, limits=UPLOAD_LIMITS)


def sku_key(cell: Cell) -> str:
    """A SKU as it is compared: without any blanks, letters upper case; the number 22423.0 is the SKU 22423."""
    text = cell_text(cell)
    return (text if text.isalnum() else text.translate(_NO_BLANKS)).upper()


def read_order_file(source: Source, rules: OrderFileRules = PROMISED) -> OrderFile:
    """Read a buyer's file of any kind; a file that cannot be read is Invalid("file")."""
    with open_table(
        source,
        is_header=lambda cells: columns_of(cells, rules) is not None,
        delimiters=rules.delimiters,
        limits=rules.limits,
    ) as table:
        header, columns, rows = _split(table.rows(), rules)
        reading = _reading(table, header, columns)
        order = read_rows(rows, reading, columns, after=header.number if header else 0)
    if header is None and not order.rows and not order.ignored:
        raise Invalid("file", N_("The file is empty."))
    return OrderFile(reading, order.rows, order.ignored, header.cells if header else ())


def columns_of(cells: Sequence[Cell], rules: OrderFileRules) -> Columns | None:
    """The columns that a head row names, by choice of a person before or by its words; None: it is no head row."""
    if rules.known and (chosen := rules.known.get(signature(cells))) is not None:
        return chosen
    return find_columns(cells, rules.words)


def read_rows(rows: Iterable[Row], reading: Reading, columns: Columns, *, after: int = 0) -> OrderFile:
    """Order rows and ignored ones; `after` is the number of the last row that is no data."""
    order = OrderFile(reading, [], [])
    for row in rows:
        order.ignored.extend(IgnoredRow(number, Ignored.EMPTY_ROW) for number in range(after + 1, row.number))
        after = row.number
        sku, quantity = row.cell(columns.sku), row.cell(columns.quantity)
        given_sku, given_quantity = cell_text(sku), cell_text(quantity)
        if not given_sku and not given_quantity:
            order.ignored.append(IgnoredRow(row.number, Ignored.NO_SKU_AND_QTY))
            continue
        value = parse_quantity(quantity, reading.decimal) if given_quantity else None
        unit = cell_text(row.cell(columns.unit)) if columns.unit is not None else ""
        note = _unmarked(cell_text(row.cell(columns.note))) if columns.note is not None else ""
        order.rows.append(OrderRow(row.number, sku_key(sku), value, given_sku, given_quantity, unit, row.cells, note))
    return order


def _unmarked(text: str) -> str:
    """Text without the apostrophe that keeps a spreadsheet from computing it."""
    return text[1:] if text.startswith("'") and text[1:].lstrip(BLANKS).startswith(FORMULA_STARTS) else text


def decimal_sign(delimiter: str | None, language: str) -> str:
    """The comma when the separator is `;` or the header is German, Russian or Ukrainian, else the point."""
    return "," if delimiter == ";" or language in _COMMA_LANGUAGES else "."


def _split(rows: Iterator[Row], rules: OrderFileRules) -> tuple[Row | None, Columns, Iterator[Row]]:
    """The header row, its columns, and the rows below it; all rows when there is none among the first ones."""
    if rules.choice is not None:
        return _split_as_chosen(rows, rules.choice)
    seen = []
    for row in rows:
        seen.append(row)
        if row.number > HEADER_ROWS:
            break
        columns = columns_of(row.cells, rules)
        if columns is not None:
            return row, columns, rows
    return None, FIRST_TWO, chain(seen, rows)


def _split_as_chosen(rows: Iterator[Row], choice: ColumnChoice) -> tuple[Row | None, Columns, Iterator[Row]]:
    header = Row(choice.header_row, ()) if choice.header_row else None
    for row in rows:
        if row.number == choice.header_row:
            return row, choice.columns, rows
        if row.number > choice.header_row:
            return header, choice.columns, chain((row,), rows)
    return header, choice.columns, rows


def _reading(table: Table, header: Row | None, columns: Columns) -> Reading:
    places = {"sku": columns.sku, "qty": columns.quantity, "unit": columns.unit, "note": columns.note}
    return Reading(
        kind=table.kind,
        language=columns.language,
        decimal=decimal_sign(table.delimiter, columns.language),
        header_row=header.number if header else None,
        columns={
            name: (cell_text(header.cell(index)) if header else "") or index + 1
            for name, index in places.items()
            if index is not None
        },
        encoding=table.encoding,
        delimiter=table.delimiter,
        sheet=table.sheet,
        sheets_ignored=table.sheets_ignored,
    )
