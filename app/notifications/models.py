"""What people are told: one row per message and person, sent by a job, kept as the record."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, Integer, String, Text, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Id, Moment


class Notice(Base):
    """A message to one person, by mail or on the page. `dedupe_key` lets the same thing be said once only."""

    __tablename__ = "notices"
    __table_args__ = (
        CheckConstraint("way IN ('mail', 'page')", name="way_known"),
        CheckConstraint("state IN ('waiting', 'sent', 'dropped', 'failed')", name="state_known"),
        Index("ix_notices_due", "due_at", postgresql_where=text("state = 'waiting'")),
        Index("ix_notices_user_id_read_at", "user_id", "read_at"),
        Index("ix_notices_company_id_id", "company_id", "id"),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    way: Mapped[str] = mapped_column(String(4))
    code: Mapped[str] = mapped_column(String(40))  # which notice
    address: Mapped[str] = mapped_column(String(254), server_default="")
    locale: Mapped[str] = mapped_column(String(5))
    parameters: Mapped[dict[str, Any]] = mapped_column(JSONB)
    subject: Mapped[str] = mapped_column(String(300), server_default="")
    text_body: Mapped[str] = mapped_column(Text, server_default="")
    html_body: Mapped[str] = mapped_column(Text, server_default="")
    link: Mapped[str] = mapped_column(String(300), server_default="")
    dedupe_key: Mapped[str] = mapped_column(String(120), unique=True)
    state: Mapped[str] = mapped_column(String(7), server_default="waiting")
    created_at: Mapped[Moment] = mapped_column(server_default=func.now())
    due_at: Mapped[Moment] = mapped_column(server_default=func.now())
    attempts: Mapped[int] = mapped_column(Integer, server_default="0")
    sent_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    read_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    last_error: Mapped[str] = mapped_column(Text, server_default="")
