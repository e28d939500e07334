"""What evaluators decide about opened bids, and what came out of it."""

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
    Numeric,
    String,
    Text,
    UniqueConstraint,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Id, Moment


def _of_tender() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["tender_id", "company_id"], ["tenders.id", "tenders.company_id"])


def _of_bid() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["bid_id", "company_id"], ["bids.id", "bids.company_id"])


def _of_lot() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["lot_id", "company_id"], ["tender_lots.id", "tender_lots.company_id"])


class BidDecision(Base):
    """Whether a bid takes part in the ranking of a lot, and why; undecided ones do."""

    __tablename__ = "bid_decisions"
    __table_args__ = (
        UniqueConstraint("lot_id", "bid_id"),
        CheckConstraint("decision IN ('qualified', 'disqualified')", name="decision_known"),
        CheckConstraint("decision = 'qualified' OR reason <> ''", name="reason_given"),
        Index("ix_bid_decisions_tender_id_company_id", "tender_id", "company_id"),
        Index("ix_bid_decisions_bid_id", "bid_id"),
        _of_tender(),
        _of_lot(),
        _of_bid(),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(BigInteger)
    tender_id: Mapped[int] = mapped_column(BigInteger)
    lot_id: Mapped[int] = mapped_column(BigInteger)
    bid_id: Mapped[int] = mapped_column(BigInteger)
    decision: Mapped[str] = mapped_column(String(12))
    reason: Mapped[str] = mapped_column(Text, server_default="")
    user_id: Mapped[int | None] = mapped_column(BigInteger)
    user_name: Mapped[str] = mapped_column(String(200))
    at: Mapped[Moment] = mapped_column(server_default=func.clock_timestamp())


class BidScore(Base):
    """What one evaluator gives a bid for one criterion in a lot: 0 to 100, with a reason at both ends."""

    __tablename__ = "bid_scores"
    __table_args__ = (
        UniqueConstraint("lot_id", "bid_id", "requirement_id", "user_id"),
        CheckConstraint("mark BETWEEN 0 AND 100", name="mark_in_range"),
        CheckConstraint("comment <> '' OR mark NOT IN (0, 100)", name="comment_at_the_ends"),
        ForeignKeyConstraint(
            ["requirement_id", "company_id"], ["tender_requirements.id", "tender_requirements.company_id"]
        ),
        Index("ix_bid_scores_tender_id_company_id", "tender_id", "company_id"),
        Index("ix_bid_scores_bid_id", "bid_id"),
        Index("ix_bid_scores_requirement_id", "requirement_id"),
        Index("ix_bid_scores_user_id", "user_id"),
        _of_tender(),
        _of_lot(),
        _of_bid(),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(BigInteger)
    tender_id: Mapped[int] = mapped_column(BigInteger)
    lot_id: Mapped[int] = mapped_column(BigInteger)
    bid_id: Mapped[int] = mapped_column(BigInteger)
    requirement_id: Mapped[int] = mapped_column(BigInteger)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    user_name: Mapped[str] = mapped_column(String(200))
    mark: Mapped[Decimal] = mapped_column(Numeric(6, 3))
    comment: Mapped[str] = mapped_column(Text, server_default="")
    at: Mapped[Moment] = mapped_column(server_default=func.clock_timestamp())


class Clarification(Base):
    """A question to one bidder about its bid, and the answer; prices do not change by it.

    `kind` low_price: the explanation of an abnormally low price, without which no award is approved.
    """

    __tablename__ = "clarifications"
    __table_args__ = (
        CheckConstraint("kind IN ('question', 'low_price')", name="kind_known"),
        CheckConstraint("accepted IS NULL OR answered_at IS NOT NULL", name="judged_after_the_answer"),
        Index("ix_clarifications_tender_id_company_id", "tender_id", "company_id"),
        Index("ix_clarifications_supplier_id", "supplier_id", "tender_id"),
        Index("ix_clarifications_bid_id", "bid_id"),
        Index("ix_clarifications_lot_id", "lot_id"),
        _of_tender(),
        _of_lot(),
        _of_bid(),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(BigInteger)  # who asks
    tender_id: Mapped[int] = mapped_column(BigInteger)
    lot_id: Mapped[int] = mapped_column(BigInteger)
    bid_id: Mapped[int] = mapped_column(BigInteger)
    supplier_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    kind: Mapped[str] = mapped_column(String(9), server_default="question")
    question: Mapped[str] = mapped_column(Text)
    asked_by: Mapped[str] = mapped_column(String(200))
    asked_at: Mapped[Moment] = mapped_column(server_default=func.clock_timestamp())
    due_at: Mapped[Moment]
    answer: Mapped[str] = mapped_column(Text, server_default="")
    answered_by: Mapped[str] = mapped_column(String(200), server_default="")
    answered_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    accepted: Mapped[bool | None]  # by who asked: whether the explanation of a low price holds


class EvaluationResult(Base):
    """A ranking as it was stored: the inputs it came from, their SHA-256, and the places. Never updated."""

    __tablename__ = "evaluation_results"
    __table_args__ = (
        Index("ix_evaluation_results_lot_id", "lot_id", "id"),
        Index("ix_evaluation_results_tender_id_company_id", "tender_id", "company_id"),
        _of_tender(),
        _of_lot(),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(BigInteger)
    tender_id: Mapped[int] = mapped_column(BigInteger)
    lot_id: Mapped[int] = mapped_column(BigInteger)
    inputs: Mapped[dict[str, Any]] = mapped_column(JSONB)
    inputs_hash: Mapped[str] = mapped_column(String(64))
    places: Mapped[list[Any]] = mapped_column(JSONB)
    user_id: Mapped[int | None] = mapped_column(BigInteger)
    user_name: Mapped[str] = mapped_column(String(200))
    at: Mapped[Moment] = mapped_column(server_default=func.clock_timestamp())
