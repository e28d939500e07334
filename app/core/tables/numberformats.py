"""XLSX keeps dates as numbers: which number formats mean a date, and which date a number means."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_EVEN, Decimal

from app.core.tables.rows import Cell, plain_number

# ECMA-376 part 1, 18.8.30: the built-in formats that show a date or a time, East Asian ones included.
_BUILT_IN_DATES = frozenset((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)))
_NOT_SHOWN = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?![hms]+\])[^\]]*\]', re.IGNORECASE)
_FRACTION_OF_SECOND = re.compile(r"s\]?[.,]0+", re.IGNORECASE)
_DATE_LETTER = re.compile(r"[dmyhs]", re.IGNORECASE)
_DIGIT = re.compile(r"[0#?]")
_NAMED = frozenset(("general", "standard", "@"))
_MILLISECONDS_A_DAY = 86_400_000
_LAST_DAY = 2_950_000
# The 1900 system counts a 29 February 1900 that never was, as number 60.
_AFTER_LEAP, _BEFORE_LEAP, _SINCE_1904 = date(1899, 12, 30), date(1899, 12, 31), date(1904, 1, 1)


def shows_date(format_id: int, code: str | None) -> bool:
    """Whether a number format shows a date or a time; `code` is the custom format, if there is one."""
    if code is None:
        return format_id in _BUILT_IN_DATES
    shown = _FRACTION_OF_SECOND.sub("s", _NOT_SHOWN.sub("", code.split(";", maxsplit=1)[0]))
    return shown.lower() not in _NAMED and not _DIGIT.search(shown) and bool(_DATE_LETTER.search(shown))


def date_of(number: Decimal, *, since_1904: bool) -> Cell:
    """The date, time or both that a number shows; as text where it shows none."""
    if not 0 <= number < _LAST_DAY:
        return plain_number(number)
    milliseconds = int((number * _MILLISECONDS_A_DAY).to_integral_value(rounding=ROUND_HALF_EVEN))
    days, rest = divmod(milliseconds, _MILLISECONDS_A_DAY)
    clock = _clock(rest)
    if not days and not since_1904:
        return clock
    epoch = _SINCE_1904 if since_1904 else _BEFORE_LEAP if days < 60 else _AFTER_LEAP
    day = epoch + timedelta(days=days)
    return datetime.combine(day, clock) if rest else day


def _clock(milliseconds: int) -> time:
    seconds, rest = divmod(milliseconds, 1000)
    return time(seconds // 3600, seconds // 60 % 60, seconds % 60, rest * 1000)
