"""Tables with lines all round on a canvas: numbered columns under grouped heads, sums by page and for all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from app.documents.paper.canvas import LEFT, RIGHT, TINY, Canvas, Type
from app.documents.paper.typeset import MILLIMETRE, POINT, Align, Column, is_covered, set_row, width, wrap

CELL = Type(7_000, 8_600)
_PAD = 1_600
_ROW_PAD = 3 * POINT
_NARROWEST = 12 * MILLIMETRE

Sums = Callable[[Sequence[int]], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class GridColumn:
    """`width` is the least one; the column that `is_text` gets what is left. `group` heads neighbouring columns.

    `number` stands in the row below the labels, as the forms count their columns.
    """

    label: str
    width: int
    align: str = LEFT
    number: str = ""
    group: str = ""
    is_text: bool = False


@dataclass(frozen=True, slots=True)
class Grid:
    """Columns whose widths are settled for given rows."""

    columns: tuple[GridColumn, ...]
    edges: tuple[int, ...]
    set_columns: tuple[Column, ...]
    at: int = 0

    @property
    def span(self) -> int:
        return self.edges[-1] - self.at


def grid_of(columns: Sequence[GridColumn], rows: Sequence[tuple[str, ...]], span: int, *, at: int = 0) -> Grid:
    """Columns as wide as their figures need; the text column takes the rest."""
    settled = []
    for i, column in enumerate(columns):
        widest = max((width(row[i], CELL.size) for row in rows), default=0) if column.align == RIGHT else 0
        settled.append(replace(column, width=max(column.width, widest + 2 * _PAD)))
    rest = span - sum(column.width for column in settled if not column.is_text)
    settled = [replace(item, width=max(rest, _NARROWEST)) if item.is_text else item for item in settled]
    edges = [at]
    for column in settled:
        edges.append(edges[-1] + column.width)
    marks = []
    for column, left, right in zip(settled, edges, edges[1:], strict=False):
        is_right = column.align == RIGHT
        marks.append(Column(right - _PAD if is_right else left + _PAD, Align.RIGHT if is_right else Align.LEFT))
    return Grid(tuple(settled), tuple(edges), tuple(marks), at)


def draw(
    canvas: Canvas,
    grid: Grid,
    rows: Sequence[tuple[str, ...]],
    *,
    page_sums: Sums | None = None,
    all_sums: Sequence[Sums] = (),
) -> None:
    """Head and rows over as many pages as it takes. `page_sums` gives the row that ends each page, `all_sums` those
    that end the table; they get the places of the rows they sum.
    """
    sum_height = CELL.leading + _ROW_PAD
    page = _Page(canvas, grid, 0)
    for place, cells in enumerate(rows):
        lines = _lines(cells, grid)
        height = len(lines) * CELL.leading + _ROW_PAD
        reserve = sum_height if page_sums else 0
        is_last = place == len(rows) - 1
        reserve += sum_height * len(all_sums) if is_last else 0
        if height + reserve > canvas.room and page.has_rows:
            page.close(page_sums(range(page.first, place)) if page_sums else None)
            canvas.turn()
            page = _Page(canvas, grid, place)
        page.add(lines)
    page.close(page_sums(range(page.first, len(rows))) if page_sums else None, is_open=True)
    for sums in all_sums:
        page.add([sums(range(len(rows)))])
    page.finish()


class _Page:
    """The part of a table on one page."""

    def __init__(self, canvas: Canvas, grid: Grid, first: int) -> None:
        self._canvas, self._grid, self.first = canvas, grid, first
        self._tops = _head(canvas, grid)
        self._top = canvas.top
        self._rows: list[str] = []

    @property
    def has_rows(self) -> bool:
        return bool(self._rows)

    def add(self, lines: Sequence[tuple[str, ...]]) -> None:
        """Cells whose width is not known, for signs that are not in our fonts, stand on their own."""
        canvas, grid = self._canvas, self._grid
        texts = []
        for number, cells in enumerate(lines):
            known = [cell if is_covered(cell) else "" for cell in cells]
            for place, cell in enumerate(cells):
                if not is_covered(cell):
                    left, room = grid.edges[place] + _PAD, grid.columns[place].width - 2 * _PAD
                    top = canvas.top + _ROW_PAD // 2 + number * CELL.leading
                    canvas.put(cell, left, top, room, CELL, align=grid.columns[place].align)
            texts.append(set_row(grid.set_columns, known, "", CELL.size))
        self._rows.append("\n".join(texts))
        canvas.top += len(lines) * CELL.leading + _ROW_PAD

    def close(self, sums: tuple[str, ...] | None, *, is_open: bool = False) -> None:
        if sums is not None:
            self.add([sums])
        if not is_open:
            self.finish()

    def finish(self) -> None:
        """The upright lines, from each column's top to here."""
        self._canvas.rows(self._rows, self._top, self._grid.span, CELL)
        for edge, top in zip(self._grid.edges, self._tops, strict=True):
            self._canvas.upright(edge, top, self._canvas.top - top)


def _lines(cells: tuple[str, ...], grid: Grid) -> list[tuple[str, ...]]:
    broken = [
        wrap(text, column.width - 2 * _PAD, CELL.size) if text and column.align != RIGHT else [text]
        for text, column in zip(cells, grid.columns, strict=True)
    ]
    height = max(len(lines) for lines in broken)
    return [tuple(lines[i] if i < len(lines) else "" for lines in broken) for i in range(height)]


def _head(canvas: Canvas, grid: Grid) -> list[int]:
    """Labels, groups and numbers; returns where the upright line left of each column begins, and the last one."""
    columns, edges, top = grid.columns, grid.edges, canvas.top
    groups = _groups(columns)
    group_height = max(
        (_label_height(name, edges[end] - edges[start]) for name, start, end in groups if name), default=0
    )
    labels = _Labels()
    canvas.rule(grid.at, top, grid.span)
    tops = [top] * len(edges)
    for name, start, end in groups:
        if name:
            labels.add(name, edges[start], edges[end], top)
            canvas.rule(edges[start], top + group_height, edges[end] - edges[start])
            tops[start + 1 : end] = [top + group_height] * (end - start - 1)
    bottom = top
    for i, column in enumerate(columns):
        label_top = top + (group_height if column.group else 0)
        labels.add(column.label, edges[i], edges[i + 1], label_top)
        bottom = max(bottom, label_top + _label_height(column.label, column.width))
    canvas.rule(grid.at, bottom, grid.span)
    if any(column.number for column in columns):
        for i, column in enumerate(columns):
            labels.add(column.number, edges[i], edges[i + 1], bottom)
        bottom += TINY.leading + 2 * POINT
        canvas.rule(grid.at, bottom, grid.span)
    labels.put(canvas)
    canvas.top = bottom
    return tops


class _Labels:
    """Centred labels of a head, one text for all that stand at one height."""

    def __init__(self) -> None:
        self._lines: dict[int, list[tuple[int, str]]] = {}

    def add(self, label: str, left: int, right: int, top: int) -> None:
        lines = [line for part in label.split("\n") for line in wrap(part, right - left - 2 * _PAD, TINY.size)]
        for number, line in enumerate(lines if label else ()):
            at = left + (right - left - width(line, TINY.size)) // 2
            self._lines.setdefault(top + POINT + number * TINY.leading, []).append((at, line))

    def put(self, canvas: Canvas) -> None:
        for top, parts in self._lines.items():
            placed = sorted(parts)
            columns = [Column(at, Align.LEFT) for at, _text in placed]
            canvas.set_line(set_row(columns, [text for _at, text in placed], "", TINY.size), top, TINY)


def _label_height(label: str, room: int) -> int:
    lines = [line for part in label.split("\n") for line in wrap(part, room - 2 * _PAD, TINY.size)]
    return len(lines) * TINY.leading + 2 * POINT


def _groups(columns: Sequence[GridColumn]) -> list[tuple[str, int, int]]:
    """Runs of columns with one group: its name, first column, the one behind the last."""
    found: list[tuple[str, int, int]] = []
    for i, column in enumerate(columns):
        if column.group and found and found[-1][0] == column.group and found[-1][2] == i:
            found[-1] = (column.group, found[-1][1], i + 1)
        else:
            found.append((column.group, i, i + 1))
    return found
