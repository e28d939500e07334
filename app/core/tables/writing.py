"""Writing rows as CSV or XLSX, so that no text of a stranger becomes a formula in somebody's spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import IO

import xlsxwriter

from app.core.errors import Invalid
from app.core.tables.rows import BLANKS, SHEET_ROWS, Cell, plain_number, value_text
from app.core.texts import N_

_FLUSH_ROWS = 500
FORMULA_STARTS = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
# Excel keeps binary numbers of 15 digits, and texts of 32,767 characters.
_EXACT_DIGITS = 15
_LONGEST_TEXT = 32_767


def write_csv(rows: Iterable[Sequence[Cell]], target: IO[bytes], *, delimiter: str = ",") -> None:
    """Write UTF-8 with byte order mark and CRLF; see `csv_chunks`."""
    for chunk in csv_chunks(rows, delimiter=delimiter):
        target.write(chunk)


def csv_chunks(rows: Iterable[Sequence[Cell]], *, delimiter: str = ",") -> Iterator[bytes]:
    """CSV in pieces, for answers that are streamed.

    Numbers are plain digits with a point, dates ISO. A text that a spreadsheet would take for a formula, because it starts
    with = + - or @ (also after blanks), gets an apostrophe in front, which is the spreadsheet's own mark for text.
    """
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=delimiter, lineterminator="\r\n")
    buffer.write("\ufeff")
    for number, row in enumerate(rows, start=1):
        writer.writerow([_csv_text(cell) for cell in row])
        if number % _FLUSH_ROWS == 0:
            yield _taken(buffer)
    yield _taken(buffer)


def write_xlsx(rows: Iterable[Sequence[Cell]], target: IO[bytes], *, sheet: str = "Sheet1") -> None:
    """Write one sheet row by row. Every text is stored as text, so that nothing is computed when it is opened.

    Decimals of more than 15 digits and times with a time zone are stored as text, because a cell cannot hold them exactly;
    texts end after the 32,767 characters that a cell holds.
    """
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(target, options) as workbook:
        page = workbook.add_worksheet(sheet)
        day = workbook.add_format({"num_format": "yyyy-mm-dd"})
        moment = workbook.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        clock = workbook.add_format({"num_format": "hh:mm:ss"})
        for number, row in enumerate(rows):
            if number >= SHEET_ROWS:
                raise Invalid("file", N_("A sheet holds {limit} rows at most. Take CSV.", limit=SHEET_ROWS))
            for column, cell in enumerate(row):
                if cell is None or cell == "":
                    continue
                if isinstance(cell, bool):
                    page.write_boolean(number, column, cell)
                elif isinstance(cell, Decimal) and _fits(cell):
                    page.write_number(number, column, cell)
                elif isinstance(cell, datetime) and cell.tzinfo is None:
                    page.write_datetime(number, column, cell, moment)
                elif isinstance(cell, date) and not isinstance(cell, datetime):
                    page.write_datetime(number, column, cell, day)
                elif isinstance(cell, time) and cell.tzinfo is None:
                    page.write_datetime(number, column, cell, clock)
                else:
                    page.write_string(number, column, value_text(cell)[:_LONGEST_TEXT])


def _taken(buffer: io.StringIO) -> bytes:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text.encode("utf-8", "replace")


def _csv_text(cell: Cell) -> str:
    text = value_text(cell)
    return f"'{text}" if isinstance(cell, str) and text.lstrip(BLANKS).startswith(FORMULA_STARTS) else text


def _fits(number: Decimal) -> bool:
    return number.is_finite() and len(plain_number(number).lstrip("-0.").replace(".", "")) <= _EXACT_DIGITS
