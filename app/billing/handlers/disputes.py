"""The ledger of open items learns how much of an invoice is contested."""

from __future__ import annotations

from app.billing.events import DisputeEnded, InvoiceDisputed
from app.billing.service.disputes import note_amount
from app.core.actor import Actor, Scope
from app.core.outbox import handles


@handles(InvoiceDisputed, scope=Scope.OPERATOR)
def stop_reminding(actor: Actor, event: InvoiceDisputed) -> None:
    note_amount(actor, event.dispute_id)


@handles(DisputeEnded, scope=Scope.OPERATOR)
def remind_again(actor: Actor, event: DisputeEnded) -> None:
    note_amount(actor, event.dispute_id)
