"""Price corrected by features and by costs over the life of a thing: the lowest corrected price wins.

A feature is worth a share between 0 and 0.3; all features of one bid together at most 0.3. Shares are read from text as
exact decimals and calculated as fractions, because a price that is divided by 1.1875 must be the same on every machine.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from app.core.errors import Invalid
from app.core.texts import N_

GREATEST_SHARE = Fraction(3, 10)
Exact = Fraction | Decimal | int


@dataclass(frozen=True, slots=True)
class Correction:
    """What is done to a price before it is compared: price / `denominator` + `addition`."""

    denominator: Fraction = Fraction(1)
    addition: Fraction = Fraction(0)

    def ranked(self, price: Exact) -> Fraction:
        return Fraction(price) / self.denominator + self.addition

    def price_of(self, ranked: Exact) -> Fraction:
        """The price that a corrected price stands for: an auction's step is in money, its ranking in corrected money."""
        return (Fraction(ranked) - self.addition) * self.denominator


def greatest(features: Iterable[Sequence[Exact]]) -> Fraction:
    """Sum of the largest value of each feature; refuses values outside 0 to 0.3 and sums above it."""
    total = Fraction(0)
    for values in features:
        shares = [Fraction(value) for value in values]
        if not shares or min(shares) < 0 or max(shares) > GREATEST_SHARE:
            raise Invalid("features", N_("A feature is worth between 0 and 0.3."))
        total += max(shares)
    if total > GREATEST_SHARE:
        raise Invalid("features", N_("All features together are worth 0.3 at most."))
    return total


def coefficient(chosen: Iterable[Exact], greatest_sum: Exact) -> Fraction:
    """1 + chosen / (1 - greatest): what the price of a bid with these answers is divided by."""
    total = sum((Fraction(value) for value in chosen), Fraction(0))
    if not 0 <= total <= Fraction(greatest_sum) <= GREATEST_SHARE:
        raise Invalid("features", N_("All features together are worth 0.3 at most."))
    return 1 + total / (1 - Fraction(greatest_sum))


def corrected(chosen: Iterable[Exact], greatest_sum: Exact, costs: Iterable[Exact] = ()) -> Correction:
    """The correction of a bid from its features and its costs over the life of the thing."""
    addition = sum((Fraction(cost) for cost in costs), Fraction(0))
    return Correction(coefficient(chosen, greatest_sum), addition)
