"""One auction at one moment, whatever its kind: who names which price, when a stage is due, when it is over.

The command that takes a bid and the check of the log call the same functions, so that the log alone gives the same
order, extensions and end again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from app.sourcing.domain import auction_dutch, auction_english, auction_rounds
from app.sourcing.domain.auction_rounds import Rounds, Stage
from app.sourcing.domain.auction_rules import Kind, Rules
from app.sourcing.domain.auction_steps import Bidder, Refusal, rank_of, ranking


@dataclass(frozen=True, slots=True)
class Hall:
    """`position` and `order` are of rounds; `kept` is a price of the turn going on; `winner` took a Dutch price."""

    rules: Rules
    starts_at: datetime
    ends_at: datetime
    bidders: tuple[Bidder, ...]
    extensions: int = 0
    position: int = 0
    order: tuple[int, ...] = ()
    kept: tuple[Decimal, datetime] | None = None
    winner: int | None = None

    @property
    def stages(self) -> tuple[Stage, ...]:
        return auction_rounds.plan(self.starts_at, len(self.bidders)) if self.rules.kind is Kind.ROUNDS else ()

    @property
    def rounds(self) -> Rounds:
        return Rounds(self.rules.limit, self.stages, self.bidders, self.position, self.order, self.kept)

    @property
    def on_turn(self) -> int | None:
        return self.rounds.on_turn if self.rules.kind is Kind.ROUNDS else None

    def own(self, number: int) -> Bidder:
        return next(one for one in self.bidders if one.number == number)

    def ranked(self) -> list[Bidder]:
        return ranking(self.bidders)


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a price: the hall after it (the same when refused), and the rank where it counts at once."""

    hall: Hall
    refusal: Refusal | None = None
    rank: int | None = None
    is_extended: bool = False


def planned_end(rules: Rules, starts_at: datetime, bidders: int) -> datetime:
    """The end before any extension."""
    if rules.kind is Kind.ROUNDS:
        return auction_rounds.plan(starts_at, bidders)[-1].ends_at
    if rules.kind is Kind.DUTCH:
        return rules.clock(starts_at).ends_at
    return starts_at + rules.duration


def open_hall(rules: Rules, starts_at: datetime, bidders: tuple[Bidder, ...]) -> Hall:
    order = auction_rounds.turn_order(bidders) if rules.kind is Kind.ROUNDS else ()
    return Hall(rules, starts_at, planned_end(rules, starts_at, len(bidders)), bidders, order=order)


def name_price(hall: Hall, number: int, price: Decimal, at: datetime) -> Answer:
    """A bid, by database time."""
    if hall.rules.kind is Kind.ENGLISH:
        return _english(hall, number, price, at)
    if hall.rules.kind is Kind.DUTCH:
        return _dutch(hall, number, price, at)
    return _kept(hall, auction_rounds.keep(hall.rounds, number, price, at))


def take_back(hall: Hall, number: int, at: datetime) -> Answer:
    """Take the price of the running turn back; elsewhere a bid stays."""
    if hall.rules.kind is not Kind.ROUNDS:
        return Answer(hall, Refusal.NOTHING_THERE)
    return _kept(hall, auction_rounds.keep(hall.rounds, number, None, at))


def _english(hall: Hall, number: int, price: Decimal, at: datetime) -> Answer:
    auction = auction_english.English(
        hall.rules.limit, hall.rules.soft_close, hall.starts_at, hall.ends_at, hall.bidders, hall.extensions
    )
    found = auction_english.bid(auction, number, price, at)
    if isinstance(found, Refusal):
        return Answer(hall, found)
    after = replace(
        hall, bidders=found.auction.bidders, ends_at=found.auction.ends_at, extensions=found.auction.extensions
    )
    return Answer(after, rank=found.rank, is_extended=found.is_extended)


def _dutch(hall: Hall, number: int, price: Decimal, at: datetime) -> Answer:
    auction = auction_dutch.Dutch(hall.rules.clock(hall.starts_at), hall.bidders, hall.winner)
    found = auction_dutch.accept(auction, number, price, at)
    if isinstance(found, Refusal):
        return Answer(hall, found)
    after = replace(hall, bidders=found.bidders, winner=number)
    return Answer(after, rank=rank_of(number, found.bidders))


def _kept(hall: Hall, found: Rounds | Refusal) -> Answer:
    return Answer(hall, found) if isinstance(found, Refusal) else Answer(replace(hall, kept=found.kept))


def stages_due(hall: Hall, now: datetime) -> Iterator[Hall]:
    """The hall after each stage of rounds that has begun by now; the last one is the result."""
    if hall.rules.kind is Kind.ROUNDS:
        for after in auction_rounds.until(hall.rounds, now):
            yield replace(hall, bidders=after.bidders, position=after.position, order=after.order, kept=after.kept)


def is_too_late(hall: Hall, now: datetime) -> bool:
    """Whether the next stage of rounds was missed by more than the grace: then all is planned anew."""
    if hall.rules.kind is not Kind.ROUNDS or hall.position + 1 >= len(hall.stages):
        return False
    return auction_rounds.is_late(hall.stages[hall.position + 1], now)


def begins_too_late(hall: Hall, now: datetime) -> bool:
    """The same for the beginning of rounds; the others only get shorter when nobody was there to begin them."""
    return hall.rules.kind is Kind.ROUNDS and auction_rounds.is_late(hall.stages[0], now)


def is_over(hall: Hall, now: datetime) -> bool:
    return hall.winner is not None or now >= hall.ends_at


def next_moment(hall: Hall) -> datetime:
    """When something happens by the clock alone."""
    if hall.rules.kind is Kind.ROUNDS and hall.position + 1 < len(hall.stages):
        return hall.stages[hall.position + 1].starts_at
    return hall.ends_at
