"""Auctions of lots: rules and state, stages of rounds, bidders behind drawn numbers, and the log.

The log is one table for prices, refusals, extensions, stages and ends: a separate one of extensions could contradict it.
`domain.auction_log` computes order, extensions and end from the log alone.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    Numeric,
    String,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Id, Moment

_EMPTY = text("'{}'::jsonb")


def _of_auction() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["auction_id", "company_id"], ["auctions.id", "auctions.company_id"], ondelete="CASCADE"
    )  # fmt: skip


class Auction(Base):
    """The auction of one lot; a stopped one stays beside the one planned in its place.

    `rules` is a `domain.auction_rules.Rules`. `ends_at` is the effective end. `revision` grows with everything a page
    shows; `next_at` is when something is due by the clock; `shown_price` is the leader's price where bidders see it.
    `length` and `head` belong to the chain of the log; `protocol_hash` is SHA-256 of the canonical `protocol`.
    """

    __tablename__ = "auctions"
    __table_args__ = (
        UniqueConstraint("id", "company_id"),
        ForeignKeyConstraint(["tender_id", "company_id"], ["tenders.id", "tenders.company_id"]),
        ForeignKeyConstraint(["lot_id", "company_id"], ["tender_lots.id", "tender_lots.company_id"]),
        CheckConstraint("kind IN ('rounds', 'english', 'dutch')", name="kind_known"),
        CheckConstraint("state IN ('planned', 'running', 'ended', 'stopped')", name="state_known"),
        CheckConstraint("starts_at < ends_at", name="ends_after_start"),
        Index("uq_auctions_live", "lot_id", unique=True, postgresql_where=text("state <> 'stopped'")),
        Index("ix_auctions_lot_id_company_id", "lot_id", "company_id"),
        Index("ix_auctions_tender_id_company_id", "tender_id", "company_id"),
        Index("ix_auctions_due", "next_at", postgresql_where=text("next_at IS NOT NULL")),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), index=True)
    tender_id: Mapped[int] = mapped_column(BigInteger)
    lot_id: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(String(7))
    state: Mapped[str] = mapped_column(String(7), server_default="planned")
    currency: Mapped[str] = mapped_column(String(3))
    rules: Mapped[dict[str, Any]] = mapped_column(JSONB)
    starts_at: Mapped[Moment]
    ends_at: Mapped[Moment]
    extensions: Mapped[int] = mapped_column(Integer, server_default="0")
    position: Mapped[int] = mapped_column(Integer, server_default="0")
    shown_price: Mapped[Decimal | None] = mapped_column(Numeric(18, 6))
    revision: Mapped[int] = mapped_column(Integer, server_default="1")
    next_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    length: Mapped[int] = mapped_column(Integer, server_default="0")
    head: Mapped[bytes] = mapped_column(LargeBinary, server_default=text(r"'\x'::bytea"))
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    reason: Mapped[str] = mapped_column(Text, server_default="")  # why it was stopped
    protocol: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=_EMPTY)
    protocol_hash: Mapped[str] = mapped_column(String(64), server_default="")
    created_at: Mapped[Moment] = mapped_column(server_default=func.now())


class AuctionStage(Base):
    """A stage of an auction in rounds; `number` is who is on turn, known from the pause before."""

    __tablename__ = "auction_stages"
    __table_args__ = (_of_auction(),)

    auction_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    company_id: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(String(9))
    round: Mapped[int] = mapped_column(Integer)
    turn: Mapped[int] = mapped_column(Integer)
    starts_at: Mapped[Moment]
    ends_at: Mapped[Moment]
    number: Mapped[int | None] = mapped_column(Integer)


class AuctionBidder(Base):
    """A qualified bid in an auction, under a drawn number. Prices are of the whole lot in the auction's currency.

    `kept_price` is the price of a turn that is still going on: nobody else may know it.
    """

    __tablename__ = "auction_bidders"
    __table_args__ = (
        UniqueConstraint("auction_id", "number"),
        UniqueConstraint("auction_id", "bid_id"),
        UniqueConstraint("auction_id", "supplier_id"),
        CheckConstraint("price > 0 AND start_price > 0", name="prices_positive"),
        CheckConstraint("numerator > 0 AND denominator > 0", name="coefficient_positive"),
        Index("ix_auction_bidders_supplier_id", "supplier_id", "auction_id"),
        Index("ix_auction_bidders_bid_id", "bid_id"),
        ForeignKeyConstraint(["bid_id", "company_id"], ["bids.id", "bids.company_id"]),
        _of_auction(),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(BigInteger)
    auction_id: Mapped[int] = mapped_column(BigInteger)
    bid_id: Mapped[int] = mapped_column(BigInteger)
    supplier_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    number: Mapped[int] = mapped_column(Integer)
    seed: Mapped[int] = mapped_column(Integer)  # the place in the ranking of the bids
    start_price: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    start_since: Mapped[Moment]
    numerator: Mapped[int] = mapped_column(BigInteger, server_default="1")  # of the coefficient earned by features
    denominator: Mapped[int] = mapped_column(BigInteger, server_default="1")
    addition: Mapped[Decimal] = mapped_column(Numeric(18, 6), server_default="0")  # costs over the life of the thing
    price: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    since: Mapped[Moment]
    rank: Mapped[int] = mapped_column(Integer)
    kept_price: Mapped[Decimal | None] = mapped_column(Numeric(18, 6))
    kept_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class AuctionBid(Base):
    """An entry of the log, never changed: a price named, taken back or refused, a stage, the beginning or the end.

    `at` is database time under the lock. `client_ref` makes a bid sent twice one bid. `ends_at` and `extensions` are
    those after the entry. The hash covers everything but `supplier_id`, which the log shows as `number`.
    """

    __tablename__ = "auction_bids"
    __table_args__ = (
        UniqueConstraint("auction_id", "sequence"),
        UniqueConstraint("auction_id", "number", "client_ref"),
        CheckConstraint("event IN ('begin', 'bid', 'back', 'stage', 'end', 'stop')", name="event_known"),
        Index("ix_auction_bids_supplier_id", "supplier_id", "auction_id"),
        _of_auction(),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(BigInteger)
    auction_id: Mapped[int] = mapped_column(BigInteger)
    sequence: Mapped[int] = mapped_column(Integer)
    at: Mapped[Moment]
    event: Mapped[str] = mapped_column(String(5))
    number: Mapped[int | None] = mapped_column(Integer)
    supplier_id: Mapped[int | None] = mapped_column(ForeignKey("companies.id"))
    price: Mapped[Decimal | None] = mapped_column(Numeric(18, 6))
    client_ref: Mapped[str | None] = mapped_column(String(80))
    refusal: Mapped[str] = mapped_column(String(14), server_default="")
    rank: Mapped[int | None] = mapped_column(Integer)
    position: Mapped[int] = mapped_column(Integer)
    ends_at: Mapped[Moment]
    extensions: Mapped[int] = mapped_column(Integer)
    details: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=_EMPTY)
    hash: Mapped[bytes] = mapped_column(LargeBinary)
