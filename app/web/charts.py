"""Geometry of charts that the server draws: templates only print the numbers computed here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

WIDTH = 640
ROW = 28
BAR = 16
ORIGIN = 176
VALUE_SPACE = 120
LABEL_LETTERS = 24


@dataclass(frozen=True, slots=True)
class Bar:
    label: str
    short_label: str
    text: str
    x: int
    y: int
    width: int
    height: int
    middle: int
    value_x: int


@dataclass(frozen=True, slots=True)
class BarChart:
    title: str
    description: str
    unit: str
    bars: Sequence[Bar]
    width: int
    height: int
    origin: int


def _shortened(label: str) -> str:
    return label if len(label) <= LABEL_LETTERS else label[: LABEL_LETTERS - 1].rstrip() + "…"


def bar_chart(
    title: str, description: str, rows: Sequence[tuple[str, Decimal | int, str]], unit: str = ""
) -> BarChart:
    """Horizontal bars from zero; rows are (label, value, value as shown). Values below zero draw no bar."""
    largest = max((Decimal(value) for _, value, _ in rows), default=Decimal(0))
    room = WIDTH - ORIGIN - VALUE_SPACE
    bars = []
    for index, (label, value, text) in enumerate(rows):
        width = int(room * max(Decimal(value), Decimal(0)) / largest) if largest > 0 else 0
        top = index * ROW + (ROW - BAR) // 2
        bars.append(
            Bar(label, _shortened(label), text, ORIGIN, top, width, BAR, index * ROW + ROW // 2, ORIGIN + width + 8)
        )
    return BarChart(title, description, unit, bars, WIDTH, max(len(rows), 1) * ROW, ORIGIN)
