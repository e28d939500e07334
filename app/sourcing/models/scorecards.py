"""How a buyer scores its suppliers: the criteria, the periods, and decisions by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Numeric,
    String,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Moment


class Scorecard(Base):
    """The criteria of a buyer, [{code, name, formula, weight, maximum}], when they are not the usual ones."""

    __tablename__ = "scorecards"

    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), primary_key=True)
    criteria: Mapped[list[Any]] = mapped_column(JSONB)
    period_weight: Mapped[str] = mapped_column(String(200))  # formula of `score` and `n`, the age of the period
    user_id: Mapped[int | None] = mapped_column(BigInteger)
    changed_at: Mapped[Moment] = mapped_column(server_default=func.now())


class SupplierScore(Base):
    """A supplier's score in one month (its first day), by criterion, and the facts behind it."""

    __tablename__ = "supplier_scores"
    __table_args__ = (
        CheckConstraint("score BETWEEN 0 AND 100", name="score_is_percent"),
        Index("ix_supplier_scores_supplier_id", "supplier_id"),
    )

    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), primary_key=True)
    supplier_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), primary_key=True)
    month: Mapped[date] = mapped_column(Date, primary_key=True)
    score: Mapped[Decimal] = mapped_column(Numeric(9, 4))
    parts: Mapped[dict[str, Any]] = mapped_column(JSONB)
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'::jsonb"))
    computed_at: Mapped[Moment] = mapped_column(server_default=func.now())


class SupplierDecision(Base):
    """A person's word above the score: blocked (never invited), cleared (invited whatever the score)."""

    __tablename__ = "supplier_decisions"
    __table_args__ = (
        CheckConstraint("decision IN ('blocked', 'cleared')", name="decision_known"),
        Index("ix_supplier_decisions_supplier_id", "supplier_id"),
    )

    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), primary_key=True)
    supplier_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), primary_key=True)
    decision: Mapped[str] = mapped_column(String(7))
    reason: Mapped[str] = mapped_column(String(300))
    user_id: Mapped[int | None] = mapped_column(BigInteger)
    decided_at: Mapped[Moment] = mapped_column(server_default=func.now())
