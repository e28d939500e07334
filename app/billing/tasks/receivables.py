"""Jobs of receivables: proposals of reminders, their letters, promises that are over."""

from __future__ import annotations

from app.billing.service import dunning, receivables, reminders
from app.core.jobs import current_actor, job
from app.web.texts import translator


@job("billing.propose_reminders")
def propose_reminders(run_id: int) -> int:
    """Look at all accounts for one run."""
    return dunning.propose(current_actor(), run_id)


@job("billing.issue_reminders")
def issue_reminders(run_id: int) -> int:
    """Number and charge the letters of an approved run."""
    return reminders.issue_run(current_actor(), run_id, translator)


@job("billing.print_reminder", queue="documents")
def print_reminder(reminder_id: int) -> bool:
    """The PDF of one letter."""
    return reminders.print_reminder(current_actor(), reminder_id, translator)


@job("billing.sweep_reminders", every=60)
def sweep_reminders() -> int:
    """Find runs whose worker died and letters whose printing got lost."""
    actor = current_actor()
    return dunning.sweep_runs(actor) + reminders.sweep_reminders(actor)


@job("billing.review_promises", every=3600)
def review_promises() -> int:
    """Mark promises kept or broken."""
    return receivables.review_promises(current_actor())
