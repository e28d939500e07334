"""What became of orders after placing: versions and how they differ, proposals, requests, what waits for whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import exists, func, select, text, tuple_
from sqlalchemy.orm import aliased

from app.accounts.models.companies import Company
from app.catalog.models.articles import Article
from app.core import clock
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.core.money import UnitPrice
from app.core.tenancy import visible
from app.core.texts import N_, Message
from app.ordering.domain.lifecycle import LineState, OrderState
from app.ordering.domain.revision import Difference, differences
from app.ordering.models.changes import OrderAmendment, OrderChange, OrderProposal, OrderRequest
from app.ordering.models.orders import Order, OrderLine
from app.ordering.queries.amendment import standing_of
from app.ordering.queries.order_rules import change_rules

SNAPSHOT = """jsonb_build_object('po_number', o.po_number, 'requested_on', o.requested_on, 'note', o.note,
        'ship_to', o.ship_to, 'net_total', CAST(o.net_total AS text), 'gross_total', CAST(o.gross_total AS text),
        'lines', (SELECT coalesce(jsonb_agg(jsonb_build_object('position', l.position, 'article_id', l.article_id,
            'sku', l.sku, 'name', l.name, 'quantity', CAST(trim_scale(l.quantity) AS text), 'unit', l.unit,
            'unit_price', CAST(trim_scale(l.unit_price) AS text), 'price_base_quantity',
            CAST(trim_scale(l.price_base_quantity) AS text), 'price_unit', l.price_unit, 'net', CAST(l.net AS text),
            'promised_on', l.promised_on, 'state', l.state) ORDER BY l.position), '[]'::jsonb)
            FROM order_lines l WHERE l.order_id = o.id))"""
_NOW = text(f"SELECT {SNAPSHOT} FROM orders o WHERE o.id = :order")  # noqa: S608 -- a constant of this file


@dataclass(frozen=True, slots=True)
class May:
    """What the buyer may still do with an order himself, judged by the clock, and why not."""

    amend: bool
    cancel: bool
    ask: bool
    grace_until: datetime | None
    version: int
    refusal: Message | None
    is_open: bool  # for the operator: it can still be cancelled
    to_confirm: bool
    needs_confirmation: bool


def may_change(actor: Actor, order_id: int) -> May:
    """At most three statements."""
    order = db.session.scalars(visible(actor, select(Order).where(Order.id == order_id), Order)).one()
    standing, now = standing_of(order), clock.now()
    over = standing.is_over
    refusal = over or standing.cancel_refusal(change_rules(actor, order.company_id), now)
    begun = (
        over is None
        and order.version > 1
        and bool(db.session.scalar(select(exists().where(OrderLine.order_id == order_id, OrderLine.state.in_(_BEGUN)))))
    )
    return May(
        amend=standing.amend_refusal(now) is None and not begun,
        cancel=refusal is None,
        ask=over is None and refusal is not None,
        grace_until=order.grace_until if standing.in_grace(now) else None,
        version=order.version,
        refusal=refusal,
        is_open=over is None,
        to_confirm=over is None and order.state == OrderState.PLACED,
        needs_confirmation=order.waits_for_confirmation,
    )


_BEGUN = (LineState.PROPOSED, LineState.CONFIRMED, LineState.BACKORDERED)


@dataclass(frozen=True, slots=True)
class Version:
    """A change of an order, with what differs from the version before; `number` is that of the version it made."""

    number: int
    kind: str
    at: datetime
    who: str
    by_operator: bool
    reason: str
    differences: tuple[Difference, ...]


def versions(actor: Actor, order_id: int) -> list[Version]:
    """All changes of an order, the latest first; two statements."""
    statement = select(OrderChange).where(OrderChange.order_id == order_id).order_by(OrderChange.version)
    changes = db.session.scalars(visible(actor, statement, OrderChange)).all()
    if not changes:
        return []
    states = [change.before for change in changes] + [db.session.scalars(_NOW, {"order": order_id}).one()]
    return [
        Version(
            change.version, change.kind, change.at, change.user_name, change.by_operator, change.reason,
            tuple(differences(old, new)),
        )
        for change, old, new in zip(changes, states, states[1:], strict=False)
    ][::-1]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Told:
    """A change in few words, for a notice: the number of the order, what happened and the differences."""

    order_id: int
    company_id: int
    user_id: int | None
    number: str
    account: str
    version: Version
    gross_total: Decimal
    currency: str


def change_to_tell(actor: Actor, order_id: int, change_id: int) -> Told:
    """One change of an order, in operator scope."""
    row = db.session.execute(
        select(Order, OrderChange.version, Company.code)
        .join(OrderChange, OrderChange.order_id == Order.id)
        .join(Company, Company.id == Order.company_id)
        .where(Order.id == order_id, OrderChange.id == change_id)
    ).one_or_none()
    if row is None:
        raise NotFound
    order, number, account = row
    found = next(one for one in versions(actor, order_id) if one.number == number)
    return Told(
        order.id, order.company_id, order.user_id, order.number, account, found, order.gross_total, order.currency
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class ProposalRow:
    """How a line is confirmed otherwise than ordered."""

    id: int
    position: int
    sku: str
    name: str
    unit: str
    kind: str
    quantity: Decimal
    unit_price: Decimal | None
    promised_on: date | None
    substitute_sku: str | None
    substitute_name: str | None
    reason: str
    old_quantity: Decimal
    old_price: Decimal
    old_promised_on: date | None
    state: str
    answer_by: datetime | None

    def words(self, currency: str) -> Message:
        """What is proposed, in one sentence."""
        price = UnitPrice(self.old_price if self.unit_price is None else self.unit_price, currency)
        if self.substitute_sku:
            return N_("{sku} {name}: instead {other}, {quantity} at {price}", sku=self.sku, name=self.name,
                      other=self.substitute_sku, quantity=self.quantity, price=price)  # fmt: skip
        return N_("{sku} {name}: {old} at {old_price} ordered, {quantity} at {price} confirmed", sku=self.sku,
                  name=self.name, old=self.old_quantity, old_price=UnitPrice(self.old_price, currency),
                  quantity=self.quantity, price=price)  # fmt: skip


@dataclass(frozen=True, slots=True)
class OrderToAsk:
    """Whom to ask about an order."""

    id: int
    company_id: int
    user_id: int | None
    number: str
    currency: str


def order_to_ask(actor: Actor, order_id: int) -> OrderToAsk:
    """In operator scope."""
    row = db.session.execute(
        select(Order.id, Order.company_id, Order.user_id, Order.number, Order.currency).where(Order.id == order_id)
    ).one_or_none()
    if row is None:
        raise NotFound
    return OrderToAsk(*row)


def proposals(actor: Actor, order_id: int, *, only_waiting: bool = False) -> list[ProposalRow]:
    """The differences of the confirmation, by line."""
    other = aliased(Article)
    columns: tuple[Any, ...] = (
        OrderProposal.id, OrderLine.position, OrderLine.sku, OrderLine.name, OrderLine.unit, OrderProposal.kind,
        OrderProposal.quantity, OrderProposal.unit_price, OrderProposal.promised_on, other.sku, other.name,
        OrderProposal.reason, OrderProposal.old_quantity, OrderProposal.old_price, OrderProposal.old_promised_on,
        OrderProposal.state, OrderProposal.answer_by,
    )  # fmt: skip
    statement = (
        select(*columns)
        .join(OrderLine, OrderLine.id == OrderProposal.order_line_id)
        .outerjoin(other, other.id == OrderProposal.substitute_id)
        .where(OrderProposal.order_id == order_id)
        .order_by(OrderLine.position, OrderProposal.id)
    )  # fmt: skip
    if only_waiting:
        statement = statement.where(OrderProposal.state == "waiting")
    return [ProposalRow(*row) for row in db.session.execute(visible(actor, statement, OrderProposal)).all()]


@dataclass(frozen=True, slots=True)
class RequestRow:
    """A cancellation asked for. `lines`: how many of them, 0 for the whole order."""

    id: int
    at: datetime
    who: str
    reason: str
    state: str
    decided_by: str
    answer: str
    lines: int


def requests(actor: Actor, order_id: int) -> list[RequestRow]:
    """Cancellations asked for, the latest first."""
    statement = (
        select(
            OrderRequest.id, OrderRequest.at, OrderRequest.user_name, OrderRequest.reason, OrderRequest.state,
            OrderRequest.decided_by, OrderRequest.answer, func.jsonb_array_length(OrderRequest.lines),
        )
        .where(OrderRequest.order_id == order_id)
        .order_by(OrderRequest.id.desc())
    )  # fmt: skip
    return [RequestRow(*row) for row in db.session.execute(visible(actor, statement, OrderRequest))]


@dataclass(frozen=True, slots=True)
class RequestToTell:
    """A request with its order, for notices."""

    row: RequestRow
    order_id: int
    company_id: int
    user_id: int | None
    number: str
    account: str
    account_name: str


def request_to_tell(actor: Actor, request_id: int) -> RequestToTell:
    """In operator scope."""
    row = db.session.execute(
        select(OrderRequest, Order.number, Company.code, Company.name)
        .join(Order, Order.id == OrderRequest.order_id)
        .join(Company, Company.id == OrderRequest.company_id)
        .where(OrderRequest.id == request_id)
    ).one_or_none()
    if row is None:
        raise NotFound
    found, number, code, name = row
    return RequestToTell(
        RequestRow(
            found.id, found.at, found.user_name, found.reason, found.state, found.decided_by, found.answer,
            len(found.lines),
        ),
        found.order_id, found.company_id, found.user_id, number, code, name,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class DeskRow:
    """An order on the operator's desk. `answers`: lines that wait for the buyer; `asked`: he wants it cancelled."""

    id: int
    number: str
    account: str
    account_name: str
    placed_at: datetime
    grace_until: datetime | None
    waits_for_confirmation: bool
    line_count: int
    net_total: Decimal
    currency: str
    answers: int
    asked: bool


def to_confirm(
    actor: Actor, *, after: Sequence[str] | None = None, before: Sequence[str] | None = None, limit: int
) -> list[DeskRow]:
    """Orders nobody has confirmed yet, and those with a request to cancel; the oldest first. One statement."""
    answers = (
        select(func.count()).where(OrderProposal.order_id == Order.id, OrderProposal.state == "waiting")
    ).scalar_subquery()
    asked = exists().where(OrderRequest.order_id == Order.id, OrderRequest.state == "waiting")
    columns: tuple[Any, ...] = (
        Order.id, Order.number, Company.code, Company.name, Order.placed_at, Order.grace_until,
        Order.waits_for_confirmation, Order.line_count, Order.net_total, Order.currency, answers, asked,
    )  # fmt: skip
    statement = (
        select(*columns)
        .join(Company, Company.id == Order.company_id)
        .where(
            Order.invoiced_at.is_(None),
            Order.source != "history",
            (Order.state == OrderState.PLACED) | (asked & (Order.state == OrderState.CONFIRMED)),
        )
    )  # fmt: skip
    key = tuple_(Order.placed_at, Order.id)
    if before is not None:
        statement = statement.where(key < _key(before)).order_by(Order.placed_at.desc(), Order.id.desc())
    else:
        if after is not None:
            statement = statement.where(key > _key(after))
        statement = statement.order_by(Order.placed_at, Order.id)
    rows = [DeskRow(*row) for row in db.session.execute(visible(actor, statement, Order).limit(limit)).all()]
    return rows[::-1] if before is not None else rows


def desk_count(actor: Actor) -> int:
    """How many orders wait to be confirmed."""
    statement = select(func.count()).where(
        Order.state == OrderState.PLACED, Order.invoiced_at.is_(None), Order.source != "history"
    )
    return db.session.scalar(statement) or 0


def _key(parts: Sequence[str]) -> tuple[datetime, int]:
    try:
        placed_at, order_id = parts
        return datetime.fromisoformat(placed_at), int(order_id)
    except ValueError:
        raise NotFound(N_("This address is damaged. Open the list again.")) from None


@dataclass(frozen=True, slots=True)
class OpenLine:
    """A line as forms of cancelling and confirming want it; `free` is what is neither picked nor invoiced."""

    id: int
    position: int
    sku: str
    name: str
    quantity: Decimal
    unit: str
    unit_price: Decimal
    price_base_quantity: Decimal
    price_unit: str
    state: str
    promised_on: date | None
    free: Decimal


def open_lines(actor: Actor, order_id: int) -> list[OpenLine]:
    """The lines that still stand."""
    columns: tuple[Any, ...] = (
        OrderLine.id, OrderLine.position, OrderLine.sku, OrderLine.name, OrderLine.quantity, OrderLine.unit,
        OrderLine.unit_price, OrderLine.price_base_quantity, OrderLine.price_unit, OrderLine.state,
        OrderLine.promised_on,
        OrderLine.quantity - func.greatest(OrderLine.claimed_quantity, OrderLine.invoiced_quantity),
    )  # fmt: skip
    statement = (
        select(*columns)
        .where(OrderLine.order_id == order_id, OrderLine.quantity > 0)
        .order_by(OrderLine.position)
    )  # fmt: skip
    return [OpenLine(*row) for row in db.session.execute(visible(actor, statement, OrderLine))]


def amended_number(actor: Actor, cart_id: int) -> str | None:
    """The order that a cart amends."""
    statement = (
        select(Order.number)
        .join(OrderAmendment, OrderAmendment.order_id == Order.id)
        .where(OrderAmendment.cart_id == cart_id)
    )
    return db.session.scalar(visible(actor, statement, OrderAmendment))
