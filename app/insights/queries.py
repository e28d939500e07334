"""Carts left behind, as the sales desk sees them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, func, or_, select, tuple_

from app.accounts.models import Company, User
from app.core import audit, clock
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.core.models import AuditEntry
from app.insights.domain.abandonment import WAITING, AbandonmentState
from app.insights.models import AbandonedCart
from app.ordering.domain.cart import CartPage
from app.ordering.models import Cart, Order
from app.ordering.queries.cart import priced_cart


@dataclass(frozen=True, slots=True)
class AbandonedRow:
    """A line of the list; `value` is the net sum when noticed, in `currency`."""

    id: int
    cart_id: int
    company_code: str
    company_name: str
    buyer: str
    buyer_email: str
    line_count: int
    value: Decimal
    currency: str
    idle_since: datetime
    noticed_at: datetime
    last_page: str
    state: str
    notice_sent_at: datetime | None

    @property
    def age(self) -> timedelta:
        return clock.now() - self.idle_since


@dataclass(frozen=True, slots=True)
class AbandonedPage:
    """One of them with the cart at today's prices (None once it was ordered) and what happened."""

    row: AbandonedRow
    company_id: int
    note: str
    closed_at: datetime | None
    cart: CartPage | None
    history: Sequence[AuditEntry]


_ROW = (
    AbandonedCart.id, AbandonedCart.cart_id, Company.code, Company.name, User.name, User.email, AbandonedCart.line_count,
    AbandonedCart.value, AbandonedCart.currency, AbandonedCart.idle_since, AbandonedCart.noticed_at,
    AbandonedCart.last_page, AbandonedCart.state, AbandonedCart.notice_sent_at,
)  # fmt: skip


def _rows() -> Select[Any]:
    return (
        select(*_ROW).join(Company, Company.id == AbandonedCart.company_id).join(User, User.id == AbandonedCart.user_id)
    )


def abandoned_carts(
    actor: Actor,
    *,
    text: str = "",
    is_waiting: bool = True,
    after: tuple[str, ...] | None = None,
    before: tuple[str, ...] | None = None,
    limit: int = 51,
) -> list[AbandonedRow]:
    """Highest value first; keys are (value, id). One statement; for the operator."""
    statement = _rows()
    if is_waiting:
        statement = statement.where(AbandonedCart.state.in_(WAITING))
    else:
        statement = statement.where(AbandonedCart.state.not_in(WAITING))
    if text:
        like = f"%{text.strip().replace('%', '').replace('_', '')}%"
        statement = statement.where(or_(Company.name.ilike(like), Company.code.ilike(like), User.name.ilike(like)))
    key = tuple_(AbandonedCart.value, AbandonedCart.id)
    if before:
        statement = statement.where(key > (Decimal(before[0]), int(before[1])))
        rows = db.session.execute(statement.order_by(AbandonedCart.value, AbandonedCart.id).limit(limit)).all()[::-1]
    else:
        if after:
            statement = statement.where(key < (Decimal(after[0]), int(after[1])))
        rows = db.session.execute(
            statement.order_by(AbandonedCart.value.desc(), AbandonedCart.id.desc()).limit(limit)
        ).all()  # fmt: skip
    return [AbandonedRow(*row) for row in rows]


def abandoned_sums(actor: Actor) -> list[tuple[str, int, Decimal]]:
    """Currency, number and net value of the carts that wait."""
    statement = (
        select(AbandonedCart.currency, func.count(AbandonedCart.id), func.sum(AbandonedCart.value))
        .where(AbandonedCart.state.in_(WAITING))
        .group_by(AbandonedCart.currency)
        .order_by(AbandonedCart.currency)
    )
    return [(row[0], row[1], row[2]) for row in db.session.execute(statement)]


def abandoned_cart(actor: Actor, abandonment_id: int) -> AbandonedPage:
    """One cart left behind."""
    row = db.session.execute(
        _rows()
        .add_columns(AbandonedCart.company_id, AbandonedCart.note, AbandonedCart.closed_at, Cart.state)
        .outerjoin(Cart, Cart.id == AbandonedCart.cart_id)
        .where(AbandonedCart.id == abandonment_id)
    ).one_or_none()
    if row is None:
        raise NotFound
    *shown, company_id, note, closed_at, cart_state = row
    found = AbandonedRow(*shown)
    cart = priced_cart(actor, found.cart_id) if cart_state == "open" else None
    return AbandonedPage(
        found, company_id, note, closed_at, cart, audit.history(actor, "abandoned_cart", abandonment_id)
    )


def is_still_abandoned(actor: Actor, abandonment_id: int) -> bool:
    """Whether the buyer may still be written to: waiting, untouched since, and the account has ordered nothing since."""
    statement = (
        select(AbandonedCart.id)
        .join(Cart, Cart.id == AbandonedCart.cart_id)
        .join(Company, Company.id == AbandonedCart.company_id)
        .join(User, User.id == AbandonedCart.user_id)
        .where(
            AbandonedCart.id == abandonment_id,
            AbandonedCart.state == AbandonmentState.OPEN,
            Cart.state == "open",
            Cart.last_activity_at <= AbandonedCart.idle_since,
            Company.is_blocked.is_(False),
            User.is_active,
            User.may_be_contacted,
        )
    )
    return db.session.scalar(statement) is not None


def cart_of_order(actor: Actor, order_id: int) -> tuple[int | None, str]:
    """The cart an order came from (None for orders by file or history) and the order's number."""
    row = db.session.execute(select(Order.cart_id, Order.number).where(Order.id == order_id)).one_or_none()
    if row is None:
        raise NotFound
    return row.cart_id, row.number
