"""Prices named in auctions, by many bidders at once.

The lock of the auction makes an order of them, and database time is taken under it: a price that waited for the lock
past the end is late. What was refused is in the log too, with its reason and microsecond. The auction belongs to the
asking company, which is why its rows are moved in system scope after it is certain who bids.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select

from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Invalid, NotFound
from app.core.tenancy import system_scope
from app.core.texts import N_, Message
from app.sourcing.domain.auction_hall import is_over, name_price, take_back
from app.sourcing.domain.auction_log import Event
from app.sourcing.domain.auction_rules import Kind
from app.sourcing.domain.auction_steps import REFUSED, Refusal
from app.sourcing.models.auctions import AuctionBid
from app.sourcing.policy import Permission
from app.sourcing.service.auction_rows import Open, locked, note, write
from app.sourcing.service.auction_stages import advance

_MOST, _DIGITS = Decimal("1e12"), 6  # what a column holds: the log must say exactly what was named


@dataclass(frozen=True, slots=True)
class Placed:
    """What became of a price: entry `sequence` of the log. `rank` is None where prices are published later."""

    sequence: int
    at: datetime
    price: Decimal | None
    refusal: str
    rank: int | None
    ends_at: datetime
    revision: int
    is_repeat: bool = False

    @property
    def is_accepted(self) -> bool:
        return not self.refusal

    @property
    def why(self) -> Message | None:
        return REFUSED[Refusal(self.refusal)] if self.refusal else None


def place_auction_bid(actor: Actor, auction_id: int, price: Decimal, *, client_ref: str) -> Placed:
    """Name a price for the lot. The same reference again gives the same answer; with another price it is a Conflict."""
    return _act(actor, auction_id, price, client_ref)


def take_back_auction_bid(actor: Actor, auction_id: int, *, client_ref: str) -> Placed:
    """Take back the price of the turn that is going on."""
    return _act(actor, auction_id, None, client_ref)


def _act(actor: Actor, auction_id: int, price: Decimal | None, client_ref: str) -> Placed:
    actor.demand(Permission.BID)
    if price is not None and not (price.is_finite() and abs(price) < _MOST and price == round(price, _DIGITS)):
        raise Invalid("price", REFUSED[Refusal.TOO_FINE])
    with system_scope("auction: a bidder's price moves the auction of another company"):
        placed = _enter(actor.company_id, auction_id, price, client_ref)
        if placed is None:
            advance(auction_id)
            placed = _enter(actor.company_id, auction_id, price, client_ref)
        if placed is None:
            raise Conflict(REFUSED[Refusal.CLOSED])
        if placed.is_accepted and _ended_by(placed):
            advance(auction_id)
    return placed


def _ended_by(placed: Placed) -> bool:
    """Whether a Dutch price was taken: then the auction is over at once."""
    return placed.ends_at <= placed.at


@command
def _enter(supplier_id: int, auction_id: int, price: Decimal | None, client_ref: str) -> Placed | None:
    """None: a stage is due first."""
    held = locked(auction_id)
    number = next((one.number for one in held.bidders.values() if one.supplier_id == supplier_id), None)
    if number is None:
        raise NotFound
    known = _known(held, number, price, client_ref)
    if known is not None:
        return known
    if held.row.state == "planned":
        if held.at >= held.row.starts_at:
            return None
        raise Conflict(REFUSED[Refusal.EARLY])
    if held.row.state != "running":
        raise Conflict(REFUSED[Refusal.CLOSED])
    if held.hall.rules.kind is Kind.ROUNDS and held.row.next_at is not None and held.row.next_at <= held.at:
        return None
    return _judge(held, number, price, client_ref)


def _known(held: Open, number: int, price: Decimal | None, client_ref: str) -> Placed | None:
    found = db.session.scalar(
        select(AuctionBid).where(
            AuctionBid.auction_id == held.row.id, AuctionBid.number == number, AuctionBid.client_ref == client_ref
        )
    )
    if found is None:
        return None
    if found.price != price:
        raise Conflict(N_("This reference has been used for another price."))
    return Placed(
        found.sequence, found.at, found.price, found.refusal, found.rank, found.ends_at, held.row.revision,
        is_repeat=True,
    )  # fmt: skip


def _judge(held: Open, number: int, price: Decimal | None, client_ref: str) -> Placed:
    answer = (
        take_back(held.hall, number, held.at) if price is None else name_price(held.hall, number, price, held.at)
    )  # fmt: skip
    held.hall = answer.hall
    refusal = str(answer.refusal or "")
    entry = note(
        held, Event.BACK if price is None else Event.BID, number=number, price=price, refusal=refusal,
        rank=answer.rank, client_ref=client_ref,
    )  # fmt: skip
    ends_at = held.hall.ends_at
    if not refusal:
        if held.hall.rules.kind is not Kind.ROUNDS:
            held.row.next_at = held.at if is_over(held.hall, held.at) else ends_at
            ends_at = held.row.next_at
        write(held)
    else:
        db.session.flush()
    return Placed(entry.sequence, entry.at, price, refusal, answer.rank, ends_at, held.row.revision)
