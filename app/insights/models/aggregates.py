"""Sums of what was ordered, kept up to date, and the marks of what has changed since.

A cell is one account in one month of the reports' time zone. Triggers on orders, their lines and allowances write a mark
in the transaction that changes them; `service.aggregates` works a marked cell out afresh and takes the marks it saw away.
Readers take unmarked cells from here and count marked ones from the orders, in one statement: so they are always right.
Amounts are net in the row's currency; quantities in the article's base unit. No foreign keys: millions of rows are
written at once, and what they name is never deleted while it has orders.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, Date, DateTime, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Exact, Id, Moment


class SalesDay(Base):
    """What an account ordered on a day by a channel. `allowances`: what promotions took off whole orders, positive."""

    __tablename__ = "sales_days"
    __table_args__ = (Index("ix_sales_days_day", "day"),)

    company_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    channel: Mapped[str] = mapped_column(String(8), primary_key=True)
    currency: Mapped[str] = mapped_column(String(3), primary_key=True)
    month: Mapped[date] = mapped_column(Date)
    orders: Mapped[int] = mapped_column(Integer)
    lines: Mapped[int] = mapped_column(Integer)
    net: Mapped[Exact]
    allowances: Mapped[Exact]


class SalesAccountArticle(Base):
    """What an account ordered of an article in a month by a channel."""

    __tablename__ = "sales_account_articles"
    __table_args__ = (Index("ix_sales_account_articles_month", "month"),)

    company_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    month: Mapped[date] = mapped_column(Date, primary_key=True)
    article_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    channel: Mapped[str] = mapped_column(String(8), primary_key=True)
    currency: Mapped[str] = mapped_column(String(3), primary_key=True)
    lines: Mapped[int] = mapped_column(Integer)
    quantity: Mapped[Exact]
    net: Mapped[Exact]


class SalesArticle(Base):
    """The same of all accounts together."""

    __tablename__ = "sales_articles"

    month: Mapped[date] = mapped_column(Date, primary_key=True)
    article_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    channel: Mapped[str] = mapped_column(String(8), primary_key=True)
    currency: Mapped[str] = mapped_column(String(3), primary_key=True)
    lines: Mapped[int] = mapped_column(Integer)
    quantity: Mapped[Exact]
    net: Mapped[Exact]


class SalesArticleMonth(Base):
    """The same of all channels together: half the rows, for reports of all articles over a year."""

    __tablename__ = "sales_article_months"

    month: Mapped[date] = mapped_column(Date, primary_key=True)
    article_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    currency: Mapped[str] = mapped_column(String(3), primary_key=True)
    lines: Mapped[int] = mapped_column(Integer)
    quantity: Mapped[Exact]
    net: Mapped[Exact]


class SalesMark(Base):
    """An order of this account, placed at about this moment, has changed since its cell was worked out."""

    __tablename__ = "sales_marks"

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(BigInteger, index=True)
    at: Mapped[Moment]


class SalesState(Base):
    """One row: the time zone whose days and months the sums are of."""

    __tablename__ = "sales_states"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    time_zone: Mapped[str] = mapped_column(String(40))
    built_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
