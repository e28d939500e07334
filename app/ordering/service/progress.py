"""How far an order is: released for the invoice, invoiced."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from app.core import audit, clock
from app.core.actor import Actor
from app.core.db import command, db
from app.core.locks import lock_rows
from app.core.outbox import publish
from app.ordering.domain.lifecycle import OrderState
from app.ordering.events import OrderReleased
from app.ordering.models.changes import OrderProposal
from app.ordering.models.orders import Order

_AT_ONCE = 200


@command
def release(actor: Actor, order_id: int) -> bool:
    """Release an order whose time for changes is over, or that is confirmed; False when it is not yet, or was before."""
    orders = lock_rows(Order, [order_id])
    return bool(orders) and release_locked(actor, orders[0])


def release_locked(actor: Actor, order: Order) -> bool:
    """The same for an order that the command holds locked."""
    now = clock.now()
    if order.released_at is not None or order.state == OrderState.CANCELLED:
        return False
    is_confirmed = order.confirmed_at is not None
    if not is_confirmed and (
        order.waits_for_confirmation or (order.grace_until is not None and now < order.grace_until)
    ):
        return False
    if db.session.scalar(select(_asks_the_buyer(order.id))):
        return False
    order.released_at = now
    audit.record(actor, "order", order.id, "released", company_id=order.company_id)
    publish(OrderReleased(order.id))
    return True


def _asks_the_buyer(order_id: InstrumentedAttribute[int] | int) -> ColumnElement[bool]:
    """Whether a line waits for the buyer's yes: what is not settled is not invoiced."""
    return exists().where(OrderProposal.order_id == order_id, OrderProposal.state == "waiting")


@command
def sweep_grace(actor: Actor, limit: int = _AT_ONCE) -> int:
    """Release orders whose time for changes has ended; returns how many."""
    statement = (
        select(Order.id)
        .where(
            Order.released_at.is_(None),
            Order.source != "history",
            Order.state != OrderState.CANCELLED,
            Order.grace_until <= clock.now(),
            or_(Order.waits_for_confirmation.is_(False), Order.confirmed_at.is_not(None)),
            ~_asks_the_buyer(Order.id),
        )
        .order_by(Order.grace_until)
        .limit(limit)
    )
    orders = lock_rows(Order, db.session.scalars(statement).all())
    return sum(release_locked(actor, order) for order in orders)


@command
def record_invoiced(actor: Actor, order_id: int, at: datetime) -> None:
    """Billing tells that an order is invoiced: nothing of it can be changed any more."""
    (order,) = lock_rows(Order, [order_id])
    order.invoiced_at = order.invoiced_at or at
