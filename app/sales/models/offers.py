"""Offers to accounts: what the desk plans, whom they reach, what buyers see of them."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Numeric,
    String,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Id, Moment

_NO = text("false")
_EMPTY = text("'{}'::jsonb")


class Offer(Base):
    """An offer as the desk plans it, for the operator alone. `percent` is off the price, `budget_amount` net in `currency`.

    `titles` and `texts` are by language. `holdout_percent` of the audience never gets it, so that its effect can be told.
    """

    __tablename__ = "offers"
    __table_args__ = (
        CheckConstraint("kind IN ('price', 'promotion', 'banner', 'news')", name="kind_known"),
        CheckConstraint("state IN ('draft', 'waiting', 'released', 'running', 'ended', 'stopped')", name="state_known"),
        CheckConstraint("percent > 0 AND percent <= 100", name="percent_in_reach"),
        CheckConstraint("holdout_percent BETWEEN 0 AND 50", name="holdout_in_reach"),
        CheckConstraint("ends_at > starts_at", name="ends_after_it_starts"),
        CheckConstraint("shows_per_person > 0 AND budget_amount > 0", name="limits_positive"),
        Index("ix_offers_state_starts_at", "state", "starts_at"),
    )

    id: Mapped[Id]
    client_ref: Mapped[str] = mapped_column(String(80), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(9))
    state: Mapped[str] = mapped_column(String(8), server_default="draft")
    titles: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=_EMPTY)
    texts: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=_EMPTY)
    link: Mapped[str] = mapped_column(String(300), server_default="")
    file_id: Mapped[int | None] = mapped_column(ForeignKey("files.id"), index=True)  # the picture
    starts_at: Mapped[Moment]
    ends_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    percent: Mapped[Decimal | None] = mapped_column(Numeric(18, 6))
    currency: Mapped[str] = mapped_column(String(3), server_default="")
    budget_amount: Mapped[Decimal | None] = mapped_column(Numeric(18, 6))
    priority: Mapped[int] = mapped_column(Integer, server_default="100")
    shows_per_person: Mapped[int | None] = mapped_column(Integer)
    holdout_percent: Mapped[int] = mapped_column(Integer, server_default="0")
    is_for_all: Mapped[bool] = mapped_column(Boolean, server_default=_NO)
    with_mail: Mapped[bool] = mapped_column(Boolean, server_default=_NO)
    promotion_code: Mapped[str] = mapped_column(String(40), server_default="")  # of pricing: made here or named
    created_at: Mapped[Moment] = mapped_column(server_default=func.now())
    created_by_id: Mapped[int | None] = mapped_column(BigInteger)
    created_by_name: Mapped[str] = mapped_column(String(200), server_default="")
    released_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    released_by_name: Mapped[str] = mapped_column(String(200), server_default="")
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    stop_reason: Mapped[str] = mapped_column(String(300), server_default="")


class OfferAudience(Base):
    """Whom an offer that is not for all is for: an account, a group or a segment."""

    __tablename__ = "offer_audience"
    __table_args__ = (
        CheckConstraint(
            "(company_id IS NOT NULL)::int + (group_id IS NOT NULL)::int + (segment_id IS NOT NULL)::int = 1",
            name="one_kind",
        ),
    )

    id: Mapped[Id]
    offer_id: Mapped[int] = mapped_column(ForeignKey("offers.id", ondelete="CASCADE"), index=True)
    company_id: Mapped[int | None] = mapped_column(ForeignKey("companies.id"), index=True)
    group_id: Mapped[int | None] = mapped_column(ForeignKey("account_groups.id", ondelete="CASCADE"), index=True)
    segment_id: Mapped[int | None] = mapped_column(ForeignKey("segments.id", ondelete="CASCADE"), index=True)


class OfferTarget(Base):
    """Goods of an offer: an article, a category with all below it, or a brand. `price` is a net one for a base unit."""

    __tablename__ = "offer_targets"
    __table_args__ = (
        CheckConstraint(
            "(article_id IS NOT NULL)::int + (category_id IS NOT NULL)::int + (brand <> '')::int = 1", name="one_kind"
        ),
        CheckConstraint("price IS NULL OR (price >= 0 AND article_id IS NOT NULL)", name="price_of_an_article"),
    )

    id: Mapped[Id]
    offer_id: Mapped[int] = mapped_column(ForeignKey("offers.id", ondelete="CASCADE"), index=True)
    article_id: Mapped[int | None] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"), index=True)
    category_id: Mapped[int | None] = mapped_column(ForeignKey("categories.id", ondelete="CASCADE"), index=True)
    brand: Mapped[str] = mapped_column(String(100), server_default="")
    price: Mapped[Decimal | None] = mapped_column(Numeric(18, 6))


class OfferAccount(Base):
    """An account an offer reaches, or one held out to compare with. A tenant reads its own rows, never held-out ones."""

    __tablename__ = "offer_accounts"

    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), primary_key=True)
    offer_id: Mapped[int] = mapped_column(ForeignKey("offers.id", ondelete="CASCADE"), primary_key=True, index=True)
    is_held_out: Mapped[bool] = mapped_column(Boolean, server_default=_NO)
    joined_at: Mapped[Moment] = mapped_column(server_default=func.now())


class OfferCard(Base):
    """What a buyer sees of a running offer; read by the accounts it reaches, gone when it ends."""

    __tablename__ = "offer_cards"

    offer_id: Mapped[int] = mapped_column(
        ForeignKey("offers.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    kind: Mapped[str] = mapped_column(String(9))
    titles: Mapped[dict[str, Any]] = mapped_column(JSONB)
    texts: Mapped[dict[str, Any]] = mapped_column(JSONB)
    link: Mapped[str] = mapped_column(String(300))
    picture: Mapped[str] = mapped_column(String(64), server_default="")
    starts_at: Mapped[Moment]
    ends_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    priority: Mapped[int] = mapped_column(Integer)
    shows_per_person: Mapped[int | None] = mapped_column(Integer)


class OfferPerson(Base):
    """How often a person was shown an offer and opened it."""

    __tablename__ = "offer_people"

    offer_id: Mapped[int] = mapped_column(ForeignKey("offers.id", ondelete="CASCADE"), primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), primary_key=True, index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, index=True)
    shown: Mapped[int] = mapped_column(Integer, server_default="0")
    clicked: Mapped[int] = mapped_column(Integer, server_default="0")
    last_at: Mapped[Moment] = mapped_column(server_default=func.now())
