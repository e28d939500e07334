"""Points for price and quality. Every value stays an exact fraction; only what is stored or shown is rounded.

Price points relate to the lowest price of those who are still in, so points are counted again whenever a bid is
disqualified. The linear formula lets an outsider with a very high price turn the order of the others; it is there for
those who are bound to it and is nobody's default.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from enum import StrEnum
from fractions import Fraction

from app.core.errors import Invalid
from app.core.texts import N_
from app.sourcing.domain.features import Exact

_STORED = Decimal("0.0001")
_SHOWN = Decimal("0.01")


class Formula(StrEnum):
    """How the price becomes points."""

    PROPORTIONAL = "proportional"
    LINEAR = "linear"


class WeightKind(StrEnum):
    """How weights are written; the names of OCDS award criteria."""

    PERCENT = "percentageExact"
    DECIMAL = "decimalExact"
    POINTS = "pointsExact"


_SUMS = {WeightKind.PERCENT: Fraction(100), WeightKind.DECIMAL: Fraction(1)}


@dataclass(frozen=True, slots=True)
class Marks:
    """What one bid got for one criterion: the marks of each evaluator between 0 and `maximum`."""

    weight: Fraction
    maximum: Fraction
    given: tuple[Fraction, ...]

    @property
    def points(self) -> Fraction:
        """Weight x mean of the marks / maximum; none given counts as zero."""
        if not self.given:
            return Fraction(0)
        return self.weight * sum(self.given, Fraction(0)) / len(self.given) / self.maximum


def check_weights(weights: Iterable[Exact], kind: WeightKind = WeightKind.PERCENT) -> None:
    """Refuse negative weights and those which do not add up."""
    values = [Fraction(weight) for weight in weights]
    expected = _SUMS.get(kind)
    if any(value < 0 for value in values):
        raise Invalid("weights", N_("A weight cannot be negative."))
    if expected is not None and sum(values, Fraction(0)) != expected:
        raise Invalid("weights", N_("Weights must add up to {sum}.", sum=str(expected)))


def price_points(
    prices: Mapping[int, Exact], weight: Exact, formula: Formula = Formula.PROPORTIONAL
) -> dict[int, Fraction]:
    """Points for the price of each bid that is in: weight x lowest / price, or linear between highest and lowest.

    A price of zero gets all points and leaves the others none, which is where the formula tends to.
    """
    if not prices:
        return {}
    exact = {bid: Fraction(price) for bid, price in prices.items()}
    if min(exact.values()) < 0:
        raise Invalid("price", N_("A price cannot be negative."))
    lowest, highest = min(exact.values()), max(exact.values())
    if formula is Formula.LINEAR:
        span = highest - lowest
        return {
            bid: Fraction(weight) * (highest - price) / span if span else Fraction(weight)
            for bid, price in exact.items()
        }
    return {bid: Fraction(weight) * lowest / price if price else Fraction(weight) for bid, price in exact.items()}


def quality_points(marks: Sequence[Marks]) -> Fraction:
    return sum((mark.points for mark in marks), Fraction(0))


def total_points(
    prices: Mapping[int, Exact],
    price_weight: Exact,
    quality: Mapping[int, Fraction],
    formula: Formula = Formula.PROPORTIONAL,
) -> dict[int, Fraction]:
    """Price points plus quality points of each bid that has a price."""
    points = price_points(prices, price_weight, formula)
    return {bid: value + quality.get(bid, Fraction(0)) for bid, value in points.items()}


def _rounded(value: Exact, step: Decimal) -> Decimal:
    exact = Fraction(value)
    with localcontext() as context:
        context.prec = 60
        units = exact / Fraction(step)
        # Fraction rounds half to even, exactly; a division of decimals would round twice.
        return (Decimal(round(units)) * step).quantize(step, rounding=ROUND_HALF_EVEN)


def stored(value: Exact) -> Decimal:
    """Four digits, half to even: what the protocol and the table keep."""
    return _rounded(value, _STORED)


def shown(value: Exact) -> Decimal:
    """Two digits, half to even: what a page shows. Ranks never come from it."""
    return _rounded(value, _SHOWN)
