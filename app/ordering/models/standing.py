"""Standing orders, their runs, and the days an account does not work."""

from __future__ import annotations

from datetime import date, datetime, time
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
    Time,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Id, Moment

_EMPTY = text("'{}'::jsonb")
_NONE = text("'[]'::jsonb")
STANDING_NUMBERS = Sequence("standing_order_numbers", metadata=Base.metadata)  # may have gaps


class StandingOrder(Base):
    """What is to be ordered again and again, in whose name, when and within which limits.

    `schedule` is a `domain.schedule.Schedule`, `run_time` local time of the company; `wishes` are those of an order
    without its number, which `po_pattern` makes. `ceiling` is net for one order, `tolerance` percent of a line's price.
    """

    __tablename__ = "standing_orders"
    __table_args__ = (
        UniqueConstraint("id", "company_id"),
        UniqueConstraint("company_id", "number"),
        UniqueConstraint("company_id", "client_ref"),
        CheckConstraint("state IN ('active', 'paused', 'ended')", name="state_known"),
        CheckConstraint("notice_hours >= 0 AND answer_hours > 0", name="hours_positive"),
        CheckConstraint("tolerance >= 0 AND ceiling > 0", name="limits_positive"),
        Index("ix_standing_orders_company_id_state", "company_id", "state"),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    number: Mapped[str] = mapped_column(String(20))
    client_ref: Mapped[str] = mapped_column(String(80))
    name: Mapped[str] = mapped_column(String(80))
    owner_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    state: Mapped[str] = mapped_column(String(6), server_default="active")
    currency: Mapped[str] = mapped_column(String(3))
    schedule: Mapped[dict[str, Any]] = mapped_column(JSONB)
    run_time: Mapped[time] = mapped_column(Time)
    wishes: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=_EMPTY)
    po_pattern: Mapped[str] = mapped_column(String(60), server_default="")
    notice_hours: Mapped[int] = mapped_column(Integer, server_default="48")
    answer_hours: Mapped[int] = mapped_column(Integer, server_default="72")
    tolerance: Mapped[Decimal] = mapped_column(Numeric(6, 3), server_default="0")
    ceiling: Mapped[Decimal | None] = mapped_column(Numeric(18, 6))
    source: Mapped[str] = mapped_column(String(60), server_default="")  # what it was made from: "order SO-2026-000012"
    version: Mapped[int] = mapped_column(Integer, server_default="1")  # grows with every change by a person
    created_at: Mapped[Moment] = mapped_column(server_default=func.now())


class StandingOrderLine(Base):
    """One article of a standing order, and the net price a person agreed to last."""

    __tablename__ = "standing_order_lines"
    __table_args__ = (
        ForeignKeyConstraint(
            ["standing_id", "company_id"], ["standing_orders.id", "standing_orders.company_id"], ondelete="CASCADE"
        ),
        UniqueConstraint("standing_id", "article_id", "unit"),
        CheckConstraint("quantity > 0", name="quantity_positive"),
        Index("ix_standing_order_lines_article_id", "article_id"),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(BigInteger)
    standing_id: Mapped[int] = mapped_column(BigInteger)
    position: Mapped[int] = mapped_column(Integer)
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id"))
    quantity: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    unit: Mapped[str] = mapped_column(String(3))
    note: Mapped[str] = mapped_column(String(300), server_default="")
    agreed_price: Mapped[Decimal | None] = mapped_column(Numeric(18, 6))
    agreed_base_quantity: Mapped[Decimal] = mapped_column(Numeric(18, 6), server_default="1")
    agreed_unit: Mapped[str] = mapped_column(String(3), server_default="")


class StandingRun(Base):
    """One date of a standing order: `planned_on` by the rule, `on_day` and `run_at` when it takes place.

    `due_at` is when the job has something to do with it. `own_lines`: its lines are those of `standing_run_lines`,
    not the standing order's; `wishes` differ from those of the standing order.
    """

    __tablename__ = "standing_runs"
    __table_args__ = (
        ForeignKeyConstraint(
            ["standing_id", "company_id"], ["standing_orders.id", "standing_orders.company_id"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(["cart_id", "company_id"], ["carts.id", "carts.company_id"]),
        ForeignKeyConstraint(["order_id", "company_id"], ["orders.id", "orders.company_id"]),
        UniqueConstraint("id", "company_id"),
        UniqueConstraint("standing_id", "planned_on"),
        CheckConstraint(
            "state IN ('planned', 'announced', 'running', 'placed', 'waiting_for_approval', 'review', 'skipped', "
            "'missed', 'failed', 'cancelled')",
            name="state_known",
        ),
        Index("ix_standing_runs_due_at", "due_at", postgresql_where=text("due_at IS NOT NULL")),
        Index("ix_standing_runs_company_id_state", "company_id", "state"),
        Index("ix_standing_runs_cart_id", "cart_id"),
        Index("ix_standing_runs_order_id", "order_id"),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(BigInteger)
    standing_id: Mapped[int] = mapped_column(BigInteger)
    planned_on: Mapped[date] = mapped_column(Date)
    on_day: Mapped[date] = mapped_column(Date)
    run_at: Mapped[Moment]
    state: Mapped[str] = mapped_column(String(20), server_default="planned")
    due_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    attempts: Mapped[int] = mapped_column(Integer, server_default="0")
    refusals: Mapped[int] = mapped_column(Integer, server_default="0")  # how often an approver has refused it
    own_lines: Mapped[bool] = mapped_column(server_default=text("false"))
    wishes: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=_EMPTY)
    questions: Mapped[list[Any]] = mapped_column(JSONB, server_default=_NONE)
    asks: Mapped[int] = mapped_column(Integer, server_default="0")  # how often it has asked
    asked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    answer_by: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    reminded_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    accepted_total: Mapped[Decimal | None] = mapped_column(Numeric(18, 6))  # above the ceiling, for this run
    cart_id: Mapped[int | None] = mapped_column(BigInteger)
    order_id: Mapped[int | None] = mapped_column(BigInteger)
    reason: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    finished_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class StandingRunLine(Base):
    """A line of one run that differs from its standing order; all lines of such a run are here."""

    __tablename__ = "standing_run_lines"
    __table_args__ = (
        ForeignKeyConstraint(
            ["run_id", "company_id"], ["standing_runs.id", "standing_runs.company_id"], ondelete="CASCADE"
        ),
        UniqueConstraint("run_id", "article_id", "unit"),
        CheckConstraint("quantity > 0", name="quantity_positive"),
        Index("ix_standing_run_lines_article_id", "article_id"),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(BigInteger)
    run_id: Mapped[int] = mapped_column(BigInteger)
    position: Mapped[int] = mapped_column(Integer)
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id"))
    quantity: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    unit: Mapped[str] = mapped_column(String(3))
    note: Mapped[str] = mapped_column(String(300), server_default="")
    agreed_price: Mapped[Decimal | None] = mapped_column(Numeric(18, 6))
    agreed_base_quantity: Mapped[Decimal] = mapped_column(Numeric(18, 6), server_default="1")
    agreed_unit: Mapped[str] = mapped_column(String(3), server_default="")


class AccountDayOff(Base):
    """A day on which an account takes no goods and orders none, beside weekends and the operator's holidays."""

    __tablename__ = "account_days_off"

    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    name: Mapped[str] = mapped_column(String(120), server_default="")
