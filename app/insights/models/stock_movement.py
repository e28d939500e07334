"""Stock that does not move: how it stands, and what is done about it."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Numeric,
    String,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Id, Moment


class StockStanding(Base):
    """How the stock of an article stood at night. Quantities in base units, of all warehouses; value net, at cost.

    `since_on` is the day of the oldest receipt of which something must still lie there (first in, first out).
    `cover_days` NULL: nothing is sold, it lasts for ever. `value` NULL: the cost is not known.
    """

    __tablename__ = "stock_standings"
    __table_args__ = (
        CheckConstraint("standing IN ('moving', 'new', 'slow', 'dead')", name="standing_known"),
        CheckConstraint("abc IN ('A', 'B', 'C', '')", name="abc_known"),
        CheckConstraint("xyz IN ('X', 'Y', 'Z', '')", name="xyz_known"),
        Index("ix_stock_standings_standing_value", "standing", "value"),
    )

    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True)
    on_hand: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    since_on: Mapped[date | None] = mapped_column(Date)
    last_in_on: Mapped[date | None] = mapped_column(Date)
    last_out_on: Mapped[date | None] = mapped_column(Date)  # last sold or shipped
    sold_90: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    sold_365: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    daily: Mapped[Decimal] = mapped_column(Numeric(18, 6))  # expected demand a day
    cover_days: Mapped[int | None] = mapped_column(Integer)
    abc: Mapped[str] = mapped_column(String(1), server_default="")
    xyz: Mapped[str] = mapped_column(String(1), server_default="")
    standing: Mapped[str] = mapped_column(String(6))
    value: Mapped[Decimal | None] = mapped_column(Numeric(18, 6))
    currency: Mapped[str] = mapped_column(String(3))
    on_day: Mapped[date] = mapped_column(Date, index=True)


class ClearanceProposal(Base):
    """Stock of an article that shall go at lower prices, and what came of it. `stock_then` is in base units."""

    __tablename__ = "clearance_proposals"
    __table_args__ = (
        UniqueConstraint("client_ref"),
        CheckConstraint("state IN ('proposed', 'offered', 'dropped')", name="state_known"),
        CheckConstraint("(state = 'offered') = (offered_at IS NOT NULL)", name="offered_once"),
        Index("ix_clearance_proposals_article_id", "article_id"),
        Index("ix_clearance_proposals_state_id", "state", "id"),
    )

    id: Mapped[Id]
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id"))
    state: Mapped[str] = mapped_column(String(8), server_default="proposed")
    currency: Mapped[str] = mapped_column(String(3))
    stock_then: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    ends_on: Mapped[date] = mapped_column(Date)  # last day of the offer
    client_ref: Mapped[str] = mapped_column(String(80))
    user_id: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[Moment] = mapped_column(server_default=func.now())
    offered_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    offers: Mapped[list[Any]] = mapped_column(JSONB, server_default=text("'[]'::jsonb"))  # codes of what was made of it


class ClearanceAccount(Base):
    """An account that may take the stock: how likely (of 1,000), why, and at which discount in percent.

    Prices are net for one base unit in the currency of the account: what it pays now, and would pay then.
    """

    __tablename__ = "clearance_accounts"
    __table_args__ = (
        CheckConstraint("percent > 0 AND percent < 100", name="percent_possible"),
        CheckConstraint("likely BETWEEN 0 AND 1000", name="likely_of_thousand"),
    )

    proposal_id: Mapped[int] = mapped_column(ForeignKey("clearance_proposals.id", ondelete="CASCADE"), primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), primary_key=True, index=True)
    likely: Mapped[int] = mapped_column(Integer)
    why: Mapped[str] = mapped_column(String(16))  # a reason of domain/clearance.py
    count: Mapped[int] = mapped_column(Integer, server_default="0")  # the number of that reason
    percent: Mapped[Decimal] = mapped_column(Numeric(6, 3))
    price_now: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    price_then: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    currency: Mapped[str] = mapped_column(String(3))
    usual_quantity: Mapped[Decimal | None] = mapped_column(Numeric(18, 6))
