"""Noticing carts left behind, and closing them."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import and_, case, exists, select, update
from sqlalchemy.dialects.postgresql import insert

from app.accounts.models.companies import Company
from app.core import audit, clock
from app.core.actor import Actor
from app.core.db import command, db, transaction
from app.core.errors import Conflict, NotFound, Unavailable
from app.core.outbox import publish
from app.core.settings import settings
from app.core.texts import N_
from app.insights.domain.abandonment import WAITING, AbandonmentState, idle_limit, reminder_due
from app.insights.events import CartAbandoned
from app.insights.models.carts import AbandonedCart
from app.ordering.domain.lifecycle import CartKind
from app.ordering.models.carts import Cart
from app.ordering.queries.cart import priced_cart

log = logging.getLogger(__name__)
_BATCH = 500  # in one look; the next one, a minute later, goes on


@dataclass(frozen=True, slots=True)
class _Worth:
    """What a cart holds; `is_priced` is False where the sum is the one its buyer saw last."""

    lines: int
    net: Decimal
    currency: str
    is_priced: bool = True


def watch(actor: Actor) -> int:
    """One look at all carts: note those gone idle, close those that came back to life; returns how many were noted.

    Each cart is noted in a transaction of its own: one that makes trouble does not stop the others.
    """
    resume(actor)
    noted = 0
    for cart_id in _idle(actor):
        try:
            noted += _note(actor, cart_id)
        except Unavailable:
            raise
        except Exception:
            log.exception("the idle cart %s could not be noted", cart_id)
    return noted


def _terms() -> tuple[Any, ...]:
    """What makes a cart an abandoned one that nobody has noticed yet."""
    limit = idle_limit(clock.now(), settings().ABANDONED_CART_HOURS)
    known = exists().where(
        AbandonedCart.cart_id == Cart.id,
        # closed ones count as known until the buyer acts again
        (AbandonedCart.state.in_(WAITING)) | (AbandonedCart.idle_since >= Cart.last_activity_at),
    )
    return (
        Cart.state == "open",
        Cart.kind == CartKind.CART,
        Cart.last_activity_at <= limit,
        Cart.line_count > 0,
        ~known,
    )


def _account_buys() -> Any:
    return and_(Company.id == Cart.company_id, Company.state == "approved", Company.is_blocked.is_(False))


def _idle(actor: Actor) -> Sequence[int]:
    return db.session.scalars(
        select(Cart.id)
        .join(Company, _account_buys())
        .where(*_terms())
        .order_by(Cart.last_activity_at, Cart.id)
        .limit(_BATCH)
    ).all()


@command
def _note(actor: Actor, cart_id: int) -> bool:
    """False when there is nothing in it, the buyer came back, or another process was quicker."""
    cart = db.session.execute(
        select(
            Cart.company_id, Cart.user_id, Cart.last_activity_at, Cart.last_page, Cart.currency, Cart.line_count,
            Cart.net_seen,
        )
        .join(Company, _account_buys())
        .where(Cart.id == cart_id, *_terms())
    ).one_or_none()  # fmt: skip
    if cart is None:
        return False
    worth = _worth(actor, cart_id) or _Worth(cart.line_count, cart.net_seen or Decimal(0), cart.currency, False)
    if not worth.lines:
        return False
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
            line_count=worth.lines,
            value=worth.net,
            currency=worth.currency,
            notice_due_at=reminder_due(now),
        )
        .on_conflict_do_nothing()
        .returning(AbandonedCart.id)
    ).scalar_one_or_none()
    if noted is None:
        return False
    facts = {"lines": worth.lines, "value": worth.net, "currency": worth.currency, "is_priced": worth.is_priced}
    audit.record(actor, "abandoned_cart", noted, "noticed", facts, company_id=cart.company_id)
    publish(CartAbandoned(noted))
    return True


def _worth(actor: Actor, cart_id: int) -> _Worth | None:
    """The cart at the account's own prices of today; None when they cannot be worked out."""
    try:
        with transaction():
            page = priced_cart(actor, cart_id)
    except Exception:
        log.exception("the idle cart %s could not be priced", cart_id)
        return None
    return _Worth(len(page.rows), page.totals.net_total, page.currency)


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
    audit.record_many(actor, "abandoned_cart", [(row.id, row.state, row.company_id, {}) for row in moved])
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
    facts = {"order": order_number}
    audit.record_many(actor, "abandoned_cart", [(row.id, "recovered", row.company_id, facts) for row in closed])


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
