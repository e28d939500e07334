"""Batches of articles in warehouses."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import CheckConstraint, Date, ForeignKey, Numeric, String, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Id, Moment


class StockBatch(Base):
    """So much of a batch in a warehouse. The batches of a place should add up to what is on hand there.

    Reservations name no batch: picking takes the one that expires first.
    """

    __tablename__ = "stock_batches"
    __table_args__ = (
        UniqueConstraint("article_id", "warehouse_id", "number"),
        CheckConstraint("quantity >= 0", name="quantity_not_negative"),
    )

    id: Mapped[Id]
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"))
    warehouse_id: Mapped[int] = mapped_column(ForeignKey("warehouses.id"), index=True)
    number: Mapped[str] = mapped_column(String(60))
    expires_on: Mapped[date | None] = mapped_column(Date)
    quantity: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    updated_at: Mapped[Moment] = mapped_column(server_default=func.now())
