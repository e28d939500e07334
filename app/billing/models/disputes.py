"""Lines of invoices that customers contest."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
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
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Id, Moment


class InvoiceDispute(Base):
    """So much of a line of an invoice that the customer does not want to pay; `amount` is gross, in its currency.

    While it is open, nobody is reminded of this amount. `position` is that of the line on the invoice.
    """

    __tablename__ = "invoice_disputes"
    __table_args__ = (
        UniqueConstraint("company_id", "client_ref"),
        ForeignKeyConstraint(["invoice_id", "company_id"], ["invoices.id", "invoices.company_id"]),
        CheckConstraint("state IN ('open', 'accepted', 'refused', 'withdrawn')", name="state_known"),
        CheckConstraint("quantity > 0 AND amount >= 0", name="quantity_positive"),
        Index(
            "uq_invoice_disputes_open", "invoice_id", "position", unique=True, postgresql_where=text("state = 'open'")
        ),
        Index("ix_invoice_disputes_invoice_id", "invoice_id"),
        Index("ix_invoice_disputes_company_id_id", "company_id", "id"),
        Index("ix_invoice_disputes_waiting", "id", postgresql_where=text("state = 'open'")),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    client_ref: Mapped[str] = mapped_column(String(80))
    request_hash: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(9), server_default="open")
    invoice_id: Mapped[int] = mapped_column(BigInteger)
    invoice_number: Mapped[str] = mapped_column(String(40))
    position: Mapped[int] = mapped_column(Integer)
    sku: Mapped[str] = mapped_column(String(60), server_default="")
    name: Mapped[str] = mapped_column(String(300))
    unit: Mapped[str] = mapped_column(String(3))
    quantity: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    currency: Mapped[str] = mapped_column(String(3))
    amount: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    reason: Mapped[str] = mapped_column(String(20))
    note: Mapped[str] = mapped_column(Text, server_default="")
    answer: Mapped[str] = mapped_column(Text, server_default="")
    credit_id: Mapped[int | None] = mapped_column(ForeignKey("invoices.id"), index=True)  # the credit note it led to
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    user_name: Mapped[str] = mapped_column(String(200), server_default="")
    opened_at: Mapped[Moment] = mapped_column(server_default=func.now())
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
