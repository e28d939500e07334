"""Amounts, quantities, days and countries in the words of a language, quickly and exactly."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache

from babel import Locale
from babel.dates import format_date

from app.core.money import minor_units

NBSP = "\N{NO-BREAK SPACE}"
# English paper goes to Europe: 14 Mar 2025, not Mar 14, 2025.
_PAPER_LOCALES = {"en": "en_GB"}


@dataclass(frozen=True, slots=True)
class Figures:
    """How one language writes figures. `decimal` is its decimal sign."""

    language: str
    decimal: str
    _signs: dict[int, str]

    def _written(self, value: Decimal) -> str:
        return f"{value:,f}".translate(self._signs)

    def amount(self, value: Decimal, currency: str) -> str:
        """With the digits of the currency, more only if the value has them."""
        return self._written(_with_digits(value, minor_units(currency)))

    def money(self, value: Decimal, currency: str) -> str:
        return f"{self.amount(value, currency)}{NBSP}{currency}"

    def price(self, value: Decimal, currency: str) -> str:
        """At least the digits of the currency; zeros beyond them are dropped."""
        return self._written(_with_digits(value.normalize(), minor_units(currency)))

    def quantity(self, value: Decimal) -> str:
        return self._written(_with_digits(value.normalize(), 0))

    def percent(self, value: Decimal) -> str:
        return self.quantity(value) + ("%" if self.language == "en" else f"{NBSP}%")

    def day(self, value: date) -> str:
        return _unbroken(format_date(value, "medium", locale=_locale(self.language)))

    def country(self, code: str) -> str:
        return str(_locale(self.language).territories.get(code, code))


@lru_cache(maxsize=32)
def figures(language: str) -> Figures:
    """For an IETF tag; a language Babel does not know is an error of the caller (ValueError)."""
    symbols = _locale(language).number_symbols["latn"]
    signs = str.maketrans({",": _unbroken(symbols["group"]), ".": symbols["decimal"], "-": symbols["minusSign"]})
    return Figures(language, symbols["decimal"], signs)


@lru_cache(maxsize=32)
def _locale(language: str) -> Locale:
    return Locale.parse(_PAPER_LOCALES.get(language, language).replace("-", "_"))


def _unbroken(text: str) -> str:
    """With the no-break space our fonts have for the narrow one they lack and for plain ones."""
    return text.replace(" ", NBSP).replace("\N{NARROW NO-BREAK SPACE}", NBSP)


def _with_digits(value: Decimal, least: int) -> Decimal:
    """The same value with at least so many digits after the point."""
    exponent = value.as_tuple().exponent
    has = -exponent if isinstance(exponent, int) else 0
    return value.quantize(Decimal(1).scaleb(-max(has, least)))
