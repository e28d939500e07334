"""Links under which people without an account see a quote, and what they said to it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Id, Moment


class QuoteLink(Base):
    """One link. Its token is made of the row and never stored; `revoked_at` and `expires_at` end it.

    An acceptance under it binds nobody yet: sales makes the order of it. `choices`: the offer and the quantity as text
    by line id.
    """

    __tablename__ = "quote_links"
    __table_args__ = (
        ForeignKeyConstraint(["quote_id", "company_id"], ["quotes.id", "quotes.company_id"], ondelete="CASCADE"),
        CheckConstraint("(accepted_at IS NULL) = (accepted_version IS NULL)", name="acceptance_whole"),
        Index("ix_quote_links_quote_id", "quote_id"),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(BigInteger)
    quote_id: Mapped[int] = mapped_column(BigInteger)
    email: Mapped[str] = mapped_column(String(254), server_default="")
    locale: Mapped[str] = mapped_column(String(5), server_default="en")
    created_at: Mapped[Moment] = mapped_column(server_default=func.clock_timestamp())
    created_by: Mapped[str] = mapped_column(String(250), server_default="")
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    revoked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    opened_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    accepted_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    accepted_version: Mapped[int | None] = mapped_column(Integer)
    accepted_by: Mapped[str] = mapped_column(String(200), server_default="")
    accepted_note: Mapped[str] = mapped_column(String(500), server_default="")
    choices: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'::jsonb"))
