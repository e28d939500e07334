"""Which articles go with which, what an account may like next, and when the figures of the night were made."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Integer, SmallInteger, String, func
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Moment


class ArticlePair(Base):
    """An article that goes with another one, or can stand for it; found at night from the orders of all accounts.

    `orders` is in how many baskets both were, `accounts` how many accounts bought both. Never fewer than three
    accounts stand behind a pair that is known from orders, so that none can be recognised.
    """

    __tablename__ = "article_pairs"
    __table_args__ = (
        CheckConstraint("kind IN ('together', 'substitute', 'complement')", name="kind_known"),
        CheckConstraint("article_id <> other_id", name="two_articles"),
        CheckConstraint("source IN ('orders', 'successor', 'variant', 'alike')", name="source_known"),
        Index("ix_article_pairs_other_id", "other_id"),
    )

    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(10), primary_key=True)
    other_id: Mapped[int] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True)
    rank: Mapped[int] = mapped_column(SmallInteger)  # 1 is the best of its kind
    score: Mapped[int] = mapped_column(Integer)  # strength in millionths, to weigh pairs of several articles
    orders: Mapped[int] = mapped_column(Integer, server_default="0")
    accounts: Mapped[int] = mapped_column(Integer, server_default="0")
    source: Mapped[str] = mapped_column(String(9), server_default="orders")


class ArticleSuggestion(Base):
    """An article an account never bought and similar accounts do, ranked at night.

    `alike` of its neighbours bought it; where they say nothing, `near_id` is the own article it goes with.
    """

    __tablename__ = "article_suggestions"

    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True, index=True)
    rank: Mapped[int] = mapped_column(SmallInteger)
    alike: Mapped[int] = mapped_column(Integer)
    near_id: Mapped[int | None] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"), index=True)
    on_day: Mapped[date] = mapped_column(Date, index=True)


class NightRun(Base):
    """When a piece of work of the night was last done, for which day, and how many rows came of it."""

    __tablename__ = "night_runs"

    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    on_day: Mapped[date] = mapped_column(Date)
    finished_at: Mapped[Moment] = mapped_column(server_default=func.now())
    rows: Mapped[int] = mapped_column(Integer)
