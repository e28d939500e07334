"""Tasks and notes about accounts. Everything a person enters carries a `client_ref`: a repeat gives the first row."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from app.accounts.domain.roles import CompanyKind
from app.accounts.models.companies import Company
from app.accounts.queries.people import sales_people
from app.core import audit, clock
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Invalid, NotFound
from app.core.locks import lock_rows
from app.core.texts import N_
from app.sales.domain.tasks import (
    NoteKind,
    TaskKind,
    TaskState,
    checked_day,
    checked_outcome,
    checked_subject,
    checked_text,
)
from app.sales.models.tasks import AccountNote, SalesTask

_AHEAD = timedelta(minutes=5)  # clocks of browsers run ahead


@command
def create_task(
    actor: Actor,
    company_id: int,
    *,
    kind: str,
    text: str,
    due_on: date,
    assignee_id: int | None = None,
    subject: tuple[str, int] | None = None,
    starts_at: datetime | None = None,
    client_ref: str,
) -> int:
    """Put something to do on somebody's list; returns its id.

    `kind`: call, meeting, mail, todo. `subject`: ("cart", abandoned id), ("quote", id), ("order", id), ("offer", id).
    Without `assignee_id` it is for the account's manager, else for the actor. `starts_at` is for meetings.
    """
    if kind not in tuple(TaskKind):
        raise Invalid("kind", N_("Choose what is to be done."))
    text = checked_text(text)
    subject_kind, subject_id = checked_subject(subject)
    known = _known(SalesTask, client_ref, company_id, text)
    if known is not None:
        return known
    due_on = checked_day(due_on, clock.today(actor.time_zone))
    manager_id = _manager_of(company_id)
    if assignee_id is not None:
        _demand_colleague(actor, assignee_id)
    task = SalesTask(
        company_id=company_id, kind=kind, text=text, due_on=due_on, assignee_id=assignee_id or manager_id or actor.user_id,
        subject_kind=subject_kind, subject_id=subject_id, client_ref=client_ref, created_by_id=actor.user_id,
        starts_at=starts_at if kind == TaskKind.MEETING else None,
    )  # fmt: skip
    db.session.add(task)
    db.session.flush()
    facts = {"kind": kind, "text": text, "due_on": due_on, "assignee_id": task.assignee_id}
    audit.record(actor, "sales_task", task.id, "created", facts, company_id=company_id)
    return task.id


@command
def complete_task(actor: Actor, task_id: int, *, outcome: str) -> None:
    """Close a task with what came of it; calls and meetings need words."""
    task = _open(task_id)
    _close(actor, task, TaskState.DONE, checked_outcome(task.kind, outcome))


@command
def drop_task(actor: Actor, task_id: int, *, reason: str) -> None:
    """Close a task that is not to be done any more, and say why."""
    _close(actor, _open(task_id), TaskState.DROPPED, checked_text(reason, "outcome"))


@command
def postpone(actor: Actor, task_id: int, *, due_on: date) -> None:
    """Do it on another day; a meeting keeps its hour."""
    task = _open(task_id)
    checked_day(due_on, clock.today(actor.time_zone))
    if due_on == task.due_on:
        return
    before, task.due_on = task.due_on, due_on
    if task.starts_at is not None:
        task.starts_at = task.starts_at.astimezone(ZoneInfo(actor.time_zone)) + (
            due_on - before
        )  # the hour on the wall
    changes = {"due_on": [before, due_on]}
    audit.record(actor, "sales_task", task.id, "postponed", changes, company_id=task.company_id)


@command
def reassign(actor: Actor, task_ids: Collection[int], assignee_id: int) -> int:
    """Give open tasks to a colleague; returns how many changed hands. Closed ones stay as they are."""
    _demand_colleague(actor, assignee_id)
    entries = []
    for task in lock_rows(SalesTask, task_ids):
        if task.state == TaskState.OPEN and task.assignee_id != assignee_id:
            changes = {"assignee_id": [task.assignee_id, assignee_id]}
            entries.append((task.id, "reassigned", task.company_id, changes))
            task.assignee_id, task.handover_id = assignee_id, None
    audit.record_many(actor, "sales_task", entries)
    return len(entries)


@command
def add_note(
    actor: Actor,
    company_id: int,
    text: str,
    *,
    kind: str = NoteKind.NOTE,
    with_whom: str = "",
    happened_at: datetime | None = None,
    client_ref: str,
) -> int:
    """Write down a note, or a call or meeting that took place; returns its id."""
    if kind not in tuple(NoteKind):
        raise Invalid("kind", N_("Choose what it was."))
    text = checked_text(text)
    known = _known(AccountNote, client_ref, company_id, text)
    if known is not None:
        return known
    _manager_of(company_id)
    now = clock.now()
    if happened_at is not None and happened_at > now + _AHEAD:
        raise Invalid("happened_at", N_("This lies in the future. Plan it as a task."))
    note = AccountNote(
        company_id=company_id, kind=kind, text=text, with_whom=with_whom.strip()[:120], happened_at=happened_at or now,
        user_id=actor.user_id, client_ref=client_ref,
    )  # fmt: skip
    db.session.add(note)
    db.session.flush()
    audit.record(actor, "account_note", note.id, "created", {"kind": kind, "text": text}, company_id=company_id)
    return note.id


def _known(model: type[SalesTask | AccountNote], client_ref: str, company_id: int, text: str) -> int | None:
    """The row an earlier try with the same key has made."""
    row = db.session.execute(
        select(model.id, model.company_id, model.text).where(model.client_ref == client_ref)
    ).one_or_none()
    if row is None:
        return None
    if (row.company_id, row.text) != (company_id, text):
        raise Conflict(N_("This was sent before with other content. Open the page again."))
    return int(row.id)


def _manager_of(company_id: int) -> int | None:
    row = db.session.execute(
        select(Company.manager_id).where(Company.id == company_id, Company.kind == CompanyKind.CUSTOMER)
    ).one_or_none()
    if row is None:
        raise NotFound
    return None if row.manager_id is None else int(row.manager_id)


def _demand_colleague(actor: Actor, user_id: int) -> None:
    if user_id not in {known for known, _ in sales_people(actor)}:
        raise Invalid("assignee_id", N_("This person does not work in sales."))


def _open(task_id: int) -> SalesTask:
    found = lock_rows(SalesTask, [task_id])
    if not found:
        raise NotFound
    if found[0].state != TaskState.OPEN:
        raise Conflict(N_("This task is closed already."))
    return found[0]


def _close(actor: Actor, task: SalesTask, state: TaskState, outcome: str) -> None:
    task.state, task.outcome, task.done_at, task.done_by_id = state, outcome, clock.now(), actor.user_id
    audit.record(actor, "sales_task", task.id, str(state), {"outcome": outcome}, company_id=task.company_id)
