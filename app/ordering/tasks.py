"""Jobs of ordering."""

from __future__ import annotations

from app.core.jobs import current_actor, job
from app.ordering.service import progress


@job("ordering.sweep_grace", every=30)
def sweep_grace() -> int:
    """Release orders whose time for changes has ended."""
    return progress.sweep_grace(current_actor())
