"""What suppliers call the goods: their articles, and which of ours each one is."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Numeric,
    String,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Id, Moment


class SupplierArticle(Base):
    """An article of a supplier (`company_id`).

    `state`: open (nobody has decided), matched (`article_id` is ours), ignored (none of ours). For an open one
    `proposal_id` is the likeliest article, `confidence` how sure that is in percent, `reasons` why.
    """

    __tablename__ = "supplier_articles"
    __table_args__ = (
        UniqueConstraint("company_id", "number_key"),
        CheckConstraint("state IN ('open', 'matched', 'ignored')", name="state_known"),
        CheckConstraint("(state = 'matched') = (article_id IS NOT NULL)", name="matched_to_one"),
        CheckConstraint("confidence BETWEEN 0 AND 100", name="confidence_is_percent"),
        CheckConstraint("price >= 0", name="price_not_negative"),
        Index("ix_supplier_articles_company_id_state", "company_id", "state", "confidence", "id"),
        Index("ix_supplier_articles_article_id", "article_id", postgresql_where=text("article_id IS NOT NULL")),
        Index("ix_supplier_articles_proposal_id", "proposal_id", postgresql_where=text("proposal_id IS NOT NULL")),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    number: Mapped[str] = mapped_column(String(60))
    number_key: Mapped[str] = mapped_column(String(60))
    name: Mapped[str] = mapped_column(String(300), server_default="")
    brand: Mapped[str] = mapped_column(String(100), server_default="")
    mpn: Mapped[str] = mapped_column(String(80), server_default="")
    gtin: Mapped[str] = mapped_column(String(14), server_default="")
    unit: Mapped[str] = mapped_column(String(3), server_default="")
    price: Mapped[Decimal | None] = mapped_column(Numeric(18, 6))
    currency: Mapped[str] = mapped_column(String(3), server_default="")
    state: Mapped[str] = mapped_column(String(7), server_default="open")
    article_id: Mapped[int | None] = mapped_column(ForeignKey("articles.id"))
    proposal_id: Mapped[int | None] = mapped_column(ForeignKey("articles.id", ondelete="SET NULL"))
    confidence: Mapped[int] = mapped_column(Integer, server_default="0")
    reasons: Mapped[list[Any]] = mapped_column(JSONB, server_default=text("'[]'::jsonb"))
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    decided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    updated_at: Mapped[Moment] = mapped_column(server_default=func.now())
