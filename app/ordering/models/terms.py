"""How orders may be delivered and paid, from which value on, and what an account must fill in."""

from __future__ import annotations

from datetime import time
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    Numeric,
    String,
    Time,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Id

_EMPTY = text("'{}'::jsonb")
_NONE = text("'[]'::jsonb")
_YES = text("true")
_NO = text("false")


class DeliveryMethod(Base):
    """A way goods reach the buyer. `names` are those in other languages; `lead_days` are working days, one more after `cut_off`."""

    __tablename__ = "delivery_methods"
    __table_args__ = (
        CheckConstraint("kind IN ('delivery', 'pick_up', 'direct')", name="kind_known"),
        CheckConstraint("kind <> 'pick_up' OR warehouse_id IS NOT NULL", name="pick_up_has_a_warehouse"),
        CheckConstraint("lead_days >= 0", name="lead_days_not_negative"),
    )

    id: Mapped[Id]
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    names: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=_EMPTY)
    kind: Mapped[str] = mapped_column(String(8), server_default="delivery")
    warehouse_id: Mapped[int | None] = mapped_column(ForeignKey("warehouses.id"), index=True)
    is_per_delivery: Mapped[bool] = mapped_column(Boolean, server_default=_YES)  # else once for the whole order
    lead_days: Mapped[int] = mapped_column(Integer, server_default="0")
    cut_off: Mapped[time | None] = mapped_column(Time)
    position: Mapped[int] = mapped_column(Integer, server_default="100")
    is_active: Mapped[bool] = mapped_column(Boolean, server_default=_YES)
    is_for_all: Mapped[bool] = mapped_column(Boolean, server_default=_YES)


class DeliveryRate(Base):
    """What a method costs in a zone; the first that fits holds, no rate means not delivered there.

    Empty `countries` are all, `postcodes` are beginnings. `steps` are [[from, cost], ...] by kilogram or net value.
    """

    __tablename__ = "delivery_rates"
    __table_args__ = (
        UniqueConstraint("method_id", "position"),
        CheckConstraint("rule IN ('flat', 'weight', 'value', 'percent')", name="rule_known"),
        CheckConstraint("without_weight IN ('refuse', 'highest')", name="without_weight_known"),
        CheckConstraint("amount >= 0 AND free_from >= 0", name="not_negative"),
    )

    id: Mapped[Id]
    method_id: Mapped[int] = mapped_column(ForeignKey("delivery_methods.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(Integer)
    countries: Mapped[list[Any]] = mapped_column(JSONB, server_default=_NONE)
    postcodes: Mapped[list[Any]] = mapped_column(JSONB, server_default=_NONE)
    currency: Mapped[str] = mapped_column(String(3))
    rule: Mapped[str] = mapped_column(String(7))
    amount: Mapped[Decimal] = mapped_column(Numeric(18, 6), server_default="0")  # flat, or percent of the goods
    steps: Mapped[list[Any]] = mapped_column(JSONB, server_default=_NONE)
    free_from: Mapped[Decimal | None] = mapped_column(Numeric(18, 6))
    without_weight: Mapped[str] = mapped_column(String(7), server_default="refuse")


class PaymentMethod(Base):
    """A way to pay. `change` is a surcharge, below zero a discount, in percent of the goods or as an amount."""

    __tablename__ = "payment_methods"
    __table_args__ = (
        CheckConstraint("kind IN ('on_account', 'prepayment', 'cash', 'direct_debit')", name="kind_known"),
        CheckConstraint("net_days >= 0", name="net_days_not_negative"),
        CheckConstraint("NOT is_percent OR change BETWEEN -100 AND 100", name="percent_in_reach"),
    )

    id: Mapped[Id]
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    names: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=_EMPTY)
    kind: Mapped[str] = mapped_column(String(12))
    net_days: Mapped[int | None] = mapped_column(Integer)  # null: as the account's terms say
    change: Mapped[Decimal] = mapped_column(Numeric(18, 6), server_default="0")
    is_percent: Mapped[bool] = mapped_column(Boolean, server_default=_NO)
    currency: Mapped[str] = mapped_column(String(3), server_default="")  # of an amount; empty: any
    position: Mapped[int] = mapped_column(Integer, server_default="100")
    is_active: Mapped[bool] = mapped_column(Boolean, server_default=_YES)
    is_for_all: Mapped[bool] = mapped_column(Boolean, server_default=_YES)


class OrderThreshold(Base):
    """From which, or up to which, net value of goods before discounts an order is taken.

    `fee` is an amount or percent of the goods that a soft minimum takes while it is not met.
    """

    __tablename__ = "order_thresholds"
    __table_args__ = (
        CheckConstraint("kind IN ('hard_min', 'hard_max', 'soft_min')", name="kind_known"),
        CheckConstraint("effect IN ('message', 'amount', 'percent')", name="effect_known"),
        CheckConstraint("amount > 0 AND fee >= 0", name="in_reach"),
    )

    id: Mapped[Id]
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    names: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=_EMPTY)
    kind: Mapped[str] = mapped_column(String(8))
    currency: Mapped[str] = mapped_column(String(3))
    amount: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    effect: Mapped[str] = mapped_column(String(7), server_default="message")
    fee: Mapped[Decimal] = mapped_column(Numeric(18, 6), server_default="0")
    is_active: Mapped[bool] = mapped_column(Boolean, server_default=_YES)
    is_for_all: Mapped[bool] = mapped_column(Boolean, server_default=_YES)


class TermsAudience(Base):
    """Whom a method or threshold that is not for all is for: an account or a group."""

    __tablename__ = "terms_audience"
    __table_args__ = (
        CheckConstraint("num_nonnulls(delivery_method_id, payment_method_id, threshold_id) = 1", name="one_rule"),
        CheckConstraint("num_nonnulls(company_id, group_id) = 1", name="one_audience"),
        *(
            Index(f"ix_terms_audience_{name}", name, postgresql_where=text(f"{name} IS NOT NULL"))
            for name in ("delivery_method_id", "payment_method_id", "threshold_id", "company_id", "group_id")
        ),
    )

    id: Mapped[Id]
    delivery_method_id: Mapped[int | None] = mapped_column(ForeignKey("delivery_methods.id", ondelete="CASCADE"))
    payment_method_id: Mapped[int | None] = mapped_column(ForeignKey("payment_methods.id", ondelete="CASCADE"))
    threshold_id: Mapped[int | None] = mapped_column(ForeignKey("order_thresholds.id", ondelete="CASCADE"))
    company_id: Mapped[int | None] = mapped_column(ForeignKey("companies.id"))
    group_id: Mapped[int | None] = mapped_column(ForeignKey("account_groups.id", ondelete="CASCADE"))


class OrderTerms(Base):
    """What an account must fill in when it orders, and what is chosen for it when it does not say."""

    __tablename__ = "order_terms"
    __table_args__ = (CheckConstraint("po_repeats IN ('free', 'warn', 'block')", name="po_repeats_known"),)

    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), primary_key=True)
    needs_po: Mapped[bool] = mapped_column(Boolean, server_default=_NO)
    needs_cost_centre: Mapped[bool] = mapped_column(Boolean, server_default=_NO)
    po_repeats: Mapped[str] = mapped_column(String(5), server_default="warn")
    delivery_method_id: Mapped[int | None] = mapped_column(
        ForeignKey("delivery_methods.id", ondelete="SET NULL"), index=True
    )
    payment_method_id: Mapped[int | None] = mapped_column(
        ForeignKey("payment_methods.id", ondelete="SET NULL"), index=True
    )
