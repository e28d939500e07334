"""Accounts given from one manager to another, for good or while one is away."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Date,
    DateTime,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Id, Moment


class Handover(Base):
    """Some accounts change hands from a day; with `ends_on` the receiver only stands in and they return the day after.

    `due_on` is the day something is to be done next: the start while planned, the return while active.
    """

    __tablename__ = "handovers"
    __table_args__ = (
        CheckConstraint("from_id <> to_id", name="two_people"),
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="ends_after_start"),
        CheckConstraint("state IN ('planned', 'active', 'done', 'cancelled')", name="state_known"),
        UniqueConstraint("client_ref"),
        Index("ix_handovers_due", "due_on", "id", postgresql_where=text("due_on IS NOT NULL")),
    )

    id: Mapped[Id]
    from_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    to_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    starts_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date | None] = mapped_column(Date)
    note: Mapped[str] = mapped_column(Text, server_default="")
    is_told: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))  # the customers get a notice
    state: Mapped[str] = mapped_column(String(9), server_default="planned")
    due_on: Mapped[date | None] = mapped_column(Date)
    client_ref: Mapped[str] = mapped_column(String(80))
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    created_at: Mapped[Moment] = mapped_column(server_default=func.now())
    started_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class HandoverAccount(Base):
    """An account of a hand-over. `is_moved`: it changed hands; `is_returned`: it came back after the absence."""

    __tablename__ = "handover_accounts"
    __table_args__ = (Index("ix_handover_accounts_company_id", "company_id"),)

    handover_id: Mapped[int] = mapped_column(ForeignKey("handovers.id", ondelete="CASCADE"), primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), primary_key=True)
    is_moved: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    is_returned: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
