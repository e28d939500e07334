"""How good a supplier is: criteria over what deliveries showed, months that weigh less as they age, a standing.

One thing differs from the field's usual way: a criterion without facts (nothing was due, nothing came) does not count
as zero but not at all, and the other weights take its place; otherwise a supplier that has not delivered yet would be
called bad.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from app.core.errors import Invalid
from app.core.texts import N_, Message
from app.sourcing.domain.formula import parse

# What is counted in a month for one supplier.
FACTS: Mapping[str, Message] = {
    "due_lines": N_("Lines that were due"),
    "on_time_lines": N_("Lines that were all in on their day"),
    "complete_lines": N_("Lines that were all in at last"),
    "receipts": N_("Receipts of goods"),
    "good_share": N_("Receipts, each counted by its share of good goods"),
    "bids": N_("Bids that were opened"),
    "price_share": N_("Bids, each counted by the cheapest price as a share of its own"),
}
PERIOD_NAMES = ("score", "n")
DEFAULT_PERIOD_WEIGHT = "score * max(0, min(1, (12 - n) / 12))"
MONTHS = 12
_HUNDRED = Fraction(100)


@dataclass(frozen=True, slots=True)
class Criterion:
    """A part of the score: a formula over FACTS, its weight in percent, and its highest value."""

    code: str
    name: str
    formula: str
    weight: Decimal
    maximum: Decimal = Decimal(100)


DEFAULT_CRITERIA = (
    Criterion("on_time", "On time", "100 * on_time_lines / due_lines", Decimal(35)),
    Criterion("complete", "Complete", "100 * complete_lines / due_lines", Decimal(25)),
    Criterion("quality", "Quality", "100 * good_share / receipts", Decimal(25)),
    Criterion("price", "Price", "100 * price_share / bids", Decimal(15)),
)


@dataclass(frozen=True, slots=True)
class Standing:
    """What a score means for invitations; `least` is the lowest score of it, inclusive."""

    code: str
    least: Decimal
    blocks: bool = False
    warns: bool = False


STANDINGS = (
    Standing("excellent", Decimal(80)),
    Standing("good", Decimal(50)),
    Standing("weak", Decimal(30), warns=True),
    Standing("poor", Decimal(0), blocks=True),
)


def check(criteria: Sequence[Criterion], period_weight: str = DEFAULT_PERIOD_WEIGHT) -> None:
    """Raise Invalid unless the weights are 100 together, codes differ and every formula is understood."""
    if sum((each.weight for each in criteria), Decimal(0)) != 100:
        raise Invalid("weight", N_("The weights must be 100 percent together."))
    if any(each.weight < 0 or each.maximum <= 0 for each in criteria):
        raise Invalid("weight", N_("A weight is not negative."))
    if len({each.code for each in criteria}) < len(criteria):
        raise Invalid("code", N_("Two criteria have the same name."))
    for each in criteria:
        parse(each.formula, FACTS)
    parse(period_weight, PERIOD_NAMES)


def criterion_score(criterion: Criterion, facts: Mapping[str, Decimal]) -> Fraction | None:
    """From 0 to its maximum; None without facts."""
    value = parse(criterion.formula, FACTS)({name: facts.get(name, Decimal(0)) for name in FACTS})
    return None if value is None else min(Fraction(criterion.maximum), max(Fraction(0), value))


@dataclass(frozen=True, slots=True)
class PeriodScore:
    """The score of one month, exact, and its parts by criterion (None: no facts)."""

    score: Fraction
    parts: Mapping[str, Fraction | None]


def period_score(criteria: Sequence[Criterion], facts: Mapping[str, Decimal]) -> PeriodScore | None:
    """Σ score × weight ÷ 100 over the criteria that have facts; None where none has."""
    parts = {each.code: criterion_score(each, facts) for each in criteria}
    counted = [(parts[each.code], Fraction(each.weight)) for each in criteria]
    weighed = [(score, weight) for score, weight in counted if score is not None]
    weights = sum((weight for _score, weight in weighed), Fraction(0))
    if not weights:
        return None
    total = sum((score * weight for score, weight in weighed), Fraction(0)) / weights
    return PeriodScore(min(_HUNDRED, total), parts)


def supplier_score(
    periods: Mapping[int, Fraction | Decimal], period_weight: str = DEFAULT_PERIOD_WEIGHT
) -> Decimal:  # fmt: skip
    """The score of all periods by age (0 is the newest), with one digit; without any it is 100."""
    weigh = parse(period_weight, PERIOD_NAMES)
    own = whole = Fraction(0)
    for age, score in periods.items():
        own += weigh({"score": Fraction(score), "n": age}) or 0
        whole += weigh({"score": _HUNDRED, "n": age}) or 0
    if not whole:
        return Decimal("100.0")
    return _one_digit(min(_HUNDRED, max(Fraction(0), _HUNDRED * own / whole)))


def _one_digit(value: Fraction) -> Decimal:
    tenths = value * 10
    exact = Decimal(tenths.numerator) / Decimal(tenths.denominator)
    return exact.quantize(Decimal(1), rounding=ROUND_HALF_UP).scaleb(-1)


def standing_for(score: Decimal) -> Standing:
    """The standing of a score from 0 to 100; its lower bound belongs to it, and 100 is in the highest."""
    return next(each for each in STANDINGS if score >= each.least)
