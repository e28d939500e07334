"""Returnable packaging and the deposit for it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Numeric,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Id


class PackagingItem(Base):
    """A pallet or crate that comes back; `deposit` is net for one piece, in `currency`."""

    __tablename__ = "packaging_items"
    __table_args__ = (UniqueConstraint("code"), CheckConstraint("deposit > 0", name="deposit_positive"))

    id: Mapped[Id]
    code: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(120))
    deposit: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    currency: Mapped[str] = mapped_column(String(3))
    is_active: Mapped[bool] = mapped_column(Boolean, server_default=text("true"))


class PackagingMove(Base):
    """Packaging that an account got (`quantity` above zero) or gave back (below); its next invoice charges it."""

    __tablename__ = "packaging_moves"
    __table_args__ = (
        ForeignKeyConstraint(["invoice_id", "company_id"], ["invoices.id", "invoices.company_id"]),
        UniqueConstraint("company_id", "client_ref"),
        CheckConstraint("quantity <> 0", name="quantity_not_zero"),
        Index("ix_packaging_moves_item_id", "item_id"),
        Index("ix_packaging_moves_invoice_id", "invoice_id"),
        Index("ix_packaging_moves_waiting", "company_id", postgresql_where=text("invoice_id IS NULL")),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    client_ref: Mapped[str] = mapped_column(String(80))
    item_id: Mapped[int] = mapped_column(ForeignKey("packaging_items.id"))
    quantity: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    moved_on: Mapped[date] = mapped_column(Date)
    shipment_id: Mapped[int | None] = mapped_column(BigInteger)
    note: Mapped[str] = mapped_column(String(200), server_default="")
    invoice_id: Mapped[int | None] = mapped_column(BigInteger)
