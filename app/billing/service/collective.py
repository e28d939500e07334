"""Collective invoices: a run plans its invoices at once and issues them one by one, each in its own transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import insert, select, text

from app.billing.domain.rules import RunPeriod, demand_issue_day
from app.billing.models.runs import InvoiceRun, InvoiceRunItem
from app.billing.queries.entities import closed_through, newest_issue, seller
from app.billing.service.grouping import Group, grouped
from app.billing.service.issue import invoice_sent
from app.core import audit, clock
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, DomainError, Invalid, NotFound, Unavailable
from app.core.jobs import enqueue
from app.core.locks import lock_rows
from app.core.texts import N_

_CLAIM_FOR = timedelta(minutes=2)
_WAITING = text("""
SELECT b.id, r.entity_id FROM billables b JOIN invoice_rules r ON r.company_id = b.company_id
WHERE b.invoice_id IS NULL AND b.sent_on <= :through AND r.mode = 'collective' AND r.period = :period
  AND NOT EXISTS (
    SELECT 1 FROM invoice_run_items i WHERE i.state = 'waiting' AND i.facts -> 'billables' @> to_jsonb(b.id))
ORDER BY b.id""")


@command
def request_run(actor: Actor, period: RunPeriod, through: date, issued_on: date, *, client_ref: str) -> int:
    """Plan the collective invoices of accounts of this period for what was sent up to a day, and start; returns the id.

    A repeat returns the first run. Raises Invalid for a day of issue that the invoices cannot bear.
    """
    known = db.session.scalar(select(InvoiceRun.id).where(InvoiceRun.client_ref == client_ref))
    if known is not None:
        return known
    own = seller(actor, None)
    today = clock.today(own.time_zone)
    if through > today:
        raise Invalid("through", N_("This day has not come yet."))
    waiting = db.session.execute(_WAITING, {"through": through, "period": str(period)}).all()
    for entity_id in {row.entity_id for row in waiting} or {None}:
        demand_issue_day(issued_on, today, through, closed_through(entity_id), newest_issue(entity_id))
    groups = grouped([row.id for row in waiting])
    run = InvoiceRun(
        client_ref=client_ref, period=str(period), through=through, issued_on=issued_on, total=len(groups),
        user_id=actor.user_id, user_name=actor.name, state="waiting" if groups else "done",
        finished_at=None if groups else clock.now(), due_at=clock.now() + _CLAIM_FOR,
    )  # fmt: skip
    db.session.add(run)
    db.session.flush()
    if groups:
        db.session.execute(insert(InvoiceRunItem), _items(run.id, groups))
        enqueue("billing.run_invoices", run.id)
    audit.record(actor, "invoice_run", run.id, "invoice_run_started", {"through": str(through), "total": len(groups)})
    return run.id


def _items(run_id: int, groups: Sequence[Group]) -> list[dict[str, object]]:
    return [
        {
            "run_id": run_id, "company_id": group.company_id, "position": place,
            "facts": {"currency": group.currency, "billables": group.billable_ids},
        }
        for place, group in enumerate(groups, 1)
    ]  # fmt: skip


def work_off(actor: Actor, run_id: int) -> str:
    """Issue what the run has not issued yet; returns its state. Harmless to repeat and to do twice at a time."""
    for item_id in _open_items(actor, run_id):
        _issue_item(actor, run_id, item_id)
    return _finish(actor, run_id)


@command
def _open_items(actor: Actor, run_id: int) -> Sequence[int]:
    run = _run(run_id)
    if run.state == "waiting":
        run.state = "running"
    run.due_at = clock.now() + _CLAIM_FOR
    asked = select(InvoiceRunItem.id).where(InvoiceRunItem.run_id == run_id, InvoiceRunItem.state == "waiting")
    return db.session.scalars(asked.order_by(InvoiceRunItem.position)).all()


def _issue_item(actor: Actor, run_id: int, item_id: int) -> None:
    """One invoice in one transaction: it is issued and marked so, or neither; what cannot be issued says why."""
    try:
        _issue_one(actor, run_id, item_id)
    except Unavailable:
        raise
    except (DomainError, ValueError) as error:
        _note_failure(actor, run_id, item_id, str(getattr(error, "message", error)))


@command
def _issue_one(actor: Actor, run_id: int, item_id: int) -> None:
    run = _run(run_id)  # whoever works off the same run waits here
    item = db.session.get_one(InvoiceRunItem, item_id, populate_existing=True)
    if item.state != "waiting":
        return
    ids = [int(one) for one in item.facts["billables"]]
    issued = invoice_sent(actor, {f"run:{run_id}:{item.position}": ids}, run.issued_on)
    item.state, item.invoice_id = ("done", issued[0]) if issued else ("empty", None)
    run.due_at = clock.now() + _CLAIM_FOR


@command
def _note_failure(actor: Actor, run_id: int, item_id: int, reason: str) -> None:
    _run(run_id)
    item = db.session.get_one(InvoiceRunItem, item_id, populate_existing=True)
    if item.state == "waiting":
        item.state, item.last_error = "failed", reason[:500]


@command
def _finish(actor: Actor, run_id: int) -> str:
    run = _run(run_id)
    asked = select(InvoiceRunItem.id).where(InvoiceRunItem.run_id == run_id, InvoiceRunItem.state == "waiting")
    if run.state != "done" and db.session.scalar(asked.limit(1)) is None:
        run.state, run.finished_at = "done", clock.now()
    return run.state


def _run(run_id: int) -> InvoiceRun:
    runs = lock_rows(InvoiceRun, [run_id])
    if not runs:
        raise NotFound
    return runs[0]


@command
def retry_run(actor: Actor, run_id: int) -> None:
    """Try again what failed; raises Conflict where nothing did."""
    run = _run(run_id)
    asked = select(InvoiceRunItem).where(InvoiceRunItem.run_id == run_id, InvoiceRunItem.state == "failed")
    failed = db.session.scalars(asked).all()
    if not failed:
        raise Conflict(N_("Nothing of this run failed."))
    for item in failed:
        item.state, item.last_error = "waiting", ""
    run.state, run.finished_at, run.due_at = "running", None, clock.now() + _CLAIM_FOR
    audit.record(actor, "invoice_run", run.id, "invoice_run_retried", {"failed": len(failed)})
    enqueue("billing.run_invoices", run.id)


@command
def sweep_runs(actor: Actor) -> int:
    """Ask again for runs whose worker died; returns how many."""
    asked = select(InvoiceRun.id).where(InvoiceRun.state != "done", InvoiceRun.due_at <= clock.now())
    runs = lock_rows(InvoiceRun, db.session.scalars(asked).all())
    for run in runs:
        run.due_at = clock.now() + _CLAIM_FOR
        enqueue("billing.run_invoices", run.id)
    return len(runs)
