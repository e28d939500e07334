"""Jobs of the archive."""

from __future__ import annotations

from app.billing.service import disposal
from app.core.jobs import current_actor, job


@job(disposal.JOB, queue="documents")
def dispose(disposal_id: int) -> int:
    """Dispose of what two people agreed on."""
    return disposal.dispose(current_actor(), disposal_id)


@job("billing.sweep_disposals", every=300)
def sweep_disposals() -> int:
    """Find disposals whose worker died."""
    return disposal.sweep_disposals(current_actor())
