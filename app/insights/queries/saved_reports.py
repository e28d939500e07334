"""Saved reports, schedules and files, as their pages list them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select

from app.accounts.models.people import User
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.core.models import StoredFile
from app.insights.models.reports import ReportRecipient, ReportRun, ReportSchedule, SavedReport


@dataclass(frozen=True, slots=True)
class Saved:
    id: int
    report: str
    name: str
    parameters: Mapping[str, str]
    is_shared: bool
    user_id: int
    owner: str


@dataclass(frozen=True, slots=True)
class ScheduleLine:
    """`recipients` are names of those who have not left; `is_mine`: the actor made it, `gets_it`: he receives it."""

    id: int
    report: str
    name: str
    parameters: Mapping[str, str]
    form: str
    rhythm: str
    on_day: int
    hour: int
    time_zone: str
    next_at: datetime
    is_paused: bool
    owner: str
    recipients: str
    is_mine: bool
    gets_it: bool


@dataclass(frozen=True, slots=True)
class RunLine:
    id: int
    report: str
    form: str
    state: str
    total: int
    done: int
    created_at: datetime
    file: StoredFile | None
    last_error: str


def saved_reports(actor: Actor) -> list[Saved]:
    """One's own, and those that colleagues share."""
    return [_saved(row) for row in db.session.execute(_saved_rows(actor).order_by(SavedReport.name, SavedReport.id))]


def saved_report(actor: Actor, saved_id: int) -> Saved:
    """Any of the own company: who has the link and the right to the report may open it."""
    statement = select(SavedReport, User.name).join(User, User.id == SavedReport.user_id).where(
        SavedReport.id == saved_id, SavedReport.company_id == actor.company_id
    )  # fmt: skip
    row = db.session.execute(statement).one_or_none()
    if row is None:
        raise NotFound
    return _saved(row)


def _saved_rows(actor: Actor) -> Any:
    return (
        select(SavedReport, User.name)
        .join(User, User.id == SavedReport.user_id)
        .where(
            SavedReport.company_id == actor.company_id,
            or_(SavedReport.user_id == actor.user_id, SavedReport.is_shared),
        )
    )


def _saved(row: Any) -> Saved:
    found, owner = row
    return Saved(found.id, found.report, found.name, found.parameters, found.is_shared, found.user_id, owner)


def schedules(actor: Actor) -> list[ScheduleLine]:
    """Those of the own company that the actor made or receives, the next first. One statement."""
    people = (
        select(func.string_agg(User.name, ", "))
        .join(ReportRecipient, ReportRecipient.user_id == User.id)
        .where(ReportRecipient.schedule_id == ReportSchedule.id, ReportRecipient.left_at.is_(None))
        .scalar_subquery()
    )
    gets_it = (
        select(ReportRecipient.id)
        .where(
            ReportRecipient.schedule_id == ReportSchedule.id, ReportRecipient.user_id == actor.user_id,
            ReportRecipient.left_at.is_(None),
        )
        .exists()
    )  # fmt: skip
    statement = (
        select(ReportSchedule, User.name, people, gets_it)
        .join(User, User.id == ReportSchedule.user_id)
        .where(ReportSchedule.company_id == actor.company_id, or_(ReportSchedule.user_id == actor.user_id, gets_it))
        .order_by(ReportSchedule.is_paused, ReportSchedule.next_at, ReportSchedule.id)
    )
    return [
        ScheduleLine(
            one.id, one.report, one.name, one.parameters, one.form, one.rhythm, one.on_day, one.hour, one.time_zone,
            one.next_at, one.is_paused, owner, names or "", one.user_id == actor.user_id, gets,
        )
        for one, owner, names, gets in db.session.execute(statement)
    ]  # fmt: skip


def run(actor: Actor, run_id: int) -> RunLine:
    """A file that is made, of the own company; NotFound otherwise. The right to the report is asked by the caller."""
    statement = (
        select(ReportRun, StoredFile)
        .outerjoin(StoredFile, StoredFile.id == ReportRun.file_id)
        .where(ReportRun.id == run_id, ReportRun.company_id == actor.company_id)
    )
    row = db.session.execute(statement).one_or_none()
    if row is None:
        raise NotFound
    one, file = row
    return RunLine(
        one.id, one.report, one.form, one.state, one.total, one.done, one.created_at, file, one.last_error
    )  # fmt: skip
