"""Rows in parts: shape checked, grouped, numbered, ready for an importer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from app.core.errors import RowProblem
from app.core.tables.rows import BLANKS, Cell, Row, cell_text
from app.core.texts import N_, Message
from app.exchange.domain.fields import Field, field_of
from app.exchange.domain.reading import Plan
from app.exchange.domain.values import Misread, Parser, parser

_GROUP_MAY_GROW = 2


class Item(NamedTuple):
    """One row whose cells could be read. Empty cells are absent from `values`.

    `ordinal` counts the rows of its group from 1 over the whole file, 0 where the importer does not group.
    """

    row: int
    ordinal: int
    values: dict[str, Any]


@dataclass(slots=True)
class Chunk:
    """A part of the file. `rows` holds every row as given, for the report; `next_row` is where the next part starts."""

    plan: Plan
    options: Mapping[str, str]
    items: list[Item] = field(default_factory=list)
    problems: list[RowProblem] = field(default_factory=list)
    rows: dict[int, tuple[Cell, ...]] = field(default_factory=dict)
    next_row: int = 0

    def problem(self, item: Item, key: str, code: str, message: Message) -> RowProblem:
        """A problem of one row, named by the header of the column that feeds `key`."""
        return RowProblem(item.row, self.plan.header(key), code, message, str(item.values.get(key, "")))


class _Reader(NamedTuple):
    key: str
    column: int
    parse: Parser


@dataclass(frozen=True, slots=True)
class _Readers:
    """How to read a row; `required` are the keys of each required field, of which one must be filled."""

    columns: tuple[_Reader, ...]
    required: tuple[tuple[str, ...], ...]


def chunks(
    rows: Iterable[Row],
    plan: Plan,
    fields: Sequence[Field],
    options: Mapping[str, str],
    *,
    size: int,
    group: Sequence[str] = (),
    from_row: int = 0,
) -> Iterator[Chunk]:
    """Parts of about `size` rows from `from_row` on. Rows of one group (same values under `group`) stay together
    where they follow each other; earlier rows are read, too, because `ordinal` counts them.
    """
    readers = _readers(plan, fields)
    group_columns = [plan.columns[key].index for key in group if key in plan.columns]
    ordinals: Counter[tuple[Cell, ...]] = Counter()
    chunk = Chunk(plan, options)
    last_group: tuple[Cell, ...] = ()
    for row in rows:
        if row.number <= plan.header_row:
            continue
        row_group = tuple([row.cell(index) for index in group_columns])
        if row_group:
            ordinals[row_group] += 1
        if row.number < from_row:
            continue
        count = len(chunk.rows)
        if count >= size and (not row_group or row_group != last_group or count >= size * _GROUP_MAY_GROW):
            yield chunk
            chunk = Chunk(plan, options)
        last_group = row_group
        _add(chunk, row, readers, ordinals[row_group] if row_group else 0)
    if chunk.rows:
        yield chunk


def _readers(plan: Plan, fields: Sequence[Field]) -> _Readers:
    readers = []
    required: dict[str, list[str]] = {}
    for key, column in plan.columns.items():
        owner = field_of(fields, key)
        if owner is not None:
            readers.append(_Reader(key, column.index, parser(owner.shape, owner.length, plan.conventions)))
            if owner.is_required:
                required.setdefault(owner.name, []).append(key)
    return _Readers(tuple(readers), tuple(tuple(keys) for keys in required.values()))


def _add(chunk: Chunk, row: Row, readers: _Readers, ordinal: int) -> None:
    number, cells = row
    chunk.rows[number] = cells
    chunk.next_row = number + 1
    width = len(cells)
    values: dict[str, Any] = {}
    misread: set[str] = set()
    for key, column, parse in readers.columns:
        cell = cells[column] if column < width else None
        if cell is None or (isinstance(cell, str) and _is_blank(cell)):
            continue
        try:
            values[key] = parse(cell)
        except Misread as error:
            misread.add(key)
            problem = RowProblem(number, chunk.plan.header(key), error.code, error.message, cell_text(cell)[:200])
            chunk.problems.append(problem)
    for keys in readers.required:
        if not any(key in values or key in misread for key in keys):
            misread.add(keys[0])
            empty = N_("This cell must not be empty.")
            chunk.problems.append(RowProblem(number, chunk.plan.header(keys[0]), "empty", empty))
    if not misread:
        chunk.items.append(Item(number, ordinal, values))


def _is_blank(text: str) -> bool:
    """Nothing to see: blanks, or invisible signs, which the quick test does not know."""
    return not text.strip() or (not text.isascii() and not text.strip(BLANKS))
