"""Price lists, entries with breaks, and what prices were before."""

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
    SmallInteger,
    String,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Id, Moment


class PriceList(Base):
    """Named prices in one currency; net unless `is_gross`. Validity: from inclusive, to exclusive, operator's zone.

    `kind`: list (its own entries), contract (of one account, entries may have a quantity to draw down), formula (prices
    worked out from another list or from cost when they are read; it has no entries).

    `entry_count` is kept by the commands that write entries: counting millions for a page takes seconds.

    A list without `series_id` is the head of its series and its first version; chains name heads. On a day the
    version holds that is approved, valid, and began last (of two that began on one day the higher). A draft that is
    submitted waits for approval.
    """

    __tablename__ = "price_lists"
    __table_args__ = (
        UniqueConstraint("series_id", "version"),
        Index("ix_price_lists_series_id_state_valid_from", "series_id", "state", "valid_from"),
        CheckConstraint("(series_id IS NULL) = (version = 1) AND version >= 1", name="head_is_first"),
        CheckConstraint("state IN ('draft', 'approved', 'withdrawn')", name="state_known"),
        CheckConstraint("series_id IS NOT NULL OR state = 'approved'", name="head_is_approved"),
        CheckConstraint("(submitted_at IS NULL) = (submitted_by IS NULL)", name="submitted_by_somebody"),
        CheckConstraint("kind IN ('list', 'contract', 'formula')", name="kind_known"),
        CheckConstraint("(kind = 'contract') = (company_id IS NOT NULL)", name="contract_has_company"),
        CheckConstraint("kind = 'formula' OR source_id IS NULL", name="source_of_formula"),
        CheckConstraint("factor >= 0 AND rounding_step >= 0 AND price_ending >= 0", name="formula_not_negative"),
        CheckConstraint("rounding_mode IN ('half_up', 'half_even', 'up', 'down')", name="rounding_mode_known"),
        CheckConstraint("digits BETWEEN 0 AND 6", name="digits_fit"),
    )

    id: Mapped[Id]
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    currency: Mapped[str] = mapped_column(String(3))
    is_gross: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    valid_from: Mapped[date | None] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)
    is_active: Mapped[bool] = mapped_column(Boolean, server_default=text("true"))
    entry_count: Mapped[int] = mapped_column(Integer, server_default="0")
    kind: Mapped[str] = mapped_column(String(8), server_default="list")
    company_id: Mapped[int | None] = mapped_column(ForeignKey("companies.id"), index=True)  # of a contract
    source_id: Mapped[int | None] = mapped_column(ForeignKey("price_lists.id"), index=True)  # of a formula; none: cost
    factor: Mapped[Decimal] = mapped_column(Numeric(18, 6), server_default="1")
    surcharge: Mapped[Decimal] = mapped_column(Numeric(18, 6), server_default="0")
    rounding_step: Mapped[Decimal] = mapped_column(Numeric(18, 6), server_default="0")  # 0: to the digits
    rounding_mode: Mapped[str] = mapped_column(String(9), server_default="half_up")
    price_ending: Mapped[Decimal | None] = mapped_column(Numeric(18, 6))
    digits: Mapped[int] = mapped_column(SmallInteger, server_default="4")  # after the point, of computed prices
    may_invert: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))  # more may cost less in total
    series_id: Mapped[int | None] = mapped_column(ForeignKey("price_lists.id"))
    version: Mapped[int] = mapped_column(Integer, server_default="1")
    state: Mapped[str] = mapped_column(String(9), server_default="approved")
    label: Mapped[str] = mapped_column(String(80), server_default="")
    note: Mapped[str] = mapped_column(String(500), server_default="")
    refusal: Mapped[str] = mapped_column(String(500), server_default="")
    submitted_by: Mapped[int | None] = mapped_column(BigInteger)
    submitted_at: Mapped[Moment | None]
    approved_by: Mapped[int | None] = mapped_column(BigInteger)
    approved_at: Mapped[Moment | None]
    withdrawn_at: Mapped[Moment | None]
    announced_for: Mapped[date | None] = mapped_column(Date)  # the first day buyers were told of
    end_told_for: Mapped[date | None] = mapped_column(Date)  # the end price managers were told of
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
        # the order of own prices: see queries/own_price.py
        Index("ix_price_entries_list_price", "price_list_id", text("(price / base_quantity)")),
        CheckConstraint("price >= 0", name="price_not_negative"),
        CheckConstraint("min_quantity >= 0", name="min_quantity_not_negative"),
        CheckConstraint("base_quantity > 0", name="base_quantity_positive"),
        CheckConstraint("valid_from < valid_to", name="validity_not_empty"),
        CheckConstraint("agreed_quantity > 0", name="agreed_quantity_positive"),
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
    agreed_quantity: Mapped[Decimal | None] = mapped_column(Numeric(18, 6))  # of a contract, in the unit; none: no end


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
