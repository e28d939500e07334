"""Quantities as buyers write them: `1.944`, `12,0`, `1 000`, `2'500`; nothing is computed and nothing guessed."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache

from app.core.tables.rows import Cell, strip_blanks

# Longer numbers are mistakes (a GTIN run together with a price); they would also leave exact arithmetic.
MAX_DIGITS = 30
_LONGEST = 60
_NARROW_BLANKS = str.maketrans(dict.fromkeys("\u00a0\u2007\u2009\u202f", " ") | {"\u2019": "'", "\u2212": "-"})
_DIGITS = re.compile(r"[0-9]+")


def parse_quantity(cell: Cell, decimal: str) -> Decimal | None:
    """The quantity in a cell that is not blank; None when it is no number. `decimal` is the decimal sign of the file."""
    if isinstance(cell, Decimal):
        return cell if cell.adjusted() < MAX_DIGITS else None
    if not isinstance(cell, str):
        return None
    text = strip_blanks(cell)
    if len(text) > _LONGEST:
        return None
    if text.isascii() and _DIGITS.fullmatch(text):
        return Decimal(text) if len(text) <= MAX_DIGITS else None
    return _parse(text.translate(_NARROW_BLANKS), decimal)


def _parse(text: str, decimal: str) -> Decimal | None:
    """First with the file's decimal sign, then the other way round; a mix of grouping signs fits neither way."""
    for sign in (decimal, _other(decimal)):
        fits, looks_grouped = _patterns(sign)
        if fits.fullmatch(text):
            plain = text.replace(_other(sign), "").replace(" ", "").replace("'", "").replace(sign, ".")
            value = Decimal(plain)
            return value if value.adjusted() < MAX_DIGITS else None
        if looks_grouped.fullmatch(text):
            return None
    return None


def _other(decimal: str) -> str:
    return "." if decimal == "," else ","


@cache
def _patterns(decimal: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """What fits, and what would fit if blank, apostrophe and thousands sign could be mixed.

    A grouped number does not start with a zero: `0,500` is half a piece, never 500.
    """
    point, grouping = re.escape(decimal), f"[ '{re.escape(_other(decimal))}]"
    fraction = rf"(?:{point}[0-9]+)?"
    fits = rf"[+-]?(?:[0-9]+|[1-9][0-9]{{0,2}}(?P<sign>{grouping})[0-9]{{3}}(?:(?P=sign)[0-9]{{3}})*){fraction}"
    looks_grouped = rf"[+-]?[1-9][0-9]{{0,2}}(?:{grouping}[0-9]{{3}})+{fraction}"
    return re.compile(fits), re.compile(looks_grouped)
