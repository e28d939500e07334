"""Orders held against deliveries and invoices: tolerances, the documents' lines, results and what people decided."""

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

from app.core.db import Base, Id, Moment

_NONE = text("'[]'::jsonb")
_KIND = "kind IN ('order', 'call_off')"


class MatchTolerance(Base):
    """What a company that pays lets pass: in general, or (`other_id`) from one seller. NULL is "not limited so"."""

    __tablename__ = "match_tolerances"
    __table_args__ = (
        UniqueConstraint("company_id", "other_id", postgresql_nulls_not_distinct=True),
        CheckConstraint(
            "price_percent >= 0 AND price_amount >= 0 AND quantity_percent >= 0 AND total_amount >= 0",
            name="limits_not_negative",
        ),
        Index("ix_match_tolerances_other_id", "other_id"),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    other_id: Mapped[int | None] = mapped_column(ForeignKey("companies.id"))
    price_percent: Mapped[Decimal | None] = mapped_column(Numeric(6, 3))
    price_amount: Mapped[Decimal | None] = mapped_column(Numeric(18, 6))
    quantity_percent: Mapped[Decimal | None] = mapped_column(Numeric(6, 3))
    total_amount: Mapped[Decimal | None] = mapped_column(Numeric(18, 6))


class MatchDocument(Base):
    """The lines of a message that tell of an order or call-off: a delivery, a receipt, an invoice, a credit note.

    `company_id` is who pays. `lines` are those of domain.match_assignment as JSON, `charges` what an invoice asks
    beside the goods.
    """

    __tablename__ = "match_documents"
    __table_args__ = (
        UniqueConstraint("message_id", "kind", "subject_id"),
        CheckConstraint(_KIND, name="kind_known"),
        Index("ix_match_documents_company_id_kind_subject_id", "company_id", "kind", "subject_id"),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    kind: Mapped[str] = mapped_column(String(8))
    subject_id: Mapped[int] = mapped_column(BigInteger)
    message_id: Mapped[int] = mapped_column(ForeignKey("exchange_messages.id"))
    document: Mapped[str] = mapped_column(String(40))
    number: Mapped[str] = mapped_column(String(120))
    issued_on: Mapped[date | None] = mapped_column(Date)
    currency: Mapped[str] = mapped_column(String(3), server_default="")
    lines: Mapped[list[Any]] = mapped_column(JSONB, server_default=_NONE)
    charges: Mapped[Decimal] = mapped_column(Numeric(18, 6), server_default="0")
    created_at: Mapped[Moment] = mapped_column(server_default=func.now())


class InvoiceMatch(Base):
    """The last result for one order or call-off, and what a person decided on which figures.

    `decided_on` is the fingerprint of the figures as of the decision: when it is not `fingerprint`, they moved since.
    """

    __tablename__ = "invoice_matches"
    __table_args__ = (
        UniqueConstraint("company_id", "kind", "subject_id"),
        CheckConstraint(_KIND, name="kind_known"),
        CheckConstraint("state IN ('agrees', 'within', 'waits', 'differs')", name="state_known"),
        CheckConstraint("decision IN ('', 'accepted', 'disputed')", name="decision_known"),
        Index("ix_invoice_matches_company_id_id", "company_id", "id"),
        Index("ix_invoice_matches_other_id", "other_id"),
        Index("ix_invoice_matches_user_id", "user_id"),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    other_id: Mapped[int | None] = mapped_column(ForeignKey("companies.id"))
    other_name: Mapped[str] = mapped_column(String(200), server_default="")
    kind: Mapped[str] = mapped_column(String(8))
    subject_id: Mapped[int] = mapped_column(BigInteger)
    number: Mapped[str] = mapped_column(String(40))
    ordered_on: Mapped[date | None] = mapped_column(Date)
    state: Mapped[str] = mapped_column(String(7))
    currency: Mapped[str] = mapped_column(String(3))
    difference: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    line_count: Mapped[int] = mapped_column(Integer)
    fault_count: Mapped[int] = mapped_column(Integer)
    invoices: Mapped[list[Any]] = mapped_column(JSONB, server_default=_NONE)  # numbers
    fingerprint: Mapped[str] = mapped_column(String(64))
    matched_at: Mapped[Moment] = mapped_column(server_default=func.now())
    decision: Mapped[str] = mapped_column(String(8), server_default="")
    decided_on: Mapped[str] = mapped_column(String(64), server_default="")
    reason: Mapped[str] = mapped_column(Text, server_default="")
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    user_name: Mapped[str] = mapped_column(String(200), server_default="")
    decided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
