"""VAT rates."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import (
    CheckConstraint,
    Date,
    Numeric,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Id


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
