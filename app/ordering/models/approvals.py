"""Approval: an account's rules and limits, requests with their steps, who sits where, and the links that were mailed."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
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
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Id, Moment

_EMPTY = text("'{}'::jsonb")
_NONE = text("'[]'::jsonb")
APPROVAL_NUMBERS = Sequence("approval_numbers", metadata=Base.metadata)


class ApprovalSettings(Base):
    """An account's times. `hold_hours` 0: prices are not held; `holds_stock`: stock is, for as long as prices are."""

    __tablename__ = "approval_settings"
    __table_args__ = (
        CheckConstraint("remind_hours > 0 AND escalate_hours > 0 AND expire_days > 0", name="times_positive"),
        CheckConstraint("hold_hours >= 0", name="hold_not_negative"),
    )

    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), primary_key=True, autoincrement=False)
    remind_hours: Mapped[int] = mapped_column(Integer, server_default="24")
    escalate_hours: Mapped[int] = mapped_column(Integer, server_default="72")
    expire_days: Mapped[int] = mapped_column(Integer, server_default="14")
    hold_hours: Mapped[int] = mapped_column(Integer, server_default="0")
    holds_stock: Mapped[bool] = mapped_column(server_default=text("false"))


class ApprovalRule(Base):
    """When an order asks whom: see `domain.approval`. `steps`: [{"need": 1, "approvers": ["role:approver"]}]."""

    __tablename__ = "approval_rules"
    __table_args__ = (
        UniqueConstraint("company_id", "name"),
        CheckConstraint("comparator IN ('>', '>=', '<', '<=')", name="comparator_known"),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    name: Mapped[str] = mapped_column(String(120))
    about: Mapped[str] = mapped_column(Text, server_default="")
    is_enabled: Mapped[bool] = mapped_column(server_default=text("true"))
    kind: Mapped[str] = mapped_column(String(14))
    comparator: Mapped[str] = mapped_column(String(2), server_default=">")
    value: Mapped[Decimal | None] = mapped_column(Numeric(18, 6))
    is_gross: Mapped[bool] = mapped_column(server_default=text("false"))
    currency: Mapped[str] = mapped_column(String(3))
    targets: Mapped[list[Any]] = mapped_column(JSONB, server_default=_NONE)  # ids of categories or cost centres
    roles: Mapped[list[Any]] = mapped_column(JSONB, server_default=_NONE)  # whose orders; none and no people: all
    people: Mapped[list[Any]] = mapped_column(JSONB, server_default=_NONE)
    steps: Mapped[list[Any]] = mapped_column(JSONB)
    allows_self: Mapped[bool] = mapped_column(server_default=text("false"))
    updated_at: Mapped[Moment] = mapped_column(server_default=func.now(), onupdate=func.clock_timestamp())


class ApprovalLimit(Base):
    """How much a person may buy alone and approve, net in the account's currency; NULL: no limit."""

    __tablename__ = "approval_limits"
    __table_args__ = (CheckConstraint("buy_up_to >= 0 AND approve_up_to >= 0", name="limits_not_negative"),)

    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True, index=True)
    buy_up_to: Mapped[Decimal | None] = mapped_column(Numeric(18, 6))
    approve_up_to: Mapped[Decimal | None] = mapped_column(Numeric(18, 6))


class ApprovalDeputy(Base):
    """Somebody decides for a colleague from one day to another, both included."""

    __tablename__ = "approval_deputies"
    __table_args__ = (
        CheckConstraint("user_id <> deputy_id", name="not_his_own"),
        CheckConstraint("starts_on <= ends_on", name="starts_before_it_ends"),
        Index("ix_approval_deputies_company_id_deputy_id", "company_id", "deputy_id", "ends_on"),
        Index("ix_approval_deputies_user_id", "user_id"),
        Index("ix_approval_deputies_deputy_id", "deputy_id"),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    deputy_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    starts_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date] = mapped_column(Date)
    note: Mapped[str] = mapped_column(String(200), server_default="")
    created_at: Mapped[Moment] = mapped_column(server_default=func.now())


class Approval(Base):
    """A request: what was asked, at which prices, and what became of it. Its cart is locked while it waits.

    `rules_seen` are the keys of the steps that were asked for; when the order is prepared at the end, a step that is
    not among them sends it back. Totals are those after promotions, `base_net` is what the rules saw.
    """

    __tablename__ = "approvals"
    __table_args__ = (
        UniqueConstraint("id", "company_id"),
        UniqueConstraint("company_id", "number"),
        UniqueConstraint("company_id", "client_ref"),
        CheckConstraint(
            "state IN ('waiting', 'ordered', 'rejected', 'withdrawn', 'returned', 'expired')", name="state_known"
        ),
        ForeignKeyConstraint(["cart_id", "company_id"], ["carts.id", "carts.company_id"]),
        Index("uq_approvals_one_waiting", "cart_id", unique=True, postgresql_where=text("state = 'waiting'")),
        Index("ix_approvals_cart_id_company_id", "cart_id", "company_id"),
        Index("ix_approvals_company_id_state", "company_id", "state", "id"),
        Index("ix_approvals_user_id", "user_id"),
        Index("ix_approvals_order_id", "order_id", postgresql_where=text("order_id IS NOT NULL")),
        Index("ix_approvals_due_at", "due_at", postgresql_where=text("state = 'waiting'")),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    number: Mapped[str] = mapped_column(String(40))
    cart_id: Mapped[int] = mapped_column(BigInteger)
    cart_version: Mapped[int] = mapped_column(Integer)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))  # who asks
    client_ref: Mapped[str] = mapped_column(String(80))
    request_hash: Mapped[str] = mapped_column(String(64))
    via: Mapped[str] = mapped_column(String(8), server_default="web")
    state: Mapped[str] = mapped_column(String(9), server_default="waiting")
    created_at: Mapped[Moment] = mapped_column(server_default=func.now())
    decided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    reason: Mapped[str] = mapped_column(Text, server_default="")
    trouble: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))  # why it went back: see service
    wishes: Mapped[dict[str, Any]] = mapped_column(JSONB)
    ship_to: Mapped[str] = mapped_column(String(300), server_default="")
    rules_seen: Mapped[list[Any]] = mapped_column(JSONB, server_default=_NONE)
    currency: Mapped[str] = mapped_column(String(3))
    base_net: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    net_total: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    gross_total: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    line_count: Mapped[int] = mapped_column(Integer)
    allowances: Mapped[list[Any]] = mapped_column(JSONB, server_default=_NONE)  # [[code, name, amount], ...]
    charges: Mapped[list[Any]] = mapped_column(JSONB, server_default=_NONE)  # [[code, name, amount], ...]
    claims: Mapped[list[Any]] = mapped_column(
        JSONB, server_default=_NONE
    )  # on budgets: [[cost centre id, amount], ...]
    budgets: Mapped[list[Any]] = mapped_column(JSONB, server_default=_NONE)  # [[code, name, left, amount], ...]
    held_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    is_stock_held: Mapped[bool] = mapped_column(server_default=text("false"))
    due_at: Mapped[Moment]  # when the sweep looks at it next
    expires_at: Mapped[Moment]
    reminders: Mapped[int] = mapped_column(Integer, server_default="0")
    changes: Mapped[int] = mapped_column(Integer, server_default="0")  # by approvers, of lines
    order_id: Mapped[int | None] = mapped_column(ForeignKey("orders.id"))


class ApprovalLine(Base):
    """A line as it was asked for, and what approvers made of it. Prices net, for `price_base` units of `price_unit`."""

    __tablename__ = "approval_lines"
    __table_args__ = (
        ForeignKeyConstraint(
            ["approval_id", "company_id"], ["approvals.id", "approvals.company_id"], ondelete="CASCADE"
        ),
        UniqueConstraint("approval_id", "position"),
        Index("ix_approval_lines_approval_id_company_id", "approval_id", "company_id"),
        Index("ix_approval_lines_article_id", "article_id"),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(BigInteger)
    approval_id: Mapped[int] = mapped_column(BigInteger)
    position: Mapped[int] = mapped_column(Integer)
    cart_line_id: Mapped[int] = mapped_column(BigInteger)
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id"))
    sku: Mapped[str] = mapped_column(String(60))
    name: Mapped[str] = mapped_column(String(300))
    quantity: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    asked_quantity: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    unit: Mapped[str] = mapped_column(String(3))
    unit_price: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    price_base: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    price_unit: Mapped[str] = mapped_column(String(3))
    net: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    last_price: Mapped[Decimal | None] = mapped_column(Numeric(18, 6))  # for as much of the same unit
    is_struck: Mapped[bool] = mapped_column(server_default=text("false"))
    reason: Mapped[str] = mapped_column(String(300), server_default="")
    changed_by: Mapped[str] = mapped_column(String(250), server_default="")


class ApprovalStep(Base):
    """So many of its seats must say yes. Steps of one `position` are open at once, the next ones after them."""

    __tablename__ = "approval_steps"
    __table_args__ = (
        ForeignKeyConstraint(
            ["approval_id", "company_id"], ["approvals.id", "approvals.company_id"], ondelete="CASCADE"
        ),
        UniqueConstraint("id", "company_id"),
        CheckConstraint("state IN ('later', 'open', 'done')", name="state_known"),
        Index("ix_approval_steps_approval_id_company_id", "approval_id", "company_id"),
        Index("ix_approval_steps_rule_id", "rule_id", postgresql_where=text("rule_id IS NOT NULL")),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(BigInteger)
    approval_id: Mapped[int] = mapped_column(BigInteger)
    position: Mapped[int] = mapped_column(Integer)
    kind: Mapped[str] = mapped_column(String(6))
    rule_id: Mapped[int | None] = mapped_column(ForeignKey("approval_rules.id", ondelete="SET NULL"))
    name: Mapped[str] = mapped_column(String(120), server_default="")
    firing: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=_EMPTY)
    need: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(String(5), server_default="later")
    is_fallback: Mapped[bool] = mapped_column(server_default=text("false"))
    opened_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    reminded_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    escalated_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class ApprovalSeat(Base):
    """A person who may decide a step. `holder_id` decides in his place when he has handed it over."""

    __tablename__ = "approval_seats"
    __table_args__ = (
        ForeignKeyConstraint(["step_id", "company_id"], ["approval_steps.id", "approval_steps.company_id"], ondelete="CASCADE"),
        UniqueConstraint("step_id", "user_id"),
        Index("ix_approval_seats_step_id_company_id", "step_id", "company_id"),
        Index("ix_approval_seats_company_id_holder_id", "company_id", "holder_id"),
        Index("ix_approval_seats_user_id", "user_id"),
        Index("ix_approval_seats_holder_id", "holder_id"),
        Index("ix_approval_seats_decided_by_id", "decided_by_id", postgresql_where=text("decided_by_id IS NOT NULL")),
    )  # fmt: skip

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(BigInteger)
    step_id: Mapped[int] = mapped_column(BigInteger)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    holder_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    is_escalated: Mapped[bool] = mapped_column(server_default=text("false"))
    approved_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))


class ApprovalLink(Base):
    """The link mailed to one person about one request: the table has the token's hash only."""

    __tablename__ = "approval_links"
    __table_args__ = (
        ForeignKeyConstraint(
            ["approval_id", "company_id"], ["approvals.id", "approvals.company_id"], ondelete="CASCADE"
        ),
        Index("ix_approval_links_approval_id_company_id", "approval_id", "company_id"),
        Index("ix_approval_links_user_id", "user_id"),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(BigInteger)
    approval_id: Mapped[int] = mapped_column(BigInteger)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[Moment]
    expires_at: Mapped[Moment]
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))  # used or revoked
