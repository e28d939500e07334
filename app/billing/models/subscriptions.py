"""Who gets a copy of each new document by mail."""

from __future__ import annotations

from sqlalchemy import ForeignKey, String, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Id, Moment


class DocumentSubscription(Base):
    """An address of an account that gets its documents of some `kinds` as they are made, in these `forms`."""

    __tablename__ = "document_subscriptions"
    __table_args__ = (UniqueConstraint("company_id", "email"),)

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    email: Mapped[str] = mapped_column(String(254))
    kinds: Mapped[list[str]] = mapped_column(JSONB, server_default=text("'[]'::jsonb"))
    forms: Mapped[list[str]] = mapped_column(JSONB, server_default=text("'[]'::jsonb"))
    user_name: Mapped[str] = mapped_column(String(200), server_default="")
    created_at: Mapped[Moment] = mapped_column(server_default=func.now())
