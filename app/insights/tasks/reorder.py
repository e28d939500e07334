"""Ranking what is due again."""

from __future__ import annotations

from app.core.jobs import current_actor, job
from app.insights.service import reorder


@job("insights.suggest_reorders", queue="documents", every=900)
def suggest_reorders() -> int:
    """Rank at night what each account will order again soon."""
    return reorder.suggest_if_due(current_actor())
