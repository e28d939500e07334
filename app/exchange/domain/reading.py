"""Which column of a file feeds which field: header row, known headers, saved and manual mappings, conventions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from app.core.errors import Invalid
from app.core.tables.delimited import HEADER_ROWS, IsHeader
from app.core.tables.opening import Table
from app.core.tables.rows import Cell, Row, cell_text
from app.core.texts import N_
from app.exchange.domain.fields import Field, Shape, field_of, header_key
from app.exchange.domain.values import Conventions, day_first, decimal_sign

_SAMPLE_ROWS = 200
_SAMPLES_SHOWN = 3
_COLUMNS_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the file. `name` is how a mapping refers to it: its header, or `#3` where that is not unique."""

    index: int
    name: str
    header: str
    samples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """How a file was understood. `header_row` is the row number of the header, 0 when the file has none."""

    kind: str
    encoding: str | None
    delimiter: str | None
    sheet: str | None
    sheets_ignored: tuple[str, ...]
    header_row: int
    columns: tuple[Column, ...]
    sample: tuple[Row, ...]

    def column(self, name: str) -> Column | None:
        exact = next((column for column in self.columns if column.name == name), None)
        if exact is not None or name.startswith("#"):
            return exact
        alike = [column for column in self.columns if header_key(column.header) == header_key(name) and column.header]
        return alike[0] if len(alike) == 1 else None


@dataclass(frozen=True, slots=True)
class Plan:
    """A mapping that fits the file: key of a field -> column, with the conventions of the mapped cells."""

    header_row: int
    columns: Mapping[str, Column]
    conventions: Conventions

    def header(self, key: str) -> str:
        """What a person calls the column of a key."""
        column = self.columns.get(key)
        return (column.header or column.name) if column else key


def is_header_for(fields: Sequence[Field]) -> IsHeader:
    """Tells a row that names all required fields, and at least two fields if there are as many."""
    required = {field.name for field in fields if field.is_required}
    enough = min(2, len(fields))

    def is_header(cells: Sequence[Cell]) -> bool:
        found = {field_name for field_name, _key in _recognised(cells, fields)}
        return required <= found and len(found) >= enough

    return is_header


def read_sample(table: Table, fields: Sequence[Field], *, has_header: bool = True) -> Reading:
    """Look at the first rows of a table and say how it is read."""
    rows = list(islice(table.rows(), _SAMPLE_ROWS + HEADER_ROWS))
    if not rows:
        raise Invalid("file", N_("The file has no rows."))
    header = _header_of(rows, fields) if has_header else None
    data = tuple(row for row in rows if header is None or row.number > header.number)[:_SAMPLE_ROWS]
    return Reading(
        kind=table.kind,
        encoding=table.encoding,
        delimiter=table.delimiter,
        sheet=table.sheet,
        sheets_ignored=table.sheets_ignored,
        header_row=header.number if header else 0,
        columns=_columns(header, data),
        sample=data,
    )


def guess(reading: Reading, fields: Sequence[Field]) -> dict[str, str]:
    """A mapping from the headers alone: key -> name of the column. A field takes the first column that fits."""
    mapping: dict[str, str] = {}
    for column in reading.columns:
        for _name, key in _keys(column.header, fields):
            if key not in mapping:
                mapping[key] = column.name
                break
    return mapping


def make_plan(
    reading: Reading, fields: Sequence[Field], mapping: Mapping[str, str], *, sign: str = "", time_zone: str = "UTC"
) -> Plan:
    """Check a mapping against the file; Invalid("mapping") says what is missing. `sign` overrides the detected one."""
    columns: dict[str, Column] = {}
    for key, name in mapping.items():
        if field_of(fields, key) is None:
            raise Invalid("mapping", N_("There is no field “{field}”.", field=key))
        column = reading.column(name)
        if column is None:
            raise Invalid("mapping", N_("The file has no column “{column}”.", column=name))
        columns[key] = column
    present = {key.partition(":")[0] for key in columns}
    for field in fields:
        if field.is_required and field.name not in present:
            raise Invalid("mapping", N_("No column gives “{field}”.", field=field.label))
    numeric = _cells(reading, fields, columns, {Shape.NUMBER, Shape.WHOLE})
    dates = _cells(reading, fields, columns, {Shape.DAY, Shape.MOMENT})
    columns = dict(sorted(columns.items(), key=lambda entry: entry[1].index))
    conventions = Conventions(sign or decimal_sign(numeric, reading.delimiter), day_first(dates), time_zone)
    return Plan(reading.header_row, columns, conventions)


def _cells(
    reading: Reading, fields: Sequence[Field], columns: Mapping[str, Column], shapes: set[Shape]
) -> Iterator[Cell]:
    for key, column in columns.items():
        field = field_of(fields, key)
        if field is not None and field.shape in shapes:
            yield from (row.cell(column.index) for row in reading.sample)


def _keys(header: str, fields: Sequence[Field]) -> Iterator[tuple[str, str]]:
    for field in fields:
        key = field.key_for(header) if header else None
        if key is not None:
            yield field.name, key


def _recognised(cells: Iterable[Cell], fields: Sequence[Field]) -> Iterator[tuple[str, str]]:
    for cell in cells:
        if isinstance(cell, str):
            yield from _keys(cell, fields)


def _header_of(rows: Sequence[Row], fields: Sequence[Field]) -> Row | None:
    """The row among the first that names most fields; the first row with text where none names any."""
    candidates = [row for row in rows if row.number <= rows[0].number + HEADER_ROWS]
    scored = [(len({name for name, _ in _recognised(row.cells, fields)}), -row.number, row) for row in candidates]
    best, _, row = max(scored, key=lambda entry: entry[:2])
    if best:
        return row
    return rows[0] if any(isinstance(cell, str) for cell in rows[0].cells) else None


def _columns(header: Row | None, data: Sequence[Row]) -> tuple[Column, ...]:
    rows = [*([header] if header else []), *data]
    width = min(max(len(row.cells) for row in rows), _COLUMNS_SHOWN)
    headers = [cell_text(header.cell(index)) if header else "" for index in range(width)]
    names = [
        text if text and not text.startswith("#") and headers.count(text) == 1 else f"#{index + 1}"
        for index, text in enumerate(headers)
    ]
    return tuple(
        Column(index, names[index], headers[index], _samples(data, index))
        for index in range(width)
        if headers[index] or any(row.cell(index) is not None for row in data)
    )


def _samples(data: Sequence[Row], index: int) -> tuple[str, ...]:
    """The first few different texts of a column."""
    seen: dict[str, None] = {}
    for row in data:
        text = cell_text(row.cell(index))
        if text:
            seen[text[:60]] = None
        if len(seen) == _SAMPLES_SHOWN:
            break
    return tuple(seen)
