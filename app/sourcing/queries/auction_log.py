"""The log of an auction as it is stored: entries for the replay, and the same with names for the side that asked."""

from __future__ import annotations

from datetime import UTC

from sqlalchemy import select

from app.core.db import db
from app.sourcing.domain.auction_log import Entry, Event
from app.sourcing.models.auctions import AuctionBid


def log_of(auction_id: int) -> tuple[list[Entry], list[bytes]]:
    """Entries in their order, as far as the scope lets see, and their hashes."""
    rows = db.session.scalars(
        select(AuctionBid).where(AuctionBid.auction_id == auction_id).order_by(AuctionBid.sequence)
    ).all()
    return [entry_of(row) for row in rows], [row.hash for row in rows]


def entry_of(row: AuctionBid) -> Entry:
    return Entry(
        row.sequence, row.at.astimezone(UTC), Event(row.event), row.position, row.ends_at.astimezone(UTC),
        row.extensions, row.number, row.price, row.refusal, row.rank, row.details,
    )  # fmt: skip
