"""One mail to the buyer about the cart left behind, when sales had time to call; looked at again before it leaves."""

from __future__ import annotations

from collections.abc import Iterable

from app.core.actor import Actor
from app.core.money import Money
from app.core.texts import N_
from app.core.units import unit_name
from app.insights.events import CartAbandoned
from app.insights.queries.carts import abandoned_row
from app.insights.service.cart_contacts import reminder_wanted
from app.insights.service.carts import note_reminder
from app.notifications.notices import Kind, Letter, Parameters, Telling, notices
from app.ordering.queries.cart import priced_cart

LINES_NAMED = 5


def tellings(actor: Actor, event: CartAbandoned) -> Iterable[Telling]:
    row = abandoned_row(actor, event.abandonment_id)
    if row.is_held_out or row.notice_due_at is None:
        return
    yield Telling(
        row.company_id,
        f"cart_waiting:{row.id}",
        {"abandonment_id": row.id},
        user_id=row.user_id,
        due_at=row.notice_due_at,
    )


def letter(actor: Actor, parameters: Parameters) -> Letter:
    row = abandoned_row(actor, parameters["abandonment_id"])
    cart = priced_cart(actor, row.cart_id)
    return Letter(
        N_("Your cart is waiting"),
        {
            "name": row.buyer,
            "company": row.company_name,
            "value": Money(cart.totals.net_total, cart.currency),
            "count": len(cart.rows),
            "lines": [(line.quantity, unit_name(line.unit), line.article.name) for line in cart.rows[:LINES_NAMED]],
            "more": max(len(cart.rows) - LINES_NAMED, 0),
            "manager": row.manager,
        },
        link="/cart",
    )


def still_wanted(actor: Actor, parameters: Parameters) -> bool:
    return reminder_wanted(actor, parameters["abandonment_id"])


def on_sent(actor: Actor, parameters: Parameters) -> None:
    note_reminder(actor, parameters["abandonment_id"])


notices.add("cart_waiting", Kind(letter, CartAbandoned, tellings, still_wanted, on_sent, is_optional=True))
