"""Warehouses, what they hold, and the ledger of moves."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    Numeric,
    String,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Id, Moment


class Warehouse(Base):
    """A place goods are kept; a lower position is taken from first."""

    __tablename__ = "warehouses"

    id: Mapped[Id]
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    position: Mapped[int] = mapped_column(Integer, server_default="0")


class Stock(Base):
    """What one warehouse holds of one article. Available is on_hand - threshold - reserved.

    `inherits_threshold`: the row says no threshold of its own, a default counts. `low_mark` is the quantity at or below
    which the article is shown as low; NULL inherits.
    """

    __tablename__ = "stock"
    __table_args__ = (
        UniqueConstraint("article_id", "warehouse_id"),
        CheckConstraint("reserved >= 0", name="reserved_not_negative"),
        CheckConstraint("threshold >= 0", name="threshold_not_negative"),
        CheckConstraint("quarantined >= 0", name="quarantined_not_negative"),
        CheckConstraint("low_mark >= 0", name="low_mark_not_negative"),
        {"postgresql_with": {"fillfactor": 80}},  # reserving changes rows in place, without touching the indexes
    )

    id: Mapped[Id]
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"))
    warehouse_id: Mapped[int] = mapped_column(ForeignKey("warehouses.id"))
    on_hand: Mapped[Decimal] = mapped_column(Numeric(18, 6), server_default="0")
    quarantined: Mapped[Decimal] = mapped_column(Numeric(18, 6), server_default="0")  # there, but not to be sold
    reserved: Mapped[Decimal] = mapped_column(Numeric(18, 6), server_default="0")
    threshold: Mapped[Decimal] = mapped_column(Numeric(18, 6), server_default="0")
    inherits_threshold: Mapped[bool] = mapped_column(Boolean, server_default=text("true"))
    low_mark: Mapped[Decimal | None] = mapped_column(Numeric(18, 6))
    updated_at: Mapped[Moment] = mapped_column(server_default=func.now(), onupdate=func.now())


class StockMove(Base):
    """The ledger: every change of stock with its cause; never changed.

    `condition` is the account: what is on hand is the sum of "stock", what is quarantined that of "quarantine", what
    is on its way to a warehouse that of "transit"; "scrap" sums up what was thrown away. With a bin the row changes
    what lies in that bin, with a batch that batch; moving goods between them are two rows that add up to nothing.
    """

    __tablename__ = "stock_moves"
    __table_args__ = (
        CheckConstraint("condition IN ('stock', 'quarantine', 'transit', 'scrap')", name="condition_known"),
        Index("ix_stock_moves_article_id_warehouse_id", "article_id", "warehouse_id"),
        Index("ix_stock_moves_batch_article_id", "batch", "article_id", postgresql_where=text("batch <> ''")),
        Index("ix_stock_moves_bin_id", "bin_id", postgresql_where=text("bin_id IS NOT NULL")),
        Index("ix_stock_moves_order_line_id", "order_line_id", postgresql_where=text("order_line_id IS NOT NULL")),
        Index("ix_stock_moves_customer_id", "customer_id", postgresql_where=text("customer_id IS NOT NULL")),
        Index("ix_stock_moves_reference", "reference", postgresql_where=text("reference <> ''")),
    )

    id: Mapped[Id]
    at: Mapped[Moment] = mapped_column(server_default=func.now())
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id"))
    warehouse_id: Mapped[int] = mapped_column(ForeignKey("warehouses.id"))
    quantity: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    reason: Mapped[str] = mapped_column(String(40))
    reference: Mapped[str] = mapped_column(String(80), server_default="")
    user_id: Mapped[int | None] = mapped_column(BigInteger)
    condition: Mapped[str] = mapped_column(String(10), server_default="stock")
    batch: Mapped[str] = mapped_column(String(60), server_default="")
    bin_id: Mapped[int | None] = mapped_column(ForeignKey("bins.id"))
    order_line_id: Mapped[int | None] = mapped_column(BigInteger)  # ordering is a higher slice: no foreign key
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("companies.id"))  # whose order line that is
