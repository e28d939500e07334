"""Carts left behind, as the sales desk sees them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, func, or_, select, tuple_
from sqlalchemy.orm import aliased

from app.accounts.models.companies import Company
from app.accounts.models.people import User
from app.core import audit
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.core.models import AuditEntry
from app.core.texts import N_, Message
from app.insights.domain.abandonment import WAITING, AbandonmentState
from app.insights.domain.abandonment_reasons import Found, Reason
from app.insights.domain.cart_odds import Past
from app.insights.models.carts import AbandonedCart, CartLimit
from app.insights.queries.cart_facts import past_of
from app.ordering.domain.cart import CartPage
from app.ordering.models.carts import Cart
from app.ordering.models.orders import Order
from app.ordering.queries.cart import priced_cart


@dataclass(frozen=True, slots=True)
class AbandonedRow:
    """A line of the list; `value` is the net sum when last looked at, in `currency`. `phone` is the company's.

    `is_barred`: the account is blocked or on credit hold.
    """

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
    reason: str
    margin: Decimal | None
    likelihood: int | None
    is_held_out: bool
    contacts: int
    contacted_at: datetime | None
    close_reason: str
    recovered_at: datetime | None
    recovered_how: str
    recovered_value: Decimal | None
    buyer_locale: str
    may_be_contacted: bool
    is_barred: bool


@dataclass(frozen=True, slots=True)
class AbandonedPage:
    """One of them with the cart at today's prices (None once it is no longer open) and what happened."""

    row: AbandonedRow
    note: str
    closed_at: datetime | None
    order_number: str
    cart: CartPage | None
    history: Sequence[AuditEntry]
    reasons: Sequence[Found]
    past: tuple[Past, Past, Past]
    limit_hours: int | None
    own_limit: int | None


@dataclass(frozen=True, slots=True)
class AbandonedFilters:
    """What the list is narrowed to; `manager_id` to the accounts of one sales manager.

    `view`: "waiting", the work list, without carts that are held out and accounts that may not buy; "held_out" those
    that nobody may contact; "closed"; "left_out" those that never counted. `reason`: the main one.
    """

    view: str = "waiting"
    reason: str = ""
    text: str = ""
    manager_id: int | None = None
    company_id: int | None = None


_manager = aliased(User)
_ROW: tuple[Any, ...] = (
    AbandonedCart.id, AbandonedCart.cart_id, AbandonedCart.company_id, AbandonedCart.user_id, Company.code, Company.name, Company.phone,
    User.name, User.email, Company.manager_id, func.coalesce(_manager.name, ""), AbandonedCart.line_count, AbandonedCart.value,
    AbandonedCart.currency, AbandonedCart.idle_since, AbandonedCart.noticed_at, AbandonedCart.last_page,
    AbandonedCart.state, AbandonedCart.notice_due_at, AbandonedCart.notice_sent_at,
    AbandonedCart.reason, AbandonedCart.margin, AbandonedCart.likelihood, AbandonedCart.is_held_out,
    AbandonedCart.contacts, AbandonedCart.contacted_at, AbandonedCart.close_reason, AbandonedCart.recovered_at,
    AbandonedCart.recovered_how, AbandonedCart.recovered_value, User.locale, User.may_be_contacted,
    or_(Company.is_blocked, Company.is_on_credit_hold, Company.state != "approved"),
)  # fmt: skip

# What the list can be sorted by, and how a key that travelled in an address becomes a value again.
_SORTS: dict[str, tuple[Any, Callable[[str], Any]]] = {
    "value": (AbandonedCart.value, Decimal),
    "idle": (AbandonedCart.idle_since, datetime.fromisoformat),
    "likelihood": (func.coalesce(AbandonedCart.likelihood, 0), int),
}
SORTS = tuple(_SORTS)
VIEWS = ("waiting", "held_out", "closed", "left_out")


def sort_key(row: AbandonedRow, sort: str) -> tuple[object, int]:
    """The key of a row in a list sorted so."""
    if sort == "likelihood":
        return row.likelihood or 0, row.id
    return (row.value if sort == "value" else row.idle_since), row.id


def _narrowed(statement: Select[Any], filters: AbandonedFilters) -> Select[Any]:
    """The statement about abandoned carts with their companies and buyers, held to the filters."""
    statement = (
        statement.join(Company, Company.id == AbandonedCart.company_id)
        .join(User, User.id == AbandonedCart.user_id)
        .outerjoin(_manager, _manager.id == Company.manager_id)
        .where(*_of_view(filters.view))
    )
    if filters.reason:
        statement = statement.where(AbandonedCart.reason == filters.reason)
    if filters.text:
        places = (Company.name, Company.code, User.name, User.email)
        statement = statement.where(or_(*(place.icontains(filters.text, autoescape=True) for place in places)))
    if filters.manager_id is not None:
        statement = statement.where(Company.manager_id == filters.manager_id)
    if filters.company_id is not None:
        statement = statement.where(AbandonedCart.company_id == filters.company_id)
    return statement


def _of_view(view: str) -> tuple[Any, ...]:
    waiting = AbandonedCart.state.in_(WAITING)
    if view == "left_out":
        return (AbandonedCart.state == AbandonmentState.LEFT_OUT,)
    if view == "closed":
        return (~waiting, AbandonedCart.state != AbandonmentState.LEFT_OUT)
    if view == "held_out":
        return (waiting, AbandonedCart.is_held_out)
    may_buy = (Company.is_blocked.is_(False), Company.is_on_credit_hold.is_(False), Company.state == "approved")
    return (waiting, AbandonedCart.is_held_out.is_(False), *may_buy)


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
        select(
            *_ROW, AbandonedCart.note, AbandonedCart.closed_at, func.coalesce(Order.number, ""), Cart.state,
            AbandonedCart.reasons, AbandonedCart.limit_hours, CartLimit.hours,
        )
        .join(Company, Company.id == AbandonedCart.company_id)
        .join(User, User.id == AbandonedCart.user_id)
        .outerjoin(_manager, _manager.id == Company.manager_id)
        .outerjoin(Cart, Cart.id == AbandonedCart.cart_id)
        .outerjoin(Order, Order.cart_id == AbandonedCart.cart_id)
        .outerjoin(CartLimit, CartLimit.company_id == AbandonedCart.company_id)
        .where(AbandonedCart.id == abandonment_id)
    ).one_or_none()  # fmt: skip
    if row is None:
        raise NotFound
    *shown, note, closed_at, order_number, cart_state, reasons, limit_hours, own_limit = row
    found = AbandonedRow(*shown)
    cart = priced_cart(actor, found.cart_id) if cart_state == "open" else None
    history = audit.history(actor, "abandoned_cart", abandonment_id)
    past = past_of(found.company_id, found.reason)
    return AbandonedPage(
        found, note, closed_at, order_number, cart, history, found_reasons(reasons), past, limit_hours, own_limit
    )


def found_reasons(stored: Sequence[Any]) -> list[Found]:
    """The reasons as they stand in a row."""
    return [Found(Reason(code), weight, Message.from_json(words)) for code, weight, words in stored]


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
