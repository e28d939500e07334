"""Who wants to hear when an article is there again."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, Numeric, String, func, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Id, Moment


class StockWatch(Base):
    """One person's wish to be told once when so much of an article can be had at once."""

    __tablename__ = "stock_watches"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'told', 'removed')", name="state_known"),
        CheckConstraint("quantity > 0", name="quantity_positive"),
        Index(
            "uq_stock_watches_waiting", "company_id", "user_id", "article_id", unique=True,
            postgresql_where=text("state = 'waiting'"),
        ),
        Index("ix_stock_watches_article_id", "article_id", postgresql_where=text("state = 'waiting'")),
        Index("ix_stock_watches_user_id", "user_id"),
    )  # fmt: skip

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"))
    quantity: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    state: Mapped[str] = mapped_column(String(7), server_default="waiting")
    created_at: Mapped[Moment] = mapped_column(server_default=func.now())
    told_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
