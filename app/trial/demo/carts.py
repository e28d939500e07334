"""A second cart of the first account, which two of its people fill together."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

from app.accounts.queries.people import people, person_actor
from app.catalog.queries.articles import articles_by_code
from app.core import clock
from app.core.actor import Actor
from app.core.tenancy import acting_as
from app.ordering.domain.cart import WantedLine
from app.ordering.domain.sharing import Right
from app.ordering.policy import Permission
from app.ordering.queries.cart import priced_cart
from app.ordering.service.cart import add_lines, new_cart, set_note, set_quantities
from app.ordering.service.carts import share_cart
from app.trial.demo.families import DemoArticle

_LINES = 14


def add_carts(owner: Actor, items: Sequence[DemoArticle]) -> None:
    """The owner's cart for a dock, to which a colleague has added a line and changed another."""
    with acting_as(owner):
        colleagues = [one.user_id for one in people(owner) if one.is_active and one.user_id != owner.user_id]
        guests = [person_actor(owner.company_id, user_id) for user_id in colleagues]
        lines = _wanted(owner, items)
        cart_id = new_cart(owner, "Dock 3")
        with clock.frozen(clock.now() - timedelta(hours=3)):
            add_lines(owner, cart_id, lines[:-1], client_ref=str(uuid.uuid4()), page="/quick-order")
        guest = next((one for one in guests if one.can(Permission.FILL_CART)), None)
        if guest is None or guest.user_id is None:
            return
        share_cart(owner, cart_id, guest.user_id, Right.EDIT)
    with acting_as(guest), clock.frozen(clock.now() - timedelta(minutes=40)):
        add_lines(guest, cart_id, lines[-1:], client_ref=str(uuid.uuid4()))
        first = priced_cart(guest, cart_id).rows[0]
        set_quantities(guest, cart_id, {first.line_id: (first.quantity * 2, None)})
        set_note(guest, cart_id, first.line_id, "for the night shift")


def _wanted(owner: Actor, items: Sequence[DemoArticle]) -> list[WantedLine]:
    chosen = [item for item in items if item.index % 53 and item.index % 37][40::9][: _LINES * 2]
    found = articles_by_code(owner, [item.sku for item in chosen])
    lines = [
        WantedLine(article.id, Decimal(item.step * 4), item.unit)
        for item in chosen
        for article in found.get(item.sku, ())
        if article.status == "active" and article.is_visible and not article.is_head
    ]
    return lines[:_LINES]
