"""Requests for prices and the quotes that answer them: what the buyer may read."""

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
    ForeignKeyConstraint,
    Index,
    Integer,
    Numeric,
    Sequence,
    String,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Id, Moment

_EMPTY = text("'{}'::jsonb")
_NO = text("false")
QUOTE_NUMBERS = Sequence("quote_numbers", metadata=Base.metadata)  # may have gaps


class Quote(Base):
    """A request and its quote, one object with one state (`domain.quote_machine`). Amounts in `currency`.

    `row_version` grows with every event. `current_version` is the last version sent, 0 before; it holds until
    `valid_until`, which may be later than the version's own date (extended). `is_hidden`: made by sales, not offered
    yet. `rounds` are the counter-offers made.
    """

    __tablename__ = "quotes"
    __table_args__ = (
        UniqueConstraint("id", "company_id"),
        UniqueConstraint("company_id", "number"),
        UniqueConstraint("company_id", "client_ref"),
        CheckConstraint("vat_mode IN ('net', 'gross')", name="vat_mode_known"),
        Index("ix_quotes_number", "number"),
        Index("ix_quotes_company_id_changed_at", "company_id", "changed_at", "id"),
        Index("ix_quotes_state_changed_at", "state", "changed_at", "id"),
        Index("ix_quotes_changed_at", "changed_at", "id"),
        Index("ix_quotes_owner_id", "owner_id"),
        Index("ix_quotes_user_id", "user_id"),
        Index("ix_quotes_origin_id", "origin_id", postgresql_where=text("origin_id IS NOT NULL")),
        Index("ix_quotes_successor_id", "successor_id", postgresql_where=text("successor_id IS NOT NULL")),
        Index("ix_quotes_cart_id", "cart_id", postgresql_where=text("cart_id IS NOT NULL")),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    number: Mapped[str] = mapped_column(String(20))
    client_ref: Mapped[str] = mapped_column(String(80))
    state: Mapped[str] = mapped_column(String(20))
    row_version: Mapped[int] = mapped_column(Integer, server_default="1")
    title: Mapped[str] = mapped_column(String(120), server_default="")
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))  # the buyer's person
    buyer_name: Mapped[str] = mapped_column(String(200), server_default="")
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))  # the salesperson
    owner_name: Mapped[str] = mapped_column(String(200), server_default="")
    source: Mapped[str] = mapped_column(String(60), server_default="")  # "cart 12", "article A-1", "copy of RFQ-..."
    currency: Mapped[str] = mapped_column(String(3))
    vat_mode: Mapped[str] = mapped_column(String(5), server_default="net")
    ship_to: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=_EMPTY)
    need_by: Mapped[date | None] = mapped_column(Date)
    note: Mapped[str] = mapped_column(Text, server_default="")
    is_hidden: Mapped[bool] = mapped_column(server_default=_NO)
    is_multi_use: Mapped[bool] = mapped_column(server_default=_NO)
    current_version: Mapped[int] = mapped_column(Integer, server_default="0")
    valid_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    rounds: Mapped[int] = mapped_column(Integer, server_default="0")
    list_total: Mapped[Decimal | None] = mapped_column(Numeric(18, 6))  # of the request at list prices, when submitted
    net_total: Mapped[Decimal | None] = mapped_column(Numeric(18, 6))  # of the current version
    accepted_net: Mapped[Decimal | None] = mapped_column(Numeric(18, 6))
    accepted_by_id: Mapped[int | None] = mapped_column(BigInteger)
    accepted_by: Mapped[str] = mapped_column(String(250), server_default="")
    accept_ref: Mapped[str] = mapped_column(String(80), server_default="")
    reason_code: Mapped[str] = mapped_column(String(20), server_default="")
    reason: Mapped[str] = mapped_column(Text, server_default="")
    origin_id: Mapped[int | None] = mapped_column(ForeignKey("quotes.id"))  # what it was copied from
    successor_id: Mapped[int | None] = mapped_column(ForeignKey("quotes.id"))
    cart_id: Mapped[int | None] = mapped_column(BigInteger)
    order_number: Mapped[str] = mapped_column(String(40), server_default="")
    created_at: Mapped[Moment] = mapped_column(server_default=func.now())
    submitted_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    offered_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    changed_at: Mapped[Moment] = mapped_column(server_default=func.clock_timestamp())


class QuoteLine(Base):
    """What is asked for: an article or a text. `list_price` is what the account paid when it was submitted.

    Replaced while the buyer edits; after the first version is sent, lines are only added.
    """

    __tablename__ = "quote_lines"
    __table_args__ = (
        ForeignKeyConstraint(["quote_id", "company_id"], ["quotes.id", "quotes.company_id"], ondelete="CASCADE"),
        UniqueConstraint("id", "company_id"),
        UniqueConstraint("quote_id", "position"),
        CheckConstraint("quantity > 0", name="quantity_positive"),
        CheckConstraint("target_price >= 0", name="target_price_not_negative"),
        Index("ix_quote_lines_article_id", "article_id"),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(BigInteger)
    quote_id: Mapped[int] = mapped_column(BigInteger)
    position: Mapped[int] = mapped_column(Integer)
    article_id: Mapped[int | None] = mapped_column(ForeignKey("articles.id"))
    text: Mapped[str] = mapped_column(String(500), server_default="")  # of the article, or what is meant
    quantity: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    unit: Mapped[str] = mapped_column(String(3))
    target_price: Mapped[Decimal | None] = mapped_column(Numeric(18, 6))  # for one unit
    need_by: Mapped[date | None] = mapped_column(Date)
    note: Mapped[str] = mapped_column(String(500), server_default="")
    list_price: Mapped[Decimal | None] = mapped_column(Numeric(18, 6))
    list_base_quantity: Mapped[Decimal] = mapped_column(Numeric(18, 6), server_default="1")
    added_by: Mapped[str] = mapped_column(String(5), server_default="buyer")


class QuoteCounter(Base):
    """What the buyer proposes for one line of a version: another price, another quantity, or words."""

    __tablename__ = "quote_counters"
    __table_args__ = (
        ForeignKeyConstraint(["quote_id", "company_id"], ["quotes.id", "quotes.company_id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["line_id", "company_id"], ["quote_lines.id", "quote_lines.company_id"]),
        UniqueConstraint("quote_id", "version", "line_id"),
        CheckConstraint("price >= 0 AND quantity > 0", name="amounts_possible"),
        Index("ix_quote_counters_line_id", "line_id"),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(BigInteger)
    quote_id: Mapped[int] = mapped_column(BigInteger)
    version: Mapped[int] = mapped_column(Integer)  # the version that it answers
    line_id: Mapped[int] = mapped_column(BigInteger)
    price: Mapped[Decimal | None] = mapped_column(Numeric(18, 6))  # for one unit
    quantity: Mapped[Decimal | None] = mapped_column(Numeric(18, 6))
    text: Mapped[str] = mapped_column(String(500), server_default="")
    at: Mapped[Moment] = mapped_column(server_default=func.clock_timestamp())


class QuoteChoice(Base):
    """Which offer the buyer accepted for a line, and how much of it."""

    __tablename__ = "quote_choices"
    __table_args__ = (
        ForeignKeyConstraint(["quote_id", "company_id"], ["quotes.id", "quotes.company_id"], ondelete="CASCADE"),
        UniqueConstraint("quote_id", "line_id"),
        CheckConstraint("quantity > 0", name="quantity_positive"),
        Index("ix_quote_choices_line_id", "line_id"),
        Index("ix_quote_choices_offer_id", "offer_id"),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(BigInteger)
    quote_id: Mapped[int] = mapped_column(BigInteger)
    line_id: Mapped[int] = mapped_column(ForeignKey("quote_lines.id"))
    offer_id: Mapped[int] = mapped_column(ForeignKey("quote_offers.id"))
    quantity: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    net: Mapped[Decimal] = mapped_column(Numeric(18, 6))


class QuoteMessage(Base):
    """Words about a quote or one line of it; internal ones are for the operator's people only."""

    __tablename__ = "quote_messages"
    __table_args__ = (
        ForeignKeyConstraint(["quote_id", "company_id"], ["quotes.id", "quotes.company_id"], ondelete="CASCADE"),
        CheckConstraint("side IN ('buyer', 'sales')", name="side_known"),
        Index("ix_quote_messages_quote_id", "quote_id", "id"),
        Index("ix_quote_messages_line_id", "line_id", postgresql_where=text("line_id IS NOT NULL")),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(BigInteger)
    quote_id: Mapped[int] = mapped_column(BigInteger)
    line_id: Mapped[int | None] = mapped_column(ForeignKey("quote_lines.id", ondelete="SET NULL"))
    side: Mapped[str] = mapped_column(String(5))
    is_internal: Mapped[bool] = mapped_column(server_default=_NO)
    user_id: Mapped[int | None] = mapped_column(BigInteger)
    author: Mapped[str] = mapped_column(String(250), server_default="")
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[Moment] = mapped_column(server_default=func.clock_timestamp())


class QuoteFile(Base):
    """A file that one side added; internal ones are for the operator's people only."""

    __tablename__ = "quote_files"
    __table_args__ = (
        ForeignKeyConstraint(["quote_id", "company_id"], ["quotes.id", "quotes.company_id"], ondelete="CASCADE"),
        CheckConstraint("side IN ('buyer', 'sales')", name="side_known"),
        Index("ix_quote_files_quote_id", "quote_id"),
        Index("ix_quote_files_file_id", "file_id"),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(BigInteger)
    quote_id: Mapped[int] = mapped_column(BigInteger)
    file_id: Mapped[int] = mapped_column(ForeignKey("files.id"))
    name: Mapped[str] = mapped_column(String(255))
    size: Mapped[int] = mapped_column(BigInteger)
    side: Mapped[str] = mapped_column(String(5))
    is_internal: Mapped[bool] = mapped_column(server_default=_NO)
    author: Mapped[str] = mapped_column(String(250), server_default="")
    at: Mapped[Moment] = mapped_column(server_default=func.clock_timestamp())
