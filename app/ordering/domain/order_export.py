"""Lines in the form in which the order pad and its upload read them back: what is exported can be sent again unchanged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Protocol

from app.core.tables.rows import Cell

# English in every language: with these words, and a comma between columns, the decimal sign is read as the point it is
# written with.
HEAD: tuple[Cell, ...] = ("Article number", "Quantity", "Unit", "Note")


class Exportable(Protocol):
    """A line of a cart, a list or an order; `unit` is its code of UN/ECE Recommendation 20 or 21."""

    @property
    def sku(self) -> str: ...
    @property
    def quantity(self) -> Decimal: ...
    @property
    def unit(self) -> str: ...
    @property
    def note(self) -> str: ...


def order_rows(lines: Iterable[Exportable]) -> Iterator[tuple[Cell, ...]]:
    """Head and rows for `csv_chunks` (with its own delimiter, the comma) or `write_xlsx`."""
    yield HEAD
    for line in lines:
        yield (line.sku, line.quantity, line.unit, line.note)
