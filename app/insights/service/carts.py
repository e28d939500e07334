"""Noticing carts left behind, and closing them."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import and_, case, exists, func, literal, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased

from app.accounts.models.companies import Company
from app.core import audit, clock
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Invalid, NotFound, Unavailable
from app.core.operator_settings import setting_value
from app.core.outbox import publish
from app.core.texts import N_
from app.insights.domain.abandonment import (
    BY_HAND,
    WAITING,
    AbandonmentState,
    CloseReason,
    is_mostly_asked,
    is_mostly_ordered,
    reminder_due,
)
from app.insights.domain.cart_odds import is_held_out
from app.insights.domain.cart_settings import CART_HOURS, HOLD_OUT, REMIND_MINUTES
from app.insights.events import CartAbandoned
from app.insights.models.carts import AbandonedCart, CartLimit
from app.insights.queries.cart_facts import Left, asked_since, ordered_since, recent_contacts
from app.insights.service.cart_looks import Look, look
from app.ordering.domain.lifecycle import CartKind
from app.ordering.models.carts import Cart

log = logging.getLogger(__name__)
_BATCH = 500  # in one look; the next one, a minute later, goes on
_LONGEST_NOTE = 1000


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
    """What makes a cart an abandoned one that nobody has noticed yet; the account's own limit goes before ours."""
    usual = setting_value(CART_HOURS)
    limit = aliased(CartLimit)
    own = select(limit.hours).where(limit.company_id == Cart.company_id).correlate(Cart).scalar_subquery()
    now = literal(clock.now())
    shortest = func.least(usual, select(func.min(limit.hours)).correlate(None).scalar_subquery())
    known = exists().where(
        AbandonedCart.cart_id == Cart.id,
        # closed ones count as known until the buyer acts again
        (AbandonedCart.state.in_(WAITING)) | (AbandonedCart.idle_since >= Cart.last_activity_at),
    )
    return (
        Cart.state == "open",
        Cart.kind == CartKind.CART,
        Cart.last_activity_at <= now - _hours(shortest),
        Cart.last_activity_at <= now - _hours(func.coalesce(own, usual)),
        Cart.line_count > 0,
        ~known,
    )


def _hours(number: Any) -> Any:
    return func.make_interval(0, 0, 0, 0, number)


def _account_buys() -> Any:
    return and_(
        Company.id == Cart.company_id, Company.state == "approved", Company.is_blocked.is_(False),
        Company.is_on_credit_hold.is_(False),
    )  # fmt: skip


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
    """False when there is nothing in it, the buyer came back, it does not count, or another process was quicker."""
    cart = db.session.execute(
        select(
            Cart.company_id, Cart.user_id, Cart.last_activity_at, Cart.last_page, Cart.currency, Cart.line_count,
            Cart.net_seen, Cart.changed_at, CartLimit.hours,
        )
        .join(Company, _account_buys())
        .outerjoin(CartLimit, CartLimit.company_id == Cart.company_id)
        .where(Cart.id == cart_id, *_terms())
    ).one_or_none()  # fmt: skip
    if cart is None:
        return False
    left = Left(cart_id, cart.company_id, cart.user_id, cart.last_activity_at, cart.last_page)
    seen = look(actor, left) or Look(cart.line_count, cart.net_seen or Decimal(0), cart.currency, is_priced=False)
    if not seen.lines:
        return False
    now = clock.now()
    spared = _spared(left, seen, cart.changed_at, now)
    values: dict[str, Any] = {
        "company_id": cart.company_id, "cart_id": cart_id, "user_id": cart.user_id, "idle_since": cart.last_activity_at,
        "noticed_at": now, "last_page": cart.last_page, "currency": seen.currency, "goods": seen.goods_json,
        "limit_hours": cart.hours if cart.hours is not None else setting_value(CART_HOURS), **seen.columns,
    }  # fmt: skip
    if spared is not None:
        values |= {"state": AbandonmentState.LEFT_OUT, "close_reason": spared, "closed_at": now}
    elif is_held_out(cart.company_id, cart_id, setting_value(HOLD_OUT)):
        values["is_held_out"] = True
    elif not recent_contacts(cart_id):
        values["notice_due_at"] = reminder_due(now, setting_value(REMIND_MINUTES))
    noted = db.session.execute(
        insert(AbandonedCart).values(**values).on_conflict_do_nothing().returning(AbandonedCart.id)
    ).scalar_one_or_none()
    if noted is None:
        return False
    facts = {"lines": seen.lines, "value": seen.value, "currency": seen.currency, "is_priced": seen.is_priced}
    action = "noticed" if spared is None else "left_out"
    audit.record(actor, "abandoned_cart", noted, action, facts | ({"why": spared} if spared else {}),
                 company_id=cart.company_id)  # fmt: skip
    if spared is None and not values.get("is_held_out"):
        publish(CartAbandoned(noted))
    return spared is None


def _spared(left: Left, seen: Look, changed_at: datetime, now: datetime) -> CloseReason | None:
    """Why the cart does not count: its goods were asked for in a quote, or ordered in another way."""
    articles = {article for article, _quantity, _net in seen.goods}
    if not articles:
        return None
    if is_mostly_ordered(seen.goods, ordered_since(left, articles, now)):
        return CloseReason.ORDERED_ELSEWHERE
    if is_mostly_asked(seen.goods, asked_since(left.company_id, articles, changed_at)):
        return CloseReason.QUOTED
    return None


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
def note_reminder(actor: Actor, abandonment_id: int) -> None:
    """The buyer was reminded by mail."""
    company_id = db.session.execute(
        update(AbandonedCart)
        .where(AbandonedCart.id == abandonment_id, AbandonedCart.state == AbandonmentState.OPEN)
        .values(
            state=AbandonmentState.REMINDED, notice_sent_at=clock.now(), contacts=AbandonedCart.contacts + 1,
            contacted_at=clock.now(),
        )
        .returning(AbandonedCart.company_id)
    ).scalar_one_or_none()  # fmt: skip
    if company_id is not None:
        audit.record(actor, "abandoned_cart", abandonment_id, "reminded", company_id=company_id)


@command
def note_work(actor: Actor, abandonment_id: int, *, is_contact: bool) -> None:
    """Somebody of the sales desk acted on it. After a message to the buyer no reminder goes out by itself."""
    values: dict[str, Any] = {"worked_by_id": actor.user_id}
    if is_contact:
        values |= {"contacts": AbandonedCart.contacts + 1, "contacted_at": clock.now(), "notice_due_at": None}
    db.session.execute(update(AbandonedCart).where(AbandonedCart.id == abandonment_id).values(**values))


@command
def dismiss(actor: Actor, abandonment_id: int, note: str = "", *, reason: str) -> None:
    """The sales desk is done with it, and says why: one of BY_HAND, and words where the reason says nothing."""
    if reason not in BY_HAND:
        raise Invalid("reason", N_("Choose a reason."))
    if reason == CloseReason.OTHER and not note.strip():
        raise Invalid("note", N_("Say why."))
    if len(note.strip()) > _LONGEST_NOTE:
        raise Invalid("note", N_("At most {most} characters.", most=_LONGEST_NOTE))
    company_id = db.session.execute(
        update(AbandonedCart)
        .where(AbandonedCart.id == abandonment_id, AbandonedCart.state.in_(WAITING))
        .values(
            state=AbandonmentState.DISMISSED, closed_at=clock.now(), closed_by_id=actor.user_id, note=note.strip(),
            close_reason=reason, worked_by_id=func.coalesce(AbandonedCart.worked_by_id, actor.user_id),
        )
        .returning(AbandonedCart.company_id)
    ).scalar_one_or_none()  # fmt: skip
    if company_id is None:
        if db.session.get(AbandonedCart, abandonment_id) is None:
            raise NotFound
        raise Conflict(N_("This cart is closed already."))
    facts = {"note": note.strip(), "reason": reason}
    audit.record(actor, "abandoned_cart", abandonment_id, "dismissed", facts, company_id=company_id)


@command
def set_cart_limit(actor: Actor, company_id: int, hours: int | None) -> None:
    """After how many hours a cart of this account counts as abandoned; None: as everywhere."""
    if hours is not None and not 0 < hours <= 8760:
        raise Invalid("hours", N_("Enter a number from {least} to {most}.", least=1, most=8760))
    held = db.session.get(CartLimit, company_id, populate_existing=True)
    before = held.hours if held else None
    if before == hours:
        return
    if hours is None:
        db.session.delete(held)
    elif held is None:
        db.session.add(CartLimit(company_id=company_id, hours=hours))
    else:
        held.hours = hours
    audit.record(actor, "company", company_id, "cart_limit", {"hours": [before, hours]}, company_id=company_id)
