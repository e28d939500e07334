"""What time does to auctions: they begin, stages follow each other, the end comes, a missed stage plans all anew.

Whoever looks at an auction moves it when something is due; a job does the same for auctions nobody looks at. Doing it
twice changes nothing: what is due is judged again under the lock.
"""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, func, insert, select

from app.accounts.queries.companies import operator_zone
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import DomainError
from app.core.locks import lock_rows
from app.core.outbox import publish
from app.core.tenancy import system_scope
from app.inventory.queries.rules import holidays
from app.sourcing.domain.auction_hall import (
    Hall,
    begins_too_late,
    is_over,
    is_too_late,
    next_moment,
    open_hall,
    planned_end,
    stages_due,
)
from app.sourcing.domain.auction_log import Event, beginning, order_of
from app.sourcing.domain.auction_rounds import StageKind, next_start, plan
from app.sourcing.domain.auction_rules import Kind, Rules
from app.sourcing.events import AuctionEnded, AuctionPlanned
from app.sourcing.models.auctions import Auction, AuctionBidder, AuctionStage
from app.sourcing.models.tenders import Tender
from app.sourcing.service.auction_protocol import keep_protocol
from app.sourcing.service.auction_rows import Open, locked, note, put_order, write
from app.sourcing.service.tender_state import advance_tender

log = logging.getLogger(__name__)
_SATURDAY = 5
_MOST_AT_ONCE = 200


def advance(auction_id: int) -> None:
    """Do what is due in an auction by the database's clock."""
    with system_scope("auction: time moves it, whoever looks"):
        _advance(auction_id)


def advance_due() -> int:
    """Do what is due in all auctions; returns how many were looked at."""
    with system_scope("auction: time moves it, whoever looks"):
        due = db.session.scalars(
            select(Auction.id).where(Auction.next_at <= func.clock_timestamp()).limit(_MOST_AT_ONCE)
        ).all()
        for auction_id in due:
            try:
                _advance(auction_id)
            except DomainError:
                log.exception("auction %s could not go on", auction_id)
    return len(due)


def _advance(auction_id: int) -> None:
    if _move(auction_id):
        _tell_tender(auction_id)


@command
def _move(auction_id: int) -> bool:
    """Whether the tender has to hear of it. `next_at` stays due until it has, so that a crash in between loses nothing.

    Two transactions, because locks go from tender to auction, and only the auction's lock tells whether it is over:
    a price that was accepted just now may have moved the end.
    """
    held = locked(auction_id)
    row = held.row
    if row.next_at is None or row.next_at > held.at:
        return False
    if row.state in {"ended", "stopped"}:
        return True
    if row.state == "planned" and not _begin(held):
        return True
    for after in stages_due(held.hall, held.at):
        if is_too_late(held.hall, held.at):
            _stop(held)
            return True
        _stage(held, after)
    if is_over(held.hall, held.at):
        _finish(held)
        return True
    row.next_at = next_moment(held.hall)
    db.session.flush()
    return False


def _begin(held: Open) -> bool:
    """False: it should have begun so long ago that it was planned anew."""
    row = held.row
    held.hall = open_hall(held.hall.rules, held.hall.starts_at, held.hall.bidders)
    if begins_too_late(held.hall, held.at):
        _stop(held)
        return False
    row.state = "running"
    note(held, Event.BEGIN, details=beginning(held.hall))
    if held.hall.rules.kind is Kind.ROUNDS:
        put_order(held)
    write(held)
    return True


def _stage(held: Open, after: Hall) -> None:
    held.hall = after
    note(held, Event.STAGE)
    if after.rounds.stage.kind is StageKind.PAUSE:
        put_order(held)
    write(held)


def _finish(held: Open) -> None:
    row = held.row
    row.state, row.next_at, row.ended_at = "ended", held.at, held.at
    note(held, Event.END, details={"order": order_of(held.hall)})
    write(held)
    keep_protocol(held)


def _stop(held: Open) -> None:
    """A stage was missed: nobody may lose a turn by it, so all begins anew from the first prices."""
    row = held.row
    is_begun = row.state == "running"
    row.state, row.next_at, row.ended_at, row.reason = "stopped", held.at, held.at, "late"
    if is_begun:
        note(held, Event.STOP)
    row.revision += 1
    db.session.flush()
    starts_at = next_working_start(Actor.system(row.company_id), held.at)
    places = Places(row.company_id, row.tender_id, row.lot_id, row.currency)
    put_auction(places, held.hall.rules, starts_at, [seat_of(one) for one in held.bidders.values()])


@command
def _tell_tender(auction_id: int) -> None:
    """The lot goes back to its evaluation, or hears of the new start; once."""
    place = db.session.execute(select(Auction.tender_id, Auction.lot_id).where(Auction.id == auction_id)).one()
    lock_rows(Tender, [place.tender_id])
    row = db.session.get_one(Auction, auction_id, populate_existing=True)
    if row.next_at is None:
        return
    system = Actor.system(row.company_id)
    if row.state == "ended":
        changes: dict[str, Any] = {"protocol": row.protocol_hash, "log": row.head.hex(), "entries": row.length}
        advance_tender(
            system, row.tender_id, "end_auction", role="system", lot_ids=[row.lot_id], changes=changes
        )  # fmt: skip
        publish(AuctionEnded(row.id))
    else:
        fresh = db.session.execute(
            select(Auction.id, Auction.starts_at).where(Auction.lot_id == row.lot_id, Auction.state != "stopped")
        ).one()
        advance_tender(
            system, row.tender_id, "replan_auction", role="system", lot_ids=[row.lot_id],
            changes={"starts_at": fresh.starts_at}, reason=row.reason,
        )  # fmt: skip
        publish(AuctionPlanned(fresh.id))
    row.next_at = None
    db.session.flush()


def next_working_start(actor: Actor, after: datetime) -> datetime:
    """A random minute of the next working day in the operator's time zone."""
    days_off = {day for day, _ in holidays(actor, after.date())}

    def is_working(day: date) -> bool:
        return day.weekday() < _SATURDAY and day not in days_off

    return next_start(after, operator_zone(actor), secrets.randbelow, is_working)


@dataclass(frozen=True, slots=True)
class Places:
    """Where an auction belongs."""

    company_id: int
    tender_id: int
    lot_id: int
    currency: str


@dataclass(frozen=True, slots=True)
class Seat:
    """A qualified bid as it enters: its price, since when, and its place in the ranking of the bids."""

    bid_id: int
    supplier_id: int
    seed: int
    price: Decimal
    since: datetime
    numerator: int = 1
    denominator: int = 1
    addition: Decimal = Decimal(0)


def seat_of(one: Row[Any]) -> Seat:
    """The place of a bidder in an auction planned anew: with the price it came with."""
    return Seat(
        one.bid_id, one.supplier_id, one.seed, one.start_price, one.start_since, one.numerator, one.denominator,
        one.addition,
    )  # fmt: skip


def put_auction(places: Places, rules: Rules, starts_at: datetime, seats: list[Seat]) -> int:
    """Insert a planned auction with drawn numbers and, for rounds, its stages; returns its id."""
    ends_at = planned_end(rules, starts_at, len(seats))
    auction_id: int = db.session.execute(
        insert(Auction).returning(Auction.id),
        {
            "company_id": places.company_id, "tender_id": places.tender_id, "lot_id": places.lot_id,
            "currency": places.currency, "kind": str(rules.kind), "rules": rules.as_json(), "starts_at": starts_at,
            "ends_at": ends_at, "next_at": starts_at,
        },
    ).scalar_one()  # fmt: skip
    numbers = list(range(1, len(seats) + 1))
    secrets.SystemRandom().shuffle(numbers)
    db.session.execute(
        insert(AuctionBidder).inline(),
        [
            {
                "company_id": places.company_id, "auction_id": auction_id, "bid_id": seat.bid_id,
                "supplier_id": seat.supplier_id, "number": number, "seed": seat.seed, "start_price": seat.price,
                "start_since": seat.since, "price": seat.price, "since": seat.since, "rank": seat.seed,
                "numerator": seat.numerator, "denominator": seat.denominator, "addition": seat.addition,
            }
            for number, seat in zip(numbers, seats, strict=True)
        ],
    )  # fmt: skip
    if rules.kind is Kind.ROUNDS:
        stages = [
            {
                "company_id": places.company_id, "auction_id": auction_id, "position": stage.position,
                "kind": str(stage.kind), "round": stage.round, "turn": stage.turn, "starts_at": stage.starts_at,
                "ends_at": stage.ends_at,
            }
            for stage in plan(starts_at, len(seats))
        ]  # fmt: skip
        db.session.execute(insert(AuctionStage).inline(), stages)
    return auction_id
