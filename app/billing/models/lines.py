"""What an invoice claims line by line, and what was sent and is not invoiced yet."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    Numeric,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Id

_ZERO = "0"


class InvoiceLine(Base):
    """One line (BG-25) of any kind of document; `position` is that of the document.

    `quantity` is in the unit of the order line, whatever unit the price is for. `credited_quantity` is what credit notes
    took back of it, `credited_net` for how much; `credits_line_id` names that line on a credit note's line.
    """

    __tablename__ = "invoice_lines"
    __table_args__ = (
        ForeignKeyConstraint(["invoice_id", "company_id"], ["invoices.id", "invoices.company_id"]),
        UniqueConstraint("invoice_id", "position"),
        CheckConstraint("kind IN ('goods', 'deposit', 'prepayment', 'value')", name="kind_known"),
        CheckConstraint("credited_quantity >= 0 AND credited_quantity <= abs(quantity)", name="credit_within"),
        Index("ix_invoice_lines_company_id", "company_id"),
        Index("ix_invoice_lines_order_id", "order_id", postgresql_where=text("order_id IS NOT NULL")),
        Index("ix_invoice_lines_order_line_id", "order_line_id", postgresql_where=text("order_line_id IS NOT NULL")),
        Index("ix_invoice_lines_shipment_id", "shipment_id", postgresql_where=text("shipment_id IS NOT NULL")),
        Index("ix_invoice_lines_credits_line_id", "credits_line_id"),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(BigInteger)
    invoice_id: Mapped[int] = mapped_column(BigInteger)
    position: Mapped[int] = mapped_column(Integer)
    kind: Mapped[str] = mapped_column(String(10), server_default="goods")
    order_id: Mapped[int | None] = mapped_column(BigInteger)
    order_line_id: Mapped[int | None] = mapped_column(BigInteger)
    shipment_id: Mapped[int | None] = mapped_column(BigInteger)
    credits_line_id: Mapped[int | None] = mapped_column(ForeignKey("invoice_lines.id"))
    sku: Mapped[str] = mapped_column(String(60), server_default="")
    name: Mapped[str] = mapped_column(String(300), server_default="")
    quantity: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    unit: Mapped[str] = mapped_column(String(3))
    net: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    vat_category: Mapped[str] = mapped_column(String(2))
    vat_rate: Mapped[Decimal | None] = mapped_column(Numeric(6, 3))
    credited_quantity: Mapped[Decimal] = mapped_column(Numeric(18, 6), server_default=_ZERO)
    credited_net: Mapped[Decimal] = mapped_column(Numeric(18, 6), server_default=_ZERO)


class InvoiceAmount(Base):
    """An allowance or charge of a whole document (BG-20, BG-21); `amount` is net and positive.

    `source` says what of the order it is a share of: `allowance:17`, `charge:4`. `credited` is what was taken back.
    """

    __tablename__ = "invoice_amounts"
    __table_args__ = (
        ForeignKeyConstraint(["invoice_id", "company_id"], ["invoices.id", "invoices.company_id"]),
        UniqueConstraint("invoice_id", "position"),
        CheckConstraint("amount > 0", name="amount_positive"),
        CheckConstraint("credited >= 0 AND credited <= amount", name="credit_within"),
        Index("ix_invoice_amounts_company_id", "company_id"),
        Index("ix_invoice_amounts_source", "source"),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(BigInteger)
    invoice_id: Mapped[int] = mapped_column(BigInteger)
    position: Mapped[int] = mapped_column(Integer)
    source: Mapped[str] = mapped_column(String(40), server_default="")
    is_charge: Mapped[bool]
    reason: Mapped[str] = mapped_column(String(120))
    reason_code: Mapped[str] = mapped_column(String(3), server_default="")
    amount: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    vat_category: Mapped[str] = mapped_column(String(2))
    vat_rate: Mapped[Decimal | None] = mapped_column(Numeric(6, 3))
    credited: Mapped[Decimal] = mapped_column(Numeric(18, 6), server_default=_ZERO)


class PrepaymentUse(Base):
    """What of a prepayment invoice a later invoice has deducted, with VAT; `vat` is the part of it that is tax."""

    __tablename__ = "prepayment_uses"
    __table_args__ = (
        ForeignKeyConstraint(["invoice_id", "company_id"], ["invoices.id", "invoices.company_id"]),
        ForeignKeyConstraint(["prepayment_id", "company_id"], ["invoices.id", "invoices.company_id"]),
        UniqueConstraint("invoice_id", "prepayment_id"),
        CheckConstraint("amount > 0", name="amount_positive"),
        Index("ix_prepayment_uses_company_id", "company_id"),
        Index("ix_prepayment_uses_prepayment_id", "prepayment_id"),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(BigInteger)
    invoice_id: Mapped[int] = mapped_column(BigInteger)
    prepayment_id: Mapped[int] = mapped_column(BigInteger)
    amount: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    vat: Mapped[Decimal] = mapped_column(Numeric(18, 6))


class Billable(Base):
    """A quantity of an order line that was sent and waits for its invoice, in the unit of the order line."""

    __tablename__ = "billables"
    __table_args__ = (
        ForeignKeyConstraint(["invoice_id", "company_id"], ["invoices.id", "invoices.company_id"]),
        UniqueConstraint("shipment_id", "order_line_id"),
        CheckConstraint("quantity > 0", name="quantity_positive"),
        Index("ix_billables_waiting", "company_id", "sent_on", postgresql_where=text("invoice_id IS NULL")),
        Index("ix_billables_invoice_id", "invoice_id"),
        Index("ix_billables_order_line_id", "order_line_id"),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    order_id: Mapped[int] = mapped_column(BigInteger)
    order_line_id: Mapped[int] = mapped_column(BigInteger)
    shipment_id: Mapped[int] = mapped_column(BigInteger)
    shipment_number: Mapped[str] = mapped_column(String(40))
    sent_on: Mapped[date] = mapped_column(Date)
    quantity: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    invoice_id: Mapped[int | None] = mapped_column(BigInteger)
