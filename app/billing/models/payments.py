"""Online payments, mandates and direct debits."""

from __future__ import annotations

from datetime import date, datetime
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
    String,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Currency, Exact, Id, Moment


class OnlinePayment(Base):
    """A payment that a customer began at a provider. `items`: [{"item_id", "amount"}] that it is for.

    `state`: created, open (at the provider), paid,
    failed, cancelled, expired. A paid one was posted once as the open item `item_id`.
    """

    __tablename__ = "online_payments"
    __table_args__ = (
        UniqueConstraint("company_id", "client_ref"),
        CheckConstraint(
            "state IN ('created', 'open', 'paid', 'failed', 'cancelled', 'expired')", name="state_known"
        ),
        CheckConstraint("amount > 0", name="amount_positive"),
        Index("uq_online_payments_provider_ref", "provider", "provider_ref", unique=True,
              postgresql_where=text("provider_ref <> ''")),
        Index("ix_online_payments_company_id", "company_id", "id"),
        Index("ix_online_payments_item_id", "item_id"),
        Index("ix_online_payments_due", "due_at", postgresql_where=text("state IN ('created', 'open')")),
    )  # fmt: skip

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    client_ref: Mapped[str] = mapped_column(String(80))
    provider: Mapped[str] = mapped_column(String(20))
    provider_ref: Mapped[str] = mapped_column(String(80), server_default="")
    state: Mapped[str] = mapped_column(String(9), server_default="created")
    currency: Mapped[Currency]
    amount: Mapped[Exact]
    text: Mapped[str] = mapped_column(String(200), server_default="")
    items: Mapped[list[Any]] = mapped_column(JSONB)
    item_id: Mapped[int | None] = mapped_column(ForeignKey("open_items.id"))
    user_name: Mapped[str] = mapped_column(String(200), server_default="")
    created_at: Mapped[Moment] = mapped_column(server_default=func.now())
    due_at: Mapped[Moment] = mapped_column(server_default=func.now())
    attempts: Mapped[int] = mapped_column(Integer, server_default="0")
    paid_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    test_state: Mapped[str] = mapped_column(String(9), server_default="")  # what was clicked at the test provider
    checkout_url: Mapped[str] = mapped_column(String(1000), server_default="")
    last_error: Mapped[str] = mapped_column(String(300), server_default="")


class Mandate(Base):
    """An account's leave to debit its bank account (SEPA); `sequence` says whether one was used before."""

    __tablename__ = "mandates"
    __table_args__ = (
        UniqueConstraint("id", "company_id"),
        UniqueConstraint("reference"),
        CheckConstraint("scheme IN ('CORE', 'B2B')", name="scheme_known"),
        Index("ix_mandates_company_id", "company_id", "id"),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    reference: Mapped[str] = mapped_column(String(35))
    scheme: Mapped[str] = mapped_column(String(4), server_default="B2B")
    holder: Mapped[str] = mapped_column(String(70))
    iban: Mapped[str] = mapped_column(String(34))
    bic: Mapped[str] = mapped_column(String(11), server_default="")
    signed_on: Mapped[date] = mapped_column(Date)
    is_used: Mapped[bool] = mapped_column(server_default=text("false"))
    revoked_on: Mapped[date | None] = mapped_column(Date)
    created_at: Mapped[Moment] = mapped_column(server_default=func.now())


class DebitRun(Base):
    """Direct debits given to the bank in one file (pain.008), owned by the operator."""

    __tablename__ = "debit_runs"
    __table_args__ = (
        UniqueConstraint("client_ref"),
        UniqueConstraint("message_id"),
        CheckConstraint("version IN ('pain.008.001.02', 'pain.008.001.08')", name="version_known"),
        Index("ix_debit_runs_file_id", "file_id"),
    )

    id: Mapped[Id]
    client_ref: Mapped[str] = mapped_column(String(80))
    message_id: Mapped[str] = mapped_column(String(35))
    version: Mapped[str] = mapped_column(String(15))
    collect_on: Mapped[date] = mapped_column(Date)
    entry_count: Mapped[int] = mapped_column(Integer, server_default="0")
    total: Mapped[Exact] = mapped_column(server_default="0")
    file_id: Mapped[int | None] = mapped_column(ForeignKey("files.id"))
    created_at: Mapped[Moment] = mapped_column(server_default=func.now())
    user_name: Mapped[str] = mapped_column(String(200), server_default="")


class DebitEntry(Base):
    """One claim within a run; while it is `sent` the claim is in no other run. The statement says whether it was paid."""

    __tablename__ = "debit_entries"
    __table_args__ = (
        ForeignKeyConstraint(["item_id", "company_id"], ["open_items.id", "open_items.company_id"]),
        ForeignKeyConstraint(["mandate_id", "company_id"], ["mandates.id", "mandates.company_id"]),
        UniqueConstraint("end_to_end"),
        CheckConstraint("state IN ('sent', 'paid', 'returned', 'dropped')", name="state_known"),
        CheckConstraint("amount > 0", name="amount_positive"),
        Index("uq_debit_entries_item_id", "item_id", unique=True, postgresql_where=text("state = 'sent'")),
        Index("ix_debit_entries_run_id", "run_id", "id"),
        Index("ix_debit_entries_item", "item_id", "company_id"),
        Index("ix_debit_entries_mandate", "mandate_id", "company_id"),
        Index("ix_debit_entries_company_id", "company_id"),
    )

    id: Mapped[Id]
    run_id: Mapped[int] = mapped_column(ForeignKey("debit_runs.id"))
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    item_id: Mapped[int] = mapped_column(BigInteger)
    mandate_id: Mapped[int] = mapped_column(BigInteger)
    amount: Mapped[Exact]
    end_to_end: Mapped[str] = mapped_column(String(35))
    sequence: Mapped[str] = mapped_column(String(4), server_default="RCUR")
    state: Mapped[str] = mapped_column(String(8), server_default="sent")
