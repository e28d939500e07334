"""What the desks watch: carts left behind, suspected faults of the catalogue."""

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
    Index,
    Integer,
    Numeric,
    String,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Id, Moment


class AbandonedCart(Base):
    """A cart idle beyond the limit, as noticed; closed when it was ordered, came back to life or was dismissed.

    `value` is the net sum at own prices when noticed, in `currency`.
    `state`: open, reminded, recovered (ordered), resumed (buyer went on), dismissed.
    """

    __tablename__ = "abandoned_carts"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'reminded', 'recovered', 'resumed', 'dismissed')", name="state_known"),
        Index("uq_abandoned_carts_cart_open", "cart_id", unique=True,
              postgresql_where=text("state IN ('open', 'reminded')")),
        Index("ix_abandoned_carts_cart_id", "cart_id", "idle_since"),
        Index("ix_abandoned_carts_state_idle_since", "state", "idle_since"),
    )  # fmt: skip

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    cart_id: Mapped[int] = mapped_column(BigInteger)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    idle_since: Mapped[Moment]
    noticed_at: Mapped[Moment]
    last_page: Mapped[str] = mapped_column(String(200), server_default="")
    line_count: Mapped[int] = mapped_column(Integer)
    value: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    currency: Mapped[str] = mapped_column(String(3))
    state: Mapped[str] = mapped_column(String(9), server_default="open")
    notice_due_at: Mapped[datetime | None] = mapped_column(
        DateTime(timezone=True)
    )  # buyer's mail, looked at again then
    notice_sent_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    closed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    note: Mapped[str] = mapped_column(Text, server_default="")


class AcceptedFault(Base):
    """A suspected fault that a person found to be none; it is not shown again. `key` tells faults of a kind apart."""

    __tablename__ = "accepted_faults"

    kind: Mapped[str] = mapped_column(String(30), primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True, index=True)
    key: Mapped[str] = mapped_column(String(200), primary_key=True, server_default="")
    note: Mapped[str] = mapped_column(String(300), server_default="")
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    at: Mapped[Moment] = mapped_column(server_default=func.now())


class FaultCount(Base):
    """How many suspected faults of a kind there were when last counted; the list itself is always made afresh."""

    __tablename__ = "fault_counts"

    kind: Mapped[str] = mapped_column(String(30), primary_key=True)
    count: Mapped[int] = mapped_column(Integer)
    counted_at: Mapped[Moment] = mapped_column(server_default=func.now())


class PriceEffect(Base):
    """What a version of a price list does to whom, worked out by a job; `result` is as the page shows it."""

    __tablename__ = "price_effects"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'running', 'done', 'failed')", name="state_known"),
        Index("ix_price_effects_price_list_id_id", "price_list_id", "id"),
        Index("ix_price_effects_due", "due_at", postgresql_where=text("state IN ('waiting', 'running')")),
    )

    id: Mapped[Id]
    price_list_id: Mapped[int] = mapped_column(ForeignKey("price_lists.id", ondelete="CASCADE"))
    base_id: Mapped[int] = mapped_column(ForeignKey("price_lists.id", ondelete="CASCADE"), index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    on_day: Mapped[date] = mapped_column(Date)
    state: Mapped[str] = mapped_column(String(8), server_default="waiting")
    total: Mapped[int] = mapped_column(Integer, server_default="0")
    done: Mapped[int] = mapped_column(Integer, server_default="0")
    result: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    created_at: Mapped[Moment] = mapped_column(server_default=func.now())
    due_at: Mapped[Moment] = mapped_column(server_default=func.now())
    attempts: Mapped[int] = mapped_column(Integer, server_default="0")
    finished_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class ReorderSuggestion(Base):
    """An article an account will probably order again soon, ranked at night; `alike` of a hundred similar accounts buy it."""

    __tablename__ = "reorder_suggestions"
    __table_args__ = (Index("ix_reorder_suggestions_on_day", "on_day"),)

    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True, index=True)
    rank: Mapped[int] = mapped_column(Integer)
    alike: Mapped[int] = mapped_column(Integer)
    on_day: Mapped[date] = mapped_column(Date)


class ReorderDismissal(Base):
    """An article an account does not want to be reminded of."""

    __tablename__ = "reorder_dismissals"

    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True, index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    at: Mapped[Moment] = mapped_column(server_default=func.now())
