"""Giving accounts to a colleague, for good or while one is away. Every step is safe to repeat."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select, update

from app.accounts.domain.roles import CompanyKind, CompanyState
from app.accounts.models.companies import Company
from app.accounts.queries.people import sales_people
from app.accounts.service.companies import set_managers
from app.core import audit, clock
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Invalid, NotFound
from app.core.locks import lock_rows, note_lock
from app.core.outbox import publish
from app.core.texts import N_
from app.insights.queries.operator_zone import operator_zone
from app.sales.domain.tasks import TaskState
from app.sales.events import AccountsHandedOver
from app.sales.models.handovers import Handover, HandoverAccount
from app.sales.models.tasks import SalesTask

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Wanted:
    """`codes`: numbers of accounts, empty: all of the giver's on the first day. `ends_on`: the last day of an absence."""

    from_id: int
    to_id: int
    starts_on: date
    ends_on: date | None = None
    codes: tuple[str, ...] = ()
    note: str = ""
    is_told: bool = False


@command
def hand_over(actor: Actor, wanted: Wanted, *, client_ref: str) -> int:
    """Plan a hand-over, or carry it out at once when it begins today; returns its id."""
    known = db.session.scalar(select(Handover).where(Handover.client_ref == client_ref))
    if known is not None:
        if (known.from_id, known.to_id, known.starts_on) != (wanted.from_id, wanted.to_id, wanted.starts_on):
            raise Conflict(N_("This was sent before with other content. Open the page again."))
        return known.id
    today = clock.today(actor.time_zone)
    _check(actor, wanted, today)
    companies = _named(wanted)
    row = Handover(
        from_id=wanted.from_id, to_id=wanted.to_id, starts_on=wanted.starts_on, ends_on=wanted.ends_on,
        note=wanted.note.strip(), is_told=wanted.is_told, due_on=wanted.starts_on, client_ref=client_ref,
        created_by_id=actor.user_id,
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    db.session.add_all([HandoverAccount(handover_id=row.id, company_id=company_id) for company_id in companies])
    facts = {
        "from_id": wanted.from_id, "to_id": wanted.to_id, "starts_on": wanted.starts_on, "ends_on": wanted.ends_on,
        "accounts": len(companies) or "all", "note": row.note,
    }  # fmt: skip
    audit.record(actor, "handover", row.id, "created", facts)
    if row.starts_on <= today:
        _start(actor, row)
    return row.id


@command
def cancel(actor: Actor, handover_id: int) -> None:
    """Call off a planned hand-over, or end an absence today: the accounts return."""
    row = _locked(handover_id)
    if row.state == "planned":
        row.state, row.due_on, row.ended_at = "cancelled", None, clock.now()
        audit.record(actor, "handover", row.id, "cancelled", {})
    elif row.state == "active":
        _return(actor, row)
    else:
        raise Conflict(N_("This hand-over is over."))


def sweep(actor: Actor) -> int:
    """Start what begins and return what ends; returns how many were worked off. Each in a transaction of its own."""
    today = clock.today(operator_zone(actor))
    due = db.session.scalars(
        select(Handover.id).where(Handover.due_on <= today).order_by(Handover.due_on, Handover.id)
    ).all()
    worked = 0
    for handover_id in due:
        steps = 0
        while _step(actor, handover_id, today):  # a late one starts and returns, each in its own transaction
            steps += 1
        worked += bool(steps)
    return worked


@command
def _step(actor: Actor, handover_id: int, today: date) -> bool:
    """Start it or let it return; False when nothing is due any more, as when another process was first."""
    row = _locked(handover_id)
    if row.due_on is None or row.due_on > today:
        return False
    if row.state == "planned":
        _start(actor, row)
    else:
        _return(actor, row)
    return True


def _start(actor: Actor, row: Handover) -> None:
    """Accounts and open tasks of the giver change hands; what he no longer looks after stays where it is."""
    named = select(HandoverAccount.company_id).where(HandoverAccount.handover_id == row.id)
    is_all = not db.session.scalars(named.limit(1)).all()
    chosen = select(Company.id).where(Company.manager_id == row.from_id, Company.kind == CompanyKind.CUSTOMER)
    companies = set(db.session.scalars(chosen if is_all else chosen.where(Company.id.in_(named))))
    tasks = _move_tasks(row, companies)
    set_managers(actor, dict.fromkeys(companies, row.to_id))
    if is_all:
        db.session.add_all(
            [HandoverAccount(handover_id=row.id, company_id=one, is_moved=True) for one in sorted(companies)]
        )
    else:
        db.session.execute(
            update(HandoverAccount)
            .where(HandoverAccount.handover_id == row.id, HandoverAccount.company_id.in_(companies))
            .values(is_moved=True)
        )
    row.started_at = clock.now()
    if row.ends_on is None:
        row.state, row.due_on, row.ended_at = "done", None, row.started_at
    else:
        row.state, row.due_on = "active", row.ends_on + _DAY
    audit.record(actor, "handover", row.id, "started", {"accounts": len(companies), "tasks": tasks})
    if row.is_told and companies:
        publish(AccountsHandedOver(row.id))


def _move_tasks(row: Handover, companies: Collection[int]) -> int:
    """The giver's open tasks about these accounts; those of an absence remember it, so that they return."""
    note_lock("sales_tasks")
    moved = db.session.execute(
        update(SalesTask)
        .where(SalesTask.company_id.in_(companies), SalesTask.assignee_id == row.from_id,
               SalesTask.state == TaskState.OPEN)
        .values(assignee_id=row.to_id, handover_id=row.id if row.ends_on else None)
        .returning(SalesTask.id)
    ).all()  # fmt: skip
    return len(moved)


def _return(actor: Actor, row: Handover) -> None:
    """What the stand-in still looks after goes back, also through a stand-in of his own; so do the tasks left open."""
    companies = set(
        db.session.scalars(
            select(HandoverAccount.company_id)
            .join(Company, Company.id == HandoverAccount.company_id)
            .where(HandoverAccount.handover_id == row.id, HandoverAccount.is_moved, ~HandoverAccount.is_returned,
                   Company.manager_id == row.to_id)
        )
    )  # fmt: skip
    lent = _lent_on(row)
    note_lock("sales_tasks")
    tasks = db.session.execute(
        update(SalesTask)
        .where(SalesTask.handover_id == row.id, SalesTask.assignee_id == row.to_id, SalesTask.state == TaskState.OPEN)
        .values(assignee_id=row.from_id, handover_id=None)
        .returning(SalesTask.id)
    ).all()
    set_managers(actor, dict.fromkeys(companies | lent, row.from_id))
    db.session.execute(
        update(HandoverAccount)
        .where(HandoverAccount.handover_id == row.id, HandoverAccount.company_id.in_(companies | lent))
        .values(is_returned=True)
    )
    row.state, row.due_on, row.ended_at = "done", None, clock.now()
    audit.record(actor, "handover", row.id, "returned", {"accounts": len(companies | lent), "tasks": len(tasks)})


def _lent_on(row: Handover) -> set[int]:
    """Accounts of this hand-over that the stand-in, being away himself, has lent on; the further loan ends with it."""
    mine = select(HandoverAccount.company_id).where(
        HandoverAccount.handover_id == row.id, HandoverAccount.is_moved, ~HandoverAccount.is_returned
    )
    further = select(Handover.id).where(
        Handover.from_id == row.to_id, Handover.state == "active", Handover.ends_on.is_not(None)
    )
    ended = db.session.execute(
        update(HandoverAccount)
        .where(HandoverAccount.handover_id.in_(further), HandoverAccount.company_id.in_(mine), HandoverAccount.is_moved,
               ~HandoverAccount.is_returned)
        .values(is_returned=True)
        .returning(HandoverAccount.company_id)
        .execution_options(synchronize_session=False)
    )  # fmt: skip
    return set(ended.scalars())


def _locked(handover_id: int) -> Handover:
    found = lock_rows(Handover, [handover_id])
    if not found:
        raise NotFound
    return found[0]


def _check(actor: Actor, wanted: Wanted, today: date) -> None:
    if wanted.from_id == wanted.to_id:
        raise Invalid("to_id", N_("Choose another colleague."))
    if wanted.to_id not in {one for one, _ in sales_people(actor)}:
        raise Invalid("to_id", N_("This person does not work in sales."))
    if wanted.starts_on < today:
        raise Invalid("starts_on", N_("Choose today or a later day."))
    if wanted.ends_on is not None and wanted.ends_on < wanted.starts_on:
        raise Invalid("ends_on", N_("The end lies before the start."))


def _named(wanted: Wanted) -> list[int]:
    """Ids of the accounts named; raises Invalid for one that is not the giver's."""
    if not wanted.codes:
        return []
    rows = db.session.execute(
        select(Company.code, Company.id).where(
            Company.code.in_(wanted.codes), Company.manager_id == wanted.from_id, Company.kind == CompanyKind.CUSTOMER,
            Company.state == CompanyState.APPROVED,
        )
    ).all()  # fmt: skip
    known = {row.code: row.id for row in rows}
    for code in wanted.codes:
        if code not in known:
            raise Invalid("codes", N_("{code} is no account of this manager.", code=code))
    return sorted(known.values())
