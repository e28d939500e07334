"""Variants arranged for ordering: a grid for one or two axes, else a list narrowed by pickers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Generic, TypeVar

T = TypeVar("T")
MOST_COLUMNS = 8  # a grid turns round when it would be wider
_PART = re.compile(r"(\d+(?:[.,]\d+)?)")


@dataclass(frozen=True, slots=True)
class Grid(Generic[T]):
    """`rows` and `columns` are values of the axes in order; with one axis the only column is "". Empty cells are None."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: Mapping[tuple[str, str], T]
    is_turned: bool = False

    def cell(self, row: str, column: str) -> T | None:
        return self.cells.get((row, column))


def arrange(variants: Sequence[tuple[tuple[str, ...], T]], orders: Sequence[Sequence[str]] = ()) -> Grid[T] | None:
    """The grid of variants by their values; None when they are no grid: more axes, a value missing, two in one place.

    `orders` are the listed values of each axis where there are any; others come in the order people count in.
    """
    axes = len(variants[0][0]) if variants else 0
    if axes not in (1, 2) or any(not value for values, _one in variants for value in values):
        return None
    cells = {(values[0], values[1] if axes == 2 else ""): one for values, one in variants}
    if len(cells) != len(variants):
        return None
    listed = [*orders, (), ()]
    rows = in_order({place[0] for place in cells}, listed[0])
    columns = in_order({place[1] for place in cells}, listed[1])
    if len(columns) > MOST_COLUMNS and len(rows) < len(columns):
        turned = {(column, row): one for (row, column), one in cells.items()}
        return Grid(columns, rows, turned, is_turned=True)
    return Grid(rows, columns, cells)


def in_order(values: set[str], listed: Sequence[str] = ()) -> tuple[str, ...]:
    """Values as they are listed, then the others as people count: M8 before M10."""
    known = [value for value in listed if value in values]
    return (*known, *sorted(values.difference(known), key=_counted))


def _counted(value: str) -> tuple[tuple[int, Decimal, str], ...]:
    return tuple(
        (0, Decimal(part.replace(",", ".")), "") if part[:1].isdecimal() and part.isascii() else (1, Decimal(0), part.casefold())
        for part in _PART.split(value) if part
    )  # fmt: skip


def narrowed(variants: Sequence[tuple[tuple[str, ...], T]], picked: Sequence[str]) -> list[tuple[tuple[str, ...], T]]:
    """Variants that have the picked value on each axis where one is picked."""
    return [
        (values, one)
        for values, one in variants
        if all(not want or want == value for want, value in zip(picked, values, strict=False))
    ]
