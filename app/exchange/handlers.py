"""What is told to partners when something happens to their orders, invoices and quotes."""

from __future__ import annotations

from app.billing.events import InvoiceRendered
from app.core.actor import Actor, Scope
from app.core.outbox import handles
from app.exchange.service.telling import (
    tell_cancellation,
    tell_decision,
    tell_invoice,
    tell_order,
    tell_proposal,
    tell_quote,
    tell_shipment,
)
from app.fulfilment.events import ShipmentSent
from app.ordering.events import ApprovalDecided, CancellationDecided, OrderChanged, OrderProposed
from app.sourcing.events import QuoteOffered


@handles(OrderChanged, scope=Scope.OPERATOR)
def order_changed(actor: Actor, event: OrderChanged) -> None:
    tell_order(actor, event.order_id, event.change_id)


@handles(OrderProposed, scope=Scope.OPERATOR)
def order_proposed(actor: Actor, event: OrderProposed) -> None:
    tell_proposal(actor, event.order_id, event.proposal_id)


@handles(ApprovalDecided, scope=Scope.OPERATOR)
def approval_decided(actor: Actor, event: ApprovalDecided) -> None:
    tell_decision(actor, event.approval_id)


@handles(CancellationDecided, scope=Scope.OPERATOR)
def cancellation_decided(actor: Actor, event: CancellationDecided) -> None:
    tell_cancellation(actor, event.request_id)


@handles(ShipmentSent, scope=Scope.OPERATOR)
def shipment_sent(actor: Actor, event: ShipmentSent) -> None:
    tell_shipment(actor, event.shipment_id)


@handles(InvoiceRendered, scope=Scope.OPERATOR)
def invoice_rendered(actor: Actor, event: InvoiceRendered) -> None:
    tell_invoice(actor, event.invoice_id)


@handles(QuoteOffered, scope=Scope.OPERATOR)
def quote_offered(actor: Actor, event: QuoteOffered) -> None:
    tell_quote(actor, event.quote_id, event.version)
