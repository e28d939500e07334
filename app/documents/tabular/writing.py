"""Tables out: CSV as the mapping says, or a workbook with real numbers and dates. No text becomes a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from app.core.tables.rows import BLANKS, Cell
from app.core.tables.writing import FORMULA_STARTS, write_xlsx
from app.core.texts import N_
from app.documents.formats import FormatError
from app.documents.tabular.fields import leaf_of, rows_field, value_at
from app.documents.tabular.mapping import TableMapping


def write_csv_table(document: Any, mapping: TableMapping) -> bytes:
    """UTF-8 with a byte order mark, unless the mapping names another encoding; what that lacks is refused."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=mapping.delimiter or ";", lineterminator="\r\n")
    for row in _rows(document, mapping.checked()):
        writer.writerow([_guarded(cell, mapping) for cell in row])
    text = buffer.getvalue()
    if not mapping.encoding:
        return b"\xef\xbb\xbf" + text.encode("utf-8", "replace")
    try:
        return text.encode(mapping.encoding)
    except (LookupError, UnicodeError):
        raise FormatError(N_("The text cannot be written in {encoding}.", encoding=mapping.encoding)) from None


def _guarded(cell: Cell, mapping: TableMapping) -> str:
    """A text that a spreadsheet would take for a formula gets an apostrophe in front; numbers stay numbers."""
    text = mapping.text(cell)
    is_formula = isinstance(cell, str) and text.lstrip(BLANKS).startswith(FORMULA_STARTS)
    return f"'{text}" if is_formula else text


def write_xlsx_table(document: Any, mapping: TableMapping) -> bytes:
    target = io.BytesIO()
    write_xlsx(_rows(document, mapping.checked()), target, sheet=mapping.sheet or "Sheet1")
    return target.getvalue()


def _rows(document: Any, mapping: TableMapping) -> Iterator[list[Cell]]:
    prefix = f"{rows_field(mapping.document)}."
    if mapping.has_header:
        yield [one.title for one in mapping.columns]
    for line in getattr(document, rows_field(mapping.document)):
        yield [
            _cell(
                value_at(line, one.path.removeprefix(prefix))
                if one.path.startswith(prefix)
                else value_at(document, one.path)
            )
            for one in mapping.columns
            if leaf_of(mapping.document, one.path)
        ]


def _cell(value: Any) -> Cell:
    """Whole numbers as numbers, too."""
    return Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else value
