"""Issued documents enter the ledger of open items."""

from __future__ import annotations

from app.billing.events import InvoiceIssued
from app.billing.service.open_items import post_invoice
from app.core.actor import Actor, Scope
from app.core.outbox import handles


@handles(InvoiceIssued, scope=Scope.OPERATOR)
def post_issued(actor: Actor, event: InvoiceIssued) -> None:
    post_invoice(actor, event.invoice_id)
