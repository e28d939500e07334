"""Auctions as pages show them: to the side that asks, and to a bidder only what the rules let it know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import ROUND_FLOOR, Decimal
from fractions import Fraction
from typing import Any

from sqlalchemy import Row, Select, func, select, text

from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.sourcing.domain.auction_dutch import Clock
from app.sourcing.domain.auction_rounds import StageKind
from app.sourcing.domain.auction_rules import Kind, Rules
from app.sourcing.domain.auction_steps import Beat, Bidder, to_digits
from app.sourcing.models.auctions import Auction, AuctionBid, AuctionBidder, AuctionStage
from app.sourcing.models.bids import Bid
from app.sourcing.models.tenders import Tender, TenderLot

LATEST = 8  # entries beside the auction; all of them stand on the log's page
_HEAD: tuple[Any, ...] = (
    Auction.id, Auction.company_id, Auction.tender_id, Auction.lot_id, Auction.kind, Auction.state, Auction.currency,
    Auction.rules, Auction.starts_at, Auction.ends_at, Auction.ended_at, Auction.extensions, Auction.position,
    Auction.revision, Auction.reason, Auction.length, Auction.protocol_hash, Auction.shown_price, Tender.number,
    Tender.title, Tender.buyer_name, TenderLot.number, TenderLot.title, func.clock_timestamp(),
)  # fmt: skip
_PULSE = text("SELECT revision, state, next_at <= clock_timestamp(), clock_timestamp() FROM auctions WHERE id = :id")


@dataclass(frozen=True, slots=True)
class AuctionHead:
    """An auction with its tender and lot; `now` is database time, by which everything on the page is told."""

    id: int
    company_id: int
    tender_id: int
    lot_id: int
    kind: Kind
    state: str
    currency: str
    rules: Rules
    starts_at: datetime
    ends_at: datetime
    ended_at: datetime | None
    extensions: int
    position: int
    revision: int
    reason: str
    length: int
    protocol_hash: str
    shown_price: Decimal | None
    number: str
    title: str
    buyer_name: str
    lot_number: int
    lot_title: str
    now: datetime

    @property
    def clock(self) -> Clock:
        return self.rules.clock(self.starts_at)

    @property
    def is_over(self) -> bool:
        return self.state in {"ended", "stopped"}


@dataclass(frozen=True, slots=True)
class StageView:
    """A stage of rounds."""

    position: int
    kind: StageKind
    round: int
    turn: int
    starts_at: datetime
    ends_at: datetime
    number: int | None


@dataclass(frozen=True, slots=True)
class LogLine:
    """An entry of the log as pages show it."""

    sequence: int
    at: datetime
    event: str
    number: int | None
    price: Decimal | None
    refusal: str
    rank: int | None
    ends_at: datetime
    extensions: int
    position: int
    hash: str


@dataclass(frozen=True, slots=True)
class SeatView:
    """A bidder of the auction. `name` is empty until the end for everybody."""

    number: int
    rank: int
    start_price: Decimal
    price: Decimal
    since: datetime
    name: str
    code: str


@dataclass(frozen=True, slots=True)
class BidderPage:
    """What one bidder sees. `rank` and `leader` are None where the rules keep them.

    `leader` and `ranked` (of the own price) are as ranked: with features or costs not what is paid. `highest` is the
    price to stay at or below, None where no price can be named.
    """

    head: AuctionHead
    number: int
    price: Decimal
    start_price: Decimal
    rank: int | None
    leader: Decimal | None
    ranked: Decimal
    highest: Decimal | None
    kept_price: Decimal | None
    stages: Sequence[StageView]
    entries: Sequence[LogLine]

    @property
    def stage(self) -> StageView | None:
        return next((one for one in self.stages if one.position == self.head.position), None)

    @property
    def is_on_turn(self) -> bool:
        stage = self.stage
        return stage is not None and self.head.state == "running" and stage.number == self.number


@dataclass(frozen=True, slots=True)
class BuyerPage:
    """What the asking side sees, in the order of ranks."""

    head: AuctionHead
    seats: Sequence[SeatView]
    stages: Sequence[StageView]
    entries: Sequence[LogLine]

    @property
    def stage(self) -> StageView | None:
        return next((one for one in self.stages if one.position == self.head.position), None)


@dataclass(frozen=True, slots=True)
class Pulse:
    """Whether a page has anything new, for one small statement a second and page."""

    revision: int
    state: str
    is_due: bool
    now: datetime


def pulse(auction_id: int) -> Pulse:
    """Under the reader's own scope: who takes no part gets NotFound."""
    row = db.session.execute(_PULSE, {"id": auction_id}).one_or_none()
    if row is None:
        raise NotFound
    return Pulse(row[0], row[1], bool(row[2]), row[3].astimezone(UTC))


def _heads() -> Select[Any]:
    return (
        select(*_HEAD)
        .join(Tender, Tender.id == Auction.tender_id)
        .join(TenderLot, TenderLot.id == Auction.lot_id)
    )  # fmt: skip


def _head(row: Sequence[Any]) -> AuctionHead:
    values: list[Any] = [value.astimezone(UTC) if isinstance(value, datetime) else value for value in row]
    values[4], values[7] = Kind(values[4]), Rules.from_json(values[7])
    return AuctionHead(*values)


def auctions_of_tender(actor: Actor, tender_id: int) -> list[AuctionHead]:
    """Of a tender that the actor's company runs, by lot, the latest first."""
    statement = _heads().where(Auction.tender_id == tender_id, Auction.company_id == actor.company_id)
    return [_head(row) for row in db.session.execute(statement.order_by(TenderLot.number, Auction.id.desc()))]


def auctions_of_supplier(actor: Actor, *, limit: int = 200) -> list[AuctionHead]:
    """Auctions the supplier is called to: running ones first, then those to come, then the past."""
    order = func.array_position(["running", "planned", "ended"], Auction.state)
    statement = (
        _heads()
        .join(AuctionBidder, AuctionBidder.auction_id == Auction.id)
        .where(AuctionBidder.supplier_id == actor.company_id, Auction.state != "stopped")
        .order_by(order, Auction.starts_at.desc())
        .limit(limit)
    )
    return [_head(row) for row in db.session.execute(statement)]


def lots_of_tender(actor: Actor, tender_id: int) -> list[TenderLot]:
    return list(
        db.session.scalars(
            select(TenderLot)
            .where(TenderLot.tender_id == tender_id, TenderLot.company_id == actor.company_id)
            .order_by(TenderLot.number)
        )
    )


def own_auction(actor: Actor, auction_id: int) -> AuctionHead:
    """An auction of the actor's own tenders."""
    row = db.session.execute(
        _heads().where(Auction.id == auction_id, Auction.company_id == actor.company_id)
    ).one_or_none()  # fmt: skip
    if row is None:
        raise NotFound
    return _head(row)


def _stages(head: AuctionHead) -> list[StageView]:
    if head.kind is not Kind.ROUNDS:
        return []
    rows = db.session.scalars(
        select(AuctionStage).where(AuctionStage.auction_id == head.id).order_by(AuctionStage.position)
    )
    return [
        StageView(
            row.position, StageKind(row.kind), row.round, row.turn, row.starts_at.astimezone(UTC),
            row.ends_at.astimezone(UTC), row.number,
        )
        for row in rows
    ]  # fmt: skip


def lines_of(auction_id: int, *, supplier_id: int | None = None, limit: int | None = None) -> list[LogLine]:
    """Entries as the reader's scope lets see them; with `limit` the latest, newest first."""
    statement = select(AuctionBid).where(AuctionBid.auction_id == auction_id)
    if supplier_id is not None:
        statement = statement.where(AuctionBid.supplier_id == supplier_id)
    order = AuctionBid.sequence if limit is None else AuctionBid.sequence.desc()
    rows = db.session.scalars(statement.order_by(order).limit(limit))
    return [
        LogLine(
            row.sequence, row.at, row.event, row.number, row.price, row.refusal, row.rank, row.ends_at, row.extensions,
            row.position, row.hash.hex(),
        )
        for row in rows
    ]  # fmt: skip


def buyer_page(actor: Actor, auction_id: int) -> BuyerPage:
    head = own_auction(actor, auction_id)
    rows = db.session.execute(
        select(AuctionBidder, Bid.supplier_name, Bid.code)
        .join(Bid, Bid.id == AuctionBidder.bid_id)
        .where(AuctionBidder.auction_id == auction_id)
        .order_by(AuctionBidder.rank, AuctionBidder.seed)
    ).all()
    seats = [
        SeatView(
            one.number, one.rank, one.start_price, one.price, one.since, name if head.state == "ended" else "", code
        )
        for one, name, code in rows
    ]
    return BuyerPage(head, seats, _stages(head), lines_of(auction_id, limit=LATEST))


def bidder_page(actor: Actor, auction_id: int) -> BidderPage:
    """For the bidder itself; anybody else gets NotFound."""
    row: Row[Any] | None = db.session.execute(
        _heads()
        .add_columns(AuctionBidder)
        .join(AuctionBidder, AuctionBidder.auction_id == Auction.id)
        .where(Auction.id == auction_id, AuctionBidder.supplier_id == actor.company_id)
    ).one_or_none()
    if row is None:
        raise NotFound
    head, own = _head(tuple(row)[:-1]), row[-1]
    is_known = head.state in {"running", "ended"}
    return BidderPage(
        head,
        own.number,
        own.price,
        own.start_price,
        own.rank if head.rules.shows_rank and is_known else None,
        head.shown_price if head.rules.shows_leader else None,
        to_digits(_bidder(own).ranked, head.rules.limit.digits, ROUND_FLOOR),
        _highest(head, own),
        own.kept_price,
        _stages(head),
        lines_of(auction_id, supplier_id=actor.company_id, limit=LATEST),
    )


def _bidder(own: AuctionBidder) -> Bidder:
    return Bidder(
        own.number, own.price, own.since, Fraction(own.numerator, own.denominator), addition=Fraction(own.addition)
    )


def _highest(head: AuctionHead, own: AuctionBidder) -> Decimal | None:
    """Measured from the leader where the rule says so (then its price is shown), else from the own price."""
    if head.kind is Kind.DUTCH:
        return None
    limit = head.rules.limit
    one = _bidder(own)
    if limit.beat is Beat.LEADER and head.shown_price is not None:
        top = min(Fraction(own.price), one.price_of(Fraction(head.shown_price))) - Fraction(limit.step)
        found = to_digits(top, limit.digits, ROUND_FLOOR)
    else:
        found = limit.highest(one, [one])
    return found if found > 0 else None
