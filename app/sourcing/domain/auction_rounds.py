"""Auction in rounds, as Prozorro runs it: three rounds, in each every bidder has one turn of two minutes.

Before the first round is a pause of five minutes, before the others one of two; the last two stages announce the end
and the result. The worst price moves first and the best last, of equal prices the later one first; the order is made
anew at each pause. Whoever is on turn may bid, change and take back until the turn ends, then the price is published.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo

from app.sourcing.domain.auction_steps import Bidder, Limit, Refusal, ranking

ROUNDS = 3
TURN = timedelta(minutes=2)
FIRST_PAUSE = timedelta(minutes=5)
PAUSE = timedelta(minutes=2)
PREPARED = timedelta(minutes=2)  # between the last turn and the result
LATE = timedelta(seconds=120)
_OPENS, _SLOTS = time(11), 5 * 60 + 1  # a start on any minute from 11:00 to 16:00


class StageKind(StrEnum):
    """What happens in a stage."""

    PAUSE = "pause"
    TURN = "turn"
    PREPARING = "preparing"
    RESULT = "result"


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of the plan; `turn` counts within the round from 0. The last stage, the result, has no length."""

    position: int
    kind: StageKind
    round: int
    turn: int
    starts_at: datetime
    ends_at: datetime


def plan(starts_at: datetime, bidders: int) -> tuple[Stage, ...]:
    """All stages of an auction of so many bidders."""
    return tuple(_stages(starts_at, bidders))


def _stages(at: datetime, bidders: int) -> Iterator[Stage]:
    position = 0
    for number in range(1, ROUNDS + 1):
        ends = at + (FIRST_PAUSE if number == 1 else PAUSE)
        yield Stage(position, StageKind.PAUSE, number, 0, at, ends)
        for turn in range(bidders):
            at, position = ends, position + 1
            ends = at + TURN
            yield Stage(position, StageKind.TURN, number, turn, at, ends)
        at, position = ends, position + 1
    yield Stage(position, StageKind.PREPARING, ROUNDS, 0, at, at + PREPARED)
    yield Stage(position + 1, StageKind.RESULT, ROUNDS, 0, at + PREPARED, at + PREPARED)


def turn_order(bidders: tuple[Bidder, ...]) -> tuple[int, ...]:
    """Numbers of the bidders in the order of their turns: the ranking backwards."""
    return tuple(one.number for one in reversed(ranking(bidders)))


def is_late(stage: Stage, now: datetime) -> bool:
    """Whether the stage begins so late that the auction is planned anew; so none can stay without a result."""
    return now - stage.starts_at > LATE


def next_start(after: datetime, zone: str, draw: Callable[[int], int], is_working: Callable[[date], bool]) -> datetime:
    """A random minute of the next working day between 11:00 and 16:00 local time; `draw(n)` gives 0 to n - 1."""
    day = after.astimezone(ZoneInfo(zone)).date() + timedelta(days=1)
    while not is_working(day):
        day += timedelta(days=1)
    local = datetime.combine(day, _OPENS, ZoneInfo(zone)) + timedelta(minutes=draw(_SLOTS))
    return local.astimezone(after.tzinfo)


@dataclass(frozen=True, slots=True)
class Rounds:
    """An auction in rounds at one moment: the stage reached, the order of its round, the price kept for the turn."""

    limit: Limit
    stages: tuple[Stage, ...]
    bidders: tuple[Bidder, ...]
    position: int = 0
    order: tuple[int, ...] = ()
    kept: tuple[Decimal, datetime] | None = None

    @property
    def stage(self) -> Stage:
        return self.stages[self.position]

    @property
    def on_turn(self) -> int | None:
        return self.order[self.stage.turn] if self.stage.kind is StageKind.TURN else None

    @property
    def is_over(self) -> bool:
        return self.stage.kind is StageKind.RESULT


def begin(limit: Limit, stages: tuple[Stage, ...], bidders: tuple[Bidder, ...]) -> Rounds:
    return Rounds(limit, stages, bidders, order=turn_order(bidders))


def next_stage(auction: Rounds) -> Rounds:
    """The next stage: what was kept in a turn is published, the order is made anew at a pause."""
    bidders, number = auction.bidders, auction.on_turn
    if number is not None and auction.kept is not None:
        price, at = auction.kept
        bidders = tuple(replace(one, price=price, since=at) if one.number == number else one for one in bidders)
    after = replace(auction, bidders=bidders, position=auction.position + 1, kept=None)
    return replace(after, order=turn_order(bidders)) if after.stage.kind is StageKind.PAUSE else after


def until(auction: Rounds, now: datetime) -> Iterator[Rounds]:
    """The auction after each stage that has begun by now."""
    while not auction.is_over and auction.stages[auction.position + 1].starts_at <= now:
        auction = next_stage(auction)
        yield auction


def keep(auction: Rounds, number: int, price: Decimal | None, at: datetime) -> Rounds | Refusal:
    """Name a price within the turn, change it, or take it back (None); the auction must stand at the stage of `at`."""
    if at < auction.stages[0].starts_at:
        return Refusal.EARLY
    if auction.stage.kind in {StageKind.PREPARING, StageKind.RESULT}:
        return Refusal.LATE
    if auction.on_turn != number:
        return Refusal.NOT_ON_TURN
    if not auction.stage.starts_at <= at < auction.stage.ends_at:
        return Refusal.NOT_ON_TURN
    if price is None:
        return Refusal.NOTHING_THERE if auction.kept is None else replace(auction, kept=None)
    own = next(one for one in auction.bidders if one.number == number)
    return auction.limit.refusal(price, own, auction.bidders) or replace(auction, kept=(price, at))
