"""Changes of many articles at once: what was chosen, what was done, and what stood there before."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, DateTime, ForeignKey, Index, Integer, String, func, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Id, Moment


class BulkEdit(Base):
    """A selection of articles and, once applied, the change of one field of all of them."""

    __tablename__ = "bulk_edits"
    __table_args__ = (
        CheckConstraint("state IN ('chosen', 'done', 'undone')", name="state_known"),
        Index("ix_bulk_edits_chosen", "created_at", postgresql_where=text("state = 'chosen'")),
    )

    id: Mapped[Id]
    user_id: Mapped[int | None] = mapped_column(BigInteger)
    user_name: Mapped[str] = mapped_column(String(200), server_default="")
    created_at: Mapped[Moment] = mapped_column(server_default=func.now())
    state: Mapped[str] = mapped_column(String(6), server_default="chosen")
    article_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    field: Mapped[str] = mapped_column(String(60), server_default="")
    value: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'::jsonb"))
    changed_count: Mapped[int] = mapped_column(Integer, server_default="0")
    done_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    undone_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class BulkEditRow(Base):
    """An article a bulk edit changed: the facts before and after, as the history tells them."""

    __tablename__ = "bulk_edit_rows"
    __table_args__ = (Index("ix_bulk_edit_rows_article_id", "article_id"),)

    bulk_edit_id: Mapped[int] = mapped_column(ForeignKey("bulk_edits.id", ondelete="CASCADE"), primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True)
    before: Mapped[dict[str, Any]] = mapped_column(JSONB)
    after: Mapped[dict[str, Any]] = mapped_column(JSONB)
