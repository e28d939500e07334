"""Imports in the background."""

from __future__ import annotations

from app.accounts.queries.companies import operator_id
from app.core import clock
from app.core.actor import Actor, Scope
from app.core.jobs import current_actor, job, send_now
from app.core.tenancy import Bounds, acting_as
from app.exchange.queries.runs import overdue_runs
from app.exchange.service.processing import process
from app.exchange.service.runs import JOB
from app.exchange.service.stock_feed import read_feeds


@job(JOB, queue="documents")
def run_import(run_id: int) -> None:
    """Check or store the rows of one file."""
    process(current_actor(), run_id)


@job("exchange.sweep_imports", every=60)
def sweep_imports() -> None:
    """Send runs again whose worker died or whose message was lost."""
    for run_id, company_id in overdue_runs(clock.now()):
        send_now(JOB, run_id, bounds=Bounds(Scope.OPERATOR, company_id))


@job("exchange.read_stock_feeds", queue="documents", every=60)
def read_stock_feeds() -> int:
    """Look at the feeds of stock and import what has changed."""
    company_id = operator_id()
    if company_id is None:
        return 0
    with acting_as(Actor.system(company_id)):
        return read_feeds(Actor.system(company_id))
