"""Runs of collective invoices."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Id, Moment


class InvoiceRun(Base):
    """Collective invoices of a period, made by a job; only the operator's. What is done stays done when it is killed."""

    __tablename__ = "invoice_runs"
    __table_args__ = (
        UniqueConstraint("client_ref"),
        CheckConstraint("state IN ('waiting', 'running', 'done')", name="state_known"),
        CheckConstraint("period IN ('weekly', 'half_monthly', 'monthly')", name="period_known"),
        Index("ix_invoice_runs_due", "due_at", postgresql_where=text("state <> 'done'")),
        Index("ix_invoice_runs_user_id", "user_id"),
    )

    id: Mapped[Id]
    client_ref: Mapped[str] = mapped_column(String(80))
    period: Mapped[str] = mapped_column(String(12))  # whose accounts: the rule's
    through: Mapped[date] = mapped_column(Date)  # what was sent up to this day
    issued_on: Mapped[date] = mapped_column(Date)
    state: Mapped[str] = mapped_column(String(7), server_default="waiting")
    total: Mapped[int] = mapped_column(Integer, server_default="0")
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    user_name: Mapped[str] = mapped_column(String(200), server_default="")
    created_at: Mapped[Moment] = mapped_column(server_default=func.now())
    due_at: Mapped[Moment] = mapped_column(server_default=func.now())
    finished_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class InvoiceRunItem(Base):
    """One invoice of a run. `facts` are what is alike in all of it: currency, billing address, country of delivery.

    `state`: waiting, done (`invoice_id` says which), empty (invoiced otherwise meanwhile), failed (`last_error`).
    """

    __tablename__ = "invoice_run_items"
    __table_args__ = (
        UniqueConstraint("run_id", "position"),
        CheckConstraint("state IN ('waiting', 'done', 'empty', 'failed')", name="state_known"),
        Index("ix_invoice_run_items_company_id", "company_id"),
        Index("ix_invoice_run_items_invoice_id", "invoice_id"),
    )

    id: Mapped[Id]
    run_id: Mapped[int] = mapped_column(ForeignKey("invoice_runs.id"))
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    position: Mapped[int] = mapped_column(Integer)
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB)
    state: Mapped[str] = mapped_column(String(7), server_default="waiting")
    invoice_id: Mapped[int | None] = mapped_column(BigInteger)
    last_error: Mapped[str] = mapped_column(Text, server_default="")
