"""Tables in: rows with the same number are one document; what is wrong is named by row and column."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from itertools import islice
from typing import Any

from app.core.errors import Invalid
from app.core.money import round_amount
from app.core.tables.opening import Table, open_table
from app.core.tables.rows import UPLOAD_LIMITS, Cell, Row, cell_text
from app.core.texts import N_
from app.documents.formats import FormatError
from app.documents.model.catalogue import Catalogue
from app.documents.model.invoice import BillingDocument
from app.documents.model.totals import Totals, VatBreakdown
from app.documents.reading import Leftover, Reading
from app.documents.segments import Fault
from app.documents.tabular.fields import DOCUMENTS, built, leaf_of, line_class, rows_field
from app.documents.tabular.mapping import Column, TableMapping

_HEADER_ROWS = 20
_DELIMITERS = ";,\t|"
_MAX_FAULTS = 1_000
_MAX_DOCUMENTS = 10_000
_UNUSED = 100  # columns that a report names
ZERO = Decimal(0)


def read_table(data: bytes, mapping: TableMapping) -> tuple[Reading[Any], ...]:
    """Each document of the table. FormatError where it is no table, or lacks a column."""
    mapping = mapping.checked()
    try:
        with open_table(_decoded(data, mapping), is_header=_is_header(mapping), limits=UPLOAD_LIMITS,
                        delimiters=mapping.delimiter or _DELIMITERS) as table:  # fmt: skip
            return _read(table, mapping)
    except FormatError:
        raise
    except Invalid as error:
        raise FormatError(error.message, 1) from None


def _decoded(data: bytes, mapping: TableMapping) -> bytes:
    """As UTF-8 where the mapping names another encoding."""
    if not mapping.encoding or data.startswith(b"PK\x03\x04"):
        return data
    try:
        return data.decode(mapping.encoding).encode()
    except (LookupError, UnicodeError):
        raise FormatError(N_("The file is not in {encoding}.", encoding=mapping.encoding), 1) from None


def _is_header(mapping: TableMapping) -> Any:
    """Does a row hold all columns that must be there?"""
    needed = [one for one in mapping.columns if one.is_needed] or list(mapping.columns)[:1]

    def check(cells: tuple[Cell, ...]) -> bool:
        names = {_key(cell) for cell in cells}
        return all(any(_key(title) in names for title in one.titles or (one.path,)) for one in needed)

    return check if mapping.has_header else None


def _key(cell: Cell) -> str:
    return " ".join(cell_text(cell).casefold().split())


def _read(table: Table, mapping: TableMapping) -> tuple[Reading[Any], ...]:
    if mapping.sheet and table.sheet is not None and table.sheet != mapping.sheet:
        raise FormatError(N_("There is no sheet {name} with these columns.", name=mapping.sheet), 1)
    rows = table.rows()
    places, unused = _places(rows, mapping)
    reader = _Rows(mapping, places)
    for row in rows:
        reader.take(row)
    found = reader.documents(unused)
    if not found:
        raise FormatError(N_("The table has no rows."), 1)
    return found


def _places(rows: Iterator[Row], mapping: TableMapping) -> tuple[dict[str, tuple[int, Column]], tuple[Leftover, ...]]:
    """Where the field of each path is; columns that no field takes."""
    if not mapping.has_header:
        return {one.path: (one.index - 1, one) for one in mapping.columns if one.index > 0}, ()
    check = _is_header(mapping)
    for row in islice(rows, _HEADER_ROWS):
        if not check(row.cells):
            continue
        names = {_key(cell): at for at, cell in reversed(list(enumerate(row.cells))) if cell_text(cell)}
        found = {}
        for one in mapping.columns:
            at = next((names[_key(title)] for title in one.titles or (one.path,) if _key(title) in names), None)
            if at is not None:
                found[one.path] = (at, one)
        taken = {at for at, _ in found.values()}
        others = [at for at in sorted(names.values()) if at not in taken][:_UNUSED]
        return found, tuple(Leftover(cell_text(row.cells[at]), "", row.number, at + 1) for at in others)
    needed = ", ".join(one.title for one in mapping.columns if one.is_needed) or mapping.columns[0].title
    raise FormatError(N_("There is no header row with the columns {columns}.", columns=needed), 1)


class _Rows:
    """Gathers rows into documents by the number of the document, in the order they come."""

    def __init__(self, mapping: TableMapping, places: dict[str, tuple[int, Column]]) -> None:
        self._mapping, self._places = mapping, places
        self._rows_name = rows_field(mapping.document)
        self._heads: dict[str, dict[str, Any]] = {}
        self._lines: dict[str, list[dict[str, Any]]] = {}
        self._first: dict[str, int] = {}
        self._faults: dict[str, list[Fault]] = {}
        self._constants = {path: self._constant(path, text) for path, text in mapping.constants.items()}
        self._last = ""

    def _constant(self, path: str, text: str) -> Any:
        leaf = leaf_of(self._mapping.document, path)
        if leaf is None:
            raise FormatError(N_("{kind} has no field {path}.", kind=self._mapping.document, path=path))
        try:
            return self._mapping.value(text, leaf)
        except ValueError:
            raise FormatError(N_("{path}: {value} has not the right form.", path=path, value=text[:40])) from None

    def take(self, row: Row) -> None:
        values: dict[str, Any] = {}
        faults: list[Fault] = []
        for path, (at, column) in self._places.items():
            leaf = leaf_of(self._mapping.document, path)
            try:
                value = self._mapping.value(row.cell(at), leaf) if leaf else None
            except ValueError:
                shown = cell_text(row.cell(at))[:40]
                message = N_(
                    "Row {row}, column {column}: {value} has not the right form.",
                    row=row.number,
                    column=column.title,
                    value=shown,
                )
                faults.append(Fault("VALUE", message, row.number, at + 1, column.title))
                continue
            if value is None and column.is_needed:
                message = N_("Row {row}: {column} is empty.", row=row.number, column=column.title)
                faults.append(Fault("MISSING", message, row.number, at + 1, column.title))
            elif value is not None:
                values[path] = value
        key = str(values.get("number", self._last if "number" in self._places else ""))
        self._last = key
        if key not in self._lines and len(self._lines) >= _MAX_DOCUMENTS:
            raise FormatError(N_("The table holds more than {n} documents.", n=_MAX_DOCUMENTS), row.number)
        known = self._faults.setdefault(key, [])
        known += faults[: max(0, _MAX_FAULTS - len(known))]
        head = self._heads.setdefault(key, dict(self._constants))
        prefix = f"{self._rows_name}."
        for path, value in values.items():
            if not path.startswith(prefix):
                head.setdefault(path, value)
        line = {path.removeprefix(prefix): value for path, value in values.items() if path.startswith(prefix)}
        lines = self._lines.setdefault(key, [])
        self._first.setdefault(key, row.number)
        if line:
            lines.append(line | {"\0row": row.number})

    def documents(self, unused: tuple[Leftover, ...]) -> tuple[Reading[Any], ...]:
        return tuple(self._document(key, unused) for key in self._lines)

    def _document(self, key: str, unused: tuple[Leftover, ...]) -> Reading[Any]:
        kind, faults, lines = DOCUMENTS[self._mapping.document], self._faults[key], []
        prefix = f"{self._rows_name}."
        shared = {
            path.removeprefix(prefix): value for path, value in self._constants.items() if path.startswith(prefix)
        }
        for at, line in enumerate(self._lines[key], 1):
            row = line.pop("\0row")
            values = shared | line
            if kind is not Catalogue:
                values = {"position": str(at)} | values
            lines.append((row, _nested(values)))
        head = _nested({path: value for path, value in self._heads[key].items() if not path.startswith(prefix)})
        made = []
        line_kind = line_class(self._mapping.document)
        for row, values in lines:
            try:
                made.append(built(line_kind, values))
            except (ValueError, TypeError) as error:
                message = N_("Row {row}: {value} is not known here.", row=row, value=str(error)[:80])
                faults.append(Fault("VALUE", message, row, 0))
        try:
            document = built(kind, head | {self._rows_name: tuple(made)})
        except (ValueError, TypeError) as error:
            row = self._first[key]
            raise FormatError(
                N_("Row {row}: {value} is not known here.", row=row, value=str(error)[:80]), row
            ) from None
        if isinstance(document, BillingDocument):
            document = _with_sums(document)
        needed = ("number", "issue_date", "currency") if isinstance(document, BillingDocument) else ("number",)
        for name in needed if self._mapping.document != "catalogue" else ():
            if not getattr(document, name):
                faults.append(Fault("MISSING", N_("{path} is missing.", path=name), self._first[key], 0))
        return Reading(document, tuple(faults), unused)


def _nested(values: Mapping[str, Any]) -> dict[str, Any]:
    """`buyer.name` as values of `buyer`."""
    found: dict[str, Any] = {}
    for path, value in values.items():
        *parents, last = path.split(".")
        inner = found
        for step in parents:
            inner = inner.setdefault(step, {})
        inner[last] = value
    return found


def _with_sums(document: BillingDocument) -> BillingDocument:
    """Amounts of lines, VAT and totals that the table does not give are worked out."""
    lines = tuple(
        line
        if line.net
        else replace(
            line, net=round_amount(line.quantity * line.unit_price / (line.price_base_quantity or 1), document.currency)
        )
        for line in document.lines
    )
    groups: dict[Any, Decimal] = {}
    for line in lines:
        groups[line.vat_category, line.vat_rate] = groups.get((line.vat_category, line.vat_rate), ZERO) + line.net
    vat = document.vat or tuple(
        VatBreakdown(
            category=category, rate=rate, base=net, tax=round_amount(net * (rate or ZERO) / 100, document.currency)
        )
        for (category, rate), net in groups.items()
    )
    net, tax = sum((line.net for line in lines), ZERO), sum((one.tax for one in vat), ZERO)
    given = document.totals
    totals = given if given.gross else Totals(line_net=net, net=net, tax=tax, gross=net + tax, payable=net + tax)
    return replace(document, lines=lines, vat=vat, totals=totals)
