"""Carrying out hand-overs on their day."""

from __future__ import annotations

from app.core.jobs import current_actor, job
from app.sales.service import handovers as service


@job("sales.work_off_handovers", every=900)
def work_off_handovers() -> int:
    """Start what begins today and return what ended."""
    return service.sweep(current_actor())
