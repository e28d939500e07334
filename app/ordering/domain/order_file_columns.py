"""Which column of a buyer's file means what, where its head does not say so: a look at the file, and a person's choice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from app.core.errors import Invalid
from app.core.tables.delimited import HEADER_ROWS
from app.core.tables.opening import open_table
from app.core.tables.rows import Row, cell_text
from app.core.tables.sources import Source
from app.core.texts import N_
from app.ordering.domain.header_words import Columns
from app.ordering.domain.order_file import ColumnChoice, OrderFileRules, columns_of, decimal_sign
from app.ordering.domain.quantity_text import parse_quantity

SAMPLE_ROWS = 12
MOST_COLUMNS = 40
PARTS = ("sku", "quantity", "unit", "note")


@dataclass(frozen=True, slots=True)
class Look:
    """The first rows of a file. `is_clear`: its columns are known without asking; `is_long`: there are more than `rows`."""

    rows: tuple[Row, ...]
    is_clear: bool
    is_long: bool

    @property
    def sample(self) -> tuple[Row, ...]:
        return self.rows[:SAMPLE_ROWS]

    @property
    def width(self) -> int:
        return min(max((len(row.cells) for row in self.sample), default=0), MOST_COLUMNS)


def look_at(source: Source, rules: OrderFileRules, *, most: int) -> Look:
    """Read no more than `most` rows."""

    def is_header(cells: Sequence[Any]) -> bool:
        return columns_of(cells, rules) is not None

    with open_table(source, is_header=is_header, delimiters=rules.delimiters, limits=rules.limits) as table:
        rows = tuple(islice(table.rows(), most + 1))
        head = [row for row in rows if row.number <= HEADER_ROWS]
        is_clear = any(is_header(row.cells) for row in head) or _starts_with_orders(head, table.delimiter)
    return Look(rows[:most], is_clear, len(rows) > most)


def _starts_with_orders(rows: Sequence[Row], delimiter: str | None) -> bool:
    """Without a head: an article in the first column and a quantity in the second, from the first row on."""
    sign = decimal_sign(delimiter, "en")
    good = [bool(cell_text(row.cell(0))) and parse_quantity(row.cell(1), sign) is not None for row in rows]
    return bool(good) and good[0] and 2 * sum(good) >= len(good)


def chosen_columns(header_row: int, parts: Mapping[int, str]) -> ColumnChoice:
    """What a person has chosen: the part each column stands for; Invalid("columns") says what is missing or double."""
    places: dict[str, int] = {}
    for column, part in sorted(parts.items()):
        if part not in PARTS:
            continue
        if part in places:
            raise Invalid("columns", N_("Two columns are chosen for the same part. Choose one column for each."))
        places[part] = column
    if "sku" not in places or "quantity" not in places:
        raise Invalid("columns", N_("Choose the column of the article and the column of the quantity."))
    return ColumnChoice(
        header_row, Columns(places["sku"], places["quantity"], places.get("unit"), note=places.get("note"))
    )


def columns_json(columns: Columns) -> dict[str, Any]:
    return {"sku": columns.sku, "quantity": columns.quantity, "unit": columns.unit, "note": columns.note}


def columns_from(data: Mapping[str, Any]) -> Columns:
    return Columns(data["sku"], data["quantity"], data.get("unit"), note=data.get("note"))
