"""Price lists, entries with breaks, chains of lists per account, VAT rates."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    Numeric,
    String,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Id, Moment


class PriceList(Base):
    """Named prices in one currency; net unless `is_gross`. Validity: from inclusive, to exclusive, operator's zone.

    `entry_count` is kept by the commands that write entries: counting millions for a page takes seconds.
    """

    __tablename__ = "price_lists"

    id: Mapped[Id]
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    currency: Mapped[str] = mapped_column(String(3))
    is_gross: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    valid_from: Mapped[date | None] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)
    is_active: Mapped[bool] = mapped_column(Boolean, server_default=text("true"))
    entry_count: Mapped[int] = mapped_column(Integer, server_default="0")
    updated_at: Mapped[Moment] = mapped_column(server_default=func.now(), onupdate=func.now())


class PriceEntry(Base):
    """From `min_quantity` units on, `price` for `base_quantity` units of the article, since `held_since`."""

    __tablename__ = "price_entries"
    __table_args__ = (
        # What the pricing call reads, in the order it reads it: the table itself is not touched.
        Index(
            "uq_price_entries_slot", "price_list_id", "article_id", "unit", "min_quantity", "valid_from", unique=True,
            postgresql_include=["price", "base_quantity", "valid_to"], postgresql_nulls_not_distinct=True,
        ),
        CheckConstraint("price >= 0", name="price_not_negative"),
        CheckConstraint("min_quantity >= 0", name="min_quantity_not_negative"),
        CheckConstraint("base_quantity > 0", name="base_quantity_positive"),
        CheckConstraint("valid_from < valid_to", name="validity_not_empty"),
    )  # fmt: skip

    id: Mapped[Id]
    price_list_id: Mapped[int] = mapped_column(ForeignKey("price_lists.id", ondelete="CASCADE"))
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"))
    unit: Mapped[str] = mapped_column(String(3))
    min_quantity: Mapped[Decimal] = mapped_column(Numeric(18, 6), server_default="0")
    price: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    base_quantity: Mapped[Decimal] = mapped_column(Numeric(18, 6), server_default="1")
    valid_from: Mapped[date | None] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)
    held_since: Mapped[Moment] = mapped_column(server_default=func.now())


class Chain(Base):
    """An ordered set of price lists; equal chains are shared by many accounts.

    `strategy`: lowest (lowest price per slot), merge (by priority per slot), first (first list that has the article).
    """

    __tablename__ = "chains"
    __table_args__ = (
        CheckConstraint("strategy IN ('lowest', 'merge', 'first')", name="strategy_known"),
        Index("uq_chains_one_default", "is_default", unique=True, postgresql_where=text("is_default")),
    )

    id: Mapped[Id]
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(200), server_default="")
    strategy: Mapped[str] = mapped_column(String(6), server_default="merge")
    is_default: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))


class ChainList(Base):
    """One list of a chain; position 1 is asked first."""

    __tablename__ = "chain_lists"
    __table_args__ = (UniqueConstraint("chain_id", "position"), UniqueConstraint("chain_id", "price_list_id"))

    id: Mapped[Id]
    chain_id: Mapped[int] = mapped_column(ForeignKey("chains.id", ondelete="CASCADE"))
    price_list_id: Mapped[int] = mapped_column(ForeignKey("price_lists.id"))
    position: Mapped[int] = mapped_column(Integer)
    may_merge: Mapped[bool] = mapped_column(Boolean, server_default=text("true"))


class AccountChain(Base):
    """Which chain holds for a customer account."""

    __tablename__ = "account_chains"

    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), primary_key=True)
    chain_id: Mapped[int] = mapped_column(ForeignKey("chains.id"), index=True)


class VatRate(Base):
    """Percent of a VAT class in a country, from a day on."""

    __tablename__ = "vat_rates"
    __table_args__ = (
        UniqueConstraint("country", "vat_class", "valid_from"),
        CheckConstraint("rate >= 0 AND rate <= 100", name="rate_is_percent"),
    )

    id: Mapped[Id]
    country: Mapped[str] = mapped_column(String(2))
    vat_class: Mapped[str] = mapped_column(String(12))
    rate: Mapped[Decimal] = mapped_column(Numeric(6, 3))
    valid_from: Mapped[date] = mapped_column(Date)


class PriceChange(Base):
    """A price as it was before a change or removal, so that the price of any past moment can be told.

    It held from `held_since` until `changed_at`; without a new price the entry was removed.
    """

    __tablename__ = "price_changes"
    __table_args__ = (
        Index("ix_price_changes_article_id_price_list_id", "article_id", "price_list_id"),
        Index("ix_price_changes_price_list_id_id", "price_list_id", "id"),
    )

    id: Mapped[Id]
    changed_at: Mapped[Moment] = mapped_column(server_default=func.now())
    price_list_id: Mapped[int] = mapped_column(BigInteger)
    article_id: Mapped[int] = mapped_column(BigInteger)
    unit: Mapped[str] = mapped_column(String(3))
    min_quantity: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    valid_from: Mapped[date | None] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)
    old_price: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    old_base_quantity: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    held_since: Mapped[Moment]
    new_price: Mapped[Decimal | None] = mapped_column(Numeric(18, 6))
    new_base_quantity: Mapped[Decimal | None] = mapped_column(Numeric(18, 6))
    user_id: Mapped[int | None] = mapped_column(BigInteger)
