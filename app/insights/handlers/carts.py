"""Reactions of the sales desk to what happens in ordering."""

from __future__ import annotations

from app.core.actor import Actor, Scope
from app.core.outbox import handles
from app.insights.queries.carts import cart_of_order
from app.insights.service.carts import note_order
from app.ordering.events import OrderPlaced


@handles(OrderPlaced, scope=Scope.OPERATOR)
def close_abandonment(actor: Actor, event: OrderPlaced) -> None:
    cart_id, number = cart_of_order(actor, event.order_id)
    if cart_id is not None:
        note_order(actor, cart_id, number)
