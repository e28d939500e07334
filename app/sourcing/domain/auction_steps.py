"""What all auctions share: bidders in their order, the step every better price must keep, and what is refused.

An auction goes downwards: the lowest ranked price leads. With features a price is divided by the bidder's coefficient
before it is ranked, with costs over the life of the thing these are added; the step is kept in money: ranked 400,000 at
19/16 are 475,000, and with a step of 1,000 the next price is at most 474,000.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from enum import StrEnum
from fractions import Fraction

from app.core.errors import Invalid
from app.core.texts import N_, Message

_LEAST, _MOST = Decimal("0.005"), Decimal("0.03")
_WHOLE = Fraction(1)
_NOTHING = Fraction(0)


class Beat(StrEnum):
    """What a new price must lie a step below."""

    OWN = "own"
    LEADER = "leader"


class Refusal(StrEnum):
    """Why a bid does not count; kept in the log."""

    EARLY = "early"
    LATE = "late"
    CLOSED = "closed"
    NOT_POSITIVE = "not_positive"
    TOO_FINE = "too_fine"
    TOO_HIGH = "too_high"
    NOT_ON_TURN = "not_on_turn"
    NOTHING_THERE = "nothing_there"
    NOT_REACHED = "not_reached"


REFUSED: dict[Refusal, Message] = {
    Refusal.EARLY: N_("Bidding has not begun yet."),
    Refusal.LATE: N_("Bidding had ended when your price arrived."),
    Refusal.CLOSED: N_("This auction is not running."),
    Refusal.NOT_POSITIVE: N_("Enter a price above zero."),
    Refusal.TOO_FINE: N_("The price has more digits than the currency knows."),
    Refusal.TOO_HIGH: N_("The price is not low enough. Look at the highest price you may bid now."),
    Refusal.NOT_ON_TURN: N_("It is not your turn."),
    Refusal.NOTHING_THERE: N_("There is no bid in this turn to take back."),
    Refusal.NOT_REACHED: N_("The clock has not reached this price yet."),
}


@dataclass(frozen=True, slots=True)
class Bidder:
    """One bidder as the others may know it: a drawn number, the price that holds and since when.

    `seed` decides between prices equal to the microsecond: the place in the ranking the auction began with.
    """

    number: int
    price: Decimal
    since: datetime
    coefficient: Fraction = _WHOLE
    seed: int = 0
    addition: Fraction = _NOTHING

    @property
    def ranked(self) -> Fraction:
        return Fraction(self.price) / self.coefficient + self.addition

    def price_of(self, ranked: Fraction) -> Fraction:
        """The price of this bidder that ranks so."""
        return (ranked - self.addition) * self.coefficient


@dataclass(frozen=True, slots=True)
class Limit:
    """The step and what it is measured from; `digits` are those of the currency."""

    step: Decimal
    beat: Beat = Beat.OWN
    digits: int = 2

    def highest(self, own: Bidder, bidders: Iterable[Bidder]) -> Decimal:
        """The highest price this bidder may name now; not above zero when the step leaves no room."""
        top = Fraction(own.price)
        if self.beat is Beat.LEADER:
            top = min(top, own.price_of(min(one.ranked for one in bidders)))
        return to_digits(top - Fraction(self.step), self.digits, ROUND_FLOOR)

    def refusal(self, price: Decimal, own: Bidder, bidders: Iterable[Bidder]) -> Refusal | None:
        if price <= 0:
            return Refusal.NOT_POSITIVE
        if Fraction(price) != Fraction(to_digits(Fraction(price), self.digits, ROUND_FLOOR)):
            return Refusal.TOO_FINE
        return Refusal.TOO_HIGH if price > self.highest(own, bidders) else None


def to_digits(value: Fraction, digits: int, rounding: str) -> Decimal:
    """A fraction as a decimal of so many digits, rounded down or up."""
    scaled = value * 10**digits
    whole = scaled.numerator // scaled.denominator
    if rounding == ROUND_CEILING and scaled.denominator != 1:
        whole += 1
    return Decimal(whole).scaleb(-digits)


def ranking(bidders: Iterable[Bidder]) -> list[Bidder]:
    """Best first: lowest ranked price, then the earlier one. An unchanged price keeps its time."""
    return sorted(bidders, key=lambda one: (one.ranked, one.since, one.seed, one.number))


def rank_of(number: int, bidders: Iterable[Bidder]) -> int:
    """1 for the leader."""
    return next(place for place, one in enumerate(ranking(bidders), 1) if one.number == number)


def step_range(value: Decimal, digits: int = 2) -> tuple[Decimal, Decimal]:
    """The least and the greatest step for a lot of this value: 0.5 percent rounded down, 3 percent rounded up."""
    return (
        to_digits(Fraction(value) * Fraction(_LEAST), digits, ROUND_FLOOR),
        to_digits(Fraction(value) * Fraction(_MOST), digits, ROUND_CEILING),
    )


def demand_step(step: Decimal, value: Decimal, currency_digits: int = 2) -> None:
    """Raise Invalid for a step outside its range."""
    least, most = step_range(value, currency_digits)
    if not max(least, Decimal(1).scaleb(-currency_digits)) <= step <= most:
        raise Invalid(
            "step", N_("The step must lie between {least} and {most}.", least=str(least), most=str(most))
        )  # fmt: skip
