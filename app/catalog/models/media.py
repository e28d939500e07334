"""Pictures and attachments of articles. The bytes lie in the file storage, the catalogue's rows are for all to read."""

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

_EMPTY = text("'{}'::jsonb")


class ArticlePicture(Base):
    """A picture; `sha256` names the cleaned original, `sizes` what was made of it: {size: {sha256, width, height, type}}.

    `due_at` is when the sizes are to be made (again), none when they are there. `alt` is the text for those who do not
    see it, by language.
    """

    __tablename__ = "article_pictures"
    __table_args__ = (
        UniqueConstraint("article_id", "sha256"),
        CheckConstraint("width > 0 AND height > 0", name="size_positive"),
        Index("ix_article_pictures_file_id", "file_id"),
        Index("ix_article_pictures_sha256", "sha256"),
        Index("ix_article_pictures_due_at", "due_at", postgresql_where=text("due_at IS NOT NULL")),
    )

    id: Mapped[Id]
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"))
    file_id: Mapped[int] = mapped_column(ForeignKey("files.id"))
    sha256: Mapped[str] = mapped_column(String(64))
    media_type: Mapped[str] = mapped_column(String(20))
    width: Mapped[int] = mapped_column(Integer)
    height: Mapped[int] = mapped_column(Integer)
    position: Mapped[int] = mapped_column(Integer, server_default="0")
    alt: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=_EMPTY)
    sizes: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=_EMPTY)
    due_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    attempts: Mapped[int] = mapped_column(Integer, server_default="0")
    last_error: Mapped[str] = mapped_column(Text, server_default="")


class ArticleAttachment(Base):
    """A data sheet, certificate or manual. `language` empty: for all readers. `valid_to` is the last day it holds."""

    __tablename__ = "article_attachments"
    __table_args__ = (
        CheckConstraint("kind IN ('data_sheet', 'certificate', 'manual', 'other')", name="kind_known"),
        CheckConstraint("valid_to >= valid_from", name="validity_in_order"),
        UniqueConstraint("article_id", "sha256", "kind", "language"),
        Index("ix_article_attachments_file_id", "file_id"),
        Index("ix_article_attachments_valid_to", "valid_to", postgresql_where=text("valid_to IS NOT NULL")),
    )

    id: Mapped[Id]
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"))
    file_id: Mapped[int] = mapped_column(ForeignKey("files.id"))
    sha256: Mapped[str] = mapped_column(String(64))
    media_type: Mapped[str] = mapped_column(String(120))
    name: Mapped[str] = mapped_column(String(255))
    size: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(String(11))
    title: Mapped[str] = mapped_column(String(200), server_default="")
    language: Mapped[str] = mapped_column(String(2), server_default="")
    valid_from: Mapped[date | None] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)
    created_at: Mapped[Moment] = mapped_column(server_default=func.now())
