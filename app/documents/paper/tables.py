"""A table of any columns, each row one text: one column holds texts that break, the others are as wide as they need."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import Enum

from app.documents.paper.fonts import BOLD, REGULAR
from app.documents.paper.ledger import (
    HEAD_LEADING,
    HEAD_PADDING,
    HEAD_SIZE,
    LEADING,
    ROW_PADDING,
    SIZE,
    SMALL_SIZE,
    WIDTH,
    Row,
)
from app.documents.paper.pages import Measured
from app.documents.paper.typeset import MILLIMETRE, POINT, Align, Column, before, is_covered, set_row, width, wrap

_GAP = 9 * POINT
_NARROWEST_TEXT, _NARROWEST_CODE = 50 * MILLIMETRE, 16 * MILLIMETRE
_WIDEST_LABEL = 22 * MILLIMETRE


class Role(Enum):
    """`TEXT` takes what the others leave (one a table), `CODE` gives way and breaks where room is short."""

    TEXT = "text"
    CODE = "code"
    FIGURE = "figure"


@dataclass(frozen=True, slots=True)
class Heading:
    """A column: its label, how its cells stand, and what it does where room is short."""

    label: str
    align: Align = Align.LEFT
    role: Role = Role.FIGURE


@dataclass(frozen=True, slots=True)
class Cells:
    """A row: a text for each column, remarks below in small, what it adds to the running sum.

    `is_group`: the first text stands alone across the whole width, above rows that belong to it.
    """

    texts: tuple[str, ...]
    remarks: tuple[str, ...] = ()
    amount: Decimal = Decimal(0)
    is_group: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Set rows under a set head; `sum_row` sets a carried sum into the same columns."""

    head: tuple[str, ...]
    rows: tuple[Measured[Row], ...]
    columns: tuple[Column, ...]
    text_place: int
    sum_place: int
    decimal: str

    @property
    def head_height(self) -> int:
        return len(self.head) * HEAD_LEADING + HEAD_PADDING

    def sum_row(self, label: str, amount: str) -> str:
        cells = [""] * len(self.columns)
        cells[self.text_place], cells[self.sum_place] = label, amount
        return set_row(self.columns, cells, self.decimal, SIZE, BOLD)


@dataclass(frozen=True, slots=True)
class _Grid:
    headings: Sequence[Heading]
    widths: Sequence[int]
    columns: Sequence[Column]
    text_at: int


def table(headings: Sequence[Heading], rows: Sequence[Cells], decimal: str, *, sum_place: int = -1) -> Table:
    """`decimal` is the decimal sign of the figures; `sum_place` the column of carried sums."""
    plain = [row for row in rows if not row.is_group]
    extents = [_extent([row.texts[i] for row in plain], item, decimal) for i, item in enumerate(headings)]
    text_place = next(i for i, item in enumerate(headings) if item.role is Role.TEXT)
    widths = _widths(headings, extents, text_place)
    columns = _columns(headings, widths, [tail for _front, tail in extents], is_label=False)
    labels = _columns(headings, widths, [0] * len(headings), is_label=True)
    grid = _Grid(headings, widths, columns, columns[text_place].at)
    return Table(
        head=tuple(_head([item.label for item in headings], widths, labels)),
        rows=_kept([_row(row, grid, decimal) for row in rows]),
        columns=columns,
        text_place=text_place,
        sum_place=sum_place % len(headings),
        decimal=decimal,
    )


def _kept(rows: Sequence[Measured[Row]]) -> tuple[Measured[Row], ...]:
    """A row that heads others stays on the page of the first of them."""
    below = [row.height for row in rows[1:]] + [0]
    return tuple(
        replace(row, follows=height) if row.item.is_group else row for row, height in zip(rows, below, strict=True)
    )


def _extent(texts: list[str], heading: Heading, decimal: str) -> tuple[int, int]:
    """How far the texts of a column reach before and after their mark."""
    fronts = [before(text, heading.align, decimal, SIZE) for text in texts]
    tails = [width(text, SIZE) - front for text, front in zip(texts, fronts, strict=True)]
    return max(fronts, default=0), max(tails, default=0)


def _widths(headings: Sequence[Heading], extents: Sequence[tuple[int, int]], text_place: int) -> list[int]:
    widths = [
        max(front + tail, _label_width(item.label)) for item, (front, tail) in zip(headings, extents, strict=True)
    ]
    widths[text_place] = 0
    rest = WIDTH - sum(widths) - (len(headings) - 1) * _GAP
    for i, item in enumerate(headings):
        if item.role is Role.CODE and rest < _NARROWEST_TEXT:
            narrower = max(_NARROWEST_CODE, widths[i] - (_NARROWEST_TEXT - rest))
            rest, widths[i] = rest + widths[i] - min(widths[i], narrower), min(widths[i], narrower)
    widths[text_place] = max(rest, _NARROWEST_CODE)
    return widths


def _label_width(label: str) -> int:
    """A long label takes two lines, broken where they are shortest."""
    whole = width(label, HEAD_SIZE, BOLD)
    words = label.split(" ")
    if whole <= _WIDEST_LABEL or len(words) == 1:
        return whole
    breaks = ((" ".join(words[:i]), " ".join(words[i:])) for i in range(1, len(words)))
    return min(max(width(part, HEAD_SIZE, BOLD) for part in parts) for parts in breaks)


def _columns(
    headings: Sequence[Heading], widths: Sequence[int], tails: Sequence[int], *, is_label: bool
) -> tuple[Column, ...]:
    """Labels stand left or right; figures on their decimal sign, `tails` before the right edge."""
    columns, left = [], 0
    for item, size, tail in zip(headings, widths, tails, strict=True):
        right = left + size
        if item.align is Align.LEFT:
            columns.append(Column(left, Align.LEFT))
        elif is_label or item.align is Align.RIGHT:
            columns.append(Column(right, Align.RIGHT))
        else:
            columns.append(Column(right - tail, Align.DECIMAL))
        left = right + _GAP
    return tuple(columns)


def _row(row: Cells, grid: _Grid, decimal: str) -> Measured[Row]:
    headings, widths, columns = grid.headings, grid.widths, grid.columns
    if row.is_group:
        head, *more = wrap(row.texts[0], WIDTH, SIZE, BOLD)
        height = (1 + len(more)) * LEADING + ROW_PADDING
        return Measured(Row(head, tuple(more), is_group=True), height, row.amount)
    broken = [
        wrap(text, limit, SIZE) if item.role is not Role.FIGURE and text else [text]
        for text, limit, item in zip(row.texts, widths, headings, strict=True)
    ]
    first, *rest = _lines(broken)
    small = tuple(
        set_row((Column(grid.text_at, Align.LEFT),), (line,), "", SMALL_SIZE)
        for remark in row.remarks
        for line in wrap(remark, WIDTH - grid.text_at, SMALL_SIZE)
    )
    figures = ""
    if not all(is_covered(text, REGULAR) for text in first):
        figures = set_row(columns, [t if is_covered(t) else "" for t in first], decimal, SIZE)
        first = tuple("" if is_covered(text) else text for text in first)
    more_lines = tuple(set_row(columns, line, decimal, SIZE) for line in rest)
    height = (1 + len(more_lines) + len(small)) * LEADING + ROW_PADDING
    return Measured(Row(set_row(columns, first, decimal, SIZE), more_lines, small, figures), height, row.amount)


def _lines(broken: Sequence[Sequence[str]]) -> Iterator[tuple[str, ...]]:
    for i in range(max(len(lines) for lines in broken)):
        yield tuple(lines[i] if i < len(lines) else "" for lines in broken)


def _head(labels: Sequence[str], widths: Sequence[int], columns: Sequence[Column]) -> list[str]:
    broken = [wrap(label, limit, HEAD_SIZE, BOLD) for label, limit in zip(labels, widths, strict=True)]
    height = max(len(lines) for lines in broken)
    padded = [[""] * (height - len(lines)) + list(lines) for lines in broken]
    return [set_row(columns, [lines[i] for lines in padded], "", HEAD_SIZE, BOLD) for i in range(height)]
