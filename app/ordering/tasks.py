"""Jobs of ordering."""

from __future__ import annotations

from app.core.jobs import current_actor, job
from app.ordering.service import approval_clock, confirming, progress, standing_runs, uploads
from app.ordering.service.standing import STEP


@job("ordering.sweep_grace", every=30)
def sweep_grace() -> int:
    """Release orders whose time for changes has ended."""
    return progress.sweep_grace(current_actor())


@job("ordering.sweep_proposals", every=300)
def sweep_proposals() -> int:
    """Open lines again that the buyer has not answered in time."""
    return confirming.sweep_proposals(current_actor())


@job("ordering.run_standing_orders", every=60)
def run_standing_orders() -> int:
    """Announce, place, remind and give up what is due of standing orders."""
    return standing_runs.work_off_all(current_actor())


@job(STEP)
def work_off_standing_run(run_id: int) -> None:
    """One run at once: somebody has answered it, or does not wait for its date."""
    standing_runs.work_off_one(current_actor(), run_id)


@job(uploads.JOB)
def check_order_file(upload_id: int) -> int:
    """Read a long order file and check its rows."""
    return uploads.check_order_file(current_actor(), upload_id)


@job("ordering.sweep_uploads", every=30)
def sweep_uploads() -> int:
    """Find files whose worker died; drop those of long ago."""
    return uploads.sweep_uploads(current_actor())


@job("ordering.sweep_approvals", every=60)
def sweep_approvals() -> int:
    """Remind, ask further people, let requests expire, and let go what was held for too long."""
    return approval_clock.sweep(current_actor())
