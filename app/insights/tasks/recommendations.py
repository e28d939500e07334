"""Finding what to recommend."""

from __future__ import annotations

from app.core.jobs import current_actor, job
from app.insights.service import recommendations


@job("insights.recommend", queue="documents", every=900)
def recommend() -> int:
    """Find at night what goes together and what each account may like next."""
    return recommendations.refresh_if_due(current_actor())
