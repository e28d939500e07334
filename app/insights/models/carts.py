"""Carts left behind."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Numeric,
    String,
    Text,
    text,
)
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
