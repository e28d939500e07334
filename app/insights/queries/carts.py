"""Carts left behind, as the sales desk sees them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, exists, func, or_, select, tuple_
from sqlalchemy.orm import aliased

from app.accounts.models.companies import Company
from app.accounts.models.people import Membership, User
from app.core import audit
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.core.models import AuditEntry
from app.core.texts import N_
from app.insights.domain.abandonment import WAITING, AbandonmentState
from app.insights.models.carts import AbandonedCart
from app.ordering.domain.cart import CartPage
from app.ordering.models.carts import Cart
from app.ordering.models.orders import Order
from app.ordering.queries.cart import priced_cart


@dataclass(frozen=True, slots=True)
class AbandonedRow:
    """A line of the list; `value` is the net sum when noticed, in `currency`. `phone` is the company's."""

    id: int
    cart_id: int
    company_id: int
    user_id: int
    company_code: str
    company_name: str
    phone: str
    buyer: str
    buyer_email: str
    manager_id: int | None
    manager: str
    line_count: int
    value: Decimal
    currency: str
    idle_since: datetime
    noticed_at: datetime
    last_page: str
    state: str
    notice_due_at: datetime | None
    notice_sent_at: datetime | None


@dataclass(frozen=True, slots=True)
class AbandonedPage:
    """One of them with the cart at today's prices (None once it is no longer open) and what happened."""

    row: AbandonedRow
    note: str
    closed_at: datetime | None
    order_number: str
    cart: CartPage | None
    history: Sequence[AuditEntry]


@dataclass(frozen=True, slots=True)
class AbandonedFilters:
    """What the list is narrowed to; `manager_id` to the accounts of one sales manager."""

    is_waiting: bool = True
    text: str = ""
    manager_id: int | None = None
    company_id: int | None = None


_manager = aliased(User)
_ROW: tuple[Any, ...] = (
    AbandonedCart.id, AbandonedCart.cart_id, AbandonedCart.company_id, AbandonedCart.user_id, Company.code, Company.name, Company.phone,
    User.name, User.email, Company.manager_id, func.coalesce(_manager.name, ""), AbandonedCart.line_count, AbandonedCart.value,
    AbandonedCart.currency, AbandonedCart.idle_since, AbandonedCart.noticed_at, AbandonedCart.last_page,
    AbandonedCart.state, AbandonedCart.notice_due_at, AbandonedCart.notice_sent_at,
)  # fmt: skip

# What the list can be sorted by, and how a key that travelled in an address becomes a value again.
_SORTS: dict[str, tuple[Any, Callable[[str], Any]]] = {
    "value": (AbandonedCart.value, Decimal),
    "idle": (AbandonedCart.idle_since, datetime.fromisoformat),
}
SORTS = tuple(_SORTS)


def sort_key(row: AbandonedRow, sort: str) -> tuple[object, int]:
    """The key of a row in a list sorted so."""
    return (row.value if sort == "value" else row.idle_since), row.id


def _narrowed(statement: Select[Any], filters: AbandonedFilters) -> Select[Any]:
    """The statement about abandoned carts with their companies and buyers, held to the filters."""
    waiting = AbandonedCart.state.in_(WAITING)
    statement = (
        statement.join(Company, Company.id == AbandonedCart.company_id)
        .join(User, User.id == AbandonedCart.user_id)
        .outerjoin(_manager, _manager.id == Company.manager_id)
        .where(waiting if filters.is_waiting else ~waiting)
    )
    if filters.text:
        places = (Company.name, Company.code, User.name, User.email)
        statement = statement.where(or_(*(place.icontains(filters.text, autoescape=True) for place in places)))
    if filters.manager_id is not None:
        statement = statement.where(Company.manager_id == filters.manager_id)
    if filters.company_id is not None:
        statement = statement.where(AbandonedCart.company_id == filters.company_id)
    return statement


def abandoned_carts(
    actor: Actor,
    filters: AbandonedFilters,
    *,
    sort: str = "value",
    is_descending: bool = True,
    after: tuple[str, ...] | None = None,
    before: tuple[str, ...] | None = None,
    limit: int = 51,
) -> list[AbandonedRow]:
    """One page of the list by one of SORTS, highest value first unless told; keys are `sort_key`. One statement."""
    column, read = _SORTS[sort]
    statement = _narrowed(select(*_ROW), filters)
    key, bound = tuple_(column, AbandonedCart.id), before or after
    is_upwards = is_descending is bool(before)
    if bound is not None:
        try:
            value = (read(bound[0]), int(bound[1]))
        except (ValueError, ArithmeticError, IndexError):
            raise NotFound(N_("This address is damaged. Open the list again.")) from None
        statement = statement.where(key > value if is_upwards else key < value)
    order = (column, AbandonedCart.id) if is_upwards else (column.desc(), AbandonedCart.id.desc())
    rows = [AbandonedRow(*row) for row in db.session.execute(statement.order_by(*order).limit(limit))]
    return rows[::-1] if before else rows


def abandoned_sums(actor: Actor, filters: AbandonedFilters) -> list[tuple[str, int, Decimal]]:
    """Currency, number and net value of the carts the filters let through."""
    columns: tuple[Any, ...] = (
        AbandonedCart.currency, func.count(AbandonedCart.id), func.sum(AbandonedCart.value),
    )  # fmt: skip
    statement = _narrowed(select(*columns), filters)
    statement = statement.group_by(AbandonedCart.currency).order_by(AbandonedCart.currency)
    return [(row[0], row[1], row[2]) for row in db.session.execute(statement)]


def abandoned_cart(actor: Actor, abandonment_id: int) -> AbandonedPage:
    """One cart left behind."""
    row = db.session.execute(
        select(*_ROW, AbandonedCart.note, AbandonedCart.closed_at, func.coalesce(Order.number, ""), Cart.state)
        .join(Company, Company.id == AbandonedCart.company_id)
        .join(User, User.id == AbandonedCart.user_id)
        .outerjoin(_manager, _manager.id == Company.manager_id)
        .outerjoin(Cart, Cart.id == AbandonedCart.cart_id)
        .outerjoin(Order, Order.cart_id == AbandonedCart.cart_id)
        .where(AbandonedCart.id == abandonment_id)
    ).one_or_none()
    if row is None:
        raise NotFound
    *shown, note, closed_at, order_number, cart_state = row
    found = AbandonedRow(*shown)
    cart = priced_cart(actor, found.cart_id) if cart_state == "open" else None
    history = audit.history(actor, "abandoned_cart", abandonment_id)
    return AbandonedPage(found, note, closed_at, order_number, cart, history)


def abandoned_row(actor: Actor, abandonment_id: int) -> AbandonedRow:
    """The same without the cart, for a message about it."""
    row = db.session.execute(
        select(*_ROW)
        .join(Company, Company.id == AbandonedCart.company_id)
        .join(User, User.id == AbandonedCart.user_id)
        .outerjoin(_manager, _manager.id == Company.manager_id)
        .where(AbandonedCart.id == abandonment_id)
    ).one_or_none()
    if row is None:
        raise NotFound
    return AbandonedRow(*row)


def is_still_abandoned(actor: Actor, abandonment_id: int) -> bool:
    """Whether the buyer may still be written to.

    Nobody touched or ordered the cart, the account has ordered nothing else since and may buy, and the buyer still
    works for it and wants such mails.
    """
    has_ordered = exists().where(
        Order.company_id == AbandonedCart.company_id,
        Order.placed_at > AbandonedCart.idle_since,
        Order.source != "history",
    )
    works_there = exists().where(
        Membership.company_id == AbandonedCart.company_id,
        Membership.user_id == AbandonedCart.user_id,
        Membership.is_active,
    )
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
            Company.state == "approved",
            Company.is_blocked.is_(False),
            User.is_active,
            User.may_be_contacted,
            works_there,
            ~has_ordered,
        )
    )
    return db.session.scalar(statement) is not None


def cart_of_order(actor: Actor, order_id: int) -> tuple[int | None, str]:
    """The cart an order came from (None for orders by file or history) and the order's number."""
    row = db.session.execute(select(Order.cart_id, Order.number).where(Order.id == order_id)).one_or_none()
    if row is None:
        raise NotFound
    return row.cart_id, row.number
