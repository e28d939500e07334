"""Noticing carts left behind, and closing them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import and_, case, exists, select, update
from sqlalchemy.dialects.postgresql import insert

from app.accounts.models import Company
from app.core import audit, clock
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, NotFound
from app.core.outbox import publish
from app.core.settings import settings
from app.core.texts import N_
from app.insights.domain.abandonment import WAITING, AbandonmentState, idle_limit, reminder_due
from app.insights.events import CartAbandoned
from app.insights.models import AbandonedCart
from app.ordering.models import Cart, CartLine
from app.ordering.queries.cart import priced_cart

_BATCH = 200


def watch(actor: Actor) -> int:
    """One look at all carts: note those gone idle, close those that came back to life; returns how many were noted.

    Each cart is noted in a transaction of its own: one that cannot be priced does not stop the others.
    """
    resume(actor)
    idle = _idle(actor)
    for cart_id in idle:
        _note(actor, cart_id)
    return len(idle)


def _idle(actor: Actor) -> Sequence[int]:
    limit = idle_limit(clock.now(), settings().ABANDONED_CART_HOURS)
    known = exists().where(
        AbandonedCart.cart_id == Cart.id,
        # closed ones count as known until the buyer acts again
        (AbandonedCart.state.in_(WAITING)) | (AbandonedCart.idle_since >= Cart.last_activity_at),
    )
    return db.session.scalars(
        select(Cart.id)
        .join(Company, and_(Company.id == Cart.company_id, Company.state == "approved", Company.is_blocked.is_(False)))
        .where(
            Cart.state == "open",
            Cart.last_activity_at <= limit,
            exists().where(CartLine.cart_id == Cart.id),
            ~known,
        )
        .order_by(Cart.last_activity_at)
        .limit(_BATCH)
    ).all()


@command
def _note(actor: Actor, cart_id: int) -> None:
    cart = db.session.execute(
        select(Cart.company_id, Cart.user_id, Cart.last_activity_at, Cart.last_page, Cart.currency, Cart.state).where(
            Cart.id == cart_id
        )
    ).one()
    page = priced_cart(actor, cart_id)
    now = clock.now()
    noted = db.session.execute(
        insert(AbandonedCart)
        .values(
            company_id=cart.company_id,
            cart_id=cart_id,
            user_id=cart.user_id,
            idle_since=cart.last_activity_at,
            noticed_at=now,
            last_page=cart.last_page,
            line_count=len(page.rows),
            value=page.totals.net_total,
            currency=page.currency,
            notice_due_at=reminder_due(now),
        )
        .on_conflict_do_nothing()
        .returning(AbandonedCart.id)
    ).scalar_one_or_none()
    if noted is None:
        return  # another process was quicker
    facts = {"lines": len(page.rows), "value": page.totals.net_total, "currency": page.currency}
    audit.record(actor, "abandoned_cart", noted, "noticed", facts, company_id=cart.company_id)
    publish(CartAbandoned(noted))


@command
def resume(actor: Actor) -> int:
    """Close what is no longer abandoned because its buyer went on or it was ordered or discarded; returns how many."""
    moved = db.session.execute(
        update(AbandonedCart)
        .where(
            AbandonedCart.state.in_(WAITING),
            Cart.id == AbandonedCart.cart_id,
            (Cart.last_activity_at > AbandonedCart.idle_since) | (Cart.state != "open"),
        )
        .values(state=_outcome(), closed_at=clock.now())
        .returning(AbandonedCart.id, AbandonedCart.company_id, AbandonedCart.state)
    ).all()
    for abandonment_id, company_id, state in moved:
        audit.record(actor, "abandoned_cart", abandonment_id, state, company_id=company_id)
    return len(moved)


def _outcome() -> Any:
    return case((Cart.state == "ordered", AbandonmentState.RECOVERED.value), else_=AbandonmentState.RESUMED.value)


@command
def note_order(actor: Actor, cart_id: int, order_number: str) -> None:
    """The cart was ordered after all."""
    closed = db.session.execute(
        update(AbandonedCart)
        .where(AbandonedCart.cart_id == cart_id, AbandonedCart.state.in_(WAITING))
        .values(state=AbandonmentState.RECOVERED, closed_at=clock.now())
        .returning(AbandonedCart.id, AbandonedCart.company_id)
    ).all()
    for abandonment_id, company_id in closed:
        audit.record(
            actor, "abandoned_cart", abandonment_id, "recovered", {"order": order_number}, company_id=company_id
        )


@command
def note_reminder(actor: Actor, abandonment_id: int) -> None:
    """The buyer was written to."""
    company_id = db.session.execute(
        update(AbandonedCart)
        .where(AbandonedCart.id == abandonment_id, AbandonedCart.state == AbandonmentState.OPEN)
        .values(state=AbandonmentState.REMINDED, notice_sent_at=clock.now())
        .returning(AbandonedCart.company_id)
    ).scalar_one_or_none()
    if company_id is not None:
        audit.record(actor, "abandoned_cart", abandonment_id, "reminded", company_id=company_id)


@command
def dismiss(actor: Actor, abandonment_id: int, note: str) -> None:
    """The sales desk is done with it, and says why."""
    company_id = db.session.execute(
        update(AbandonedCart)
        .where(AbandonedCart.id == abandonment_id, AbandonedCart.state.in_(WAITING))
        .values(state=AbandonmentState.DISMISSED, closed_at=clock.now(), closed_by_id=actor.user_id, note=note.strip())
        .returning(AbandonedCart.company_id)
    ).scalar_one_or_none()
    if company_id is None:
        if db.session.get(AbandonedCart, abandonment_id) is None:
            raise NotFound
        raise Conflict(N_("This cart is closed already."))
    audit.record(actor, "abandoned_cart", abandonment_id, "dismissed", {"note": note.strip()}, company_id=company_id)
