"""Prices as an account wants to read them: with VAT for those that buy so. For the eye only: all sums are made of nets."""

from __future__ import annotations

from decimal import Decimal

from app.core.money import minor_units, round_to
from app.pricing.domain.book import Book
from app.pricing.domain.price import PricedLine

_FINE = 4


def shows_gross(line: PricedLine) -> bool:
    """Whether the account reads prices with VAT, and the VAT of this line is known."""
    return isinstance(line.book, Book) and line.book.parties.shows_gross and line.vat_rate is not None


def shown_price(value: Decimal | None, line: PricedLine) -> Decimal | None:
    """A unit price of the line's article as the account reads it.

    With VAT it is rounded half up: to the minor unit, or where the net price is finer to four digits.
    """
    if value is None or not shows_gross(line):
        return value
    own = -int(value.normalize().as_tuple().exponent)
    minor = minor_units(line.currency)
    gross = value * (1 + (line.vat_rate or 0) / Decimal(100))
    return round_to(gross, minor if own <= minor else _FINE)
