"""Supply beside the shelves: goods on their way, suppliers that ship directly, and how far one may sell without goods."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Date,
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


class IncomingGoods(Base):
    """One line of a purchase. `reserved` is promised to orders already; `reference` and `line` are the purchase's."""

    __tablename__ = "incoming_goods"
    __table_args__ = (
        UniqueConstraint("reference", "line", "article_id", "warehouse_id", name="uq_incoming_goods_reference"),
        CheckConstraint("state IN ('open', 'received', 'cancelled')", name="state_known"),
        CheckConstraint("quantity > 0 AND received >= 0 AND reserved >= 0", name="quantities_not_negative"),
        Index("ix_incoming_goods_open", "article_id", postgresql_where=text("state = 'open'")),
        Index("ix_incoming_goods_article_id", "article_id"),
        Index("ix_incoming_goods_warehouse_id_expected_on", "warehouse_id", "expected_on"),
        Index("ix_incoming_goods_supplier_id", "supplier_id", postgresql_where=text("supplier_id IS NOT NULL")),
    )

    id: Mapped[Id]
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"))
    warehouse_id: Mapped[int] = mapped_column(ForeignKey("warehouses.id"))
    supplier_id: Mapped[int | None] = mapped_column(ForeignKey("companies.id"))
    quantity: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    received: Mapped[Decimal] = mapped_column(Numeric(18, 6), server_default="0")
    reserved: Mapped[Decimal] = mapped_column(Numeric(18, 6), server_default="0")
    expected_on: Mapped[date] = mapped_column(Date)
    reference: Mapped[str] = mapped_column(String(80))
    line: Mapped[str] = mapped_column(String(20), server_default="")
    state: Mapped[str] = mapped_column(String(9), server_default="open")
    created_at: Mapped[Moment] = mapped_column(server_default=func.now())


class SupplierStock(Base):
    """What a supplier says he has of an article. `ships_directly`: he delivers to our customers (drop shipping)."""

    __tablename__ = "supplier_stock"
    __table_args__ = (
        UniqueConstraint("supplier_id", "article_id"),
        CheckConstraint("quantity >= 0 AND reserved >= 0 AND lead_days >= 0", name="quantities_not_negative"),
        Index("ix_supplier_stock_article_id", "article_id"),
    )

    id: Mapped[Id]
    supplier_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"))
    supplier_sku: Mapped[str] = mapped_column(String(60), server_default="")
    quantity: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    reserved: Mapped[Decimal] = mapped_column(Numeric(18, 6), server_default="0")
    lead_days: Mapped[int] = mapped_column(Integer)  # working days
    ships_directly: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    fed_on: Mapped[date] = mapped_column(Date, server_default=func.current_date())


class BackorderRule(Base):
    """Whether one may order beyond what is there: of an article, of an account, or of both together.

    The most specific rule counts: article and account, account, article; without any, the article's stock policy.
    `reserved` is what is on backorder under this rule, kept like the reserved of a shelf.
    """

    __tablename__ = "backorder_rules"
    __table_args__ = (
        CheckConstraint("mode IN ('off', 'allowed', 'limit')", name="mode_known"),
        CheckConstraint("article_id IS NOT NULL OR account_id IS NOT NULL", name="about_something"),
        CheckConstraint(
            "(mode = 'limit') = (quantity_limit IS NOT NULL) AND (mode <> 'limit' OR article_id IS NOT NULL)",
            name="limit_of_an_article",
        ),
        CheckConstraint("quantity_limit >= 0 AND reserved >= 0", name="quantities_not_negative"),
        Index("uq_backorder_rules_article", "article_id", unique=True, postgresql_where=text("account_id IS NULL")),
        Index("uq_backorder_rules_account", "account_id", unique=True, postgresql_where=text("article_id IS NULL")),
        Index("uq_backorder_rules_both", "article_id", "account_id", unique=True),
        Index("ix_backorder_rules_account_id", "account_id", postgresql_where=text("account_id IS NOT NULL")),
    )

    id: Mapped[Id]
    article_id: Mapped[int | None] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("companies.id"))
    mode: Mapped[str] = mapped_column(String(7))
    quantity_limit: Mapped[Decimal | None] = mapped_column(Numeric(18, 6))
    reserved: Mapped[Decimal] = mapped_column(Numeric(18, 6), server_default="0")
