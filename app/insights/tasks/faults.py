"""Counting suspected faults."""

from __future__ import annotations

from app.core.jobs import current_actor, job
from app.insights.service import faults


@job("insights.count_faults", every=1800)
def count_faults() -> int:
    """How many suspected faults the catalogue has, for the overview."""
    return sum(faults.count_all(current_actor()).values())
