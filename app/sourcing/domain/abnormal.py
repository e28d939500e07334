"""Abnormally low prices: the supplier has to explain them within one working day before an award.

A price is flagged from 40 % below the mean of the other bids' *initial* prices, or from 30 % below the next price; both
bounds belong to it. One bid alone cannot be abnormal.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

from app.sourcing.domain.features import Exact

BELOW_MEAN = Fraction(2, 5)
BELOW_NEXT = Fraction(3, 10)
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class LowPrice:
    """How far a price lies below the others; None where there is nothing to compare with."""

    below_mean: Fraction | None
    below_next: Fraction | None

    @property
    def is_flagged(self) -> bool:
        return (self.below_mean is not None and self.below_mean >= BELOW_MEAN) or (
            self.below_next is not None and self.below_next >= BELOW_NEXT
        )


def look(price: Exact, others_initial: Iterable[Exact], next_price: Exact | None) -> LowPrice:
    """Compare one price with the initial prices of the others and with the next one."""
    initial = [Fraction(other) for other in others_initial]
    mean = sum(initial, Fraction(0)) / len(initial) if initial else None
    following = Fraction(next_price) if next_price is not None else None
    return LowPrice(
        below_mean=1 - Fraction(price) / mean if mean else None,
        below_next=1 - Fraction(price) / following if following else None,
    )


def low_prices(prices: Mapping[int, Exact], initial: Mapping[int, Exact]) -> dict[int, LowPrice]:
    """Every bid that is in, seen against the others; empty below two bids. `prices` now, `initial` as first submitted."""
    if len(prices) < 2:
        return {}
    ascending = sorted((Fraction(price), bid) for bid, price in prices.items())
    found = {}
    for position, (price, bid) in enumerate(ascending):
        following = ascending[position + 1][0] if position + 1 < len(ascending) else None
        found[bid] = look(price, (initial.get(other, prices[other]) for other in prices if other != bid), following)
    return found


def explain_until(asked_at: datetime) -> datetime:
    """One working day later, the same time of day; Saturday and Sunday do not count."""
    due = asked_at + timedelta(days=1)
    while due.weekday() >= _SATURDAY:
        due += timedelta(days=1)
    return due
