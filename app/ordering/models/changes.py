"""What happens to orders after they were placed: rules, changes with what was before, requests, proposals, amendments."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
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
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Id, Moment

_FALSE = text("false")
_OBJECT = text("'{}'::jsonb")
_LIST = text("'[]'::jsonb")


def _of_order(**options: Any) -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["order_id", "company_id"], ["orders.id", "orders.company_id"], **options)


class OrderRules(Base):
    """How long and by whom orders may be changed. The operator's row (`is_default`) holds for all accounts.

    In the row of an account NULL means: as the operator's. `grace_minutes`: before it ends the order is not invoiced
    and the buyer changes it himself. `waits_for_confirmation`: it is not invoiced before it is confirmed either.
    `asks_for_less`: a smaller quantity than ordered needs the buyer's yes. `answer_days`: his time for it.
    """

    __tablename__ = "order_rules"
    __table_args__ = (
        CheckConstraint("grace_minutes BETWEEN 0 AND 43200", name="grace_minutes_in_reach"),
        CheckConstraint("cancel_until IN ('grace', 'confirmed', 'invoiced')", name="cancel_until_known"),
        CheckConstraint("answer_days BETWEEN 1 AND 90", name="answer_days_in_reach"),
        Index("uq_order_rules_one_default", "is_default", unique=True, postgresql_where=text("is_default")),
    )

    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), primary_key=True)
    is_default: Mapped[bool] = mapped_column(Boolean, server_default=_FALSE)
    grace_minutes: Mapped[int | None] = mapped_column(Integer)
    cancel_until: Mapped[str | None] = mapped_column(String(9))
    waits_for_confirmation: Mapped[bool | None] = mapped_column(Boolean)
    asks_for_less: Mapped[bool | None] = mapped_column(Boolean)
    answer_days: Mapped[int | None] = mapped_column(Integer)


class OrderChange(Base):
    """One change of an order, which made version `version` of it; `before` is the order as it stood until then."""

    __tablename__ = "order_changes"
    __table_args__ = (
        _of_order(ondelete="CASCADE"),
        UniqueConstraint("order_id", "version"),
        UniqueConstraint("company_id", "client_ref"),
        CheckConstraint(
            "kind IN ('cancelled', 'amended', 'confirmed', 'agreed')", name="kind_known"
        ),
    )  # fmt: skip

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(BigInteger)
    order_id: Mapped[int] = mapped_column(BigInteger)
    version: Mapped[int] = mapped_column(Integer)
    kind: Mapped[str] = mapped_column(String(9))
    at: Mapped[Moment] = mapped_column(server_default=func.now())
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    user_name: Mapped[str] = mapped_column(String(200), server_default="")
    by_operator: Mapped[bool] = mapped_column(Boolean, server_default=_FALSE)
    reason: Mapped[str] = mapped_column(Text, server_default="")
    client_ref: Mapped[str] = mapped_column(String(80))
    request_hash: Mapped[str] = mapped_column(String(64), server_default="")
    before: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=_OBJECT)


class OrderRequest(Base):
    """A buyer asks for a cancellation that he may not make himself any more. `lines`: [[line id, quantity], ...]."""

    __tablename__ = "order_requests"
    __table_args__ = (
        _of_order(ondelete="CASCADE"),
        UniqueConstraint("company_id", "client_ref"),
        CheckConstraint("state IN ('waiting', 'granted', 'refused')", name="state_known"),
        Index("ix_order_requests_order_id", "order_id"),
        Index("uq_order_requests_one_waiting", "order_id", unique=True, postgresql_where=text("state = 'waiting'")),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(BigInteger)
    order_id: Mapped[int] = mapped_column(BigInteger)
    client_ref: Mapped[str] = mapped_column(String(80))
    at: Mapped[Moment] = mapped_column(server_default=func.now())
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    user_name: Mapped[str] = mapped_column(String(200), server_default="")
    reason: Mapped[str] = mapped_column(Text, server_default="")
    lines: Mapped[list[Any]] = mapped_column(JSONB, server_default=_LIST)
    state: Mapped[str] = mapped_column(String(7), server_default="waiting")
    decided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    decided_by: Mapped[str] = mapped_column(String(200), server_default="")
    answer: Mapped[str] = mapped_column(Text, server_default="")


class OrderProposal(Base):
    """How the wholesaler confirms a line otherwise than it was ordered; `told` ones hold without a yes.

    `old_*` is what the line said. `unit_price` is for the line's price base quantity; NULL: as it was. A substitute
    takes the place of the line at that quantity and price.
    """

    __tablename__ = "order_proposals"
    __table_args__ = (
        _of_order(ondelete="CASCADE"),
        CheckConstraint("kind IN ('changed', 'backordered', 'rejected', 'substitute')", name="kind_known"),
        CheckConstraint("state IN ('told', 'waiting', 'accepted', 'refused', 'lapsed')", name="state_known"),
        CheckConstraint("quantity >= 0", name="quantity_not_negative"),
        Index("ix_order_proposals_order_id", "order_id", "id"),
        Index("ix_order_proposals_order_line_id", "order_line_id"),
        Index("ix_order_proposals_waiting", "answer_by", postgresql_where=text("state = 'waiting'")),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(BigInteger)
    order_id: Mapped[int] = mapped_column(BigInteger)
    order_line_id: Mapped[int] = mapped_column(ForeignKey("order_lines.id", ondelete="CASCADE"))
    at: Mapped[Moment] = mapped_column(server_default=func.now())
    user_name: Mapped[str] = mapped_column(String(200), server_default="")
    kind: Mapped[str] = mapped_column(String(11))
    quantity: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    unit_price: Mapped[Decimal | None] = mapped_column(Numeric(18, 6))
    promised_on: Mapped[date | None] = mapped_column(Date)
    substitute_id: Mapped[int | None] = mapped_column(ForeignKey("articles.id"), index=True)
    reason: Mapped[str] = mapped_column(String(300), server_default="")
    old_quantity: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    old_price: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    old_promised_on: Mapped[date | None] = mapped_column(Date)
    state: Mapped[str] = mapped_column(String(8))
    answer_by: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    answered_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    answered_by: Mapped[str] = mapped_column(String(200), server_default="")


class OrderAmendment(Base):
    """A cart in which a new version of an order is prepared; `order_version` is the one it was made from."""

    __tablename__ = "order_amendments"
    __table_args__ = (
        _of_order(ondelete="CASCADE"),
        ForeignKeyConstraint(["cart_id", "company_id"], ["carts.id", "carts.company_id"], ondelete="CASCADE"),
        CheckConstraint("prices IN ('ordered', 'today', 'best')", name="prices_known"),
        UniqueConstraint("cart_id"),
        Index("ix_order_amendments_order_id", "order_id"),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(BigInteger)
    order_id: Mapped[int] = mapped_column(BigInteger)
    cart_id: Mapped[int] = mapped_column(BigInteger)
    prices: Mapped[str] = mapped_column(String(7))
    order_version: Mapped[int] = mapped_column(Integer)
    cart_before: Mapped[int | None] = mapped_column(BigInteger)  # the person's active cart until then
    created_at: Mapped[Moment] = mapped_column(server_default=func.now())
