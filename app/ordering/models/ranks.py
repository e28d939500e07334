"""The order of the shop: a place for every article, other places for what an account buys, and why.

Buyers read places only. What a place is made of (among it the margin) is for the operator alone.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Integer, Numeric, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Moment

_PART = Numeric(9, 6)


class ArticleRank(Base):
    """The place of an article for accounts that have none of their own for it: 10,000, 20,000, ..."""

    __tablename__ = "article_ranks"
    __table_args__ = (Index("ix_article_ranks_place_article_id", "place", "article_id"),)

    article_id: Mapped[int] = mapped_column(
        ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    place: Mapped[int] = mapped_column(BigInteger)


class AccountArticleRank(Base):
    """The place of an article for one account, among the same places: few rows, for what it buys or gets cheaper.

    It lies in the gap before the article that counts less.
    """

    __tablename__ = "account_article_ranks"
    __table_args__ = (Index("ix_account_article_ranks_company_id_place", "company_id", "place", "article_id"),)

    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True, index=True)
    place: Mapped[int] = mapped_column(BigInteger)


class ArticleRankPart(Base):
    """What the place of an article is made of, each part from 0 to 1; `margin` is of the price, NULL where unknown."""

    __tablename__ = "article_rank_parts"
    __table_args__ = (Index("ix_article_rank_parts_score", "score"),)

    article_id: Mapped[int] = mapped_column(
        ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    sold: Mapped[Decimal] = mapped_column(_PART)
    stock: Mapped[Decimal] = mapped_column(_PART)
    margin: Mapped[Decimal | None] = mapped_column(_PART)
    promotion: Mapped[Decimal] = mapped_column(_PART)
    score: Mapped[Decimal] = mapped_column(Numeric(12, 6))


class AccountRankPart(Base):
    """What an account adds to the place of an article, each part from 0 to 1; for the operator alone."""

    __tablename__ = "account_rank_parts"

    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True, index=True)
    bought: Mapped[Decimal] = mapped_column(_PART)
    promotion: Mapped[Decimal] = mapped_column(_PART)
    score: Mapped[Decimal] = mapped_column(Numeric(12, 6))


class RankRun(Base):
    """The last time the order was worked out, and with which weights: one row."""

    __tablename__ = "rank_runs"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False, server_default="1")
    weights: Mapped[dict[str, Any]] = mapped_column(JSONB)
    articles: Mapped[int] = mapped_column(Integer)
    account_rows: Mapped[int] = mapped_column(Integer)
    ran_at: Mapped[Moment] = mapped_column(server_default=func.now())
