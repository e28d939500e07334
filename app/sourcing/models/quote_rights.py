"""How quotes are handled by default, and how far each salesperson may go alone."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Integer, Numeric, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base

_YES = text("true")
_NO = text("false")


class QuoteSettings(Base):
    """One row. Without it the defaults of `domain.quote_rules` hold, which are the same as here."""

    __tablename__ = "quote_settings"
    __table_args__ = (
        CheckConstraint("id = 1", name="one_row"),
        CheckConstraint("validity_days BETWEEN 1 AND 365 AND link_days BETWEEN 1 AND 365", name="days_in_reach"),
        CheckConstraint("rounds BETWEEN 0 AND 99 AND reminder_days BETWEEN 0 AND 60", name="counts_in_reach"),
        CheckConstraint("minimum_value >= 0", name="minimum_value_not_negative"),
        CheckConstraint("max_discount BETWEEN 0 AND 100 AND min_margin BETWEEN -100 AND 100", name="percent_in_reach"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False, server_default="1")
    validity_days: Mapped[int] = mapped_column(Integer, server_default="30")
    minimum_value: Mapped[Decimal] = mapped_column(Numeric(18, 6), server_default="0")
    minimum_currency: Mapped[str] = mapped_column(String(3), server_default="")  # empty: of every currency
    rounds: Mapped[int] = mapped_column(Integer, server_default="5")
    replaces: Mapped[bool] = mapped_column(Boolean, server_default=_NO)
    reminder_days: Mapped[int] = mapped_column(Integer, server_default="3")
    allows_reopen: Mapped[bool] = mapped_column(Boolean, server_default=_YES)
    allows_links: Mapped[bool] = mapped_column(Boolean, server_default=_YES)
    link_days: Mapped[int] = mapped_column(Integer, server_default="14")
    max_discount: Mapped[Decimal] = mapped_column(Numeric(9, 4), server_default="10")
    min_margin: Mapped[Decimal] = mapped_column(Numeric(9, 4), server_default="0")


class QuoteRight(Base):
    """What one salesperson may do without a release, in percent of the list price and of the price."""

    __tablename__ = "quote_rights"
    __table_args__ = (
        CheckConstraint("max_discount BETWEEN 0 AND 100 AND min_margin BETWEEN -100 AND 100", name="percent_in_reach"),
    )

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    max_discount: Mapped[Decimal] = mapped_column(Numeric(9, 4))
    min_margin: Mapped[Decimal] = mapped_column(Numeric(9, 4))
