"""What will be ordered: of each article, and by each account."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import CheckConstraint, Date, ForeignKey, Integer, Numeric, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base

_METHODS = "method IN ('sba', 'tsb', 'ses', 'average', 'seasonal', 'rhythm')"


class ArticleForecast(Base):
    """Demand of an article in base units: a week, the next 4 and the next 13 weeks.

    The errors are those of the same method on the last weeks that are known: `wape` is the sum of absolute errors for
    each unit sold, `mase` that sum for each unit of error of "as in the week before", `bias` the forecast less what was
    sold, for each unit sold. NULL: nothing was sold in the weeks it was tried on.
    """

    __tablename__ = "article_forecasts"
    __table_args__ = (CheckConstraint(_METHODS, name="method_known"),)

    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True)
    method: Mapped[str] = mapped_column(String(10))
    weekly: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    next_4: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    next_13: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    weeks: Mapped[int] = mapped_column(SmallInteger)  # of history
    wape: Mapped[Decimal | None] = mapped_column(Numeric(12, 4))
    mase: Mapped[Decimal | None] = mapped_column(Numeric(12, 4))
    bias: Mapped[Decimal | None] = mapped_column(Numeric(12, 4))
    on_day: Mapped[date] = mapped_column(Date, index=True)


class AccountForecast(Base):
    """What an account will probably order of an article in the next 4 and 13 weeks, in base units, and when next."""

    __tablename__ = "account_forecasts"
    __table_args__ = (CheckConstraint(_METHODS, name="method_known"),)

    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True, index=True)
    method: Mapped[str] = mapped_column(String(10))
    next_4: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    next_13: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    expected_on: Mapped[date | None] = mapped_column(Date)  # of the next order, where there is a rhythm
    purchases: Mapped[int] = mapped_column(Integer)
    wape: Mapped[Decimal | None] = mapped_column(Numeric(12, 4))
    mase: Mapped[Decimal | None] = mapped_column(Numeric(12, 4))
    bias: Mapped[Decimal | None] = mapped_column(Numeric(12, 4))
    on_day: Mapped[date] = mapped_column(Date, index=True)
