"""Jobs that make documents, exports, and hold late accounts."""

from __future__ import annotations

from app.billing.service import export as exporting
from app.billing.service import overdue
from app.billing.service import render as rendering
from app.core.jobs import current_actor, job
from app.web.texts import translator


@job("billing.render_invoice", queue="documents")
def render_invoice(invoice_id: int) -> str:
    """PDF, CII and UBL of one invoice."""
    return rendering.render(current_actor(), invoice_id, translator)


@job("billing.sweep_invoices", every=30)
def sweep_invoices() -> int:
    """Find invoices whose rendering got lost."""
    return rendering.sweep(current_actor())


@job("billing.build_export", queue="documents")
def build_export(export_id: int) -> str:
    """The ZIP of one export."""
    return exporting.build_export(current_actor(), export_id)


@job("billing.sweep_exports", every=30)
def sweep_exports() -> int:
    """Find exports whose worker died."""
    return exporting.sweep_exports(current_actor())


@job("billing.hold_overdue", every=3600)
def hold_overdue() -> int:
    """Hold accounts whose invoices are late by their rule."""
    return len(overdue.hold_overdue(current_actor()))
