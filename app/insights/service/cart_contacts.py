"""Whether the buyer of a cart left behind may be written to now: asked before writing and again when a mail leaves."""

from __future__ import annotations

from typing import Any

from sqlalchemy import exists, select

from app.accounts.models.companies import Company
from app.accounts.models.people import Membership, User
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.core.locks import lock_rows
from app.core.operator_settings import setting_value
from app.core.texts import N_, Message
from app.insights.domain.abandonment import WAITING, is_mostly_asked
from app.insights.domain.cart_settings import CONTACTS
from app.insights.models.carts import AbandonedCart
from app.insights.queries.cart_facts import asked_since, recent_contacts
from app.ordering.models.carts import Cart
from app.ordering.models.orders import Order


def reminder_wanted(actor: Actor, abandonment_id: int) -> bool:
    """Whether the reminder may leave: nobody has written about this cart yet, and nothing else speaks against it."""
    row = _locked(abandonment_id)
    return row.state == "open" and recent_contacts(row.cart_id) == 0 and _obstacle(row) is None


def message_wanted(actor: Actor, abandonment_id: int) -> bool:
    """The same for a message somebody has written, which is counted already."""
    return _obstacle(_locked(abandonment_id)) is None


def contact_obstacle(actor: Actor, abandonment_id: int, *, locks_cart: bool = True) -> Message | None:
    """Why nobody may write to the buyer now; None when one may. Locks the row and the cart.

    `locks_cart` False, where something is locked afterwards that comes before carts: a quote.
    """
    row = _locked(abandonment_id)
    written = recent_contacts(row.cart_id)
    if written >= setting_value(CONTACTS):
        return N_("The buyer was written to {n} times about this cart. That is enough.", n=written)
    return _obstacle(row, locks_cart=locks_cart)


def _locked(abandonment_id: int) -> AbandonedCart:
    found = lock_rows(AbandonedCart, [abandonment_id])
    if not found:
        raise NotFound
    return found[0]


def _obstacle(row: AbandonedCart, *, locks_cart: bool = True) -> Message | None:
    """What speaks against any message, in the order in which it is worth knowing."""
    if row.is_held_out:
        return N_("This cart is held out: nobody contacts the buyer, so that the effect can be measured.")
    if row.state not in WAITING:
        return N_("This cart is closed already.")
    cart = _cart(row.cart_id, is_locked=locks_cart)
    if cart is None or cart.state != "open" or cart.last_activity_at > row.idle_since:
        return N_("The buyer has gone on with this cart.")
    if _has_ordered(row):
        return N_("The account has ordered since.")
    if _has_asked(row, cart):
        return N_("The account has asked for a quote of these goods.")
    return _of_person(row)


def _cart(cart_id: int, *, is_locked: bool) -> Cart | None:
    if not is_locked:
        return db.session.get(Cart, cart_id, populate_existing=True)
    found = lock_rows(Cart, [cart_id])
    return found[0] if found else None


def _of_person(row: AbandonedCart) -> Message | None:
    found = db.session.execute(
        select(User.name, User.may_be_contacted, User.is_active, Company.state, Company.is_blocked,
               Company.is_on_credit_hold, _works_there(row).label("works"))
        .join(Company, Company.id == row.company_id)
        .where(User.id == row.user_id)
    ).one()  # fmt: skip
    if not found.is_active or not found.works:
        return N_("{name} does not work there any more.", name=found.name)
    if not found.may_be_contacted:
        return N_("{name} does not want such messages.", name=found.name)
    if found.state != "approved" or found.is_blocked or found.is_on_credit_hold:
        return N_("The account may not order at present.")
    return None


def _works_there(row: AbandonedCart) -> Any:
    return exists().where(
        Membership.company_id == row.company_id, Membership.user_id == row.user_id, Membership.is_active
    )


def _has_ordered(row: AbandonedCart) -> bool:
    statement = select(Order.id).where(
        Order.company_id == row.company_id, Order.placed_at > row.idle_since, Order.source != "history"
    )
    return db.session.scalar(statement.limit(1)) is not None


def _has_asked(row: AbandonedCart, cart: Cart) -> bool:
    goods = row.lines_left
    if not goods:
        return False
    asked = asked_since(row.company_id, {one[0] for one in goods}, cart.changed_at)
    return is_mostly_asked(goods, asked)
