"""Frequently asked questions with their answers, and how often one made a message unnecessary."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
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


class FaqQuestion(Base):
    """A question kept by sales for all accounts; `subject_kinds` empty: about anything."""

    __tablename__ = "faq_questions"

    id: Mapped[Id]
    client_ref: Mapped[str] = mapped_column(String(80), unique=True)
    subject_kinds: Mapped[list[Any]] = mapped_column(JSONB, server_default=text("'[]'::jsonb"))
    is_active: Mapped[bool] = mapped_column(Boolean, server_default=text("true"))
    position: Mapped[int] = mapped_column(Integer, server_default="0")
    changed_at: Mapped[Moment] = mapped_column(server_default=func.now())


class FaqText(Base):
    """A question in one language."""

    __tablename__ = "faq_texts"

    question_id: Mapped[int] = mapped_column(ForeignKey("faq_questions.id", ondelete="CASCADE"), primary_key=True)
    locale: Mapped[str] = mapped_column(String(5), primary_key=True)
    question: Mapped[str] = mapped_column(String(300))
    answer: Mapped[str] = mapped_column(Text)
    keywords: Mapped[str] = mapped_column(String(500), server_default="")


class FaqUse(Base):
    """An answer was shown before a message was sent, and whether it made the message unnecessary."""

    __tablename__ = "faq_uses"
    __table_args__ = (
        CheckConstraint("kind IN ('shown', 'helped')", name="kind_known"),
        UniqueConstraint("company_id", "client_ref", "question_id", "kind"),
        Index("ix_faq_uses_question_id", "question_id", "kind"),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(BigInteger)
    question_id: Mapped[int] = mapped_column(ForeignKey("faq_questions.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(6))
    client_ref: Mapped[str] = mapped_column(String(80))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    at: Mapped[Moment] = mapped_column(server_default=func.now())
