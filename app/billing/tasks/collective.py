"""Jobs of collective invoices."""

from __future__ import annotations

from app.billing.service import collective
from app.core.jobs import current_actor, job


@job("billing.run_invoices", queue="documents")
def run_invoices(run_id: int) -> str:
    """The invoices of one run that are not issued yet."""
    return collective.work_off(current_actor(), run_id)


@job("billing.sweep_invoice_runs", every=60)
def sweep_invoice_runs() -> int:
    """Find runs whose worker died."""
    return collective.sweep_runs(current_actor())
