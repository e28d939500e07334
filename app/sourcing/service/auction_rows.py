"""An auction under its lock: read as a `Hall`, written back with one entry of the log for everything that happened.

Who calls these functions holds the lock; time is asked for after it was got.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import ROUND_FLOOR, Decimal
from fractions import Fraction
from typing import Any

from sqlalchemy import Row, bindparam, func, insert, select, update

from app.core.db import db
from app.core.errors import NotFound
from app.core.locks import lock_rows
from app.sourcing.domain.auction_hall import Hall
from app.sourcing.domain.auction_log import Entry, Event, chained
from app.sourcing.domain.auction_rules import Kind, Rules
from app.sourcing.domain.auction_steps import Bidder, to_digits
from app.sourcing.models.auctions import Auction, AuctionBid, AuctionBidder, AuctionStage

_BIDDER = AuctionBidder.__table__
_BIDDERS = select(_BIDDER, func.clock_timestamp().label("now")).order_by(_BIDDER.c.number)
_DIGITS = 6


@dataclass(slots=True)
class Open:
    """A locked auction: `at` is database time under the lock, `hall` the auction as it stands, then as it became.

    Bidders by number are plain rows of their table: every bid reads all of them.
    """

    row: Auction
    bidders: dict[int, Row[Any]]
    at: datetime
    hall: Hall


def locked(auction_id: int) -> Open:
    """Lock an auction and read it; what happened before the lock was got is in it."""
    found = lock_rows(Auction, [auction_id])
    if not found:
        raise NotFound
    rows = db.session.execute(_BIDDERS.where(_BIDDER.c.auction_id == auction_id)).all()
    bidders = {row.number: row for row in rows}
    return Open(found[0], bidders, rows[0].now.astimezone(UTC), _hall(found[0], bidders))


def _hall(row: Auction, bidders: dict[int, Row[Any]]) -> Hall:
    rules = Rules.from_json(row.rules)
    everybody = tuple(bidder_of(one) for one in bidders.values())
    order: tuple[int, ...] = ()
    if rules.kind is Kind.ROUNDS:
        order = _order(row)
    kept = next(((one.kept_price, one.kept_at) for one in bidders.values() if one.kept_price is not None), None)
    winner = None
    if rules.kind is Kind.DUTCH:
        winner = next((one.number for one in bidders.values() if one.since >= row.starts_at), None)
    return Hall(
        rules, row.starts_at.astimezone(UTC), row.ends_at.astimezone(UTC), everybody, row.extensions, row.position,
        order, (kept[0], kept[1].astimezone(UTC)) if kept and kept[1] else None, winner,
    )  # fmt: skip


def bidder_of(one: Row[Any]) -> Bidder:
    return Bidder(
        one.number, one.price, one.since.astimezone(UTC), Fraction(one.numerator, one.denominator), one.seed,
        Fraction(one.addition),
    )  # fmt: skip


def _order(row: Auction) -> tuple[int, ...]:
    """The order of turns in the round that the auction stands in."""
    stage = AuctionStage.__table__.c
    here = select(stage.round).where(stage.auction_id == row.id, stage.position == row.position).scalar_subquery()
    numbers = db.session.scalars(
        select(stage.number)
        .where(stage.auction_id == row.id, stage.round == here, stage.kind == "turn")
        .order_by(stage.position)
    )
    return tuple(number for number in numbers if number is not None)


def note(
    held: Open,
    event: Event,
    *,
    number: int | None = None,
    price: Decimal | None = None,
    refusal: str = "",
    rank: int | None = None,
    client_ref: str | None = None,
    details: dict[str, Any] | None = None,
) -> Entry:
    """Append an entry for the hall as it is now, and move the head of the chain."""
    row, hall = held.row, held.hall
    entry = Entry(
        row.length + 1, held.at, event, hall.position, hall.ends_at, hall.extensions, number, price, refusal, rank,
        details or {},
    )  # fmt: skip
    row.length, row.head = entry.sequence, chained(row.head, entry)
    db.session.connection().execute(  # past the session: the auction's own row is flushed once, by who writes it
        insert(AuctionBid).inline(),
        {
            "company_id": row.company_id, "auction_id": row.id, "sequence": entry.sequence, "at": entry.at,
            "event": str(event), "number": number, "price": price, "refusal": refusal, "rank": rank,
            "supplier_id": None if number is None else held.bidders[number].supplier_id, "client_ref": client_ref,
            "position": entry.position, "ends_at": entry.ends_at, "extensions": entry.extensions,
            "details": dict(entry.details), "hash": row.head,
        },
    )  # fmt: skip
    return entry


_WRITE = (
    update(AuctionBidder)
    .where(_BIDDER.c.auction_id == bindparam("_auction"), _BIDDER.c.number == bindparam("_number"))
    .values(
        price=bindparam("_price"), since=bindparam("_since"), rank=bindparam("_rank"), kept_price=bindparam("_kept"),
        kept_at=bindparam("_kept_at"),
    )
    .execution_options(synchronize_session=False)
)  # fmt: skip


def write(held: Open) -> None:
    """Store the hall: bidders whose row differs, end, extensions, stage, and what pages may show."""
    row, hall = held.row, held.hall
    ranked = hall.ranked()
    changes: list[dict[str, Any]] = []
    for rank, bidder in enumerate(ranked, start=1):
        stored = held.bidders[bidder.number]
        kept = hall.kept if hall.kept is not None and hall.on_turn == bidder.number else (None, None)
        new = (bidder.price, bidder.since, rank, kept[0], kept[1])
        if new != (stored.price, stored.since, stored.rank, stored.kept_price, stored.kept_at):
            names = ("_price", "_since", "_rank", "_kept", "_kept_at")
            values: dict[str, Any] = dict(zip(names, new, strict=True))
            changes.append({"_auction": row.id, "_number": bidder.number} | values)
    if changes:
        db.session.connection().execute(_WRITE, changes)
    row.ends_at, row.extensions, row.position = hall.ends_at, hall.extensions, hall.position
    row.shown_price = shown(hall)
    row.revision += 1
    db.session.flush()


def shown(hall: Hall) -> Decimal | None:
    """The leader's price as ranked, where bidders may see it; rounded down, so that nobody is shown too much room."""
    if not hall.rules.shows_leader:
        return None
    return to_digits(hall.ranked()[0].ranked, _DIGITS, ROUND_FLOOR)


def put_order(held: Open) -> None:
    """Name who is on turn in the stages of the round that begins."""
    stage = AuctionStage.__table__
    for turn, number in enumerate(held.hall.order):
        db.session.execute(
            update(AuctionStage)
            .where(
                stage.c.auction_id == held.row.id, stage.c.kind == "turn", stage.c.turn == turn,
                stage.c.round == held.hall.rounds.stage.round,
            )
            .values(number=number)
            .execution_options(synchronize_session=False)
        )  # fmt: skip
