"""How far an order is: released for the invoice, picked, shipped, delivered, returned, invoiced, paid, closed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from sqlalchemy import ColumnElement, exists, or_, select, text, update
from sqlalchemy.orm import InstrumentedAttribute

from app.core import audit, clock
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.locks import lock_rows
from app.core.outbox import publish
from app.core.texts import N_
from app.ordering.domain.lifecycle import LineState, OrderState, settled_state, state_of
from app.ordering.domain.progress import Progress, Step, counted
from app.ordering.events import OrderReleased
from app.ordering.models.changes import OrderProposal
from app.ordering.models.orders import Order
from app.ordering.service.order_rows import numbers, texts

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


Quantities = Mapping[int, Decimal]
"""Line id -> how much more (below zero: less), in the unit of the line."""

_LINES = text("""
SELECT l.id, l.position, l.quantity, l.state, l.claimed_quantity AS claimed, l.shipped_quantity AS shipped,
    l.delivered_quantity AS delivered, l.missing_quantity AS missing, l.returned_quantity AS returned,
    l.invoiced_quantity AS invoiced
FROM order_lines l WHERE l.order_id = :order ORDER BY l.position""")
_WRITE = text("""
UPDATE order_lines l SET claimed_quantity = v.claimed, shipped_quantity = v.shipped, delivered_quantity = v.delivered,
    missing_quantity = v.missing, returned_quantity = v.returned, invoiced_quantity = v.invoiced, state = v.state
FROM unnest(CAST(:ids AS bigint[]), CAST(:claimed AS numeric[]), CAST(:shipped AS numeric[]),
    CAST(:delivered AS numeric[]), CAST(:missing AS numeric[]), CAST(:returned AS numeric[]),
    CAST(:invoiced AS numeric[]), string_to_array(:states, E'\x1f'))
    AS v (id, claimed, shipped, delivered, missing, returned, invoiced, state)
WHERE l.id = v.id""")


def progress_of(order_id: int) -> list[Progress]:
    """How far each line of an order is, in the order of the lines; for a command that holds the order."""
    rows = db.session.execute(_LINES, {"order": order_id}).mappings()
    return [Progress(**{**row, "state": LineState(row["state"])}) for row in rows]


def _locked(actor: Actor, order_id: int) -> Order:
    orders = lock_rows(Order, [order_id])
    if not orders or not (actor.is_operator or orders[0].company_id == actor.company_id):
        raise NotFound(N_("There is no such order."))
    return orders[0]


def _count(actor: Actor, order: Order, steps: Sequence[tuple[Step, Quantities]]) -> None:
    """Count steps on lines of a locked order, write what changed and the state that makes of the order."""
    before = progress_of(order.id)
    lines = {line.id: line for line in before}
    for step, quantities in steps:
        for key, delta in sorted(quantities.items()):
            if key not in lines:
                raise NotFound(N_("There is no such line in order {number}.", number=order.number))
            lines[key] = counted(lines[key], step, delta)
    changed = [lines[line.id] for line in before if lines[line.id] != line]
    if changed:
        counts = {str(step): numbers(getattr(line, step) for line in changed) for step in Step}
        db.session.execute(
            _WRITE,
            {"ids": numbers(line.id for line in changed), "states": texts(line.state for line in changed), **counts},
        )
    _restate(actor, order, list(lines.values()))


def _restate(actor: Actor, order: Order, lines: Sequence[Progress]) -> None:
    was = order.state
    if was == OrderState.CLOSED:
        return
    state = state_of({line.state for line in lines})
    order.state = settled_state(state, is_invoiced=order.invoiced_at is not None, is_paid=order.paid_at is not None)
    if order.state != was:
        audit.record(actor, "order", order.id, "progressed", {"state": [was, order.state]}, company_id=order.company_id)
    db.session.flush()


@command
def record_claimed(actor: Actor, order_id: int, quantities: Quantities) -> None:
    """Picking takes these quantities (or, below zero, gives them back): a cancellation cannot go below what is claimed.

    Raises Conflict for an order whose time for changes still runs, Invalid naming the line beyond what is free.
    """
    order = _locked(actor, order_id)
    if order.released_at is None and any(delta > 0 for delta in quantities.values()):
        raise Conflict(N_("Order {number} can still be changed: pick it later.", number=order.number))
    _count(actor, order, [(Step.CLAIMED, quantities)])


@command
def record_shipped(actor: Actor, order_id: int, quantities: Quantities) -> None:
    """Goods left the warehouse; raises Invalid naming the line beyond what was claimed."""
    _count(actor, _locked(actor, order_id), [(Step.SHIPPED, quantities)])


@command
def record_delivered(actor: Actor, order_id: int, quantities: Quantities, missing: Quantities | None = None) -> None:
    """The receiver has the goods; `missing` is what was shipped but never arrived, or was refused at the door."""
    _count(actor, _locked(actor, order_id), [(Step.DELIVERED, quantities), (Step.MISSING, missing or {})])


@command
def record_returned(actor: Actor, order_id: int, quantities: Quantities) -> None:
    """Goods came back, whatever becomes of them; raises Invalid naming the line beyond what was shipped."""
    _count(actor, _locked(actor, order_id), [(Step.RETURNED, quantities)])


@command
def record_line_invoiced(actor: Actor, order_id: int, quantities: Quantities) -> None:
    """An invoice took these quantities, or a credit note (below zero) gave them back.

    Once every line is invoiced in full the order counts as invoiced: see `record_invoiced`.
    """
    order = _locked(actor, order_id)
    _count(actor, order, [(Step.INVOICED, quantities)])
    if order.invoiced_at is None and all(line.invoiced >= line.quantity for line in progress_of(order.id)):
        record_invoiced(actor, order_id, clock.now())


@command
def record_invoiced(actor: Actor, order_id: int, at: datetime) -> None:
    """Billing tells that an order is invoiced as a whole, each line in full: nothing of it can be changed any more."""
    order = _locked(actor, order_id)
    order.invoiced_at = order.invoiced_at or at
    rest = {line.id: line.quantity - line.invoiced for line in progress_of(order.id)}
    _count(actor, order, [(Step.INVOICED, rest)])


@command
def record_paid(actor: Actor, order_id: int, at: datetime | None) -> None:
    """Billing tells that everything invoiced of an order is paid, or (None) not any more.

    An order that is delivered, invoiced and paid is closed.
    """
    order = _locked(actor, order_id)
    order.paid_at = at if at is None else order.paid_at or at
    if at is None and order.state == OrderState.CLOSED:
        order.state = OrderState.DELIVERED
    _restate(actor, order, progress_of(order.id))


@command
def record_prepay_open(actor: Actor, order_id: int, amount: Decimal) -> None:
    """Billing tells what of the order's prepayment invoices is open, with VAT: nothing of it is picked until it is paid.

    Who issues a prepayment invoice holds the order already; its number, the last lock, is taken by then.
    """
    db.session.execute(update(Order).where(Order.id == order_id).values(prepay_open=amount))


@command
def close(actor: Actor, order_id: int, reason: str) -> None:
    """Close a delivered order by hand, though it is not paid: nothing is expected of it any more. Closing twice is fine."""
    if not actor.is_operator:
        raise Forbidden(N_("You have no right to do this."))
    if not reason.strip():
        raise Invalid("reason", N_("Say why: the other side reads it."))
    order = _locked(actor, order_id)
    if order.state == OrderState.CLOSED:
        return
    if order.state != OrderState.DELIVERED:
        raise Conflict(N_("Only a delivered order can be closed."))
    order.state = OrderState.CLOSED
    audit.record(actor, "order", order.id, "closed", {"reason": reason.strip()[:500]}, company_id=order.company_id)
