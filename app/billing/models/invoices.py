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

    `kind`: invoice (380), credit_note (381), prepayment (386), proforma (325, claims nothing), corrective (384). Totals
    of a credit note are positive and in the customer's favour; those of a corrective are the difference and may be
    negative. What is to be paid is `payable_total`.

    A trigger refuses to change what was issued; only the columns of rendering may move. The document of a held
    invoice, which nobody has seen, may be made anew; number, dates and sums stay. Once its time is over and no legal
    hold covers it, its papers may be disposed of, which the trigger checks, too.
    `state`: issued (files being made), ready (checked and filed), held (a rule failed; `findings` says which).
    """

    __tablename__ = "invoices"
    __table_args__ = (
        UniqueConstraint("id", "company_id"),
        UniqueConstraint("number"),
        UniqueConstraint("company_id", "client_ref"),
        ForeignKeyConstraint(["corrects_id", "company_id"], ["invoices.id", "invoices.company_id"]),
        ForeignKeyConstraint(["cancelled_by_id", "company_id"], ["invoices.id", "invoices.company_id"]),
        CheckConstraint(
            "kind IN ('invoice', 'credit_note', 'prepayment', 'proforma', 'corrective')", name="kind_known"
        ),
        CheckConstraint("prepaid_total >= 0", name="prepaid_not_negative"),
        CheckConstraint("state IN ('issued', 'ready', 'held')", name="state_known"),
        Index("ix_invoices_company_id_issued_on", "company_id", "issued_on", "id"),
        Index("ix_invoices_issued_on", "issued_on", "id"),
        Index("ix_invoices_due_on", "due_on", "id"),
        Index("ix_invoices_order_id_kind", "order_id", "kind"),
        Index("ix_invoices_entity_id", "entity_id"),
        Index("ix_invoices_corrects_id", "corrects_id"),
        Index("ix_invoices_cancelled_by_id", "cancelled_by_id"),
        Index("ix_invoices_held", "id", postgresql_where=text("state = 'held'")),
        Index("ix_invoices_render_due", "due_at", postgresql_where=text("state = 'issued'")),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    number: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(11), server_default="invoice")
    client_ref: Mapped[str | None] = mapped_column(String(80))  # what it was issued for: issuing again finds it
    entity_id: Mapped[int | None] = mapped_column(ForeignKey("legal_entities.id"))  # None: the operator itself
    order_id: Mapped[int | None] = mapped_column(BigInteger)  # None: of several orders
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
    prepaid_total: Mapped[Decimal] = mapped_column(Numeric(18, 6), server_default="0")  # BT-113: claimed before
    corrects_id: Mapped[int | None] = mapped_column(BigInteger)  # of a credit note or a corrective invoice
    cancelled_by_id: Mapped[int | None] = mapped_column(BigInteger)  # the credit note that took all of it back
    reason: Mapped[str] = mapped_column(String(300), server_default="")  # why it corrects
    period_start: Mapped[date | None] = mapped_column(Date)  # BG-14, of a collective invoice
    period_end: Mapped[date | None] = mapped_column(Date)
    tax_currency: Mapped[str] = mapped_column(String(3), server_default="")  # BT-6, where it is not `currency`
    vat_total_local: Mapped[Decimal | None] = mapped_column(Numeric(18, 6))  # BT-111, in `tax_currency`
    exchange_rate: Mapped[Decimal | None] = mapped_column(Numeric(18, 8))  # one of `currency` in `tax_currency`
    rate_on: Mapped[date | None] = mapped_column(Date)
    rate_source: Mapped[str] = mapped_column(String(60), server_default="")
    locale: Mapped[str] = mapped_column(String(5))
    document: Mapped[dict[str, Any]] = mapped_column(JSONB)
    state: Mapped[str] = mapped_column(String(6), server_default="issued")
    due_at: Mapped[Moment] = mapped_column(server_default=func.now())  # when rendering is due (again)
    attempts: Mapped[int] = mapped_column(Integer, server_default="0")
    rendered_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    findings: Mapped[list[Any]] = mapped_column(JSONB, server_default=_NONE)
    last_error: Mapped[str] = mapped_column(Text, server_default="")
    disposed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))  # its papers are gone, sums stay

    files: Mapped[list[InvoiceFile]] = relationship(
        lazy="raise_on_sql", primaryjoin="Invoice.id == InvoiceFile.invoice_id", viewonly=True
    )

    @property
    def payable_total(self) -> Decimal:
        """What is to be paid (BT-115): with VAT, less what prepayment invoices have claimed."""
        return self.gross_total - self.prepaid_total


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
