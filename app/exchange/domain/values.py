"""Cells to values: numbers, days, instants, switches, with the conventions of the file. Nothing is guessed per cell."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from app.core.tables.rows import BLANKS, Cell, cell_text
from app.core.tables.writing import FORMULA_STARTS
from app.core.texts import N_, Message
from app.exchange.domain.fields import Shape

_PLAIN = re.compile(r"[+-]?\d{1,12}(?:\.\d{1,6})?", re.ASCII)
_NUMBER = re.compile(r"[+-]?(?:\d[\d.,]*|[.,]\d+)", re.ASCII)
_GROUPS = str.maketrans(
    "", "", " \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\N{THIN SPACE}'\N{RIGHT SINGLE QUOTATION MARK}"
)
_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})(?:[ ,T]+(\d{1,2}):(\d{2})(?::(\d{2}))?)?", re.ASCII)
_SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?:[ ,T]+(\d{1,2}):(\d{2})(?::(\d{2}))?)?", re.ASCII)
_LARGEST = Decimal(10) ** 12
_SMALLEST = Decimal("0.000001")
_YES = frozenset({"1", "true", "yes", "y", "x", "ja", "wahr", "да", "истина", "так", "+"})
_NO = frozenset({"0", "false", "no", "n", "nein", "falsch", "нет", "ложь", "ні", "-"})


class Misread(ValueError):
    """A cell that does not say what its field needs."""

    def __init__(self, code: str, message: Message) -> None:
        self.code = code
        self.message = message
        super().__init__(str(message))


@dataclass(frozen=True, slots=True)
class Conventions:
    """How the file writes numbers and dates. `is_day_first` is None when 03/04/2026 could be read two ways."""

    decimal_sign: str = "."
    is_day_first: bool | None = None
    time_zone: str = "UTC"


Parser = Callable[[Any], Any]


def parser(shape: Shape, length: int, conventions: Conventions) -> Parser:
    """A function from a filled cell to a value of the shape; it raises Misread."""
    if shape is Shape.NUMBER:
        return lambda cell: read_number(cell, conventions.decimal_sign)
    if shape is Shape.WHOLE:
        return lambda cell: _whole(read_number(cell, conventions.decimal_sign), cell)
    if shape is Shape.DAY:
        return lambda cell: _day(cell, conventions)
    if shape is Shape.MOMENT:
        zone = ZoneInfo(conventions.time_zone)
        return lambda cell: _moment(cell, conventions, zone)
    if shape is Shape.SWITCH:
        return _switch
    return lambda cell: _text(cell, length)


def read_number(cell: Cell, decimal_sign: str) -> Decimal:
    """A number written with this decimal sign; the other one, blanks and apostrophes may group thousands."""
    if isinstance(cell, Decimal):
        return _within(cell, cell)
    text = cell_text(cell)
    if decimal_sign == "." and _PLAIN.fullmatch(text):
        return Decimal(text)
    bare = text.translate(_GROUPS).replace("\N{MINUS SIGN}", "-")
    if not _NUMBER.fullmatch(bare):
        raise _not_a_number(text)
    whole, sign, fraction = bare.partition(decimal_sign)
    group = "," if decimal_sign == "." else "."
    if decimal_sign in fraction or group in fraction or not _is_grouped(whole, group):
        raise _not_a_number(text)
    return _within(Decimal(whole.replace(group, "") + ("." + fraction if sign else "")), text)


def _is_grouped(whole: str, group: str) -> bool:
    first, *rest = whole.lstrip("+-").split(group)
    return not rest or (1 <= len(first) <= 3 and all(len(part) == 3 for part in rest))


def _not_a_number(given: str) -> Misread:
    return Misread("not_a_number", N_("“{given}” is not a number.", given=given[:60]))


def _within(number: Decimal, given: object) -> Decimal:
    if abs(number) >= _LARGEST:
        raise Misread("too_large", N_("“{given}” is too large.", given=str(given)[:60]))
    if number != number.quantize(_SMALLEST):
        raise Misread(
            "too_fine", N_("“{given}” has more than six digits after the decimal sign.", given=str(given)[:60])
        )
    return number


def _whole(number: Decimal, given: object) -> int:
    if number != int(number):
        raise Misread("not_whole", N_("“{given}” is not a whole number.", given=str(given)[:60]))
    return int(number)


def _text(cell: Cell, length: int) -> str:
    text = cell.strip(BLANKS) if isinstance(cell, str) else cell_text(cell)
    if text.startswith("'") and text[1:].lstrip(BLANKS).startswith(FORMULA_STARTS):
        text = text[1:]  # the mark for text that our own files put before what a spreadsheet would compute
    if length and len(text) > length:
        raise Misread("too_long", N_("The text has more than {length} characters.", length=length))
    if "\0" in text:
        raise Misread("bad_sign", N_("The text holds a sign that cannot be stored."))
    return text


def _switch(cell: Cell) -> bool:
    if isinstance(cell, bool):
        return cell
    text = cell_text(cell).casefold()
    if text in _YES:
        return True
    if text in _NO:
        return False
    raise Misread("not_a_switch", N_("“{given}” is neither yes nor no.", given=text[:60]))


def _day(cell: Cell, conventions: Conventions) -> date:
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    return _written(cell_text(cell), conventions).date()


def _moment(cell: Cell, conventions: Conventions, zone: ZoneInfo) -> datetime:
    if isinstance(cell, datetime):
        moment = cell
    elif isinstance(cell, date):
        moment = datetime.combine(cell, time())
    else:
        moment = _written(cell_text(cell), conventions)
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)


def _written(text: str, conventions: Conventions) -> datetime:
    try:
        return datetime.fromisoformat(text) if text[4:5] == "-" else _local(text, conventions)
    except ValueError as error:
        if isinstance(error, Misread):
            raise
        raise Misread("not_a_date", N_("“{given}” is not a date. Write 2026-03-31.", given=text[:60])) from None


def _local(text: str, conventions: Conventions) -> datetime:
    if match := _DOTTED.fullmatch(text):
        day, month, year, *clock = match.groups()
    elif match := _SLASHED.fullmatch(text):
        if conventions.is_day_first is None:
            raise Misread(
                "ambiguous_date", N_("“{given}” could be two dates. Write 2026-03-31 or 31.03.2026.", given=text[:60])
            )
        day, month, year, *clock = match.groups()
        if not conventions.is_day_first:
            day, month = month, day
    else:
        raise ValueError(text)
    hour, minute, second = (int(part or 0) for part in clock)
    return datetime(int(year), int(month), int(day), hour, minute, second)  # noqa: DTZ001 -- wall clock


def decimal_sign(samples: Iterable[Cell], delimiter: str | None) -> str:
    """The decimal sign that the samples prove; without a proof a comma for semicolon files, else a point."""
    votes = {".": 0, ",": 0}
    for cell in samples:
        text = cell_text(cell).translate(_GROUPS) if isinstance(cell, str) else ""
        if not _NUMBER.fullmatch(text):
            continue
        points, commas = text.count("."), text.count(",")
        last = max(".,", key=text.rfind)
        other = "," if last == "." else "."
        if points and commas:
            votes[last] += 1
        elif points + commas > 1:
            votes[other] += 1
        elif points + commas == 1 and (len(text) - text.rfind(last) != 4 or text.lstrip("+-").startswith(("0", last))):
            votes[last] += 1
    if votes["."] != votes[","]:
        return max(votes, key=lambda sign: votes[sign])
    return "," if delimiter == ";" else "."


def day_first(samples: Iterable[Cell]) -> bool | None:
    """Whether dates with slashes start with the day; None when no sample tells."""
    for cell in samples:
        match = _SLASHED.fullmatch(cell_text(cell)) if isinstance(cell, str) else None
        if match and int(match[1]) > 12:
            return True
        if match and int(match[2]) > 12:
            return False
    return None
