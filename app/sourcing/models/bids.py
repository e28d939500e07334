"""Sealed bids. Until its opening nobody selects a row of these tables by any role: not the asking side, not the operator.

Suppliers reach their own by functions that want the owner's tag, which only the holder of the sealing key can compute
(`own_bids`, `own_bid_parts`, `own_bid_events`); bids come in by `put_bid`, which looks at the database clock itself,
and are opened by `begin_opening`, which checks clock, state and confirmations itself. All are SECURITY DEFINER.

Events of bids stand here and not in the tender's chain: a gap in its numbers would tell how many have bid. The opening
record lists all of them with their hashes, and its own hash goes into the chain.
"""

from __future__ import annotations

from datetime import datetime
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
    String,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Id, Moment


def of_bid() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["bid_id", "company_id"], ["bids.id", "bids.company_id"])


def of_lot() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["lot_id", "company_id"], ["tender_lots.id", "tender_lots.company_id"])


class Bid(Base):
    """The one live answer of a supplier to a tender; `company_id` is who asks.

    `supplier_id` and `supplier_name` stay empty until the bid is opened. `version` is the version of its parts that
    count. States: submitted, needs_reconfirmation, lapsed, withdrawn; from the opening on opened, invalid (what was
    stored is not what was sealed; `fault` says what), qualified, disqualified, ranked, awarded, not_awarded.
    `price_changed_at`: of equal prices the earlier wins.
    """

    __tablename__ = "bids"
    __table_args__ = (
        UniqueConstraint("id", "company_id"),
        UniqueConstraint("tender_id", "owner_tag"),
        UniqueConstraint("code"),
        CheckConstraint(
            "state IN ('submitted', 'needs_reconfirmation', 'lapsed', 'withdrawn', 'opened', 'invalid', 'qualified',"
            " 'disqualified', 'ranked', 'awarded', 'not_awarded')",
            name="state_known",
        ),
        CheckConstraint("opened_at IS NOT NULL OR supplier_id IS NULL", name="nameless_until_opened"),
        Index("ix_bids_supplier_id", "supplier_id", "id", postgresql_where=text("supplier_id IS NOT NULL")),
        ForeignKeyConstraint(["tender_id", "company_id"], ["tenders.id", "tenders.company_id"]),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(BigInteger)
    tender_id: Mapped[int] = mapped_column(BigInteger)
    owner_tag: Mapped[bytes] = mapped_column(LargeBinary)
    code: Mapped[str] = mapped_column(String(12))  # what receipts call it; ids would tell how many there are
    state: Mapped[str] = mapped_column(String(20), server_default="submitted")
    version: Mapped[int] = mapped_column(Integer, server_default="1")
    tender_version: Mapped[int] = mapped_column(Integer)  # to which it answers
    submitted_at: Mapped[Moment] = mapped_column(server_default=func.clock_timestamp())
    price_changed_at: Mapped[Moment] = mapped_column(server_default=func.clock_timestamp())
    opened_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    supplier_id: Mapped[int | None] = mapped_column(ForeignKey("companies.id"))
    supplier_name: Mapped[str] = mapped_column(String(200), server_default="")
    fault: Mapped[str] = mapped_column(String(20), server_default="")


class BidPart(Base):
    """The sealed part of one lot and envelope (`domain.sealing`); parts of replaced versions are kept, never opened.

    `lot_id` is no foreign key: a lot that cannot be taken out by an amendment would tell that somebody has bid for it.
    """

    __tablename__ = "bid_parts"
    __table_args__ = (
        UniqueConstraint("bid_id", "version", "lot_id", "envelope"),
        Index("ix_bid_parts_lot_id", "lot_id"),
        of_bid(),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(BigInteger)
    bid_id: Mapped[int] = mapped_column(BigInteger)
    version: Mapped[int] = mapped_column(Integer)
    lot_id: Mapped[int] = mapped_column(BigInteger)
    envelope: Mapped[int] = mapped_column(Integer)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    wrapped: Mapped[bytes] = mapped_column(LargeBinary)
    own: Mapped[bytes] = mapped_column(LargeBinary)
    sha256: Mapped[str] = mapped_column(String(64))
    opened_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class BidEvent(Base):
    """What was done to a bid and when by the database clock, with the signed receipt. Only the receipt is added later.

    `digest` is a keyed hash of the content, by which a repeated request is told from a changed one.
    """

    __tablename__ = "bid_events"
    __table_args__ = (
        UniqueConstraint("bid_id", "sequence"),
        UniqueConstraint("bid_id", "client_ref"),
        CheckConstraint(
            "event IN ('submit', 'replace', 'withdraw', 'confirm', 'amended', 'lapse')", name="event_known"
        ),
        of_bid(),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(BigInteger)
    bid_id: Mapped[int] = mapped_column(BigInteger)
    sequence: Mapped[int] = mapped_column(Integer)
    event: Mapped[str] = mapped_column(String(8))
    version: Mapped[int] = mapped_column(Integer)
    tender_version: Mapped[int] = mapped_column(Integer)
    at: Mapped[Moment] = mapped_column(server_default=func.clock_timestamp())
    sha256: Mapped[str] = mapped_column(String(64), server_default="")
    client_ref: Mapped[str | None] = mapped_column(String(80))
    digest: Mapped[str] = mapped_column(String(64), server_default="")
    receipt: Mapped[dict[str, Any] | None] = mapped_column(JSONB)


class BidDraft(Base):
    """What a supplier has entered so far, sealed with its own key; gone at the opening. A draft never counts."""

    __tablename__ = "bid_drafts"
    __table_args__ = (ForeignKeyConstraint(["tender_id", "company_id"], ["tenders.id", "tenders.company_id"]),)

    tender_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    owner_tag: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    company_id: Mapped[int] = mapped_column(BigInteger)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    updated_at: Mapped[Moment] = mapped_column(server_default=func.clock_timestamp())
