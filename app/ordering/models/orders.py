"""Orders: everything frozen."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    Numeric,
    Sequence,
    String,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import Base, Id, Moment

_EMPTY = text("'{}'::jsonb")
_NONE = text("'[]'::jsonb")
ORDER_NUMBERS = Sequence("order_numbers", metadata=Base.metadata)  # order numbers may have gaps, invoices may not


class Order(Base):
    """A commitment with frozen prices, taxes, texts and addresses. Amounts in `currency`, unit prices net."""

    __tablename__ = "orders"
    __table_args__ = (
        UniqueConstraint("id", "company_id"),
        UniqueConstraint("company_id", "client_ref"),
        UniqueConstraint("company_id", "number"),
        CheckConstraint(
            "state IN ('placed', 'confirmed', 'in_delivery', 'delivered', 'closed', 'cancelled')", name="state_known"
        ),
        CheckConstraint("source IN ('portal', 'api', 'edi', 'history')", name="source_known"),
        Index("ix_orders_company_id_placed_at", "company_id", "placed_at", "id"),
        # read alone by lists of accounts with their turnover
        Index("ix_orders_turnover", "company_id", "placed_at", postgresql_include=["net_total", "currency", "state"]),
        Index("ix_orders_placed_at", "placed_at", "id"),
        Index("ix_orders_po_number", "company_id", "po_number", postgresql_where=text("po_number <> ''")),
        Index("uq_orders_cart_id", "cart_id", unique=True, postgresql_where=text("cart_id IS NOT NULL")),
        Index(
            "ix_orders_unreleased",
            "grace_until",
            postgresql_where=text("released_at IS NULL AND source <> 'history'"),
        ),
        Index(
            "ix_orders_to_confirm",
            "placed_at",
            "id",
            postgresql_where=text("state = 'placed' AND invoiced_at IS NULL AND source <> 'history'"),
        ),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    number: Mapped[str] = mapped_column(String(40))
    client_ref: Mapped[str] = mapped_column(String(80))
    request_hash: Mapped[str] = mapped_column(String(64), server_default="")
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    cart_id: Mapped[int | None] = mapped_column(BigInteger)
    source: Mapped[str] = mapped_column(String(8), server_default="portal")
    state: Mapped[str] = mapped_column(String(12), server_default="placed")
    placed_at: Mapped[Moment] = mapped_column(server_default=func.now())
    po_number: Mapped[str] = mapped_column(String(60), server_default="")
    requested_on: Mapped[date | None] = mapped_column(Date)
    note: Mapped[str] = mapped_column(Text, server_default="")
    currency: Mapped[str] = mapped_column(String(3))
    vat_mode: Mapped[str] = mapped_column(String(5), server_default="net")
    rounding: Mapped[str] = mapped_column(String(9), server_default="half_up")
    payment_days: Mapped[int] = mapped_column(Integer, server_default="30")
    payment_method: Mapped[str] = mapped_column(String(40), server_default="")  # code and name as of then
    payment_name: Mapped[str] = mapped_column(String(120), server_default="")
    payment_kind: Mapped[str] = mapped_column(String(12), server_default="on_account")  # see domain/terms.py
    delivery_method: Mapped[str] = mapped_column(String(40), server_default="")
    ship_to: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=_EMPTY)
    bill_to: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=_EMPTY)
    buyer: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=_EMPTY)  # name, VAT id, person, as of then
    net_total: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    vat_total: Mapped[Decimal] = mapped_column(Numeric(18, 6), server_default="0")
    gross_total: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    vat_breakdown: Mapped[list[Any]] = mapped_column(JSONB, server_default=_NONE)
    line_count: Mapped[int] = mapped_column(Integer)
    # promotions that did not apply and why, for staff: [[code, name, reason], ...]
    promotions_lost: Mapped[list[Any]] = mapped_column(JSONB, server_default=_NONE)
    version: Mapped[int] = mapped_column(Integer, server_default="1")
    # until then the buyer changes it himself; once released it is invoiced
    grace_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    waits_for_confirmation: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    released_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    confirmed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    invoiced_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    paid_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))  # all of it, as billing tells
    # of prepayment invoices, with VAT: picking waits until it is paid
    prepay_open: Mapped[Decimal] = mapped_column(Numeric(18, 6), server_default="0")
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)  # who placed it for the buyer
    staff_name: Mapped[str] = mapped_column(String(120), server_default="")
    own: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=_EMPTY)  # own fields that the buyer may see

    lines: Mapped[list[OrderLine]] = relationship(
        lazy="raise_on_sql", order_by="OrderLine.position", primaryjoin="Order.id == OrderLine.order_id", viewonly=True
    )


class OrderLine(Base):
    """One article in an order; `net` is BT-131, rounded to the currency's minor unit.

    `quantity` is what still stands; `cancelled_quantity`, in the same unit, was ordered and is not wanted any more.
    `returned_quantity` is what came back, whatever it is credited with.
    """

    __tablename__ = "order_lines"
    __table_args__ = (
        ForeignKeyConstraint(["order_id", "company_id"], ["orders.id", "orders.company_id"], ondelete="CASCADE"),
        UniqueConstraint("order_id", "position"),
        CheckConstraint(
            "quantity >= 0 AND cancelled_quantity >= 0 AND quantity + cancelled_quantity > 0", name="quantity_positive"
        ),
        CheckConstraint(
            "state IN ('placed', 'proposed', 'confirmed', 'backordered', 'in_delivery', 'delivered', 'rejected',"
            " 'cancelled')",
            name="state_known",
        ),
        CheckConstraint(
            "claimed_quantity BETWEEN 0 AND quantity AND shipped_quantity BETWEEN 0 AND claimed_quantity"
            " AND delivered_quantity >= 0 AND missing_quantity >= 0"
            " AND delivered_quantity + missing_quantity <= shipped_quantity"
            " AND returned_quantity BETWEEN 0 AND shipped_quantity AND invoiced_quantity BETWEEN 0 AND quantity",
            name="progress_possible",
        ),
        Index("ix_order_lines_company_id_article_id", "company_id", "article_id"),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(BigInteger)
    order_id: Mapped[int] = mapped_column(BigInteger)
    position: Mapped[int] = mapped_column(Integer)
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id"))
    sku: Mapped[str] = mapped_column(String(60))
    customer_number: Mapped[str] = mapped_column(String(60), server_default="")
    gtin: Mapped[str] = mapped_column(String(14), server_default="")
    name: Mapped[str] = mapped_column(String(300))
    quantity: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    unit: Mapped[str] = mapped_column(String(3))
    base_quantity: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    unit_price: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    price_base_quantity: Mapped[Decimal] = mapped_column(Numeric(18, 6), server_default="1")
    price_unit: Mapped[str] = mapped_column(String(3))
    net: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    vat_category: Mapped[str] = mapped_column(String(2), server_default="S")
    vat_rate: Mapped[Decimal | None] = mapped_column(Numeric(6, 3), server_default="0")  # percent; NULL only for O
    price_list: Mapped[str] = mapped_column(String(40), server_default="")  # why this price: the list and the break
    price_from: Mapped[Decimal] = mapped_column(Numeric(18, 6), server_default="0")
    price_source: Mapped[str] = mapped_column(String(120), server_default="")  # what the price was agreed in, if it was
    note: Mapped[str] = mapped_column(String(300), server_default="")
    cancelled_quantity: Mapped[Decimal] = mapped_column(Numeric(18, 6), server_default="0")
    state: Mapped[str] = mapped_column(String(11), server_default="placed")
    promised_on: Mapped[date | None] = mapped_column(Date)  # as confirmed
    # How far the line is, all in its unit; written by service/progress.py alone.
    claimed_quantity: Mapped[Decimal] = mapped_column(Numeric(18, 6), server_default="0")  # picked or shipped: fixed
    shipped_quantity: Mapped[Decimal] = mapped_column(Numeric(18, 6), server_default="0")
    delivered_quantity: Mapped[Decimal] = mapped_column(Numeric(18, 6), server_default="0")
    missing_quantity: Mapped[Decimal] = mapped_column(Numeric(18, 6), server_default="0")  # shipped, never arrived
    returned_quantity: Mapped[Decimal] = mapped_column(Numeric(18, 6), server_default="0")
    invoiced_quantity: Mapped[Decimal] = mapped_column(Numeric(18, 6), server_default="0")  # less what was credited


class OrderAllowance(Base):
    """What a promotion takes off an order, one row for each VAT category and rate; `amount` is net and positive."""

    __tablename__ = "order_allowances"
    __table_args__ = (
        ForeignKeyConstraint(["order_id", "company_id"], ["orders.id", "orders.company_id"], ondelete="CASCADE"),
        UniqueConstraint("order_id", "position"),
        CheckConstraint("amount > 0", name="amount_positive"),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(BigInteger)
    order_id: Mapped[int] = mapped_column(BigInteger)
    position: Mapped[int] = mapped_column(Integer)
    promotion_id: Mapped[int | None] = mapped_column(ForeignKey("promotions.id"), index=True)
    code: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(120))
    coupon: Mapped[str] = mapped_column(String(40), server_default="")
    amount: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    vat_category: Mapped[str] = mapped_column(String(2))
    vat_rate: Mapped[Decimal | None] = mapped_column(Numeric(6, 3))
