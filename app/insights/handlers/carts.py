"""Reactions of the sales desk to what happens in ordering."""

from __future__ import annotations

from app.core.actor import Actor, Scope
from app.core.outbox import handles
from app.insights.service.cart_recovery import note_order
from app.ordering.events import OrderPlaced


@handles(OrderPlaced, scope=Scope.OPERATOR)
def close_abandonment(actor: Actor, event: OrderPlaced) -> None:
    note_order(actor, event.order_id)
