"""What a table is made of: cells, numbered rows, and the limits that protect us from hostile files."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import NamedTuple, TypeAlias

Cell: TypeAlias = str | Decimal | bool | datetime | date | time | None

# Invisible characters that say nothing: all Unicode blanks, zero-width and direction marks, NUL, the DOS end-of-file mark.
BLANKS = "".join(c for c in map(chr, range(sys.maxunicode + 1)) if c.isspace()) + (
    "\0\x1a\u180e\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\ufeff"
)

SHEET_ROWS = 1_048_576
SHEET_COLUMNS = 16_384


class Row(NamedTuple):
    """One row that has content. `number` is what a spreadsheet shows beside it (1-based); missing numbers are empty rows.

    An empty cell is None; cells after the last filled one may be absent.
    """

    number: int
    cells: tuple[Cell, ...]

    def cell(self, index: int) -> Cell:
        return self.cells[index] if index < len(self.cells) else None


@dataclass(frozen=True, slots=True)
class Limits:
    """How large a table may be. Sizes are bytes after unpacking; `text_bytes` and `texts` are what a workbook shares between
    cells; `cells` counts the empty ones between filled ones, too.
    """

    unpacked_bytes: int = 512 * 1024 * 1024
    text_bytes: int = 128 * 1024 * 1024
    texts: int = 5_000_000
    sheets: int = 1_000
    rows: int = 10_000_000
    columns: int = SHEET_COLUMNS
    cells: int = 100_000_000
    cell_characters: int = 100_000
    line_characters: int = 1_000_000


DEFAULT_LIMITS = Limits()
# For what is read while a person waits.
UPLOAD_LIMITS = Limits(
    unpacked_bytes=64 * 1024 * 1024,
    text_bytes=32 * 1024 * 1024,
    texts=500_000,
    sheets=100,
    rows=200_000,
    cells=5_000_000,
)


def strip_blanks(text: str) -> str:
    """Text without outer blanks, no-break and zero-width ones included."""
    return text.strip(BLANKS)


def is_blank(cell: Cell) -> bool:
    """Whether a cell shows nothing."""
    return cell is None or (isinstance(cell, str) and not cell.strip(BLANKS))


def cell_text(cell: Cell) -> str:
    """A cell as a person would write it: trimmed text, plain digits (never 2.2423E+4), ISO dates, TRUE or FALSE."""
    return cell.strip(BLANKS) if isinstance(cell, str) else value_text(cell)


def value_text(cell: Cell) -> str:
    """Like `cell_text`, but text stays as it is."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, Decimal):
        return plain_number(cell)
    return cell.isoformat(sep=" ") if isinstance(cell, datetime) else cell.isoformat()


def plain_number(number: Decimal) -> str:
    """Digits without exponent and without zeros after the last decimal: 22423.0 is 22423, 2.50 is 2.5."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
