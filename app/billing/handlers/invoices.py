"""Reactions of billing to what happens in ordering."""

from __future__ import annotations

from app.billing.service.issue import issue_invoice
from app.core.actor import Actor, Scope
from app.core.outbox import handles
from app.ordering.events import OrderReleased


@handles(OrderReleased, scope=Scope.OPERATOR)
def invoice_order(actor: Actor, event: OrderReleased) -> None:
    issue_invoice(actor, event.order_id)
