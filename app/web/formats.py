"""Values as text by language, without Flask: exact, cached, fast enough for tables of thousands of cells."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime, format_timedelta

from app.core.clock import now
from app.core.money import minor_units

NBSP = "\N{NO-BREAK SPACE}"
_FILE_UNITS = ("B", "kB", "MB", "GB", "TB")


@lru_cache(maxsize=32)
def _signs(language: str) -> dict[int, str]:
    """Python's grouping and decimal signs -> those of the language."""
    symbols = Locale.parse(language).number_symbols["latn"]
    return str.maketrans({",": symbols["group"], ".": symbols["decimal"], "-": symbols["minusSign"]})


@lru_cache(maxsize=8192)
def fixed(value: Decimal, digits: int, language: str) -> str:
    """A number with exactly so many digits after the point, half up."""
    rounded = value.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)
    return f"{rounded:,f}".translate(_signs(language))


def _trimmed(value: Decimal, least: int, most: int) -> Decimal:
    """Rounded to at most `most` digits after the point, with zeros cut down to `least`."""
    rounded = value.quantize(Decimal(1).scaleb(-most), rounding=ROUND_HALF_UP)
    short = rounded.normalize()
    digits = max(least, -int(short.as_tuple().exponent))
    return rounded.quantize(Decimal(1).scaleb(-digits))


def number(value: Decimal | int, language: str) -> str:
    """A count, grouped."""
    return f"{value:,}".translate(_signs(language))


def amount(value: Decimal, currency: str, language: str) -> str:
    """An amount in the currency's minor unit, without its code (the table head says it)."""
    return fixed(value, minor_units(currency), language)


def money(value: Decimal, currency: str, language: str) -> str:
    return f"{amount(value, currency, language)}{NBSP}{currency}"


@lru_cache(maxsize=8192)
def price(value: Decimal, language: str) -> str:
    """A unit price: two to six digits after the point, as many as it has."""
    return f"{_trimmed(value, 2, 6):,f}".translate(_signs(language))


@lru_cache(maxsize=8192)
def quantity(value: Decimal, language: str) -> str:
    """A quantity: no zeros behind the point, up to six digits."""
    return f"{_trimmed(value, 0, 6):,f}".translate(_signs(language))


def percent(value: Decimal, language: str) -> str:
    """Percent points: 19 is 19 %."""
    sign = "%" if language == "en" else f"{NBSP}%"
    return quantity(value, language) + sign


@lru_cache(maxsize=4096)
def day(value: date, language: str) -> str:
    return str(format_date(value, "medium", locale=language))


@lru_cache(maxsize=4096)
def moment(value: datetime, language: str, time_zone: str) -> str:
    """An instant in the reader's time zone, to the minute."""
    here = value.astimezone(ZoneInfo(time_zone))
    clock = format_datetime(here, "HH:mm", locale=language)
    return f"{format_date(here.date(), 'medium', locale=language)}, {clock}"


def ago(value: datetime, language: str) -> str:
    """The distance from now in words ("3 hours ago", "in 2 days")."""
    distance: timedelta = value - now()
    return str(format_timedelta(distance, add_direction=True, locale=language))


def filesize(size: int, language: str) -> str:
    """Bytes in decimal units with one digit where it matters: 532 B, 14 kB, 1.3 MB."""
    value, unit = Decimal(size), 0
    while value >= 1000 and unit < len(_FILE_UNITS) - 1:
        value, unit = value / 1000, unit + 1
    shown = fixed(value, 0, language) if value >= 10 or unit == 0 else fixed(value, 1, language)
    return f"{shown}{NBSP}{_FILE_UNITS[unit]}"
