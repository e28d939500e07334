"""Stock held for orders."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Numeric,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Id, Moment


class Reservation(Base):
    """Stock held for one order line; several rows when several warehouses serve it.

    `warehouse_id` is NULL for the part that comes with incoming goods, from a supplier, or is on backorder and holds
    nothing yet. Article and warehouse are those of the order line and of the stock row locked for it, which have the
    foreign keys; a second check would cost half of the time of reserving. No batch is named: picking chooses it.
    """

    __tablename__ = "reservations"
    __table_args__ = (
        Index("ix_reservations_company_id_order_line_id", "company_id", "order_line_id"),
        Index("ix_reservations_article_id", "article_id"),
        Index("ix_reservations_incoming_id", "incoming_id", postgresql_where=text("incoming_id IS NOT NULL")),
        Index(
            "ix_reservations_supplier_stock_id", "supplier_stock_id",
            postgresql_where=text("supplier_stock_id IS NOT NULL"),
        ),
        Index(
            "ix_reservations_backorder_rule_id", "backorder_rule_id",
            postgresql_where=text("backorder_rule_id IS NOT NULL"),
        ),
        CheckConstraint("quantity > 0", name="quantity_positive"),
    )  # fmt: skip

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    order_line_id: Mapped[int] = mapped_column(BigInteger)  # ordering is a higher slice: no foreign key
    article_id: Mapped[int] = mapped_column(BigInteger)
    warehouse_id: Mapped[int | None] = mapped_column(BigInteger)
    incoming_id: Mapped[int | None] = mapped_column(ForeignKey("incoming_goods.id"))
    supplier_stock_id: Mapped[int | None] = mapped_column(ForeignKey("supplier_stock.id"))
    backorder_rule_id: Mapped[int | None] = mapped_column(ForeignKey("backorder_rules.id", ondelete="SET NULL"))
    quantity: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    expected_on: Mapped[date | None] = mapped_column(Date)  # as it was promised, for what is not there yet
    created_at: Mapped[Moment] = mapped_column(server_default=func.now())
    released_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
