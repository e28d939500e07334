"""Working out what a price list does."""

from __future__ import annotations

from app.core.jobs import current_actor, job
from app.insights.service import price_effects


@job(price_effects.JOB, queue="documents")
def preview_prices(effect_id: int) -> None:
    """What a version of a price list does to whom."""
    price_effects.work_out(current_actor(), effect_id)


@job("insights.sweep_previews", every=30)
def sweep_previews() -> int:
    """Find previews whose worker died."""
    return price_effects.sweep_effects(current_actor())
