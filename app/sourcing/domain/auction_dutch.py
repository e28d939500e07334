"""Dutch auction turned round for buying: the price climbs by the clock until the first bidder takes it.

It begins at `floor` and rises by `rise` every `interval` up to `ceiling`, which holds for one interval more. The first
acceptance that reaches the database ends the auction. A bidder gets exactly the price it confirmed: one the clock has
not reached is refused, one that the clock has passed while the answer travelled still counts, to the buyer's gain.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from math import ceil

from app.core.errors import Invalid
from app.core.texts import N_
from app.sourcing.domain.auction_steps import Bidder, Refusal


@dataclass(frozen=True, slots=True)
class Clock:
    """How the price climbs."""

    floor: Decimal
    ceiling: Decimal
    rise: Decimal
    interval: timedelta
    starts_at: datetime

    @property
    def steps(self) -> int:
        """Rises until the ceiling is reached."""
        return ceil(Fraction(self.ceiling - self.floor) / Fraction(self.rise))

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + (self.steps + 1) * self.interval

    def price_at(self, at: datetime) -> Decimal:
        """The price by the clock; before the start the floor, after the end the ceiling."""
        passed = max(0, (at - self.starts_at) // self.interval)
        return min(self.ceiling, self.floor + passed * self.rise)

    def next_rise(self, at: datetime) -> datetime | None:
        """When the price changes next, None when it stays."""
        passed = max(-1, (at - self.starts_at) // self.interval)
        return self.starts_at + (passed + 1) * self.interval if passed < self.steps else None

    def stands_at(self, price: Decimal) -> bool:
        """Whether the clock ever shows this price."""
        return price == self.ceiling or (
            self.floor <= price < self.ceiling and (price - self.floor) % self.rise == 0
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Dutch:
    """A Dutch auction at one moment; `winner` is the number of the bidder who took the price."""

    clock: Clock
    bidders: tuple[Bidder, ...]
    winner: int | None = None


def demand_clock(clock: Clock) -> None:
    """Raise Invalid for a clock that cannot run."""
    if not 0 < clock.floor < clock.ceiling:
        raise Invalid("floor", N_("The first price must lie above zero and below the last one."))
    if clock.rise <= 0 or clock.interval <= timedelta(0):
        raise Invalid("rise", N_("Price and time between two rises must be above zero."))


def accept(auction: Dutch, number: int, price: Decimal, at: datetime) -> Dutch | Refusal:
    """Take the confirmed price by database time `at`; a refusal changes nothing."""
    if auction.winner is not None or at >= auction.clock.ends_at:
        return Refusal.LATE
    if at < auction.clock.starts_at:
        return Refusal.EARLY
    if not auction.clock.stands_at(price) or price > auction.clock.price_at(at):
        return Refusal.NOT_REACHED
    bidders = tuple(
        replace(one, price=price, since=at) if one.number == number else one for one in auction.bidders
    )  # fmt: skip
    return replace(auction, bidders=bidders, winner=number)
