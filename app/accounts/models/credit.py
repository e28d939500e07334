"""Credit of accounts: a limit, what is outstanding, and the ledger of every movement."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

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
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Currency, Exact, Id, Moment


class CreditAccount(Base):
    """Credit of an account, gross. `outstanding` is kept: the sum of the ledger, below zero when the account owes.

    No limit: None. `hold_after_days`: invoices so many days late set the hold by themselves, but not before
    `spared_until`, which an accountant gives on release. `asked_*`: the account asks for another limit.
    `is_insured_only`: nothing goes on account beyond `insured_limit`, which counts as zero after `insured_until`.
    """

    __tablename__ = "credit_accounts"
    __table_args__ = (
        UniqueConstraint("company_id"),
        UniqueConstraint("id", "company_id"),
        CheckConstraint("credit_limit >= 0", name="limit_not_negative"),
        CheckConstraint("hold_after_days > 0", name="hold_after_days_positive"),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    currency: Mapped[Currency]
    credit_limit: Mapped[Decimal | None] = mapped_column(Numeric(18, 6))
    outstanding: Mapped[Exact] = mapped_column(server_default="0")
    may_exceed: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    hold_after_days: Mapped[int | None] = mapped_column(Integer)
    spared_until: Mapped[date | None] = mapped_column(Date)
    insured_limit: Mapped[Decimal | None] = mapped_column(Numeric(18, 6))
    insured_until: Mapped[date | None] = mapped_column(Date)
    is_insured_only: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    asked_limit: Mapped[Decimal | None] = mapped_column(Numeric(18, 6))
    asked_note: Mapped[str] = mapped_column(String(500), server_default="")
    asked_by: Mapped[str] = mapped_column(String(200), server_default="")
    asked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class CreditEntry(Base):
    """A movement of the ledger, append-only, with the standing after it.

    `amount` is the effect on `outstanding`, in the currency of the account; of a foreign order also its own amount and
    the unrounded rate. `order_id` names no table: orders belong to a slice above.
    """

    __tablename__ = "credit_entries"
    __table_args__ = (
        ForeignKeyConstraint(
            ["credit_account_id", "company_id"], ["credit_accounts.id", "credit_accounts.company_id"]
        ),
        CheckConstraint(
            "CASE kind WHEN 'purchased' THEN amount < 0 WHEN 'reimbursed' THEN amount > 0"
            " WHEN 'refunded' THEN amount > 0 WHEN 'reverted' THEN amount > 0"
            " WHEN 'unpaid' THEN amount < 0 WHEN 'allocated' THEN amount = 0 WHEN 'updated' THEN amount = 0"
            " ELSE false END",
            name="amount_fits_kind",
        ),
        CheckConstraint(
            "(foreign_amount IS NULL) = (foreign_currency IS NULL) AND (foreign_amount IS NULL) = (rate IS NULL)",
            name="foreign_whole",
        ),
        Index("ix_credit_entries_credit_account_id_company_id", "credit_account_id", "company_id"),
        Index("ix_credit_entries_company_id_id", "company_id", "id"),
        Index(
            "ix_credit_entries_order_id", "company_id", "order_id", postgresql_where=text("order_id IS NOT NULL")
        ),
        Index(
            "uq_credit_entries_payment", "company_id", "kind", "reference", unique=True,
            postgresql_where=text("kind = 'reimbursed' OR (kind = 'refunded' AND order_id IS NULL)"),
        ),
    )  # fmt: skip

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    credit_account_id: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(String(10))
    at: Mapped[Moment] = mapped_column(server_default=func.clock_timestamp())
    amount: Mapped[Exact]
    currency: Mapped[Currency]
    outstanding: Mapped[Exact]
    credit_limit: Mapped[Decimal | None] = mapped_column(Numeric(18, 6))
    order_id: Mapped[int | None] = mapped_column(BigInteger)
    reference: Mapped[str] = mapped_column(String(80), server_default="")
    comment: Mapped[str] = mapped_column(String(500), server_default="")
    foreign_amount: Mapped[Decimal | None] = mapped_column(Numeric(18, 6))
    foreign_currency: Mapped[str | None] = mapped_column(String(3))
    rate: Mapped[Decimal | None] = mapped_column(Numeric)
    user_id: Mapped[int | None] = mapped_column(BigInteger)
    user_name: Mapped[str] = mapped_column(String(200), server_default="")
