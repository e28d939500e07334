"""Many hands in one cart: who may do what with it, who is in it now, who changed which line."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Id, Moment


class ActiveCart(Base):
    """The cart a person's clicks go to. It holds while that cart is open and the person may change it.

    `staff_id`: whose clicks when somebody of the operator acts for the person, 0 for the person's own, negative for one of
    several visitors at work under his name.
    """

    __tablename__ = "active_carts"
    __table_args__ = (
        ForeignKeyConstraint(["cart_id", "company_id"], ["carts.id", "carts.company_id"], ondelete="CASCADE"),
        Index("ix_active_carts_user_id", "user_id"),
        Index("ix_active_carts_cart_id", "cart_id"),
    )

    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    staff_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False, server_default="0")
    cart_id: Mapped[int | None] = mapped_column(BigInteger)


class CartMember(Base):
    """A colleague with whom a cart is shared, or the whole company (`user_id` null). The owner is not listed."""

    __tablename__ = "cart_members"
    __table_args__ = (
        ForeignKeyConstraint(["cart_id", "company_id"], ["carts.id", "carts.company_id"], ondelete="CASCADE"),
        UniqueConstraint("cart_id", "user_id", postgresql_nulls_not_distinct=True),
        CheckConstraint("access IN ('see', 'edit', 'order')", name="access_known"),
        Index("ix_cart_members_user_id", "user_id"),
        Index("ix_cart_members_everybody", "company_id", postgresql_where=text("user_id IS NULL")),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(BigInteger)
    cart_id: Mapped[int] = mapped_column(BigInteger)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    access: Mapped[str] = mapped_column(String(5))
    since: Mapped[Moment] = mapped_column(server_default=func.now())


class CartVisit(Base):
    """When a person had the open page of a cart before him last."""

    __tablename__ = "cart_visits"
    __table_args__ = (
        ForeignKeyConstraint(["cart_id", "company_id"], ["carts.id", "carts.company_id"], ondelete="CASCADE"),
        Index("ix_cart_visits_user_id", "user_id"),
    )

    company_id: Mapped[int] = mapped_column(BigInteger)
    cart_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    at: Mapped[Moment] = mapped_column(server_default=func.now())


class CartLineChange(Base):
    """One change of one line, as texts: "5 H87" became "7 H87". The line itself may be gone."""

    __tablename__ = "cart_line_changes"
    __table_args__ = (
        ForeignKeyConstraint(["cart_id", "company_id"], ["carts.id", "carts.company_id"], ondelete="CASCADE"),
        CheckConstraint("kind IN ('quantity', 'note')", name="kind_known"),
        Index("ix_cart_line_changes_line", "cart_id", "line_id"),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(BigInteger)
    cart_id: Mapped[int] = mapped_column(BigInteger)
    line_id: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[Moment] = mapped_column(server_default=func.now())
    who: Mapped[str] = mapped_column(String(250), server_default="")
    kind: Mapped[str] = mapped_column(String(8))
    before: Mapped[str] = mapped_column(String(300), server_default="")
    after: Mapped[str] = mapped_column(String(300), server_default="")
