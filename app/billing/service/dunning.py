"""Runs of reminders: propose, review, approve. Nothing leaves the house before a person has approved it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta

from sqlalchemy import delete, select, update

from app.accounts.domain.signing import signed
from app.accounts.queries.companies import operator_zone
from app.billing.domain.dunning import Proposal, last_day_to_pay, proposal
from app.billing.models.dunning import DunningRun, Reminder, ReminderItem
from app.billing.queries.dunning import Ledger, RuleRow, holidays, ledgers, rule_for, rules
from app.core import audit, clock
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Invalid, NotFound
from app.core.jobs import enqueue
from app.core.locks import lock_rows
from app.core.texts import N_

OPEN_STATES = ("waiting", "proposed", "approved")
MAX_ATTEMPTS = 5


@command
def start_run(actor: Actor, as_of: date, *, client_ref: str) -> int:
    """Ask for a proposal as of a working day; returns the run's id, of the first for the same `client_ref`.

    Raises Invalid for a day that cannot be, Conflict while another run is not over.
    """
    _demand_operator(actor)
    known = db.session.execute(
        select(DunningRun.id, DunningRun.as_of).where(DunningRun.client_ref == client_ref)
    ).one_or_none()
    if known is not None:
        if known.as_of != as_of:
            raise Conflict(N_("This form was sent before with other content."))
        return int(known.id)
    if as_of > clock.today(operator_zone(actor)):
        raise Invalid("as_of", N_("Choose today or an earlier day."))
    if last_day_to_pay(as_of, holidays(actor, as_of)) != as_of:
        raise Invalid("as_of", N_("Nobody is reminded on a weekend or holiday. Choose a working day."))
    other = db.session.scalar(select(DunningRun.id).where(DunningRun.state.in_(OPEN_STATES)).limit(1))
    if other is not None:
        raise Conflict(N_("Another run is not over. Approve or drop it first."))
    run = DunningRun(client_ref=client_ref, as_of=as_of, user_name=signed(actor), due_at=clock.now())
    db.session.add(run)
    db.session.flush()
    audit.record(actor, "dunning_run", run.id, "dunning_started", {"as_of": as_of})
    enqueue("billing.propose_reminders", run.id)
    return run.id


@command
def propose(actor: Actor, run_id: int) -> int:
    """Look at all accounts and keep what would be sent; returns how many letters. A second run changes nothing."""
    run = _locked(actor, run_id)
    if run.state != "waiting":
        return 0
    off_days, known = holidays(actor, run.as_of), rules(actor)
    count = 0
    for ledger in ledgers(actor, off_days):
        row = rule_for(known, ledger)
        if row is None:
            continue
        found = proposed(ledger, row, run.as_of, off_days)
        if found is not None:
            _keep(run, ledger, row, found)
            count += 1
    run.state, run.attempts, run.last_error = "proposed", 0, ""
    audit.record(actor, "dunning_run", run.id, "dunning_proposed", {"reminders": count})
    return count


def proposed(ledger: Ledger, row: RuleRow, day: date, off_days: frozenset[date]) -> Proposal | None:
    """What an account would be reminded of; None also while all of it is stopped."""
    if ledger.stopped_until is not None and day <= ledger.stopped_until:
        return None
    return proposal(ledger.items, ledger.credits, row.rule, day, off_days)


def _keep(run: DunningRun, ledger: Ledger, row: RuleRow, found: Proposal) -> None:
    reminder = Reminder(
        company_id=ledger.company_id, run_id=run.id, currency=ledger.currency, level=found.level.number,
        last_level=len(row.rule.levels), amount=found.amount, fee=found.level.fee, pay_by=found.pay_by,
    )  # fmt: skip
    db.session.add(reminder)
    db.session.flush()
    db.session.add_all(
        ReminderItem(
            company_id=ledger.company_id, reminder_id=reminder.id, item_id=line.item.id, level=line.level,
            days_late=line.days_late, amount=line.amount,
        )
        for line in found.items
    )  # fmt: skip
    db.session.flush()


@command
def leave_out(actor: Actor, run_id: int, reminder_ids: Collection[int], reason: str) -> int:
    """Take letters out of a proposal, saying why; returns how many."""
    if not reason.strip():
        raise Invalid("reason", N_("Say why."))
    return _review(actor, run_id, reminder_ids, ("proposed", "left_out"), reason.strip()[:300])


@command
def take_in(actor: Actor, run_id: int, reminder_ids: Collection[int]) -> int:
    """Put letters back that were left out."""
    return _review(actor, run_id, reminder_ids, ("left_out", "proposed"), "")


def _review(
    actor: Actor, run_id: int, reminder_ids: Collection[int], states: tuple[str, str], reason: str
) -> int:  # fmt: skip
    before, after = states
    run = _locked(actor, run_id)
    if run.state != "proposed":
        raise Conflict(N_("This run is not being reviewed any more."))
    moved = db.session.execute(
        update(Reminder)
        .where(Reminder.run_id == run_id, Reminder.id.in_(set(reminder_ids)), Reminder.state == before)
        .values(state=after, reason=reason)
        .returning(Reminder.id, Reminder.company_id)
    ).all()
    changes = {"state": [before, after], "reason": reason}
    audit.record_many(actor, "reminder", [(row.id, "reminder_reviewed", row.company_id, changes) for row in moved])
    return len(moved)


@command
def approve(actor: Actor, run_id: int) -> None:
    """Have the letters written, numbered and sent. A repeat changes nothing; a dropped run is a Conflict."""
    run = _locked(actor, run_id)
    if run.state in ("approved", "done"):
        return
    if run.state != "proposed":
        raise Conflict(N_("This run is not being reviewed any more."))
    run.state, run.approved_by, run.due_at = "approved", signed(actor), clock.now()
    audit.record(actor, "dunning_run", run.id, "dunning_approved", {"state": ["proposed", "approved"]})
    enqueue("billing.issue_reminders", run.id)


@command
def drop(actor: Actor, run_id: int) -> None:
    """Send nothing of this run. Approved ones can be dropped no more."""
    run = _locked(actor, run_id)
    if run.state == "dropped":
        return
    if run.state not in ("waiting", "proposed"):
        raise Conflict(N_("This run is approved: its letters are on their way."))
    audit.record(actor, "dunning_run", run.id, "dunning_dropped", {"state": [run.state, "dropped"]})
    run.state = "dropped"
    kept = select(Reminder.id).where(Reminder.run_id == run_id)
    db.session.execute(delete(ReminderItem).where(ReminderItem.reminder_id.in_(kept)))
    db.session.execute(delete(Reminder).where(Reminder.run_id == run_id))


@command
def sweep_runs(actor: Actor) -> int:
    """Ask again for runs whose worker died; returns how many. One that failed several times waits for a person."""
    due = (
        update(DunningRun)
        .where(
            DunningRun.state.in_(("waiting", "approved")),
            DunningRun.due_at <= clock.now() - timedelta(minutes=2),
            DunningRun.attempts < MAX_ATTEMPTS,
        )
        .values(due_at=clock.now(), attempts=DunningRun.attempts + 1)
        .returning(DunningRun.id, DunningRun.state)
    )
    rows = db.session.execute(due).all()
    for row in rows:
        enqueue("billing.propose_reminders" if row.state == "waiting" else "billing.issue_reminders", row.id)
    return len(rows)


def _locked(actor: Actor, run_id: int) -> DunningRun:
    _demand_operator(actor)
    found = lock_rows(DunningRun, [run_id])
    if not found:
        raise NotFound
    return found[0]


def _demand_operator(actor: Actor) -> None:
    if not actor.is_operator:
        raise NotFound
