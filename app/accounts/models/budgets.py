"""Cost centres of a company and the budgets they spend from."""

from __future__ import annotations

from datetime import date

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Currency, Exact, Id, Moment


class CostCentre(Base):
    """Whom a purchase is booked to. Never deleted; without `is_for_all` only its people may order on it."""

    __tablename__ = "cost_centres"
    __table_args__ = (
        UniqueConstraint("company_id", "code"),
        UniqueConstraint("id", "company_id"),
        Index("ix_cost_centres_manager_id", "manager_id", postgresql_where=text("manager_id IS NOT NULL")),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    code: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(200))
    is_active: Mapped[bool] = mapped_column(Boolean, server_default=text("true"))
    is_for_all: Mapped[bool] = mapped_column(Boolean, server_default=text("true"))
    manager_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[Moment] = mapped_column(server_default=func.now())


class CostCentrePerson(Base):
    """Somebody who may order on a cost centre that is not for all."""

    __tablename__ = "cost_centre_people"
    __table_args__ = (
        ForeignKeyConstraint(
            ["cost_centre_id", "company_id"], ["cost_centres.id", "cost_centres.company_id"], ondelete="CASCADE"
        ),
        Index("ix_cost_centre_people_cost_centre_id_company_id", "cost_centre_id", "company_id"),
    )

    cost_centre_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True, index=True)
    company_id: Mapped[int] = mapped_column(BigInteger)


class Budget(Base):
    """What a cost centre may spend in one period, net. `taken` is kept: the sum of the entries.

    `ends_on` is the last day. The next period of a recurring budget names this one as `previous_id`; `carried` is what
    that one had left.
    """

    __tablename__ = "budgets"
    __table_args__ = (
        ForeignKeyConstraint(["cost_centre_id", "company_id"], ["cost_centres.id", "cost_centres.company_id"]),
        UniqueConstraint("id", "company_id"),
        CheckConstraint("kind IN ('month', 'quarter', 'year', 'dates')", name="kind_known"),
        CheckConstraint("rule IN ('block', 'warn', 'ask')", name="rule_known"),
        CheckConstraint("starts_on <= ends_on", name="starts_before_it_ends"),
        CheckConstraint("amount >= 0 AND carried >= 0", name="amounts_not_negative"),
        Index("ix_budgets_cost_centre_id_company_id", "cost_centre_id", "company_id", "starts_on"),
        Index(
            "uq_budgets_one_a_period", "cost_centre_id", "currency", "kind", "starts_on", unique=True,
            postgresql_where=text("is_active"),
        ),
        Index(
            "uq_budgets_previous_id", "previous_id", unique=True, postgresql_where=text("previous_id IS NOT NULL")
        ),
    )  # fmt: skip

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), index=True)
    cost_centre_id: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(String(7))
    starts_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date] = mapped_column(Date)
    currency: Mapped[Currency]
    amount: Mapped[Exact]
    carried: Mapped[Exact] = mapped_column(server_default="0")
    taken: Mapped[Exact] = mapped_column(server_default="0")
    rule: Mapped[str] = mapped_column(String(5))
    is_recurring: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    carries_over: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    is_active: Mapped[bool] = mapped_column(Boolean, server_default=text("true"))
    previous_id: Mapped[int | None] = mapped_column(ForeignKey("budgets.id"))
    created_at: Mapped[Moment] = mapped_column(server_default=func.now())


class BudgetEntry(Base):
    """What an order or an approval takes from a budget (above zero) or gives back (below); append-only."""

    __tablename__ = "budget_entries"
    __table_args__ = (
        ForeignKeyConstraint(["budget_id", "company_id"], ["budgets.id", "budgets.company_id"]),
        CheckConstraint("source_kind IN ('order', 'approval')", name="source_known"),
        CheckConstraint("amount <> 0", name="amount_not_zero"),
        Index("ix_budget_entries_budget_id_company_id", "budget_id", "company_id", "id"),
        Index("ix_budget_entries_source", "company_id", "source_kind", "source_id"),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    budget_id: Mapped[int] = mapped_column(BigInteger)
    source_kind: Mapped[str] = mapped_column(String(8))
    source_id: Mapped[int] = mapped_column(BigInteger)
    source_number: Mapped[str] = mapped_column(String(60), server_default="")
    amount: Mapped[Exact]
    reason: Mapped[str] = mapped_column(String(300), server_default="")
    user_id: Mapped[int | None] = mapped_column(BigInteger)
    user_name: Mapped[str] = mapped_column(String(200), server_default="")
    at: Mapped[Moment] = mapped_column(server_default=func.clock_timestamp())
