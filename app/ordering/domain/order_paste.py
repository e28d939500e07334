"""Lines typed or pasted into a box: cells as in an order file, or simply `22423 12` and `22423 x 12`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.core.tables.rows import Row, strip_blanks
from app.ordering.domain.header_words import FIRST_TWO
from app.ordering.domain.order_file import (
    PORTAL,
    OrderFile,
    OrderFileRules,
    Reading,
    decimal_sign,
    read_order_file,
    read_rows,
)

_LINE_END = re.compile(r"\r\n?|\n")
_COMMA_AFTER_CODE = re.compile(r"[^\s,;]+\s*,")
_AT_LAST_BLANK = re.compile(r"(.*\S)\s+(?:[x\u00d7\u0445*]\s*)?([^\sx\u00d7\u0445*]\S*)", re.IGNORECASE)
_TIMES = re.compile(r"\s[x\u00d7\u0445*]$", re.IGNORECASE)
_GROUPED_BY_BLANK = re.compile(r".*\s[0-9]{1,3}(?:\s[0-9]{3})+")


def read_pasted(text: str, rules: OrderFileRules = PORTAL) -> OrderFile:
    """Read a paste. With a header row, a tab, a quote, or one separator in every line it follows the rules of order files.

    Otherwise each line stands alone: `22423;12`, `22423, 12`, or the quantity after the last blank. `22423 1 000` could be
    two things; it is left whole and so refused as an unknown SKU.
    """
    order = read_order_file(text.encode("utf-8", "replace"), rules)
    lines = [strip_blanks(line) for line in _LINE_END.split(text)]
    if order.reading.header_row is not None or rules.choice is not None or _has_columns(lines):
        return order
    delimiter = ";" if any(";" in line for line in lines) else " "
    columns: dict[str, str | int] = {"sku": 1, "qty": 2}
    reading = Reading("csv", "en", decimal_sign(delimiter, "en"), None, columns, delimiter=delimiter)
    return read_rows(_typed_rows(lines), reading, FIRST_TWO)


def _has_columns(lines: list[str]) -> bool:
    filled = [line for line in lines if line]
    return (
        any("\t" in line or '"' in line for line in filled)
        or filled[0].lower().startswith("sep=")
        or all(";" in line for line in filled)
        or all(_COMMA_AFTER_CODE.match(line) for line in filled)
    )


def _typed_rows(lines: list[str]) -> Iterator[Row]:
    for number, line in enumerate(lines, start=1):
        if line:
            yield Row(number, tuple(cell or None for cell in _typed_cells(line)))


def _typed_cells(line: str) -> list[str]:
    if ";" in line:
        return line.split(";")
    if _COMMA_AFTER_CODE.match(line):
        return line.split(",")
    match = _AT_LAST_BLANK.fullmatch(line)
    if match is None or _GROUPED_BY_BLANK.fullmatch(line):
        return [line]
    return [_TIMES.sub("", match[1]), match[2]]
