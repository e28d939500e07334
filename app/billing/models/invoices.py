"""Invoices, immutable once issued, and their files."""

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
    Integer,
    Numeric,
    String,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import Base, Id, Moment

_NONE = text("'[]'::jsonb")


class Invoice(Base):
    """A numbered claim. `document` is the frozen neutral document that PDF, CII and UBL are all made from.

    A trigger refuses to change what was issued; only the columns of rendering may move. The document of a held
    invoice, which nobody has seen, may be made anew; number, dates and sums stay.
    `state`: issued (files being made), ready (checked and filed), held (a rule failed; `findings` says which).
    """

    __tablename__ = "invoices"
    __table_args__ = (
        UniqueConstraint("id", "company_id"),
        UniqueConstraint("number"),
        UniqueConstraint("order_id", "kind"),
        CheckConstraint("kind IN ('invoice', 'credit_note')", name="kind_known"),
        CheckConstraint("state IN ('issued', 'ready', 'held')", name="state_known"),
        Index("ix_invoices_company_id_issued_on", "company_id", "issued_on", "id"),
        Index("ix_invoices_issued_on", "issued_on", "id"),
        Index("ix_invoices_due_on", "due_on", "id"),
        Index("ix_invoices_held", "id", postgresql_where=text("state = 'held'")),
        Index("ix_invoices_render_due", "due_at", postgresql_where=text("state = 'issued'")),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    number: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(11), server_default="invoice")
    order_id: Mapped[int] = mapped_column(BigInteger)
    order_number: Mapped[str] = mapped_column(String(40))
    po_number: Mapped[str] = mapped_column(String(60), server_default="")
    customer_name: Mapped[str] = mapped_column(String(200))
    search_text: Mapped[str] = mapped_column(
        Text,
        Computed("lower(number || ' ' || order_number || ' ' || po_number || ' ' || customer_name)", persisted=True),
    )
    issued_at: Mapped[Moment] = mapped_column(server_default=func.now())
    issued_on: Mapped[date] = mapped_column(Date)
    due_on: Mapped[date] = mapped_column(Date)
    currency: Mapped[str] = mapped_column(String(3))
    net_total: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    vat_total: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    gross_total: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    locale: Mapped[str] = mapped_column(String(5))
    document: Mapped[dict[str, Any]] = mapped_column(JSONB)
    state: Mapped[str] = mapped_column(String(6), server_default="issued")
    due_at: Mapped[Moment] = mapped_column(server_default=func.now())  # when rendering is due (again)
    attempts: Mapped[int] = mapped_column(Integer, server_default="0")
    rendered_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    findings: Mapped[list[Any]] = mapped_column(JSONB, server_default=_NONE)
    last_error: Mapped[str] = mapped_column(Text, server_default="")

    files: Mapped[list[InvoiceFile]] = relationship(
        lazy="raise_on_sql", primaryjoin="Invoice.id == InvoiceFile.invoice_id", viewonly=True
    )


class InvoiceFile(Base):
    """One stored form of an invoice; bytes and hash never change."""

    __tablename__ = "invoice_files"
    __table_args__ = (
        ForeignKeyConstraint(["invoice_id", "company_id"], ["invoices.id", "invoices.company_id"]),
        UniqueConstraint("invoice_id", "form"),
        CheckConstraint("form IN ('pdf', 'ubl', 'cii')", name="form_known"),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(BigInteger)
    invoice_id: Mapped[int] = mapped_column(BigInteger)
    form: Mapped[str] = mapped_column(String(3))
    file_id: Mapped[int] = mapped_column(ForeignKey("files.id"))
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[Moment] = mapped_column(server_default=func.now())
