"""What the operator sets for quotes, and what a salesperson may offer alone."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

VALIDITY_MOST = 365
ROUNDS_MOST = 99
REMINDER_MOST = 60


@dataclass(frozen=True, slots=True)
class QuoteRight:
    """Percent below the list price, and least margin in percent of the price, that need no release."""

    max_discount: Decimal = Decimal(10)
    min_margin: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class QuoteRules:
    """`rounds`: counter-offers a buyer may make, 0 for none. `replaces`: a counter-offer ends the offer it answers.

    `minimum_value`: list value below which a request is not taken, in `minimum_currency` or, when that is empty, in
    the currency of any request. `reminder_days`: before the end of validity, 0 for no reminder. `right` holds for
    salespeople who have none of their own.
    """

    validity_days: int = 30
    minimum_value: Decimal = Decimal(0)
    minimum_currency: str = ""
    rounds: int = 5
    replaces: bool = False
    reminder_days: int = 3
    allows_reopen: bool = True
    allows_links: bool = True
    link_days: int = 14
    right: QuoteRight = QuoteRight()

    def is_too_small(self, value: Decimal, currency: str) -> bool:
        return value < self.minimum_value and self.minimum_currency in ("", currency)
