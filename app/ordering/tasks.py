"""Jobs of ordering."""

from __future__ import annotations

from app.core.jobs import current_actor, job
from app.ordering.service import progress, standing_runs
from app.ordering.service.standing import STEP


@job("ordering.sweep_grace", every=30)
def sweep_grace() -> int:
    """Release orders whose time for changes has ended."""
    return progress.sweep_grace(current_actor())


@job("ordering.run_standing_orders", every=60)
def run_standing_orders() -> int:
    """Announce, place, remind and give up what is due of standing orders."""
    return standing_runs.work_off_all(current_actor())


@job(STEP)
def work_off_standing_run(run_id: int) -> None:
    """One run at once: somebody has answered it, or does not wait for its date."""
    standing_runs.work_off_one(current_actor(), run_id)
