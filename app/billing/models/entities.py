"""The legal entities in whose name invoices are issued."""

from __future__ import annotations

from sqlalchemy import Boolean, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Id


class LegalEntity(Base):
    """A firm of the operator's group that sells; without any the operator's own company data stand on invoices.

    `number_prefix` begins all its numbers (`AT-INV-2026-000001`); every entity counts for itself. `currency` is the one
    its VAT is accounted in (BT-6).
    """

    __tablename__ = "legal_entities"
    __table_args__ = (UniqueConstraint("code"), UniqueConstraint("number_prefix"))

    id: Mapped[Id]
    code: Mapped[str] = mapped_column(String(20))
    number_prefix: Mapped[str] = mapped_column(String(8))
    name: Mapped[str] = mapped_column(String(200))
    legal_name: Mapped[str] = mapped_column(String(200), server_default="")
    vat_id: Mapped[str] = mapped_column(String(20), server_default="")
    tax_number: Mapped[str] = mapped_column(String(40), server_default="")
    registration_number: Mapped[str] = mapped_column(String(60), server_default="")
    gln: Mapped[str] = mapped_column(String(13), server_default="")
    endpoint_scheme: Mapped[str] = mapped_column(String(4), server_default="")
    endpoint_id: Mapped[str] = mapped_column(String(100), server_default="")
    street: Mapped[str] = mapped_column(String(200), server_default="")
    street2: Mapped[str] = mapped_column(String(200), server_default="")
    postcode: Mapped[str] = mapped_column(String(20), server_default="")
    city: Mapped[str] = mapped_column(String(100), server_default="")
    region: Mapped[str] = mapped_column(String(100), server_default="")
    country: Mapped[str] = mapped_column(String(2))
    time_zone: Mapped[str] = mapped_column(String(40), server_default="UTC")
    currency: Mapped[str] = mapped_column(String(3))
    email: Mapped[str] = mapped_column(String(254), server_default="")
    phone: Mapped[str] = mapped_column(String(40), server_default="")
    bank_name: Mapped[str] = mapped_column(String(120), server_default="")
    iban: Mapped[str] = mapped_column(String(34), server_default="")
    bic: Mapped[str] = mapped_column(String(11), server_default="")
    footer: Mapped[str] = mapped_column(Text, server_default="")
    is_active: Mapped[bool] = mapped_column(Boolean, server_default=text("true"))
