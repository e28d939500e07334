"""Jobs of the desks."""

from __future__ import annotations

from app.core.jobs import current_actor, job
from app.insights.service import carts as service
from app.insights.service import faults, price_effects, reorder


@job("insights.watch_carts", every=60)
def watch_carts() -> int:
    """Notice carts left behind within a minute of the limit."""
    return service.watch(current_actor())


@job("insights.count_faults", every=1800)
def count_faults() -> int:
    """How many suspected faults the catalogue has, for the overview."""
    return sum(faults.count_all(current_actor()).values())


@job(price_effects.JOB, queue="documents")
def preview_prices(effect_id: int) -> None:
    """What a version of a price list does to whom."""
    price_effects.work_out(current_actor(), effect_id)


@job("insights.sweep_previews", every=30)
def sweep_previews() -> int:
    """Find previews whose worker died."""
    return price_effects.sweep_effects(current_actor())


@job("insights.suggest_reorders", queue="documents", every=900)
def suggest_reorders() -> int:
    """Rank at night what each account will order again soon."""
    return reorder.suggest_if_due(current_actor())
