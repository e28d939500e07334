"""Versions of quotes: hidden while sales prepares them, unchangeable once they are sent (a trigger keeps them)."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    Numeric,
    String,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Id, Moment

_NO = text("false")


class QuoteVersion(Base):
    """One version; at most one of a quote is not sent yet. A header discount is spread over unlocked lines.

    `content_hash` covers all its figures: a release holds for exactly them. `file_id` is its printed form.
    """

    __tablename__ = "quote_versions"
    __table_args__ = (
        ForeignKeyConstraint(["quote_id", "company_id"], ["quotes.id", "quotes.company_id"], ondelete="CASCADE"),
        UniqueConstraint("id", "company_id"),
        UniqueConstraint("quote_id", "number"),
        CheckConstraint("discount_kind IN ('', 'percent', 'amount')", name="discount_kind_known"),
        CheckConstraint("discount_value >= 0", name="discount_value_not_negative"),
        Index("uq_quote_versions_unsent", "quote_id", unique=True, postgresql_where=text("sent_at IS NULL")),
        Index("ix_quote_versions_file_id", "file_id", postgresql_where=text("file_id IS NOT NULL")),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(BigInteger)
    quote_id: Mapped[int] = mapped_column(BigInteger)
    number: Mapped[int] = mapped_column(Integer)
    valid_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    discount_kind: Mapped[str] = mapped_column(String(7), server_default="")
    discount_value: Mapped[Decimal] = mapped_column(Numeric(18, 6), server_default="0")
    terms: Mapped[str] = mapped_column(Text, server_default="")
    intro: Mapped[str] = mapped_column(Text, server_default="")
    line_total: Mapped[Decimal] = mapped_column(Numeric(18, 6), server_default="0")  # after line discounts
    discount: Mapped[Decimal] = mapped_column(Numeric(18, 6), server_default="0")  # of the header
    net_total: Mapped[Decimal] = mapped_column(Numeric(18, 6), server_default="0")
    content_hash: Mapped[str] = mapped_column(String(64), server_default="")
    author_id: Mapped[int | None] = mapped_column(BigInteger)
    author: Mapped[str] = mapped_column(String(250), server_default="")
    created_at: Mapped[Moment] = mapped_column(server_default=func.clock_timestamp())
    sent_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    file_id: Mapped[int | None] = mapped_column(ForeignKey("files.id"))


class QuoteOffer(Base):
    """One of the offers for a line; the first of a line is the main one and counts in totals.

    `unit_price` for `base_quantity` units is the price agreed to, to the last digit: `net` is exactly what it comes to
    for `quantity`. It may be ordered from `min_quantity` to `max_quantity` (None: or more). `is_no_offer`: we cannot
    offer this line. `article_id` other than the line's: offered instead.
    """

    __tablename__ = "quote_offers"
    __table_args__ = (
        ForeignKeyConstraint(
            ["version_id", "company_id"], ["quote_versions.id", "quote_versions.company_id"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(["line_id", "company_id"], ["quote_lines.id", "quote_lines.company_id"]),
        UniqueConstraint("version_id", "line_id", "position"),
        CheckConstraint("discount_kind IN ('', 'percent', 'amount', 'price')", name="discount_kind_known"),
        CheckConstraint("quantity > 0 AND min_quantity > 0 AND base_quantity > 0", name="quantities_positive"),
        CheckConstraint("max_quantity >= min_quantity", name="range_not_reversed"),
        CheckConstraint("unit_price >= 0", name="unit_price_not_negative"),
        Index("ix_quote_offers_line_id", "line_id"),
        Index("ix_quote_offers_article_id", "article_id"),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(BigInteger)
    version_id: Mapped[int] = mapped_column(BigInteger)
    line_id: Mapped[int] = mapped_column(BigInteger)
    position: Mapped[int] = mapped_column(Integer)
    article_id: Mapped[int | None] = mapped_column(ForeignKey("articles.id"))
    text: Mapped[str] = mapped_column(String(500), server_default="")
    is_no_offer: Mapped[bool] = mapped_column(server_default=_NO)
    quantity: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    unit: Mapped[str] = mapped_column(String(3))
    min_quantity: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    max_quantity: Mapped[Decimal | None] = mapped_column(Numeric(18, 6))
    list_price: Mapped[Decimal | None] = mapped_column(Numeric(18, 6))
    list_base_quantity: Mapped[Decimal] = mapped_column(Numeric(18, 6), server_default="1")
    discount_kind: Mapped[str] = mapped_column(String(7), server_default="")
    discount_value: Mapped[Decimal] = mapped_column(Numeric(18, 6), server_default="0")
    is_locked: Mapped[bool] = mapped_column(server_default=_NO)  # the header discount leaves it alone
    unit_price: Mapped[Decimal | None] = mapped_column(Numeric(18, 6))
    base_quantity: Mapped[Decimal] = mapped_column(Numeric(18, 6), server_default="1")
    net: Mapped[Decimal | None] = mapped_column(Numeric(18, 6))
    lead_days: Mapped[int | None] = mapped_column(Integer)
    note: Mapped[str] = mapped_column(String(500), server_default="")


class QuoteRelease(Base):
    """Somebody asked for prices to be released, and what was decided; for the operator's people only."""

    __tablename__ = "quote_releases"
    __table_args__ = (
        ForeignKeyConstraint(["quote_id", "company_id"], ["quotes.id", "quotes.company_id"], ondelete="CASCADE"),
        CheckConstraint("decision IN ('', 'released', 'returned')", name="decision_known"),
        Index("ix_quote_releases_quote_id", "quote_id"),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(BigInteger)
    quote_id: Mapped[int] = mapped_column(BigInteger)
    version: Mapped[int] = mapped_column(Integer)
    content_hash: Mapped[str] = mapped_column(String(64))
    asked_by_id: Mapped[int | None] = mapped_column(BigInteger)
    asked_by: Mapped[str] = mapped_column(String(250), server_default="")
    comment: Mapped[str] = mapped_column(Text, server_default="")
    asked_at: Mapped[Moment] = mapped_column(server_default=func.clock_timestamp())
    decision: Mapped[str] = mapped_column(String(8), server_default="")
    decided_by: Mapped[str] = mapped_column(String(250), server_default="")
    decided_comment: Mapped[str] = mapped_column(Text, server_default="")
    decided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
