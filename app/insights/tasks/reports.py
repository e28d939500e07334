"""Making reports as files, and sending them by the clock; the jobs lend the services the words of the web base."""

from __future__ import annotations

from app.core.jobs import current_actor, job
from app.insights.service import report_runs, report_schedules
from app.web.figures import Figures


@job(report_runs.JOB, queue="documents")
def make_report(run_id: int) -> None:
    """A report as a file."""
    report_runs.make(current_actor(), run_id, Figures)


@job("insights.sweep_reports", every=30)
def sweep_reports() -> int:
    """Find files whose worker died."""
    return report_runs.sweep_runs(current_actor())


@job("insights.run_schedules", every=60)
def run_schedules() -> int:
    """Begin the reports whose time has come."""
    return report_schedules.run_due(current_actor())
