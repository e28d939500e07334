"""Orders as lists and pages; lines by pages, because an order may have thousands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func, or_, select, tuple_

from app.accounts.domain.company import PostalAddress
from app.accounts.models.companies import Company
from app.core import audit
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.core.models import AuditEntry
from app.core.tenancy import visible
from app.core.texts import N_, Message
from app.ordering.domain.agreed import agreed_words
from app.ordering.domain.lifecycle import CartState
from app.ordering.models.carts import Cart
from app.ordering.models.changes import OrderAmendment, OrderProposal
from app.ordering.models.orders import Order, OrderAllowance, OrderLine
from app.ordering.queries.deliveries import ChargeRow, order_charges
from app.pricing.domain.totals import VatGroup

PO_REPEATS_SHOWN = 5
ASKED = "asked"  # beside the states: orders with lines that wait for the buyer's answer


@dataclass(frozen=True, slots=True)
class OrderFilters:
    """What a list of orders is narrowed to; empty fields do not narrow. Days are in the actor's time zone."""

    text: str = ""
    state: str = ""
    since: date | None = None
    until: date | None = None
    account: str = ""


@dataclass(frozen=True, slots=True)
class OrderRow:
    """An order in a list. `account` is the customer's code, `account_name` its name."""

    id: int
    number: str
    placed_at: datetime
    state: str
    source: str
    po_number: str
    person: str
    line_count: int
    net_total: Decimal
    gross_total: Decimal
    currency: str
    account: str
    account_name: str


@dataclass(frozen=True, slots=True)
class OrderPage:
    """An order without its lines."""

    id: int
    company_id: int
    number: str
    placed_at: datetime
    state: str
    source: str
    po_number: str
    requested_on: date | None
    note: str
    currency: str
    payment_days: int
    ship_to: PostalAddress | None
    bill_to: PostalAddress | None
    buyer: dict[str, Any]
    net_total: Decimal
    vat_total: Decimal
    gross_total: Decimal
    vat: tuple[VatGroup, ...]
    line_count: int
    account: str
    account_name: str
    allowances: tuple[OrderAllowanceRow, ...]
    promotions_lost: tuple[tuple[str, str, Message], ...]  # code, name, reason; for staff
    charges: tuple[ChargeRow, ...] = ()
    payment_name: str = ""
    staff_name: str = ""  # who placed it in the name of the buyer, if anybody

    @property
    def goods_total(self) -> Decimal:
        """The goods before promotions and without what is charged beside them."""
        charged = sum((one.amount for one in self.charges), Decimal(0))
        return self.net_total + sum((one.amount for one in self.allowances), Decimal(0)) - charged


@dataclass(frozen=True, slots=True)
class OrderAllowanceRow:
    """What a promotion took off the order, net and positive, over all VAT rates."""

    code: str
    name: str
    coupon: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class OrderLineRow:
    """A frozen line; `price_list` and `price_from`, or `price_source`, say why it costs what it costs."""

    id: int
    position: int
    sku: str
    customer_number: str
    name: str
    quantity: Decimal
    unit: str
    unit_price: Decimal
    price_base_quantity: Decimal
    price_unit: str
    net: Decimal
    vat_rate: Decimal | None
    price_list: str
    price_from: Decimal
    note: str
    cancelled_quantity: Decimal
    state: str
    promised_on: date | None
    price_source: str = ""
    shipped_quantity: Decimal = Decimal(0)
    arrived_quantity: Decimal = Decimal(0)  # delivered, or known not to come

    @property
    def why(self) -> Message | None:
        """What the price was agreed in, if it was."""
        return agreed_words(self.price_source) if self.price_source else None


_LIST: tuple[Any, ...] = (
    Order.id, Order.number, Order.placed_at, Order.state, Order.source, Order.po_number,
    func.coalesce(Order.buyer["person"].astext, ""), Order.line_count, Order.net_total, Order.gross_total,
    Order.currency, Company.code, Company.name,
)  # fmt: skip
_LINE: tuple[Any, ...] = (
    OrderLine.id, OrderLine.position, OrderLine.sku, OrderLine.customer_number, OrderLine.name, OrderLine.quantity,
    OrderLine.unit, OrderLine.unit_price, OrderLine.price_base_quantity, OrderLine.price_unit, OrderLine.net,
    OrderLine.vat_rate, OrderLine.price_list, OrderLine.price_from, OrderLine.note, OrderLine.cancelled_quantity,
    OrderLine.state, OrderLine.promised_on, OrderLine.price_source, OrderLine.shipped_quantity,
    OrderLine.delivered_quantity + OrderLine.missing_quantity,
)  # fmt: skip


def orders(
    actor: Actor,
    filters: OrderFilters,
    *,
    after: Sequence[str] | None = None,
    before: Sequence[str] | None = None,
    limit: int,
) -> list[OrderRow]:
    """Newest first, by keys (placed_at, id); with `before` the rows above that key. One statement."""
    statement = select(*_LIST).join(Company, Company.id == Order.company_id)
    statement = _filtered(actor, visible(actor, statement, Order), filters)
    key = tuple_(Order.placed_at, Order.id)
    if before is not None:
        statement = statement.where(key > _key(before)).order_by(Order.placed_at, Order.id)
    else:
        if after is not None:
            statement = statement.where(key < _key(after))
        statement = statement.order_by(Order.placed_at.desc(), Order.id.desc())
    rows = [OrderRow(*row) for row in db.session.execute(statement.limit(limit))]
    return rows[::-1] if before is not None else rows


def _key(parts: Sequence[str]) -> tuple[datetime, int]:
    try:
        placed_at, order_id = parts
        return datetime.fromisoformat(placed_at), int(order_id)
    except ValueError:
        raise NotFound(N_("This address is damaged. Open the list again.")) from None


def _filtered(actor: Actor, statement: Select[Any], filters: OrderFilters) -> Select[Any]:
    zone = ZoneInfo(actor.time_zone)
    if filters.state == ASKED:
        waiting = select(OrderProposal.order_id).where(OrderProposal.state == "waiting")
        statement = statement.where(Order.id.in_(waiting))
    elif filters.state:
        statement = statement.where(Order.state == filters.state)
    if filters.since is not None:
        statement = statement.where(Order.placed_at >= datetime.combine(filters.since, time(), zone))
    if filters.until is not None:
        statement = statement.where(Order.placed_at < datetime.combine(filters.until + timedelta(days=1), time(), zone))
    if filters.account and actor.is_operator:
        statement = statement.where(
            or_(Company.code == filters.account, Company.name.ilike(_contains(filters.account), escape="\\"))
        )
    if filters.text:
        pattern = _contains(filters.text)
        statement = statement.where(
            or_(Order.number.ilike(pattern, escape="\\"), Order.po_number.ilike(pattern, escape="\\"))
        )
    return statement


def _contains(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


def order(actor: Actor, number: str, *, account: str | None = None) -> OrderPage:
    """One order by its number; the operator also names the account, because numbers are unique per account only."""
    statement = (
        select(Order, Company.code, Company.name)
        .join(Company, Company.id == Order.company_id)
        .where(Order.number == number)
    )
    statement = visible(actor, statement, Order)
    if account is not None:
        statement = statement.where(Company.code == account)
    row = db.session.execute(statement.limit(2)).all()
    if len(row) != 1:
        raise NotFound(N_("There is no order {number}.", number=number))
    found, code, name = row[0]
    return OrderPage(
        found.id, found.company_id, found.number, found.placed_at, found.state, found.source, found.po_number,
        found.requested_on, found.note, found.currency, found.payment_days, _address(found.ship_to),
        _address(found.bill_to), found.buyer, found.net_total, found.vat_total, found.gross_total,
        tuple(_vat(group) for group in found.vat_breakdown), found.line_count, code, name, _allowances(actor, found),
        tuple((key, title, Message.from_json(reason)) for key, title, reason in found.promotions_lost)
        if actor.is_operator else (),
        tuple(order_charges(actor, found.id)), found.payment_name, found.staff_name,
    )  # fmt: skip


def _allowances(actor: Actor, found: Order) -> tuple[OrderAllowanceRow, ...]:
    statement = (
        select(OrderAllowance.code, OrderAllowance.name, OrderAllowance.coupon, func.sum(OrderAllowance.amount))
        .where(OrderAllowance.order_id == found.id)
        .group_by(OrderAllowance.code, OrderAllowance.name, OrderAllowance.coupon)
        .order_by(func.min(OrderAllowance.position))
    )
    return tuple(OrderAllowanceRow(*row) for row in db.session.execute(visible(actor, statement, OrderAllowance)).all())


def _address(parts: dict[str, Any]) -> PostalAddress | None:
    return PostalAddress.from_json(parts) if parts else None


def _vat(group: dict[str, Any]) -> VatGroup:
    rate, reason = group["rate"], group["reason"]
    return VatGroup(
        group["category"], None if rate is None else Decimal(rate), Decimal(group["base"]), Decimal(group["tax"]),
        group["reason_code"], Message.from_json(reason) if reason else None,
    )  # fmt: skip


def order_lines(
    actor: Actor,
    order_id: int,
    *,
    after: Sequence[str] | None = None,
    before: Sequence[str] | None = None,
    limit: int,
) -> list[OrderLineRow]:
    """Lines by position; keys are (position,)."""
    statement = visible(actor, select(*_LINE).where(OrderLine.order_id == order_id), OrderLine)
    if before is not None:
        statement = statement.where(OrderLine.position < _position(before)).order_by(OrderLine.position.desc())
    else:
        if after is not None:
            statement = statement.where(OrderLine.position > _position(after))
        statement = statement.order_by(OrderLine.position)
    rows = [OrderLineRow(*row) for row in db.session.execute(statement.limit(limit))]
    return rows[::-1] if before is not None else rows


def _position(parts: Sequence[str]) -> int:
    try:
        return int(parts[0])
    except ValueError:
        raise NotFound(N_("This address is damaged. Open the list again.")) from None


def order_history(actor: Actor, order_id: int) -> list[AuditEntry]:
    """What happened to an order, oldest first."""
    return audit.history(actor, "order", order_id)


def orders_with_po(actor: Actor, po_number: str) -> list[str]:
    """Numbers of the account's orders under the same PO number, newest first; a few are enough for a warning."""
    if not po_number.strip():
        return []
    statement = (
        select(Order.number)
        .where(Order.company_id == actor.company_id, Order.po_number == po_number.strip())
        .order_by(Order.placed_at.desc())
        .limit(PO_REPEATS_SHOWN)
    )
    return list(db.session.scalars(statement))


def order_of_cart(actor: Actor, cart_id: int) -> str | None:
    """The number of the order a cart became, or changed; None while it is open."""
    changed = (
        select(OrderAmendment.order_id)
        .join(Cart, Cart.id == OrderAmendment.cart_id)
        .where(OrderAmendment.cart_id == cart_id, Cart.state == CartState.ORDERED)
    )
    statement = select(Order.number).where(or_(Order.cart_id == cart_id, Order.id.in_(changed)))
    return db.session.scalar(visible(actor, statement, Order))
