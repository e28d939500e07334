"""Open items and what settled them: the ledger of receivables."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Computed,
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Numeric,
    String,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Currency, Exact, Id, Moment

_NONE = text("'[]'::jsonb")
_KEY = "upper(regexp_replace(number, '[^A-Za-z0-9]', '', 'g'))"
_INVOICES = "invoice_id IS NOT NULL AND kind IN ('invoice', 'credit_note', 'prepayment')"


class OpenItem(Base):
    """A claim (`amount` above zero: the account owes) or what is in the account's favour (below zero), gross.

    `open_amount` has the sign of `amount` and is 0 when settled. `source` names what it came from, once:
    "invoice:12", "bank:7", "online:3". `credit_charged` is what the claim takes of the account's credit, in the
    currency of the credit. `discounts`: [{"until", "percent", "base"}] for paying early. `dispute_amount` is contested
    and not dunned; until `stopped_until` nothing is.
    """

    __tablename__ = "open_items"
    __table_args__ = (
        UniqueConstraint("id", "company_id"),
        ForeignKeyConstraint(["invoice_id", "company_id"], ["invoices.id", "invoices.company_id"]),
        CheckConstraint(
            "CASE WHEN kind IN ('invoice', 'prepayment') THEN true WHEN kind IN ('fee', 'interest', 'refund')"
            " THEN amount > 0 WHEN kind IN ('credit_note', 'payment', 'write_off', 'discount') THEN amount <= 0"
            " ELSE false END",
            name="amount_fits_kind",
        ),
        CheckConstraint(
            "open_amount * amount >= 0 AND abs(open_amount) <= abs(amount)", name="open_amount_within_amount"
        ),
        CheckConstraint("dispute_amount >= 0", name="dispute_amount_not_negative"),
        Index("uq_open_items_source", "source", unique=True, postgresql_where=text("source <> ''")),
        Index("uq_open_items_invoice_id", "invoice_id", unique=True, postgresql_where=text(_INVOICES)),
        Index("ix_open_items_invoice_id_company_id", "invoice_id", "company_id"),
        Index("ix_open_items_company_id_issued_on", "company_id", "issued_on", "id"),
        Index("ix_open_items_open", "company_id", "due_on", "id", postgresql_where=text("open_amount <> 0")),
        Index("ix_open_items_due_on", "due_on", "id", postgresql_where=text("open_amount <> 0")),
        Index("ix_open_items_match_key", "match_key"),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    entity_id: Mapped[int | None] = mapped_column(BigInteger)  # the legal entity of ours, None: the operator itself
    kind: Mapped[str] = mapped_column(String(11))
    invoice_id: Mapped[int | None] = mapped_column(BigInteger)  # of a discount, fee or write-off: what it is about
    number: Mapped[str] = mapped_column(String(60))
    match_key: Mapped[str] = mapped_column(String(60), Computed(_KEY, persisted=True))  # as payers' texts are searched
    text: Mapped[str] = mapped_column(String(300), server_default="")
    currency: Mapped[Currency]
    amount: Mapped[Exact]
    open_amount: Mapped[Exact]
    issued_on: Mapped[date] = mapped_column(Date)
    due_on: Mapped[date] = mapped_column(Date)
    booked_at: Mapped[Moment] = mapped_column(server_default=func.now())
    source: Mapped[str] = mapped_column(String(80), server_default="")
    credit_charged: Mapped[Decimal] = mapped_column(Numeric(18, 6), server_default="0")
    discounts: Mapped[list[Any]] = mapped_column(JSONB, server_default=_NONE)
    dispute_amount: Mapped[Decimal] = mapped_column(Numeric(18, 6), server_default="0")
    stopped_until: Mapped[date | None] = mapped_column(Date)


class Settlement(Base):
    """So much of a claim and of something in the account's favour cancel each other, until it is reversed.

    `credit_freed` is what that gave back to the account's credit, in the currency of the credit.
    """

    __tablename__ = "settlements"
    __table_args__ = (
        ForeignKeyConstraint(["debit_id", "company_id"], ["open_items.id", "open_items.company_id"]),
        ForeignKeyConstraint(["credit_id", "company_id"], ["open_items.id", "open_items.company_id"]),
        CheckConstraint("amount > 0", name="amount_positive"),
        CheckConstraint("debit_id <> credit_id", name="two_items"),
        CheckConstraint("(reversed_at IS NULL) = (reversed_on IS NULL)", name="reversed_whole"),
        Index("ix_settlements_debit_id", "debit_id", "company_id"),
        Index("ix_settlements_credit_id", "credit_id", "company_id"),
        Index("ix_settlements_company_id", "company_id", "settled_on"),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    debit_id: Mapped[int] = mapped_column(BigInteger)
    credit_id: Mapped[int] = mapped_column(BigInteger)
    amount: Mapped[Exact]
    settled_on: Mapped[date] = mapped_column(Date)
    booked_at: Mapped[Moment] = mapped_column(server_default=func.now())
    reversed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    reversed_on: Mapped[date | None] = mapped_column(Date)
    credit_freed: Mapped[Decimal] = mapped_column(Numeric(18, 6), server_default="0")
    user_name: Mapped[str] = mapped_column(String(200), server_default="")
