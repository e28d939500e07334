"""Geometry of charts that the server draws: templates only print the numbers computed here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

WIDTH = 1000


@dataclass(frozen=True, slots=True)
class Bar:
    label: str
    text: str
    width: int


@dataclass(frozen=True, slots=True)
class BarChart:
    title: str
    unit: str
    bars: Sequence[Bar]
    width: int = WIDTH


def bar_chart(title: str, rows: Sequence[tuple[str, Decimal | int, str]], unit: str = "") -> BarChart:
    """Horizontal bars from zero; rows are (label, value, value as shown). Values below zero draw no bar."""
    largest = max((Decimal(value) for _, value, _ in rows), default=Decimal(0))
    bars = [
        Bar(label, text, int(WIDTH * max(Decimal(value), Decimal(0)) / largest) if largest > 0 else 0)
        for label, value, text in rows
    ]
    return BarChart(title, unit, bars)


HEIGHT = 220
_GAP = 6


@dataclass(frozen=True, slots=True)
class Column:
    """`y` and `height` from the top of the picture; a value below zero hangs under the zero line."""

    label: str
    text: str
    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class ColumnChart:
    """Upright columns from zero, or a line through their tops; labels stand under the picture, values in its titles.

    `zero` is the y of the zero line, `most` the largest value as shown; `points` are those of the line.
    """

    title: str
    unit: str
    columns: Sequence[Column]
    zero: int
    most: str
    points: str
    is_line: bool = False
    width: int = WIDTH
    height: int = HEIGHT


def column_chart(
    title: str, rows: Sequence[tuple[str, Decimal | int, str]], unit: str = "", *, is_line: bool = False
) -> ColumnChart:
    """Columns side by side in the order given; rows are (label, value, value as shown)."""
    values = [Decimal(value) for _, value, _ in rows]
    top, bottom = max([*values, Decimal(0)]), min([*values, Decimal(0)])
    span = top - bottom or Decimal(1)
    zero = int(HEIGHT * top / span)
    step = WIDTH // max(len(rows), 1)
    width = max(step - min(_GAP, step // 3), 1)
    columns, points = [], []
    for place, (label, _value, text) in enumerate(rows):
        height = int(HEIGHT * abs(values[place]) / span)
        y = zero - height if values[place] >= 0 else zero
        columns.append(Column(label, text, place * step, y, width, height))
        points.append(f"{place * step + width // 2},{y if values[place] >= 0 else y + height}")
    most = next((text for (_, _, text), value in zip(rows, values, strict=True) if value == top), "")
    return ColumnChart(title, unit, columns, zero, most, " ".join(points), is_line)
