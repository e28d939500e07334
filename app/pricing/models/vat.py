"""VAT rates, what classes are in a country, accounts' exemptions, checked VAT numbers."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Numeric,
    String,
    UniqueConstraint,
    func,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Id, Moment


class VatRate(Base):
    """Percent of a VAT class in a country, from a day on."""

    __tablename__ = "vat_rates"
    __table_args__ = (
        UniqueConstraint("country", "vat_class", "valid_from"),
        CheckConstraint("rate >= 0 AND rate <= 100", name="rate_is_percent"),
    )

    id: Mapped[Id]
    country: Mapped[str] = mapped_column(String(2))
    vat_class: Mapped[str] = mapped_column(String(12))
    rate: Mapped[Decimal] = mapped_column(Numeric(6, 3))
    valid_from: Mapped[date] = mapped_column(Date)


class VatRule(Base):
    """What a VAT class is in a country (the place of the customer) from a day on, where that is not just a rate.

    `category` is of UNTDID 5305: E exempt, AE reverse charge, Z zero rate, O not subject, S back to the rate.
    """

    __tablename__ = "vat_rules"
    __table_args__ = (
        UniqueConstraint("country", "vat_class", "valid_from"),
        CheckConstraint("category IN ('S', 'Z', 'E', 'AE', 'O')", name="category_known"),
    )

    id: Mapped[Id]
    country: Mapped[str] = mapped_column(String(2))
    vat_class: Mapped[str] = mapped_column(String(12))
    category: Mapped[str] = mapped_column(String(2))
    valid_from: Mapped[date] = mapped_column(Date)
    reason: Mapped[str] = mapped_column(String(200), server_default="")
    reason_code: Mapped[str] = mapped_column(String(30), server_default="")  # VATEX


class VatExemption(Base):
    """An account's certificate: no VAT for it while the certificate holds. `valid_to` is the first day it does not."""

    __tablename__ = "vat_exemptions"
    __table_args__ = (
        CheckConstraint("valid_to > valid_from", name="ends_after_it_starts"),
        Index("ix_vat_exemptions_company_id", "company_id", "valid_from"),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    certificate: Mapped[str] = mapped_column(String(60))
    valid_from: Mapped[date] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)
    reason: Mapped[str] = mapped_column(String(200))
    reason_code: Mapped[str] = mapped_column(String(30), server_default="")  # VATEX
    created_at: Mapped[Moment] = mapped_column(server_default=func.now())


class VatCheck(Base):
    """Somebody has checked an account's VAT number. Only the newest check of the present number counts."""

    __tablename__ = "vat_checks"
    __table_args__ = (
        CheckConstraint("source IN ('manual', 'vies')", name="source_known"),
        Index("ix_vat_checks_company_id", "company_id", "vat_id", "id"),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    vat_id: Mapped[str] = mapped_column(String(20))
    checked_on: Mapped[date] = mapped_column(Date)
    is_valid: Mapped[bool] = mapped_column(Boolean)
    source: Mapped[str] = mapped_column(String(6))  # manual, or vies: looked up there by hand
    reference: Mapped[str] = mapped_column(String(80), server_default="")  # VIES consultation number, who was asked
    user_id: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[Moment] = mapped_column(server_default=func.now())
