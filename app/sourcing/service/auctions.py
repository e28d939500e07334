"""Auctions as the asking side plans them: when, by which rules, with the qualified bids as they stand."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from decimal import ROUND_FLOOR

from sqlalchemy import select

from app.core import audit
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Invalid, NotFound
from app.core.locks import lock_rows
from app.core.money import minor_units
from app.core.outbox import publish
from app.core.texts import N_
from app.sourcing.domain.auction_rules import Kind, Rules, demand_rules
from app.sourcing.domain.auction_steps import to_digits
from app.sourcing.domain.evaluation import Ranking
from app.sourcing.events import AuctionPlanned
from app.sourcing.models.auctions import Auction
from app.sourcing.models.tenders import Tender, TenderLot
from app.sourcing.policy import Permission
from app.sourcing.queries.clock import database_now
from app.sourcing.queries.evaluation import BidRow, evaluation_of
from app.sourcing.service.auction_rows import locked
from app.sourcing.service.auction_stages import Places, Seat, next_working_start, put_auction, seat_of
from app.sourcing.service.tender_state import advance_tender, after, locked_tender

_LEAST_BIDDERS, _MOST_BIDDERS = 2, 500
_FARTHEST = timedelta(days=90)
_DIGITS = 6


@command
def plan_auction(actor: Actor, tender_id: int, lot_id: int, rules: Rules, starts_at: datetime | None) -> int:
    """Call the qualified bidders of a lot to an auction; without a start rounds get one on the next working day."""
    actor.demand(Permission.RUN)
    tender = locked_tender(actor, tender_id)
    lot = db.session.get(TenderLot, lot_id, populate_existing=True)
    if lot is None or lot.tender_id != tender.id:
        raise NotFound
    if lot.auctioned_at is not None:
        raise Conflict(N_("This lot had its auction."))
    _demand_kind(tender, rules)
    starts_at = _start(actor, rules, starts_at)
    seats = _seats(evaluation_of(actor, tender_id, lot_id).ranked)
    rules = _checked(rules, tender, starts_at, seats)
    changes = {"kind": str(rules.kind), "starts_at": starts_at, "bidders": len(seats)}
    advance_tender(actor, tender_id, "start_auction", role="buyer", lot_ids=[lot_id], changes=changes)
    lot.auctioned_at = database_now()
    auction_id = put_auction(Places(tender.company_id, tender.id, lot_id, tender.currency), rules, starts_at, seats)
    audit.record(actor, "auction", auction_id, "planned", changes | {"rules": rules.as_json()})
    publish(AuctionPlanned(auction_id))
    return auction_id


def _demand_kind(tender: Tender, rules: Rules) -> None:
    if tender.has_auction == "none":
        raise Conflict(N_("This tender has no auction."))
    if tender.has_auction != rules.kind:
        raise Invalid("kind", N_("The tender announced another kind of auction."))
    if tender.ranking == Ranking.POINTS:
        raise Conflict(N_("An auction ranks by price; bids of this tender are ranked by points."))


def _start(actor: Actor, rules: Rules, starts_at: datetime | None) -> datetime:
    now = database_now()
    if starts_at is None:
        if rules.kind is Kind.ROUNDS:
            return next_working_start(actor, now)
        raise Invalid("starts_at", N_("Say when bidding begins."))
    if not now <= starts_at <= now + _FARTHEST:
        raise Invalid("starts_at", N_("Bidding begins in the future, within 90 days."))
    return starts_at


def _checked(rules: Rules, tender: Tender, starts_at: datetime, seats: list[Seat]) -> Rules:
    rules = rules.with_digits(minor_units(tender.currency))
    demand_rules(rules, starts_at)
    if rules.kind is Kind.DUTCH and rules.ceiling > min(seat.price for seat in seats):
        raise Invalid("ceiling", N_("The last price must not lie above the best bid."))
    return rules


def _seats(ranked: Collection[BidRow]) -> list[Seat]:
    if len(ranked) < _LEAST_BIDDERS:
        raise Conflict(N_("An auction needs at least two qualified bids."))
    if len(ranked) > _MOST_BIDDERS:
        raise Conflict(N_("An auction takes at most {most} bids.", most=_MOST_BIDDERS))
    return [
        Seat(
            row.bid_id, row.supplier_id, place, row.price, row.price_changed_at, row.coefficient.numerator,
            row.coefficient.denominator, to_digits(row.addition, _DIGITS, ROUND_FLOOR),
        )
        for place, row in enumerate(ranked, start=1)
        if row.price is not None and row.supplier_id is not None
    ]  # fmt: skip


@command
def move_auction(actor: Actor, auction_id: int, rules: Rules, starts_at: datetime) -> int:
    """Plan an auction anew that has not begun; the numbers are drawn again. Returns the new auction's id."""
    actor.demand(Permission.RUN)
    place = db.session.execute(select(Auction.tender_id, Auction.lot_id).where(Auction.id == auction_id)).one_or_none()
    if place is None:
        raise NotFound
    tender = locked_tender(actor, place.tender_id)
    held = locked(auction_id)
    if held.row.state != "planned" or held.row.starts_at <= held.at:
        raise Conflict(N_("This auction has begun and cannot be moved."))
    _demand_kind(tender, rules)
    starts_at = _start(actor, rules, starts_at)
    seats = [seat_of(one) for one in held.bidders.values()]
    rules = _checked(rules, tender, starts_at, seats)
    _stop_planned(held.row, "moved", held.at)
    places = Places(tender.company_id, tender.id, place.lot_id, tender.currency)
    fresh = put_auction(places, rules, starts_at, seats)
    audit.record(actor, "auction", fresh, "moved", {"starts_at": [held.row.starts_at, starts_at], "before": auction_id})
    publish(AuctionPlanned(fresh))
    return fresh


def _stop_planned(row: Auction, reason: str, at: datetime) -> None:
    row.state, row.reason, row.ended_at, row.next_at = "stopped", reason, at, None
    row.revision += 1
    db.session.flush()


@after("cancel")
def _with_the_tender(actor: Actor, tender: Tender, lots: list[TenderLot]) -> None:
    """A tender is not cancelled while bidders bid; auctions to come go with it."""
    ids = db.session.scalars(
        select(Auction.id).where(
            Auction.lot_id.in_([lot.id for lot in lots]), Auction.state.in_(("planned", "running"))
        )
    ).all()
    for row in lock_rows(Auction, ids):
        if row.state == "running":
            raise Conflict(N_("An auction of this tender is running. Cancel after it has ended."))
        if row.state == "planned":
            _stop_planned(row, "cancelled", database_now())
