"""Counting what is there, and the journal of what was put right."""

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
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Id, Moment


class StockCount(Base):
    """A count of a warehouse, of one zone of it, or of some articles. Who counts does not see what is expected."""

    __tablename__ = "stock_counts"
    __table_args__ = (
        CheckConstraint("state IN ('counting', 'review', 'approved', 'cancelled')", name="state_known"),
        Index("ix_stock_counts_warehouse_id", "warehouse_id"),
    )

    id: Mapped[Id]
    number: Mapped[str] = mapped_column(String(30), unique=True)
    warehouse_id: Mapped[int] = mapped_column(ForeignKey("warehouses.id"))
    zone: Mapped[str] = mapped_column(String(40), server_default="")
    words: Mapped[str] = mapped_column(String(100), server_default="")
    state: Mapped[str] = mapped_column(String(8), server_default="counting")
    planned_on: Mapped[date] = mapped_column(Date)
    note: Mapped[str] = mapped_column(Text, server_default="")
    client_ref: Mapped[str] = mapped_column(String(80), unique=True)
    user_id: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[Moment] = mapped_column(server_default=func.now())
    approved_by: Mapped[int | None] = mapped_column(BigInteger)
    approved_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class StockCountLine(Base):
    """One pile: an article, its batch and its bin, in base units; bin NULL is what lies unplaced.

    `expected` is what the books said in the moment of the last count of this line, so that goods may move meanwhile.
    `first` keeps the count before a recount.
    """

    __tablename__ = "stock_count_lines"
    __table_args__ = (
        UniqueConstraint(
            "count_id", "article_id", "batch", "bin_id", name="uq_stock_count_lines_pile",
            postgresql_nulls_not_distinct=True,
        ),
        CheckConstraint("first >= 0 AND counted >= 0", name="quantities_not_negative"),
        Index("ix_stock_count_lines_article_id", "article_id"),
        Index("ix_stock_count_lines_bin_id", "bin_id", postgresql_where=text("bin_id IS NOT NULL")),
    )  # fmt: skip

    id: Mapped[Id]
    count_id: Mapped[int] = mapped_column(ForeignKey("stock_counts.id"))
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id"))
    bin_id: Mapped[int | None] = mapped_column(ForeignKey("bins.id"))
    batch: Mapped[str] = mapped_column(String(60), server_default="")
    expected: Mapped[Decimal | None] = mapped_column(Numeric(18, 6))
    counted: Mapped[Decimal | None] = mapped_column(Numeric(18, 6))
    first: Mapped[Decimal | None] = mapped_column(Numeric(18, 6))
    is_recount: Mapped[bool] = mapped_column(server_default=text("false"))  # somebody asked to count it again
    counted_by: Mapped[int | None] = mapped_column(BigInteger)
    counted_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class StockAdjustment(Base):
    """The journal of what was put right. `value` is quantity x `unit_cost`, net, rounded half up to `currency`.

    Costs belong to prices, which this slice does not know: a higher one writes them here once; NULL until then.
    """

    __tablename__ = "stock_adjustments"
    __table_args__ = (
        CheckConstraint("reason IN ('count', 'transfer', 'manual', 'scrap')", name="reason_known"),
        Index("ix_stock_adjustments_at", "at", "id"),
        Index("ix_stock_adjustments_article_id", "article_id"),
        Index("ix_stock_adjustments_warehouse_id", "warehouse_id"),
        Index("ix_stock_adjustments_bin_id", "bin_id", postgresql_where=text("bin_id IS NOT NULL")),
        Index("ix_stock_adjustments_move_id", "move_id", unique=True),
    )

    id: Mapped[Id]
    at: Mapped[Moment] = mapped_column(server_default=func.now())
    reason: Mapped[str] = mapped_column(String(10))
    reference: Mapped[str] = mapped_column(String(80), server_default="")
    move_id: Mapped[int] = mapped_column(ForeignKey("stock_moves.id"))
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id"))
    warehouse_id: Mapped[int] = mapped_column(ForeignKey("warehouses.id"))
    bin_id: Mapped[int | None] = mapped_column(ForeignKey("bins.id"))
    batch: Mapped[str] = mapped_column(String(60), server_default="")
    quantity: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    unit_cost: Mapped[Decimal | None] = mapped_column(Numeric(18, 6))
    currency: Mapped[str] = mapped_column(String(3), server_default="")
    value: Mapped[Decimal | None] = mapped_column(Numeric(18, 6))
    note: Mapped[str] = mapped_column(String(200), server_default="")
    user_id: Mapped[int | None] = mapped_column(BigInteger)
