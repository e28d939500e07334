"""Reminders: their rules, the runs that propose them, the letters; interest, promises to pay, insured limits."""

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
    String,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Currency, Exact, Id, Moment

_FALSE = text("false")
_NONE = text("'[]'::jsonb")


class DunningRule(Base):
    """How accounts are reminded in one currency; the default one holds for accounts without a rule of their own.

    `levels`: [{"after_days", "fee", "pay_days", "with_interest", "text"}] in their order. `interest_points`
    are percentage points a year above the base rate.
    """

    __tablename__ = "dunning_rules"
    __table_args__ = (
        UniqueConstraint("currency", "name"),
        CheckConstraint("minimum >= 0 AND gap_days >= 0", name="limits_not_negative"),
        CheckConstraint("interest_basis IN ('365', '360', '30e360')", name="interest_basis_known"),
        Index("uq_dunning_rules_default", "currency", unique=True, postgresql_where=text("is_default")),
    )

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(String(80))
    currency: Mapped[Currency]
    is_default: Mapped[bool] = mapped_column(Boolean, server_default=_FALSE)
    minimum: Mapped[Exact] = mapped_column(server_default="0")
    gap_days: Mapped[int] = mapped_column(Integer, server_default="7")
    levels: Mapped[list[Any]] = mapped_column(JSONB, server_default=_NONE)
    interest_points: Mapped[Decimal] = mapped_column(Numeric(6, 3), server_default="0")
    interest_basis: Mapped[str] = mapped_column(String(6), server_default="365")


class BaseRate(Base):
    """The base rate from a day on, in percent a year; `source` says who set it."""

    __tablename__ = "base_rates"
    __table_args__ = (UniqueConstraint("valid_from"),)

    id: Mapped[Id]
    valid_from: Mapped[date] = mapped_column(Date)
    percent: Mapped[Decimal] = mapped_column(Numeric(7, 4))
    source: Mapped[str] = mapped_column(String(120), server_default="")


class DunningTerms(Base):
    """How one account is reminded, and for how much it is insured. The operator's matter: accounts do not see it.

    Until `stopped_until`, that day included, nothing of it is reminded. `insured_limit`: the credit insurer pays up to
    it, in `insured_currency`, until `insured_until`.
    """

    __tablename__ = "dunning_terms"
    __table_args__ = (
        UniqueConstraint("company_id"),
        CheckConstraint("insured_limit >= 0", name="insured_limit_not_negative"),
        CheckConstraint("(insured_limit IS NULL) = (insured_currency IS NULL)", name="insured_whole"),
        Index("ix_dunning_terms_rule_id", "rule_id"),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    rule_id: Mapped[int | None] = mapped_column(ForeignKey("dunning_rules.id"))
    stopped_until: Mapped[date | None] = mapped_column(Date)
    stop_reason: Mapped[str] = mapped_column(String(300), server_default="")
    insurer: Mapped[str] = mapped_column(String(120), server_default="")
    insured_limit: Mapped[Decimal | None] = mapped_column(Numeric(18, 6))
    insured_currency: Mapped[str | None] = mapped_column(String(3))
    insured_until: Mapped[date | None] = mapped_column(Date)


class DunningRun(Base):
    """One look at all accounts. `state`: waiting (a job looks), proposed (somebody should review), approved (a job
    writes the letters), done, dropped.
    """

    __tablename__ = "dunning_runs"
    __table_args__ = (
        UniqueConstraint("client_ref"),
        CheckConstraint("state IN ('waiting', 'proposed', 'approved', 'done', 'dropped')", name="state_known"),
        Index("ix_dunning_runs_due", "due_at", postgresql_where=text("state IN ('waiting', 'approved')")),
    )

    id: Mapped[Id]
    client_ref: Mapped[str] = mapped_column(String(80))
    as_of: Mapped[date] = mapped_column(Date)
    state: Mapped[str] = mapped_column(String(8), server_default="waiting")
    created_at: Mapped[Moment] = mapped_column(server_default=func.now())
    user_name: Mapped[str] = mapped_column(String(200), server_default="")
    approved_by: Mapped[str] = mapped_column(String(200), server_default="")
    due_at: Mapped[Moment] = mapped_column(server_default=func.now())
    attempts: Mapped[int] = mapped_column(Integer, server_default="0")
    last_error: Mapped[str] = mapped_column(Text, server_default="")


class Reminder(Base):
    """A letter to one account in one currency. Proposed first; issued it has a number and its `document` is frozen.

    `amount` is what is asked of the items; the fee and the interest were posted as items of their own. `state`:
    proposed, left_out (by a person, or nothing was left to ask; `reason`), issued.
    """

    __tablename__ = "reminders"
    __table_args__ = (
        UniqueConstraint("id", "company_id"),
        UniqueConstraint("number"),
        UniqueConstraint("run_id", "company_id", "currency"),
        CheckConstraint("state IN ('proposed', 'left_out', 'issued')", name="state_known"),
        CheckConstraint("(state = 'issued') = (number IS NOT NULL)", name="numbered_when_issued"),
        CheckConstraint("level > 0 AND level <= last_level", name="level_within"),
        Index("ix_reminders_company_id", "company_id", "id"),
        Index("ix_reminders_file_id", "file_id"),
        Index("ix_reminders_to_print", "id", postgresql_where=text("state = 'issued' AND file_id IS NULL")),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    run_id: Mapped[int] = mapped_column(ForeignKey("dunning_runs.id"))
    currency: Mapped[Currency]
    level: Mapped[int] = mapped_column(Integer)
    last_level: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(String(8), server_default="proposed")
    amount: Mapped[Exact]
    fee: Mapped[Exact] = mapped_column(server_default="0")
    interest: Mapped[Exact] = mapped_column(server_default="0")
    pay_by: Mapped[date] = mapped_column(Date)
    reason: Mapped[str] = mapped_column(String(300), server_default="")
    number: Mapped[str | None] = mapped_column(String(40))
    issued_on: Mapped[date | None] = mapped_column(Date)
    issued_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    document: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    file_id: Mapped[int | None] = mapped_column(ForeignKey("files.id"))
    disposed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class ReminderItem(Base):
    """An open item in a reminder, at its level. An issued level of an item is there once, ever."""

    __tablename__ = "reminder_items"
    __table_args__ = (
        ForeignKeyConstraint(["reminder_id", "company_id"], ["reminders.id", "reminders.company_id"]),
        ForeignKeyConstraint(["item_id", "company_id"], ["open_items.id", "open_items.company_id"]),
        UniqueConstraint("reminder_id", "item_id"),
        Index("uq_reminder_items_level", "item_id", "level", unique=True, postgresql_where=text("is_issued")),
        Index("ix_reminder_items_company_id", "company_id"),
        Index("ix_reminder_items_item_id", "item_id", "company_id"),
        Index("ix_reminder_items_reminder_id", "reminder_id", "company_id"),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(BigInteger)
    reminder_id: Mapped[int] = mapped_column(BigInteger)
    item_id: Mapped[int] = mapped_column(BigInteger)
    level: Mapped[int] = mapped_column(Integer)
    days_late: Mapped[int] = mapped_column(Integer)
    amount: Mapped[Exact]
    is_issued: Mapped[bool] = mapped_column(Boolean, server_default=_FALSE)


class InterestCharge(Base):
    """Interest of one item for the days `start_on` to `end_on`, charged once; `spans` are the steps of the sum."""

    __tablename__ = "interest_charges"
    __table_args__ = (
        ForeignKeyConstraint(["item_id", "company_id"], ["open_items.id", "open_items.company_id"]),
        ForeignKeyConstraint(["reminder_id", "company_id"], ["reminders.id", "reminders.company_id"]),
        UniqueConstraint("item_id", "start_on"),
        CheckConstraint("start_on <= end_on", name="days_in_order"),
        Index("ix_interest_charges_company_id", "company_id"),
        Index("ix_interest_charges_item_id", "item_id", "company_id"),
        Index("ix_interest_charges_reminder_id", "reminder_id", "company_id"),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(BigInteger)
    item_id: Mapped[int] = mapped_column(BigInteger)
    reminder_id: Mapped[int] = mapped_column(BigInteger)
    start_on: Mapped[date] = mapped_column(Date)
    end_on: Mapped[date] = mapped_column(Date)
    amount: Mapped[Exact]
    spans: Mapped[list[Any]] = mapped_column(JSONB, server_default=_NONE)


class PaymentPromise(Base):
    """An account said that it pays so much by a day; of one item, or of all it owes in the currency (None).

    While it is `open` what it is about is not reminded. `kept`: so much was paid by then; else `broken`.
    """

    __tablename__ = "payment_promises"
    __table_args__ = (
        ForeignKeyConstraint(["item_id", "company_id"], ["open_items.id", "open_items.company_id"]),
        UniqueConstraint("company_id", "client_ref"),
        CheckConstraint("state IN ('open', 'kept', 'broken', 'withdrawn')", name="state_known"),
        CheckConstraint("amount > 0", name="amount_positive"),
        Index("ix_payment_promises_item_id", "item_id", "company_id"),
        Index("ix_payment_promises_open", "promised_on", "id", postgresql_where=text("state = 'open'")),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    client_ref: Mapped[str] = mapped_column(String(80))
    item_id: Mapped[int | None] = mapped_column(BigInteger)
    currency: Mapped[Currency]
    amount: Mapped[Exact]
    promised_on: Mapped[date] = mapped_column(Date)
    note: Mapped[str] = mapped_column(String(300), server_default="")
    state: Mapped[str] = mapped_column(String(9), server_default="open")
    user_name: Mapped[str] = mapped_column(String(200), server_default="")
    created_at: Mapped[Moment] = mapped_column(server_default=func.now())
