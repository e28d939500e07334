"""Keeping the sums of what was ordered."""

from __future__ import annotations

from app.core.jobs import current_actor, job
from app.insights.service import aggregates


@job("insights.refresh_sales", every=5)
def refresh_sales() -> int:
    """Work out afresh what changed; reports are right in between, only slower."""
    return aggregates.refresh(current_actor())
