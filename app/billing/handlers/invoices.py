"""Reactions of billing to what happens in ordering and fulfilment."""

from __future__ import annotations

from app.billing.service.making_good import credit_claim, credit_return
from app.billing.service.sent import invoice_released, note_sent
from app.core.actor import Actor, Scope
from app.core.outbox import handles
from app.fulfilment.events import ClaimDecided, ReturnAccepted, ShipmentSent
from app.ordering.events import OrderReleased


@handles(OrderReleased, scope=Scope.OPERATOR)
def invoice_order(actor: Actor, event: OrderReleased) -> None:
    invoice_released(actor, event.order_id)


@handles(ShipmentSent, scope=Scope.OPERATOR)
def invoice_shipment(actor: Actor, event: ShipmentSent) -> None:
    note_sent(actor, event.shipment_id)


@handles(ReturnAccepted, scope=Scope.OPERATOR)
def credit_returned_goods(actor: Actor, event: ReturnAccepted) -> None:
    credit_return(actor, event.return_id)


@handles(ClaimDecided, scope=Scope.OPERATOR)
def credit_granted_claim(actor: Actor, event: ClaimDecided) -> None:
    credit_claim(actor, event.claim_id)
