"""Goods that suppliers brought, as they were counted at the gate."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Numeric,
    String,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Id, Moment


class GoodsReceipt(Base):
    """One delivery of a supplier. `delivery_note` is his number."""

    __tablename__ = "goods_receipts"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'booked', 'cancelled')", name="state_known"),
        Index("ix_goods_receipts_warehouse_id", "warehouse_id"),
        Index("ix_goods_receipts_supplier_id", "supplier_id", postgresql_where=text("supplier_id IS NOT NULL")),
    )

    id: Mapped[Id]
    number: Mapped[str] = mapped_column(String(30), unique=True)
    warehouse_id: Mapped[int] = mapped_column(ForeignKey("warehouses.id"))
    supplier_id: Mapped[int | None] = mapped_column(ForeignKey("companies.id"))
    delivery_note: Mapped[str] = mapped_column(String(80), server_default="")
    arrived_on: Mapped[date] = mapped_column(Date)
    state: Mapped[str] = mapped_column(String(9), server_default="open")
    note: Mapped[str] = mapped_column(Text, server_default="")
    client_ref: Mapped[str] = mapped_column(String(80), unique=True)
    user_id: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[Moment] = mapped_column(server_default=func.now())
    booked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class GoodsReceiptLine(Base):
    """What came of an article, or of one batch of it, in base units. `damaged` goes into quarantine.

    `expected` is what was still missing of the goods to come when the line was made; NULL: nobody expected it.
    """

    __tablename__ = "goods_receipt_lines"
    __table_args__ = (
        CheckConstraint("received >= 0 AND damaged >= 0 AND expected >= 0", name="quantities_not_negative"),
        Index("ix_goods_receipt_lines_receipt_id", "receipt_id"),
        Index("ix_goods_receipt_lines_article_id_batch", "article_id", "batch"),
        Index("ix_goods_receipt_lines_bin_id", "bin_id", postgresql_where=text("bin_id IS NOT NULL")),
        Index("ix_goods_receipt_lines_incoming_id", "incoming_id", postgresql_where=text("incoming_id IS NOT NULL")),
    )

    id: Mapped[Id]
    receipt_id: Mapped[int] = mapped_column(ForeignKey("goods_receipts.id"))
    incoming_id: Mapped[int | None] = mapped_column(ForeignKey("incoming_goods.id"))
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id"))
    expected: Mapped[Decimal | None] = mapped_column(Numeric(18, 6))
    received: Mapped[Decimal] = mapped_column(Numeric(18, 6), server_default="0")
    damaged: Mapped[Decimal] = mapped_column(Numeric(18, 6), server_default="0")
    is_last: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))  # nothing more comes of this purchase
    batch: Mapped[str] = mapped_column(String(60), server_default="")
    expires_on: Mapped[date | None] = mapped_column(Date)
    serials: Mapped[list[str]] = mapped_column(JSONB, server_default=text("'[]'::jsonb"))
    bin_id: Mapped[int | None] = mapped_column(ForeignKey("bins.id"))
