"""When and in whose name an account is invoiced, and the days that are closed."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, Date, DateTime, ForeignKey, Index, Integer, Numeric, String, func, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Id, Moment


class InvoiceRule(Base):
    """One account's rule; an account without a row is invoiced per order, by the operator itself, without discount.

    `mode`: order (as soon as it is released), shipment (as soon as it is sent), collective (in runs, by `period`).
    """

    __tablename__ = "invoice_rules"
    __table_args__ = (
        CheckConstraint("mode IN ('order', 'shipment', 'collective')", name="mode_known"),
        CheckConstraint("period IN ('weekly', 'half_monthly', 'monthly')", name="period_known"),
        CheckConstraint("discount_percent >= 0 AND discount_percent < 100", name="discount_possible"),
        CheckConstraint("second_percent >= 0 AND second_percent < 100", name="second_possible"),
        CheckConstraint("discount_days >= 0 AND second_days >= 0", name="days_not_negative"),
        Index("ix_invoice_rules_entity_id", "entity_id"),
    )

    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), primary_key=True, autoincrement=False)
    entity_id: Mapped[int | None] = mapped_column(ForeignKey("legal_entities.id"))
    mode: Mapped[str] = mapped_column(String(10), server_default="order")
    period: Mapped[str] = mapped_column(String(12), server_default="monthly")
    discount_days: Mapped[int] = mapped_column(Integer, server_default="0")
    discount_percent: Mapped[Decimal] = mapped_column(Numeric(6, 3), server_default="0")
    second_days: Mapped[int] = mapped_column(Integer, server_default="0")
    second_percent: Mapped[Decimal] = mapped_column(Numeric(6, 3), server_default="0")


class ClosedPeriod(Base):
    """Up to which day the books of an entity are closed: one row each closing, the newest `through` counts.

    `reopened_at` takes a closing back.
    """

    __tablename__ = "closed_periods"
    __table_args__ = (
        Index("ix_closed_periods_entity_id", "entity_id"),
        Index("ix_closed_periods_user_id", "user_id"),
        Index("ix_closed_periods_through", "through", postgresql_where=text("reopened_at IS NULL")),
    )

    id: Mapped[Id]
    entity_id: Mapped[int | None] = mapped_column(ForeignKey("legal_entities.id"))  # None: the operator itself
    through: Mapped[date] = mapped_column(Date)
    reason: Mapped[str] = mapped_column(String(300), server_default="")
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    user_name: Mapped[str] = mapped_column(String(200), server_default="")
    closed_at: Mapped[Moment] = mapped_column(server_default=func.now())
    reopened_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
