"""The lines of an invoice as rows: columns as wide as their content needs, the rest for the description."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from app.core.units import unit_name
from app.documents.model.line import AllowanceCharge, Line
from app.documents.paper.figures import NBSP, Figures
from app.documents.paper.fonts import BOLD
from app.documents.paper.pages import Measured
from app.documents.paper.typeset import (
    MILLIMETRE,
    POINT,
    Align,
    Column,
    before,
    clean,
    is_covered,
    set_row,
    width,
    wrap,
)
from app.documents.paper.words import Words

WIDTH = 175 * MILLIMETRE
SIZE, LEADING, ROW_PADDING = 9 * POINT, 11_500, 4 * POINT
HEAD_SIZE, HEAD_LEADING, HEAD_PADDING = 8 * POINT, 10 * POINT, 6 * POINT
SMALL_SIZE = 8 * POINT

_GAP = 9 * POINT
_NARROWEST_CODE = 16 * MILLIMETRE
_WIDEST_LABEL = 20 * MILLIMETRE
_UNIT_GAP = 3 * POINT
_NARROWEST_TEXT = 60 * MILLIMETRE


@dataclass(frozen=True, slots=True)
class Row:
    """One row: `text` with all columns; `more` are further lines of the description, `small` remarks below.

    Where the description has signs our fonts lack, its width is unknown: the figures then stand apart in `figures`.
    `is_group`: the row heads those below it.
    """

    text: str
    more: tuple[str, ...] = ()
    small: tuple[str, ...] = ()
    figures: str = ""
    is_group: bool = False


@dataclass(frozen=True, slots=True)
class _Cells:
    """The texts of one line, column by column."""

    position: str
    code: str
    name: str
    quantity: str
    unit: str
    price: str
    rate: str
    net: str
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ledger:
    """Head and rows of a table of lines, and how a running sum is set into the same columns."""

    head: tuple[str, ...]
    rows: tuple[Measured[Row], ...]
    columns: tuple[Column, ...]
    decimal: str

    @property
    def head_height(self) -> int:
        return len(self.head) * HEAD_LEADING + HEAD_PADDING

    def sum_row(self, label: str, amount: str) -> str:
        cells = ["", "", label, "", "", "", "", amount]
        return set_row(self.columns, cells, self.decimal, SIZE, BOLD)


def ledger(lines: Sequence[Line], currency: str, figures: Figures, _: Words) -> Ledger:
    cells = [_cells(line, currency, figures, _) for line in lines]
    labels = _labels(currency, _)
    grid = _grid(cells, labels, figures)
    rows = [_row(cell, line.net, grid, figures) for cell, line in zip(cells, lines, strict=True)]
    return Ledger(tuple(_head(labels, grid)), tuple(rows), grid.columns, figures.decimal)


def _labels(currency: str, _: Words) -> tuple[str, ...]:
    """Column by column; quantity and unit share one."""
    return (
        _("No."), _("Article"), _("Description"), _("Quantity"), "", _("Unit price"), _("VAT"),
        _("Net, {currency}", currency=currency),
    )  # fmt: skip


def _cells(line: Line, currency: str, figures: Figures, _: Words) -> _Cells:
    price = figures.price(line.unit_price, currency)
    per = line.price_base_quantity
    return _Cells(
        position=clean(line.position),
        code=clean(line.sku),
        name=line.name,
        quantity=figures.quantity(line.quantity),
        unit=_(unit_name(line.unit).text),
        price=price if per is None or per == 1 else f"{price}{NBSP}/{NBSP}{figures.quantity(per)}",
        rate="" if line.vat_rate is None else figures.percent(line.vat_rate),
        net=figures.amount(line.net, currency),
        remarks=tuple(_remarks(line, currency, figures, _)),
    )


def _remarks(line: Line, currency: str, figures: Figures, _: Words) -> list[str]:
    remarks = [line.description] if line.description else []
    if line.buyer_sku:
        remarks.append(_("Your article number: {number}", number=line.buyer_sku))
    if line.note:
        remarks.append(line.note)
    return remarks + [allowance_text(item, currency, figures, _) for item in line.allowances_charges]


def allowance_text(item: AllowanceCharge, currency: str, figures: Figures, _: Words) -> str:
    """What is taken off or added, why, and how much: "Discount: Volume, 5 %: -12.00 EUR"."""
    name = _("Charge") if item.is_charge else _("Discount")
    parts = [name, *([item.reason] if item.reason else [])]
    share = "" if item.percent is None else f", {figures.percent(item.percent)}"
    amount = item.amount if item.is_charge else -item.amount
    return f"{': '.join(parts)}{share}: {figures.money(amount, currency)}"


@dataclass(frozen=True, slots=True)
class _Grid:
    """Where the cells of a row and their labels stand, and how wide a text may be, column by column."""

    columns: tuple[Column, ...]
    label_columns: tuple[Column, ...]
    widths: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Extent:
    """How far the texts of a column reach before and after their mark."""

    front: int
    tail: int

    @classmethod
    def of(cls, texts: list[str], align: Align, decimal: str) -> _Extent:
        front = max((before(text, align, decimal, SIZE) for text in texts), default=0)
        tail = max((width(text, SIZE) - before(text, align, decimal, SIZE) for text in texts), default=0)
        return cls(front, tail)

    def with_label(self, label: str) -> int:
        """The width of the column, its label included; a long one may take two lines."""
        whole = width(label, HEAD_SIZE, BOLD)
        return max(self.front + self.tail, _in_two_lines(label) if whole > _WIDEST_LABEL else whole)


def _in_two_lines(label: str) -> int:
    """The least width in which a label takes no more than two lines."""
    words = label.split(" ")
    breaks = [(" ".join(words[:i]), " ".join(words[i:])) for i in range(1, len(words))] or [(label, "")]
    return min(max(width(part, HEAD_SIZE, BOLD) for part in parts) for parts in breaks)


def _grid(cells: Sequence[_Cells], labels: Sequence[str], figures: Figures) -> _Grid:
    """Position and code from the left edge, figures from the right, what remains for the description."""
    decimal = figures.decimal
    quantity = _Extent.of([cell.quantity for cell in cells], Align.DECIMAL, decimal)
    price = _Extent.of([cell.price for cell in cells], Align.DECIMAL, decimal)
    position, code, quantity_width, unit, price_width, rate, net = (
        _Extent.of([cell.position for cell in cells], Align.RIGHT, decimal).with_label(labels[0]),
        _Extent.of([cell.code for cell in cells], Align.LEFT, decimal).with_label(labels[1]),
        quantity.with_label(labels[3]),
        _Extent.of([cell.unit for cell in cells], Align.LEFT, decimal).with_label(labels[4]),
        price.with_label(labels[5]),
        _Extent.of([cell.rate for cell in cells], Align.RIGHT, decimal).with_label(labels[6]),
        _Extent.of([cell.net for cell in cells], Align.RIGHT, decimal).with_label(labels[7]),
    )
    for_texts = WIDTH - position - quantity_width - _UNIT_GAP - unit - price_width - rate - net - 6 * _GAP
    code = min(code, max(for_texts - _NARROWEST_TEXT, _NARROWEST_CODE))
    code_start = position + _GAP
    name_start = code_start + code + _GAP
    rate_end = WIDTH - net - _GAP
    price_end = rate_end - rate - _GAP
    unit_start = price_end - price_width - _GAP - unit
    quantity_end = unit_start - _UNIT_GAP
    left = (Column(position, Align.RIGHT), Column(code_start, Align.LEFT), Column(name_start, Align.LEFT))
    middle, right = Column(unit_start, Align.LEFT), (Column(rate_end, Align.RIGHT), Column(WIDTH, Align.RIGHT))
    quantity_column = Column(quantity_end - quantity.tail, Align.DECIMAL)
    price_column = Column(price_end - price.tail, Align.DECIMAL)
    text_width = for_texts - code
    return _Grid(
        columns=(*left, quantity_column, middle, price_column, *right),
        label_columns=(*left, Column(quantity_end, Align.RIGHT), middle, Column(price_end, Align.RIGHT), *right),
        widths=(position, code, text_width, quantity_width, unit, price_width, rate, net),
    )


def _row(cell: _Cells, net: Decimal, grid: _Grid, figures: Figures) -> Measured[Row]:
    columns, text_width = grid.columns, grid.widths[2]
    name, *names = wrap(cell.name, text_width, SIZE)
    code, *codes = wrap(cell.code, grid.widths[1], SIZE) if cell.code else [""]
    figure_cells = ("", "", "", cell.quantity, cell.unit, cell.price, cell.rate, cell.net)
    text_cells = (cell.position, code, name, "", "", "", "", "")
    more = tuple(
        set_row(columns[1:3], (codes[i] if i < len(codes) else "", names[i] if i < len(names) else ""), "", SIZE)
        for i in range(max(len(names), len(codes)))
    )
    indent = Column(columns[2].at, Align.LEFT)
    small = tuple(
        set_row((indent,), (line,), "", SMALL_SIZE)
        for remark in cell.remarks
        for line in wrap(remark, text_width, SMALL_SIZE)
    )
    height = (1 + len(more) + len(small)) * LEADING + ROW_PADDING
    if is_covered(name) and is_covered(code):
        cells = [text or figure for text, figure in zip(text_cells, figure_cells, strict=True)]
        return Measured(Row(set_row(columns, cells, figures.decimal, SIZE), more, small), height, net)
    text = set_row(columns, text_cells, figures.decimal, SIZE)
    return Measured(Row(text, more, small, set_row(columns, figure_cells, figures.decimal, SIZE)), height, net)


def _head(labels: Sequence[str], grid: _Grid) -> list[str]:
    """The labels over their columns, in as many lines as the longest needs, the last line at the bottom."""
    broken = [wrap(label, limit, HEAD_SIZE, BOLD) for label, limit in zip(labels, grid.widths, strict=True)]
    height = max(len(lines) for lines in broken)
    padded = [[""] * (height - len(lines)) + lines for lines in broken]
    return [set_row(grid.label_columns, [lines[i] for lines in padded], "", HEAD_SIZE, BOLD) for i in range(height)]
