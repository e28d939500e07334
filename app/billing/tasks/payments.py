"""Jobs of payments: ask providers again."""

from __future__ import annotations

from app.billing.service import online
from app.core.jobs import current_actor, job


@job("billing.sweep_online_payments", every=300)
def sweep_online_payments() -> int:
    """Ask about online payments whose webhook got lost."""
    return online.sweep(current_actor())
