"""Awards: who gets which part of a lot, what suppliers were told, what they answered and objected."""

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


class Award(Base):
    """A bid's part of a lot. `state`: pending (proposed, or in its standstill), active, rejected, cancelled.

    `approved_at` is when the decision was released: from then on the supplier may read it. `rank` is the bid's rank
    when it was proposed, `reason` why it was taken out of that order.
    """

    __tablename__ = "awards"
    __table_args__ = (
        ForeignKeyConstraint(["tender_id", "company_id"], ["tenders.id", "tenders.company_id"]),
        ForeignKeyConstraint(["lot_id", "company_id"], ["tender_lots.id", "tender_lots.company_id"]),
        UniqueConstraint("id", "company_id"),
        UniqueConstraint("id", "company_id", "supplier_id"),
        CheckConstraint("state IN ('pending', 'active', 'rejected', 'cancelled')", name="state_known"),
        CheckConstraint("total >= 0", name="total_not_negative"),
        Index("ix_awards_lot_id_state", "lot_id", "state"),
        Index("ix_awards_tender_id_company_id", "tender_id", "company_id"),
        Index("ix_awards_supplier_id_state", "supplier_id", "state"),
        Index("ix_awards_bid_id", "bid_id"),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), index=True)
    tender_id: Mapped[int] = mapped_column(BigInteger)
    lot_id: Mapped[int] = mapped_column(BigInteger)
    bid_id: Mapped[int] = mapped_column(ForeignKey("bids.id"))
    supplier_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    supplier_name: Mapped[str] = mapped_column(String(200))  # a buyer cannot read other companies
    state: Mapped[str] = mapped_column(String(9), server_default="pending")
    rank: Mapped[int | None] = mapped_column(Integer)
    reason: Mapped[str] = mapped_column(Text, server_default="")
    total: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    currency: Mapped[str] = mapped_column(String(3))
    proposed_by_id: Mapped[int | None] = mapped_column(BigInteger)
    proposed_at: Mapped[Moment] = mapped_column(server_default=func.now())
    approved_by_id: Mapped[int | None] = mapped_column(BigInteger)
    approved_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    comment: Mapped[str] = mapped_column(Text, server_default="")  # of the decision
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    end_reason: Mapped[str] = mapped_column(Text, server_default="")


class AwardLine(Base):
    """How much of a tender's line an award takes, at the bid's own price and currency."""

    __tablename__ = "award_lines"
    __table_args__ = (
        ForeignKeyConstraint(["award_id", "company_id"], ["awards.id", "awards.company_id"], ondelete="CASCADE"),
        UniqueConstraint("id", "company_id"),
        UniqueConstraint("award_id", "bid_line_id"),
        CheckConstraint("quantity > 0", name="quantity_positive"),
        CheckConstraint("unit_price >= 0 AND base_quantity > 0", name="price_not_negative"),
        Index("ix_award_lines_tender_line_id", "tender_line_id"),
        Index("ix_award_lines_bid_line_id", "bid_line_id"),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(BigInteger, index=True)
    award_id: Mapped[int] = mapped_column(BigInteger)
    tender_line_id: Mapped[int] = mapped_column(ForeignKey("tender_lines.id"))
    bid_line_id: Mapped[int] = mapped_column(ForeignKey("bid_lines.id"))
    quantity: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    unit: Mapped[str] = mapped_column(String(3))
    unit_price: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    base_quantity: Mapped[Decimal] = mapped_column(Numeric(18, 6), server_default="1")
    currency: Mapped[str] = mapped_column(String(3))
    net: Mapped[Decimal] = mapped_column(Numeric(18, 6))


class AwardLetter(Base):
    """What a bidder was told when the award was released; `content` is frozen, its PDF is made from it."""

    __tablename__ = "award_letters"
    __table_args__ = (
        ForeignKeyConstraint(["tender_id", "company_id"], ["tenders.id", "tenders.company_id"]),
        UniqueConstraint("id", "company_id"),
        CheckConstraint("outcome IN ('won', 'not_selected')", name="outcome_known"),
        Index("ix_award_letters_tender_id_company_id", "tender_id", "company_id"),
        Index("ix_award_letters_lot_id", "lot_id"),
        Index("ix_award_letters_supplier_id", "supplier_id"),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), index=True)
    tender_id: Mapped[int] = mapped_column(BigInteger)
    lot_id: Mapped[int] = mapped_column(ForeignKey("tender_lots.id"))
    supplier_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    award_id: Mapped[int | None] = mapped_column(ForeignKey("awards.id"), index=True)
    outcome: Mapped[str] = mapped_column(String(12))
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)
    written_at: Mapped[Moment] = mapped_column(server_default=func.now())


class AwardRefusal(Base):
    """A supplier will not take what it has won; written by the supplier, worked off in the buyer's scope."""

    __tablename__ = "award_refusals"
    __table_args__ = (
        ForeignKeyConstraint(
            ["award_id", "company_id", "supplier_id"], ["awards.id", "awards.company_id", "awards.supplier_id"]
        ),
        UniqueConstraint("award_id"),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(BigInteger, index=True)
    award_id: Mapped[int] = mapped_column(BigInteger)
    supplier_id: Mapped[int] = mapped_column(BigInteger, index=True)
    reason: Mapped[str] = mapped_column(Text)
    user_id: Mapped[int | None] = mapped_column(BigInteger)
    refused_at: Mapped[Moment] = mapped_column(server_default=func.clock_timestamp())


class Objection(Base):
    """A bidder's objection to an award, inside the standstill. `state`: submitted, upheld, dismissed, withdrawn."""

    __tablename__ = "objections"
    __table_args__ = (
        ForeignKeyConstraint(["tender_id", "company_id"], ["tenders.id", "tenders.company_id"]),
        UniqueConstraint("id", "company_id"),
        CheckConstraint("state IN ('submitted', 'upheld', 'dismissed', 'withdrawn')", name="state_known"),
        Index("uq_objections_open", "lot_id", "supplier_id", unique=True, postgresql_where=text("state = 'submitted'")),
        Index("ix_objections_tender_id_company_id", "tender_id", "company_id"),
        Index("ix_objections_supplier_id", "supplier_id"),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), index=True)
    tender_id: Mapped[int] = mapped_column(BigInteger)
    lot_id: Mapped[int] = mapped_column(ForeignKey("tender_lots.id"))
    supplier_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    text: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(9), server_default="submitted")
    user_id: Mapped[int | None] = mapped_column(BigInteger)
    submitted_at: Mapped[Moment] = mapped_column(server_default=func.clock_timestamp())
    answer: Mapped[str] = mapped_column(Text, server_default="")
    decided_by_id: Mapped[int | None] = mapped_column(BigInteger)
    decided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
