"""Carts left behind."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

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
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Id, Moment

_NONE = text("'[]'::jsonb")


class AbandonedCart(Base):
    """A cart idle beyond the limit, as noticed; closed when it was ordered, came back to life or was dismissed.

    `value` is the net sum at own prices when last looked at, in `currency`; `margin` what of it is above cost, None
    where a cost is not known; `likelihood` in percent that it is ordered. `goods`: [article id, base quantity, net].
    `state`: open, reminded, recovered (ordered), resumed (buyer went on), dismissed, left_out (never was on the list,
    `close_reason` says why). `reason` is the main one of `reasons`, "none" where the facts name none.
    `is_held_out`: nobody writes or calls, so that what calling is worth can be measured. `contacts`: messages sent.
    `recovered_*`: the cart itself was ordered, or at least half of its goods in other orders within two weeks.
    """

    __tablename__ = "abandoned_carts"
    __table_args__ = (
        CheckConstraint(
            "state IN ('open', 'reminded', 'recovered', 'resumed', 'dismissed', 'left_out')", name="state_known"
        ),
        CheckConstraint("recovered_how IN ('', 'cart', 'elsewhere')", name="recovered_how_known"),
        Index("ix_abandoned_carts_company_id_noticed_at", "company_id", "noticed_at"),
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
    reason: Mapped[str] = mapped_column(String(20), server_default="")
    reasons: Mapped[list[Any]] = mapped_column(JSONB, server_default=_NONE)  # [[code, weight, message], ...]
    goods: Mapped[list[Any]] = mapped_column(JSONB, server_default=_NONE)
    looked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    margin: Mapped[Decimal | None] = mapped_column(Numeric(18, 6))
    likelihood: Mapped[int | None] = mapped_column(Integer)
    is_held_out: Mapped[bool] = mapped_column(server_default=text("false"))
    limit_hours: Mapped[int | None] = mapped_column(Integer)
    close_reason: Mapped[str] = mapped_column(String(20), server_default="")
    contacts: Mapped[int] = mapped_column(Integer, server_default="0")
    contacted_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    worked_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)  # who acted on it last
    recovered_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    recovered_how: Mapped[str] = mapped_column(String(9), server_default="")
    recovered_value: Mapped[Decimal | None] = mapped_column(Numeric(18, 6))

    @property
    def lines_left(self) -> list[tuple[int, Decimal, Decimal]]:
        """What was in it when it was noticed: article id, base quantity, net."""
        return [(article, Decimal(quantity), Decimal(net)) for article, quantity, net in self.goods]


class CartLimit(Base):
    """After how many hours a cart of this account counts as abandoned; without a row the portal's number holds."""

    __tablename__ = "cart_limits"
    __table_args__ = (CheckConstraint("hours > 0", name="hours_positive"),)

    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), primary_key=True, autoincrement=False)
    hours: Mapped[int] = mapped_column(Integer)
    updated_at: Mapped[Moment] = mapped_column(server_default=func.now(), onupdate=func.clock_timestamp())
