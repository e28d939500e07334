"""Stock held for orders."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Index,
    Numeric,
    func,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Id, Moment


class Reservation(Base):
    """Stock held for one order line; several rows when several warehouses serve it.

    `warehouse_id` is NULL for the part that is on backorder and holds no stock yet. Article and warehouse are those of
    the order line and of the stock row locked for it, which have the foreign keys; a second check would cost half of
    the time of reserving.
    """

    __tablename__ = "reservations"
    __table_args__ = (
        Index("ix_reservations_company_id_order_line_id", "company_id", "order_line_id"),
        Index("ix_reservations_article_id", "article_id"),
        CheckConstraint("quantity > 0", name="quantity_positive"),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    order_line_id: Mapped[int] = mapped_column(BigInteger)  # ordering is a higher slice: no foreign key
    article_id: Mapped[int] = mapped_column(BigInteger)
    warehouse_id: Mapped[int | None] = mapped_column(BigInteger)
    quantity: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    created_at: Mapped[Moment] = mapped_column(server_default=func.now())
    released_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
