"""Runs background work in the test's own process: outbox and jobs, until nothing is left."""

from __future__ import annotations

from flask import Flask

from app.core.errors import Conflict, NotFound
from app.core.jobs import JOBS, MemorySender, actor_of, sender
from app.core.outbox import deliver_due
from app.core.tenancy import acting_as


def drain(app: Flask, *, rounds: int = 20) -> list[str]:
    """Deliver events and run sent jobs until none is left; returns the names of the jobs that ran."""
    jobs = sender()
    assert isinstance(jobs, MemorySender)
    ran: list[str] = []
    for _ in range(rounds):
        with app.app_context():
            delivered = deliver_due()
        waiting, jobs.sent[:] = list(jobs.sent), []
        if not delivered and not waiting:
            return ran
        for name, ids, bounds in waiting:
            if name == "core.outbox.deliver":
                continue
            ran.append(name)
            with app.app_context(), acting_as(actor_of(bounds)):
                try:
                    JOBS[name].run(*ids)
                except (Conflict, NotFound):
                    continue
    raise AssertionError(f"work never ends: {jobs.sent}")
