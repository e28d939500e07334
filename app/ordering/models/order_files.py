"""Order files that people send: those in work, and the columns an account has chosen for its heads."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
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


class OrderFileColumns(Base):
    """Which column means what under a head that Kontor does not understand by itself.

    `signature` is of the head's words, `head` shows them; `columns` are numbers from 0 by part (sku, quantity, unit,
    note).
    """

    __tablename__ = "order_file_columns"
    __table_args__ = (
        UniqueConstraint("company_id", "signature"),
        Index("ix_order_file_columns_user_id", "user_id"),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    signature: Mapped[str] = mapped_column(String(64))
    head: Mapped[list[Any]] = mapped_column(JSONB)
    columns: Mapped[dict[str, Any]] = mapped_column(JSONB)
    file_name: Mapped[str] = mapped_column(String(255), server_default="")
    created_at: Mapped[Moment] = mapped_column(server_default=func.now())


class OrderUpload(Base):
    """A file that is too long to be checked while somebody waits, or whose columns a person has to name.

    `choice` are the columns named for this file. `rows` are what the page of the preview carries, once they are read.
    A row in work is taken over by another process when `due_at` has passed.
    """

    __tablename__ = "order_uploads"
    __table_args__ = (
        UniqueConstraint("company_id", "client_ref"),
        CheckConstraint("state IN ('asking', 'waiting', 'running', 'done', 'failed')", name="state_known"),
        Index("ix_order_uploads_company_id_user_id", "company_id", "user_id", "id"),
        Index("ix_order_uploads_due", "due_at", postgresql_where=text("state IN ('waiting', 'running')")),
        Index("ix_order_uploads_user_id", "user_id"),
        Index("ix_order_uploads_file_id", "file_id"),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    client_ref: Mapped[str] = mapped_column(String(80))
    name: Mapped[str] = mapped_column(String(255))
    file_id: Mapped[int] = mapped_column(ForeignKey("files.id"))
    choice: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    state: Mapped[str] = mapped_column(String(8))
    total: Mapped[int] = mapped_column(Integer, server_default="0")
    done: Mapped[int] = mapped_column(Integer, server_default="0")
    questions: Mapped[int] = mapped_column(Integer, server_default="0")
    rows: Mapped[str | None] = mapped_column(Text)
    attempts: Mapped[int] = mapped_column(Integer, server_default="0")
    created_at: Mapped[Moment] = mapped_column(server_default=func.now())
    due_at: Mapped[Moment] = mapped_column(server_default=func.now())
    finished_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    last_error: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
