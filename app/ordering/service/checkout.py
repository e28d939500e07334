"""From cart to order: what the buyer enters, the prices he is shown, and the one way to submit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import update

from app.core import clock
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict
from app.core.texts import N_, Message
from app.ordering.domain.cart import CartPage, PriceChange
from app.ordering.domain.lifecycle import CartState
from app.ordering.domain.wishes import Placed, Wishes, request_hash
from app.ordering.models.carts import Cart
from app.ordering.queries.cart import cart_head, price_day, price_rows
from app.ordering.service.approvals import asked_before, gate
from app.ordering.service.cart_state import remember_prices
from app.ordering.service.orders import place
from app.ordering.service.preparing import prepare


@dataclass(frozen=True, slots=True)
class Submitted:
    """What became of a cart: an order, or a request for approval; `warnings` are for the buyer to read."""

    order: Placed | None
    approval_id: int | None = None
    warnings: tuple[Message, ...] = ()


@command
def submit(actor: Actor, cart_id: int, wishes: Wishes, *, client_ref: str, seen: str | None = None) -> Submitted:
    """Order a cart; the same request sent again gets the first answer.

    `seen` is the fingerprint of the page the buyer confirms. Raises Conflict or Invalid as `prepare` and `place` do.
    """
    try:
        ready = prepare(actor, cart_id, wishes, client_ref=client_ref, seen=seen)
    except Conflict:
        waiting = asked_before(cart_head(actor, cart_id).company_id, client_ref, request_hash(cart_id, wishes.tidy()))
        if waiting is None:
            raise
        return Submitted(None, waiting)
    if isinstance(ready, Placed):
        return Submitted(ready)
    approval_id = gate(ready)
    if approval_id is not None:
        return Submitted(None, approval_id)
    return Submitted(place(ready))


@command
def save_draft(actor: Actor, cart_id: int, draft: Mapping[str, Any]) -> None:
    """Keep what was entered at checkout, also what is not valid yet; values are texts."""
    head = cart_head(actor, cart_id)
    values = {name: str(value) for name, value in draft.items() if value is not None}
    changed = db.session.scalars(
        update(Cart)
        .where(Cart.id == head.id, Cart.state == CartState.OPEN)
        .values(draft=values, last_activity_at=clock.now(), last_page="/checkout")
        .returning(Cart.id)
    ).all()
    if not changed:
        raise Conflict(N_("This cart was ordered already."))


@command
def check_prices(actor: Actor, cart_id: int, *, page: str = "") -> tuple[CartPage, list[PriceChange]]:
    """Price the cart for ordering and keep these prices as the ones the buyer has seen.

    Returns the cart and what differs from what he was shown before.
    """
    head = cart_head(actor, cart_id)
    if head.state != CartState.OPEN:
        raise Conflict(N_("This cart was ordered already."))
    priced = price_rows(actor, head, price_day(actor))
    changes = priced.changes
    remember_prices(priced)
    values: dict[str, Any] = {
        "checked_at": clock.now(), "net_seen": priced.totals.net_total, "allowances_seen": priced.effects.seen,
    }  # fmt: skip
    if page:
        values |= {"last_page": page, "last_activity_at": clock.now()}
    db.session.execute(update(Cart).where(Cart.id == head.id).values(**values))
    return priced, changes
