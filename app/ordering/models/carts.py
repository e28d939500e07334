"""Carts. They store no prices for ordering, only what the buyer was shown."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

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
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import Base, Id, Moment

_EMPTY = text("'{}'::jsonb")
_NONE = text("'[]'::jsonb")


class Cart(Base):
    """Lines being prepared by a buyer.

    `checked_at` is when the buyer last saw prices for ordering (`CartLine.checked_price`): placing compares with them.
    `version` grows with every change of the lines. `line_count` and `net_seen` (net as last worked out for the buyer)
    serve the top bar and lists only: no order is made from them. `user_id` owns the cart; whom he shares it with, and
    which cart is a person's active one, is in `shared_carts`. `changed_*`: the last change of its lines.
    """

    __tablename__ = "carts"
    __table_args__ = (
        UniqueConstraint("id", "company_id"),
        CheckConstraint("state IN ('open', 'awaiting_approval', 'ordered', 'discarded')", name="state_known"),
        Index("ix_carts_company_id_state", "company_id", "state"),
        Index("ix_carts_open_activity", "last_activity_at", postgresql_where=text("state = 'open'")),
        CheckConstraint("kind IN ('cart', 'standing', 'amendment', 'prepared', 'quote')", name="kind_known"),
        Index(
            "uq_carts_source_live",
            "company_id",
            "source",
            unique=True,
            postgresql_where=text("source <> '' AND state <> 'discarded'"),
        ),
        Index("ix_carts_user_id", "user_id"),
        Index("ix_carts_changed_by_id", "changed_by_id"),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    name: Mapped[str] = mapped_column(String(80), server_default="")
    state: Mapped[str] = mapped_column(String(18), server_default="open")
    kind: Mapped[str] = mapped_column(String(9), server_default="cart")
    source: Mapped[str] = mapped_column(String(80), server_default="")  # what its prices were agreed in; one live cart
    currency: Mapped[str] = mapped_column(String(3))
    version: Mapped[int] = mapped_column(Integer, server_default="0")
    line_count: Mapped[int] = mapped_column(Integer, server_default="0")
    net_seen: Mapped[Decimal | None] = mapped_column(Numeric(18, 6))
    last_activity_at: Mapped[Moment] = mapped_column(server_default=func.now())
    last_page: Mapped[str] = mapped_column(String(200), server_default="")
    changed_at: Mapped[Moment] = mapped_column(server_default=func.now())
    changed_by: Mapped[str] = mapped_column(String(250), server_default="")
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[Moment] = mapped_column(server_default=func.now())
    checked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    coupons: Mapped[list[Any]] = mapped_column(JSONB, server_default=_NONE)  # codes the buyer has entered
    # promotions the buyer was shown for ordering: [[code, name, amount], ...]; null before the first time
    allowances_seen: Mapped[list[Any] | None] = mapped_column(JSONB(none_as_null=True))
    # what the buyer entered at checkout, kept so that nothing entered is lost
    draft: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=_EMPTY)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)  # who made it for the buyer
    staff_name: Mapped[str] = mapped_column(String(120), server_default="")
    handed_over_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))  # the link is made from it
    handed_note: Mapped[str] = mapped_column(String(500), server_default="")

    lines: Mapped[list[CartLine]] = relationship(
        lazy="raise_on_sql", order_by="CartLine.position", primaryjoin="Cart.id == CartLine.cart_id", viewonly=True
    )


class CartLine(Base):
    """One article in a cart: quantity and unit as entered, and the quantity in the base unit.

    `version` is the cart's version that changed it last, `first_version` the one that brought it. `net_seen`, the VAT beside it and the three flags are what the
    last pricing of this line found: sums on the page are made of them, an order never is. A line without price or out
    of the assortment has no `net_seen`; `has_moved`: its price differs from `checked_price`.
    """

    __tablename__ = "cart_lines"
    __table_args__ = (
        ForeignKeyConstraint(["cart_id", "company_id"], ["carts.id", "carts.company_id"], ondelete="CASCADE"),
        UniqueConstraint("cart_id", "article_id", "unit", "slot"),
        CheckConstraint("quantity > 0", name="quantity_positive"),
        Index("ix_cart_lines_cart_id_position", "cart_id", "position"),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(BigInteger)
    cart_id: Mapped[int] = mapped_column(BigInteger)
    position: Mapped[int] = mapped_column(Integer)
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id"))
    quantity: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    unit: Mapped[str] = mapped_column(String(3))
    slot: Mapped[int] = mapped_column(Integer, server_default="0")  # its agreed price; 0: priced like any other
    base_quantity: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    note: Mapped[str] = mapped_column(String(300), server_default="")
    checked_price: Mapped[Decimal | None] = mapped_column(Numeric(18, 6))
    checked_base_quantity: Mapped[Decimal | None] = mapped_column(Numeric(18, 6))
    version: Mapped[int] = mapped_column(Integer, server_default="0")
    first_version: Mapped[int] = mapped_column(Integer, server_default="0")
    changed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    changed_by: Mapped[str] = mapped_column(String(250), server_default="")
    changed_by_id: Mapped[int | None] = mapped_column(BigInteger)  # for comparing only, hence without a key
    net_seen: Mapped[Decimal | None] = mapped_column(Numeric(18, 6))
    vat_category: Mapped[str | None] = mapped_column(String(2))
    vat_rate: Mapped[Decimal | None] = mapped_column(Numeric(6, 3))
    is_agreed: Mapped[bool] = mapped_column(server_default=text("false"))
    has_problem: Mapped[bool] = mapped_column(server_default=text("false"))
    has_moved: Mapped[bool] = mapped_column(server_default=text("false"))


class SavedLine(Base):
    """A line put aside for later: outside the sums, never ordered; once its cart is, it stands beside its owner's next."""

    __tablename__ = "saved_lines"
    __table_args__ = (
        ForeignKeyConstraint(["cart_id", "company_id"], ["carts.id", "carts.company_id"], ondelete="CASCADE"),
        UniqueConstraint("cart_id", "article_id", "unit"),
        CheckConstraint("quantity > 0", name="quantity_positive"),
        Index("ix_saved_lines_article_id", "article_id"),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(BigInteger)
    cart_id: Mapped[int] = mapped_column(BigInteger)
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id"))
    quantity: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    unit: Mapped[str] = mapped_column(String(3))
    note: Mapped[str] = mapped_column(String(300), server_default="")
    saved_at: Mapped[Moment] = mapped_column(server_default=func.now())
    who: Mapped[str] = mapped_column(String(250), server_default="")


class CartChange(Base):
    """Lines that came into a cart or left it: makes adding repeatable by `client_ref` and removing reversible.

    `lines` holds what was removed, for undo; of what was added only `line_count` is kept.
    """

    __tablename__ = "cart_changes"
    __table_args__ = (
        ForeignKeyConstraint(["cart_id", "company_id"], ["carts.id", "carts.company_id"], ondelete="CASCADE"),
        UniqueConstraint("company_id", "client_ref"),
        CheckConstraint("kind IN ('added', 'removed')", name="kind_known"),
        Index("ix_cart_changes_cart_id", "cart_id"),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(BigInteger)
    cart_id: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(String(8))
    client_ref: Mapped[str | None] = mapped_column(String(80))
    request_hash: Mapped[str] = mapped_column(String(64), server_default="")
    at: Mapped[Moment] = mapped_column(server_default=func.now())
    who: Mapped[str] = mapped_column(String(250), server_default="")
    version: Mapped[int] = mapped_column(Integer, server_default="0")
    line_count: Mapped[int] = mapped_column(Integer)
    lines: Mapped[list[Any]] = mapped_column(JSONB, server_default=_NONE)
    undone_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
