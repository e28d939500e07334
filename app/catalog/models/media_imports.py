"""ZIP files of pictures and attachments on their way to articles, with a report for every file in them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, DateTime, ForeignKey, Index, Integer, String, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Id, Moment


class MediaImport(Base):
    """One ZIP; `next_row` is where to go on (files are counted from 1), `due_at` when somebody should look after it."""

    __tablename__ = "media_imports"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'done', 'failed')", name="state_known"),
        Index("ix_media_imports_file_id", "file_id"),
        Index("ix_media_imports_due_at", "due_at", postgresql_where=text("due_at IS NOT NULL")),
    )

    id: Mapped[Id]
    user_id: Mapped[int | None] = mapped_column(BigInteger)
    user_name: Mapped[str] = mapped_column(String(200), server_default="")
    file_id: Mapped[int] = mapped_column(ForeignKey("files.id"))
    file_name: Mapped[str] = mapped_column(String(255))
    state: Mapped[str] = mapped_column(String(7), server_default="waiting")
    total: Mapped[int] = mapped_column(Integer)
    next_row: Mapped[int] = mapped_column(Integer, server_default="1")
    attempts: Mapped[int] = mapped_column(Integer, server_default="0")
    reason: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    created_at: Mapped[Moment] = mapped_column(server_default=func.now())
    finished_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    due_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class MediaImportRow(Base):
    """What became of one file of the ZIP; `message` says why it was refused."""

    __tablename__ = "media_import_rows"
    __table_args__ = (
        CheckConstraint("state IN ('created', 'changed', 'same', 'refused')", name="state_known"),
        Index("ix_media_import_rows_refused", "import_id", "row", postgresql_where=text("state = 'refused'")),
    )

    import_id: Mapped[int] = mapped_column(ForeignKey("media_imports.id", ondelete="CASCADE"), primary_key=True)
    row: Mapped[int] = mapped_column(Integer, primary_key=True)
    name: Mapped[str] = mapped_column(String(500))
    sku: Mapped[str] = mapped_column(String(60), server_default="")
    state: Mapped[str] = mapped_column(String(7))
    message: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
