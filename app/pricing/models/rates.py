"""Rates of exchange by day."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import CheckConstraint, Date, Numeric, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Id


class ExchangeRate(Base):
    """One unit of `currency_from` is `rate` units of `currency_to`, from a day on until the next rate."""

    __tablename__ = "exchange_rates"
    __table_args__ = (
        UniqueConstraint("currency_from", "currency_to", "on_date"),
        CheckConstraint("rate > 0", name="rate_positive"),
        CheckConstraint("currency_from <> currency_to", name="two_currencies"),
    )

    id: Mapped[Id]
    currency_from: Mapped[str] = mapped_column(String(3))
    currency_to: Mapped[str] = mapped_column(String(3))
    on_date: Mapped[date] = mapped_column(Date)
    rate: Mapped[Decimal] = mapped_column(Numeric(18, 8))
    source: Mapped[str] = mapped_column(String(60), server_default="")
