"""Import runs, their refused rows, saved mappings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select

from app.accounts.models.people import User
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.core.tables.rows import Cell
from app.core.tenancy import visible
from app.core.texts import N_, Message
from app.exchange.domain.runs import IN_WORK, RunState
from app.exchange.models.imports import ColumnMapping, ImportProblem, ImportRun


@dataclass(frozen=True, slots=True)
class RunLine:
    """A run in the list of runs."""

    id: int
    kind: str
    file_name: str
    state: RunState
    created_at: datetime
    finished_at: datetime | None
    created_count: int
    changed_count: int
    same_count: int
    refused_count: int
    person: str


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that was not stored: number, cells as given, and what is wrong with which column."""

    row: int
    cells: tuple[Cell, ...]
    reasons: tuple[tuple[str, Message], ...]


def runs(
    actor: Actor, *, kind: str = "", before: int | None = None, after: int | None = None, limit: int
) -> list[RunLine]:
    """Newest first: those behind the run `after`, or the nearest ones in front of `before`."""
    statement = (
        select(
            ImportRun.id, ImportRun.kind, ImportRun.file_name, ImportRun.state, ImportRun.created_at,
            ImportRun.finished_at, ImportRun.created_count, ImportRun.changed_count, ImportRun.same_count,
            ImportRun.refused_count, User.name,
        )
        .outerjoin(User, User.id == ImportRun.user_id)
        .limit(limit)
    )  # fmt: skip
    if kind:
        statement = statement.where(ImportRun.kind == kind)
    if before is not None:
        statement = statement.where(ImportRun.id > before).order_by(ImportRun.id)
    else:
        statement = statement.order_by(ImportRun.id.desc())
        if after is not None:
            statement = statement.where(ImportRun.id < after)
    lines = [_run_line(row) for row in db.session.execute(visible(actor, statement, ImportRun))]
    return lines[::-1] if before is not None else lines


def _run_line(row: Any) -> RunLine:
    return RunLine(
        id=row.id,
        kind=row.kind,
        file_name=row.file_name,
        state=RunState(row.state),
        created_at=row.created_at,
        finished_at=row.finished_at,
        created_count=row.created_count,
        changed_count=row.changed_count,
        same_count=row.same_count,
        refused_count=row.refused_count,
        person=row.name or "",
    )


def run(actor: Actor, run_id: int) -> ImportRun:
    found = db.session.scalar(visible(actor, select(ImportRun).where(ImportRun.id == run_id), ImportRun))
    if found is None:
        raise NotFound
    return found


def interrupted_run(actor: Actor, checksum: str) -> int | None:
    """The newest run of the same file and settings that was started and not finished."""
    statement = (
        select(ImportRun.id)
        .where(ImportRun.checksum == checksum, ImportRun.state.in_([RunState.WAITING, RunState.RUNNING]))
        .order_by(ImportRun.id.desc())
        .limit(1)
    )
    return db.session.scalar(visible(actor, statement, ImportRun))


def refused_rows(actor: Actor, run_id: int, *, after_row: int = 0, limit: int) -> list[RefusedRow]:
    """Refused rows in the order of the file, from behind `after_row` on."""
    numbers = (
        select(ImportProblem.row)
        .where(ImportProblem.run_id == run_id, ImportProblem.row > after_row)
        .distinct()
        .order_by(ImportProblem.row)
        .limit(limit)
    )
    statement = _problems(actor, run_id).where(ImportProblem.row.in_(numbers))
    found: dict[int, RefusedRow] = {}
    for problem in db.session.execute(statement):
        known = found.get(problem.row)
        reasons = known.reasons if known else ()
        reason = (problem.column, Message.from_json(problem.message))
        found[problem.row] = RefusedRow(problem.row, tuple(problem.cells), (*reasons, reason))
    return list(found.values())


def every_refused_row(actor: Actor, run_id: int) -> Iterator[RefusedRow]:
    """All refused rows, read in parts."""
    last = 0
    while part := refused_rows(actor, run_id, after_row=last, limit=1_000):
        yield from part
        last = part[-1].row


def _problems(actor: Actor, run_id: int) -> Select[Any]:
    statement = select(ImportProblem.row, ImportProblem.column, ImportProblem.message, ImportProblem.cells)
    statement = statement.where(ImportProblem.run_id == run_id).order_by(ImportProblem.row, ImportProblem.id)
    return visible(actor, statement, ImportProblem)


def saved_mappings(actor: Actor, kind: str) -> dict[str, Mapping[str, str]]:
    """Saved mappings of a kind of file by name, the newest first."""
    statement = select(ColumnMapping.name, ColumnMapping.columns).where(
        ColumnMapping.company_id == actor.company_id, ColumnMapping.kind == kind
    )
    return {row.name: row.columns for row in db.session.execute(statement.order_by(ColumnMapping.id.desc()))}


def saved_mapping(actor: Actor, kind: str, name: str) -> Mapping[str, str]:
    found = saved_mappings(actor, kind).get(name)
    if found is None:
        raise NotFound(N_("There is no saved mapping “{name}”.", name=name))
    return found


def overdue_runs(now: datetime) -> list[tuple[int, int]]:
    """Id and company of runs in work that nobody has moved on for too long; in system scope."""
    statement = select(ImportRun.id, ImportRun.company_id).where(
        ImportRun.state.in_(sorted(IN_WORK)), ImportRun.due_at <= now
    )
    return [(row.id, row.company_id) for row in db.session.execute(statement.order_by(ImportRun.id).limit(100))]
