"""Goods on their way from one warehouse to another."""

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
    String,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Id, Moment


class StockTransfer(Base):
    """From `source_id` to `target_id`, both warehouses."""

    __tablename__ = "stock_transfers"
    __table_args__ = (
        CheckConstraint("state IN ('planned', 'sent', 'received', 'cancelled')", name="state_known"),
        CheckConstraint("source_id <> target_id", name="two_warehouses"),
        Index("ix_stock_transfers_source_id", "source_id"),
        Index("ix_stock_transfers_target_id", "target_id"),
    )

    id: Mapped[Id]
    number: Mapped[str] = mapped_column(String(30), unique=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("warehouses.id"))
    target_id: Mapped[int] = mapped_column(ForeignKey("warehouses.id"))
    state: Mapped[str] = mapped_column(String(9), server_default="planned")
    expected_on: Mapped[date | None] = mapped_column(Date)
    note: Mapped[str] = mapped_column(Text, server_default="")
    client_ref: Mapped[str] = mapped_column(String(80), unique=True)
    user_id: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[Moment] = mapped_column(server_default=func.now())
    sent_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    received_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class StockTransferLine(Base):
    """What is moved, in base units. `sent` has left, `received` has arrived; what lacks then is an adjustment."""

    __tablename__ = "stock_transfer_lines"
    __table_args__ = (
        CheckConstraint("quantity > 0 AND sent >= 0 AND received >= 0", name="quantities_not_negative"),
        Index("ix_stock_transfer_lines_transfer_id", "transfer_id"),
        Index("ix_stock_transfer_lines_article_id", "article_id"),
        Index("ix_stock_transfer_lines_bin_id", "bin_id", postgresql_where=text("bin_id IS NOT NULL")),
    )

    id: Mapped[Id]
    transfer_id: Mapped[int] = mapped_column(ForeignKey("stock_transfers.id"))
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id"))
    batch: Mapped[str] = mapped_column(String(60), server_default="")
    expires_on: Mapped[date | None] = mapped_column(Date)
    quantity: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    sent: Mapped[Decimal] = mapped_column(Numeric(18, 6), server_default="0")
    received: Mapped[Decimal | None] = mapped_column(Numeric(18, 6))
    serials: Mapped[list[str]] = mapped_column(JSONB, server_default=text("'[]'::jsonb"))
    bin_id: Mapped[int | None] = mapped_column(ForeignKey("bins.id"))  # where it is put at the target
