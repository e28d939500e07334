"""What belongs to one delivery of an order, and what is charged for the order as a whole."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    Numeric,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Id

_EMPTY = text("'{}'::jsonb")


class CartLinePart(Base):
    """A part of a cart line, in the line's unit; what is null is as the head of the order says.

    The parts of a line may for a time not add up to it: the page says so, and nothing is ordered until they do.
    """

    __tablename__ = "cart_line_parts"
    __table_args__ = (
        ForeignKeyConstraint(["cart_id", "company_id"], ["carts.id", "carts.company_id"], ondelete="CASCADE"),
        UniqueConstraint("cart_line_id", "position"),
        CheckConstraint("quantity > 0", name="quantity_positive"),
        Index("ix_cart_line_parts_cart_id", "cart_id"),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(BigInteger)
    cart_id: Mapped[int] = mapped_column(BigInteger)
    cart_line_id: Mapped[int] = mapped_column(ForeignKey("cart_lines.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(Integer)
    quantity: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    ship_to_id: Mapped[int | None] = mapped_column(ForeignKey("addresses.id"), index=True)
    requested_on: Mapped[date | None] = mapped_column(Date)
    cost_centre_id: Mapped[int | None] = mapped_column(ForeignKey("cost_centres.id"), index=True)


class OrderDelivery(Base):
    """What of an order goes together to one address on one day. `number` is the order's with its place: SO-…/1.

    `cost` is net, of this delivery alone; `promised_on` the day all of it could leave when it was ordered.
    """

    __tablename__ = "order_deliveries"
    __table_args__ = (
        ForeignKeyConstraint(["order_id", "company_id"], ["orders.id", "orders.company_id"], ondelete="CASCADE"),
        UniqueConstraint("order_id", "position"),
        UniqueConstraint("company_id", "number"),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(BigInteger)
    order_id: Mapped[int] = mapped_column(BigInteger)
    position: Mapped[int] = mapped_column(Integer)
    number: Mapped[str] = mapped_column(String(48))
    ship_to: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=_EMPTY)
    requested_on: Mapped[date | None] = mapped_column(Date)
    promised_on: Mapped[date | None] = mapped_column(Date)
    is_complete: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))  # wished for in one piece
    latest_on: Mapped[date | None] = mapped_column(Date)  # not to be shipped after this day
    delivery_method: Mapped[str] = mapped_column(String(40), server_default="")
    method_name: Mapped[str] = mapped_column(String(120), server_default="")
    cost: Mapped[Decimal] = mapped_column(Numeric(18, 6), server_default="0")


class OrderLinePart(Base):
    """The share of an order line that one delivery brings; the parts of a line add up to it, in quantity and in net."""

    __tablename__ = "order_line_parts"
    __table_args__ = (
        UniqueConstraint("order_line_id", "position"),
        CheckConstraint("quantity > 0", name="quantity_positive"),
        Index(
            "ix_order_line_parts_cost_centre_id", "cost_centre_id", postgresql_where=text("cost_centre_id IS NOT NULL")
        ),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(BigInteger)
    order_line_id: Mapped[int] = mapped_column(ForeignKey("order_lines.id", ondelete="CASCADE"))
    delivery_id: Mapped[int] = mapped_column(ForeignKey("order_deliveries.id", ondelete="CASCADE"), index=True)
    position: Mapped[int] = mapped_column(Integer)
    quantity: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    base_quantity: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    cost_centre_id: Mapped[int | None] = mapped_column(ForeignKey("cost_centres.id"))
    net: Mapped[Decimal] = mapped_column(Numeric(18, 6))


class OrderCharge(Base):
    """What an order costs beside its goods, one row for each VAT category and rate; `amount` is net and positive."""

    __tablename__ = "order_charges"
    __table_args__ = (
        ForeignKeyConstraint(["order_id", "company_id"], ["orders.id", "orders.company_id"], ondelete="CASCADE"),
        UniqueConstraint("order_id", "position"),
        CheckConstraint("amount > 0", name="amount_positive"),
        CheckConstraint("kind IN ('delivery', 'surcharge', 'payment')", name="kind_known"),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(BigInteger)
    order_id: Mapped[int] = mapped_column(BigInteger)
    position: Mapped[int] = mapped_column(Integer)
    kind: Mapped[str] = mapped_column(String(9))
    code: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(120))
    amount: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    vat_category: Mapped[str] = mapped_column(String(2))
    vat_rate: Mapped[Decimal | None] = mapped_column(Numeric(6, 3))
