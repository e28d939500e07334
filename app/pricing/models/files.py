"""Personal price lists as files, made by a job."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    String,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Id, Moment


class PriceFile(Base):
    """The own prices of an account on a day, of all articles it may see or of a category, as a file.

    Owned by the account, whoever asked. A row in work is taken over by another process when `due_at` has passed.
    """

    __tablename__ = "price_files"
    __table_args__ = (
        UniqueConstraint("company_id", "client_ref"),
        CheckConstraint("form IN ('csv', 'xlsx', 'pdf')", name="form_known"),
        CheckConstraint("state IN ('waiting', 'running', 'done', 'failed')", name="state_known"),
        Index("ix_price_files_company_id_id", "company_id", "id"),
        Index("ix_price_files_due", "due_at", postgresql_where=text("state IN ('waiting', 'running')")),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    client_ref: Mapped[str] = mapped_column(String(80))
    form: Mapped[str] = mapped_column(String(4))
    category: Mapped[str] = mapped_column(String(40), server_default="")  # its code; empty: all
    on_day: Mapped[date] = mapped_column(Date)
    locale: Mapped[str] = mapped_column(String(5))
    state: Mapped[str] = mapped_column(String(8), server_default="waiting")
    total: Mapped[int] = mapped_column(Integer, server_default="0")
    done: Mapped[int] = mapped_column(Integer, server_default="0")
    lines: Mapped[int] = mapped_column(Integer, server_default="0")
    created_at: Mapped[Moment] = mapped_column(server_default=func.now())
    due_at: Mapped[Moment] = mapped_column(server_default=func.now())
    attempts: Mapped[int] = mapped_column(Integer, server_default="0")
    finished_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    file_id: Mapped[int | None] = mapped_column(ForeignKey("files.id"))
    last_error: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
