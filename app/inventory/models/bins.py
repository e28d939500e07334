"""Places inside a warehouse, and what lies in each."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Index, Integer, Numeric, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Id


class Bin(Base):
    """A place goods are put into and picked from. Pickers walk by `sort_key`, then by code."""

    __tablename__ = "bins"
    __table_args__ = (UniqueConstraint("warehouse_id", "code"),)

    id: Mapped[Id]
    warehouse_id: Mapped[int] = mapped_column(ForeignKey("warehouses.id"))
    code: Mapped[str] = mapped_column(String(40))
    zone: Mapped[str] = mapped_column(String(40), server_default="")
    sort_key: Mapped[int] = mapped_column(Integer, server_default="0")
    is_active: Mapped[bool] = mapped_column(Boolean, server_default=text("true"))


class BinStock(Base):
    """So much of an article, and of one batch of it, in a bin; batch '' is goods without a batch.

    What a warehouse has on hand and no bin holds lies unplaced. Every change has a row in the ledger that names the bin.
    """

    __tablename__ = "bin_stock"
    __table_args__ = (
        UniqueConstraint("bin_id", "article_id", "batch"),
        CheckConstraint("quantity >= 0", name="quantity_not_negative"),
        Index("ix_bin_stock_article_id_warehouse_id", "article_id", "warehouse_id"),
        Index("ix_bin_stock_warehouse_id", "warehouse_id"),
    )

    id: Mapped[Id]
    bin_id: Mapped[int] = mapped_column(ForeignKey("bins.id"))
    warehouse_id: Mapped[int] = mapped_column(ForeignKey("warehouses.id"))  # that of the bin
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"))
    batch: Mapped[str] = mapped_column(String(60), server_default="")
    quantity: Mapped[Decimal] = mapped_column(Numeric(18, 6))
