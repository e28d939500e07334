"""Lists of tasks, and what was written down about an account."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, or_, select, tuple_
from sqlalchemy.orm import aliased

from app.accounts.models.companies import Company
from app.accounts.models.people import User
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.sales.domain.tasks import TaskState
from app.sales.models.tasks import AccountNote, SalesTask


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task as lists show it. `assignee` is "" while it is nobody's."""

    id: int
    company_id: int
    company_code: str
    company_name: str
    kind: str
    text: str
    due_on: date
    starts_at: datetime | None
    assignee_id: int | None
    assignee: str
    subject_kind: str
    subject_id: int | None
    state: str
    outcome: str
    created_at: datetime
    created_by: str
    done_at: datetime | None
    done_by: str


@dataclass(frozen=True, slots=True)
class TaskFilters:
    """What the list is narrowed to. `state`: open, done, dropped, or "" for all; `until` and `since` bound the day."""

    state: str = TaskState.OPEN
    assignee_id: int | None = None
    company_id: int | None = None
    kind: str = ""
    text: str = ""
    until: date | None = None
    since: date | None = None
    subject: tuple[str, int] | None = None


_assignee, _author, _closer = aliased(User), aliased(User), aliased(User)
_ROW: tuple[Any, ...] = (
    SalesTask.id, SalesTask.company_id, Company.code, Company.name, SalesTask.kind, SalesTask.text, SalesTask.due_on,
    SalesTask.starts_at, SalesTask.assignee_id, func.coalesce(_assignee.name, ""), SalesTask.subject_kind,
    SalesTask.subject_id, SalesTask.state, SalesTask.outcome, SalesTask.created_at, func.coalesce(_author.name, ""),
    SalesTask.done_at, func.coalesce(_closer.name, ""),
)  # fmt: skip


def _rows() -> Select[Any]:
    return (
        select(*_ROW)
        .join(Company, Company.id == SalesTask.company_id)
        .outerjoin(_assignee, _assignee.id == SalesTask.assignee_id)
        .outerjoin(_author, _author.id == SalesTask.created_by_id)
        .outerjoin(_closer, _closer.id == SalesTask.done_by_id)
    )


def _narrowed(statement: Select[Any], filters: TaskFilters) -> Select[Any]:
    terms: list[Any] = []
    if filters.state:
        terms.append(SalesTask.state == filters.state)
    if filters.assignee_id is not None:
        terms.append(SalesTask.assignee_id == filters.assignee_id)
    if filters.company_id is not None:
        terms.append(SalesTask.company_id == filters.company_id)
    if filters.kind:
        terms.append(SalesTask.kind == filters.kind)
    if filters.until is not None:
        terms.append(SalesTask.due_on <= filters.until)
    if filters.since is not None:
        terms.append(SalesTask.due_on >= filters.since)
    if filters.subject is not None:
        terms.append(tuple_(SalesTask.subject_kind, SalesTask.subject_id) == tuple_(*filters.subject))
    if filters.text:
        terms.append(
            or_(
                SalesTask.text.icontains(filters.text, autoescape=True),
                Company.name.icontains(filters.text, autoescape=True),
                Company.code.istartswith(filters.text, autoescape=True),
            )
        )
    return statement.where(*terms)


def open_tasks(
    actor: Actor,
    filters: TaskFilters | None = None,
    *,
    after: Sequence[str] | None = None,
    before: Sequence[str] | None = None,
    limit: int = 51,
) -> list[TaskRow]:
    """Tasks by day, the earliest first; only open ones unless the filters say otherwise.

    `after` and `before` are keys (day, id) of rows to go on from.
    """
    statement = _narrowed(_rows(), filters or TaskFilters())
    key = tuple_(SalesTask.due_on, SalesTask.id)
    if bound := after or before:
        value = (date.fromisoformat(bound[0]), int(bound[1]))
        statement = statement.where(key > value if after else key < value)
    order = (SalesTask.due_on.desc(), SalesTask.id.desc()) if before else (SalesTask.due_on, SalesTask.id)
    rows = [TaskRow(*row) for row in db.session.execute(statement.order_by(*order).limit(limit))]
    return rows[::-1] if before else rows


def task(actor: Actor, task_id: int) -> TaskRow:
    """One task; NotFound when there is none."""
    row = db.session.execute(_rows().where(SalesTask.id == task_id)).one_or_none()
    if row is None:
        raise NotFound
    return TaskRow(*row)


def count_tasks(actor: Actor, filters: TaskFilters) -> int:
    """How many the filters let through."""
    statement = select(func.count(SalesTask.id)).join(Company, Company.id == SalesTask.company_id)
    return db.session.scalar(_narrowed(statement, filters)) or 0


@dataclass(frozen=True, slots=True)
class NoteRow:
    """Something written down about an account; `author` is "" for the system's."""

    id: int
    kind: str
    text: str
    with_whom: str
    happened_at: datetime
    author: str


def notes_of(actor: Actor, company_id: int, *, limit: int = 50) -> list[NoteRow]:
    """Notes, calls and meetings of an account, the latest first."""
    statement = (
        select(
            AccountNote.id, AccountNote.kind, AccountNote.text, AccountNote.with_whom, AccountNote.happened_at,
            func.coalesce(User.name, ""),
        )
        .outerjoin(User, User.id == AccountNote.user_id)
        .where(AccountNote.company_id == company_id)
        .order_by(AccountNote.happened_at.desc(), AccountNote.id.desc())
        .limit(limit)
    )  # fmt: skip
    return [NoteRow(*row) for row in db.session.execute(statement)]
