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
