"""Reports sent by the clock: each time once, missed times made up for once, to those who may see them when it is sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert

from app.accounts.queries.mailing import PersonToTell, person_to_tell
from app.accounts.queries.people import person_actor
from app.core import audit, clock
from app.core.actor import Actor, Scope
from app.core.db import command, db
from app.core.errors import Forbidden, Invalid, NotFound
from app.core.jobs import enqueue
from app.core.texts import N_
from app.insights.domain.report_parameters import read_parameters, write_parameters
from app.insights.domain.report_times import FORMS, RHYTHMS, Rhythm
from app.insights.models.reports import ReportRecipient, ReportRun, ReportSchedule
from app.insights.policy import Permission
from app.insights.reports import reports
from app.insights.service.report_runs import JOB
from app.insights.service.reporting import may_open, report_for, today

NAME_LENGTH = 120


@dataclass(frozen=True, slots=True)
class ScheduleRow:
    """What a person enters; `hour` is local time of `time_zone`, `recipients` are ids of people of the own company."""

    name: str
    form: str
    rhythm: str
    on_day: int
    hour: int
    time_zone: str
    recipients: tuple[int, ...]


@command
def create_schedule(actor: Actor, code: str, values: Mapping[str, str], row: ScheduleRow, *, client_ref: str) -> int:
    """Have a report sent from now on; a repeat of the request returns the same schedule."""
    actor.demand(Permission.SCHEDULE_REPORTS)
    report = report_for(actor, code)
    known = db.session.scalar(
        select(ReportSchedule.id).where(
            ReportSchedule.company_id == actor.company_id, ReportSchedule.client_ref == client_ref
        )
    )
    if known is not None:
        return known
    _check(row)
    if actor.user_id is None:
        raise Forbidden(N_("You have no right to do this."))
    for user_id in row.recipients:
        if not may_receive(actor.company_id, user_id, code):
            raise Invalid("recipients", N_("One of the people has no right to this report."))
    parameters = write_parameters(read_parameters(report.parameters, values, today(actor)))
    rhythm = Rhythm(row.rhythm, row.on_day, row.hour, row.time_zone)
    schedule = ReportSchedule(
        company_id=actor.company_id, user_id=actor.user_id, client_ref=client_ref, report=code, name=row.name.strip(),
        parameters=parameters, form=row.form, rhythm=row.rhythm, on_day=row.on_day, hour=row.hour,
        time_zone=row.time_zone, next_at=rhythm.after(clock.now()), created_at=clock.now(),
    )  # fmt: skip
    db.session.add(schedule)
    db.session.flush()
    db.session.add_all(
        ReportRecipient(company_id=actor.company_id, schedule_id=schedule.id, user_id=user_id)
        for user_id in sorted(set(row.recipients))
    )
    facts = {"name": schedule.name, "report": code, "recipients": len(set(row.recipients)), "rhythm": row.rhythm}
    audit.record(actor, "report_schedule", schedule.id, "created", facts)
    return schedule.id


def _check(row: ScheduleRow) -> None:
    if not row.name.strip() or len(row.name) > NAME_LENGTH:
        raise Invalid("name", N_("Enter a name of at most {most} characters.", most=NAME_LENGTH))
    if row.form not in FORMS or row.rhythm not in dict(RHYTHMS):
        raise Invalid("rhythm", N_("{title}: choose one of the list.", title=N_("Rhythm")))
    most = {"weekly": 7, "monthly": 31}.get(row.rhythm, 31)
    if not 1 <= row.on_day <= most:
        raise Invalid("on_day", N_("{title}: enter {least} to {most}.", title=N_("On day"), least=1, most=most))
    if not 0 <= row.hour <= 23:
        raise Invalid("hour", N_("{title}: enter {least} to {most}.", title=N_("Hour"), least=0, most=23))
    if not row.recipients:
        raise Invalid("recipients", N_("Choose at least one person."))


def may_receive(company_id: int, user_id: int, code: str) -> bool:
    """Whether the person works for the company and has the right to the report now."""
    if code not in reports:
        return False
    scope = Scope.OPERATOR if reports[code].audience == "operator" else Scope.TENANT
    try:
        return may_open(replace(person_actor(company_id, user_id), scope=scope), reports[code])
    except Forbidden:
        return False


def recipients_now(schedule_id: int, company_id: int, code: str) -> list[PersonToTell]:
    """Who gets the mail at this moment: has not left it, works here, and has the right."""
    statement = select(ReportRecipient.user_id).where(
        ReportRecipient.schedule_id == schedule_id, ReportRecipient.left_at.is_(None)
    )
    ids = db.session.scalars(statement.order_by(ReportRecipient.user_id)).all()
    return [person_to_tell(user_id) for user_id in ids if may_receive(company_id, user_id, code)]


def run_due(actor: Actor) -> int:
    """Begin what is due, each schedule in a transaction of its own; returns how many."""
    statement = select(ReportSchedule.id).where(
        ReportSchedule.is_paused.is_(False), ReportSchedule.next_at <= clock.now()
    )
    return sum(_run_one(actor, schedule_id) for schedule_id in db.session.scalars(statement).all())


@command
def _run_one(actor: Actor, schedule_id: int) -> int:
    """The schedule moves on and its runs are written together; whoever comes second finds it moved."""
    now = clock.now()
    held = db.session.scalar(select(ReportSchedule).where(ReportSchedule.id == schedule_id))
    if held is None:
        return 0
    rhythm = Rhythm(held.rhythm, held.on_day, held.hour, held.time_zone)
    due, planned = held.next_at, rhythm.latest(held.next_at, now)
    moved = db.session.scalar(
        update(ReportSchedule)
        .where(
            ReportSchedule.id == schedule_id, ReportSchedule.next_at == due, ReportSchedule.is_paused.is_(False)
        )
        .values(next_at=rhythm.after(max(now, planned)))
        .returning(ReportSchedule.id)
    )  # fmt: skip
    if moved is None:
        return 0
    people = recipients_now(schedule_id, held.company_id, held.report)
    for locale in sorted({person.locale for person in people}):
        run_id = db.session.scalar(
            insert(ReportRun)
            .values(
                company_id=held.company_id, client_ref=f"schedule:{schedule_id}:{planned.isoformat()}:{locale}",
                schedule_id=schedule_id, planned_at=planned, report=held.report, parameters=held.parameters,
                form=held.form, locale=locale, time_zone=held.time_zone, created_at=now, due_at=now,
            )
            .on_conflict_do_nothing()
            .returning(ReportRun.id)
        )  # fmt: skip
        if run_id is not None:
            enqueue(JOB, run_id)
    return 1


@command
def set_paused(actor: Actor, schedule_id: int, *, is_paused: bool) -> None:
    """Stop a schedule, or let it go on from its next time; what was missed meanwhile is not sent."""
    schedule = _own(actor, schedule_id)
    if schedule.is_paused == is_paused:
        return
    rhythm = Rhythm(schedule.rhythm, schedule.on_day, schedule.hour, schedule.time_zone)
    schedule.is_paused, schedule.next_at = is_paused, rhythm.after(clock.now())
    audit.record(actor, "report_schedule", schedule.id, "paused" if is_paused else "resumed", {"name": schedule.name})


@command
def remove_schedule(actor: Actor, schedule_id: int) -> None:
    """It is not sent any more; files made by it go with it."""
    schedule = _own(actor, schedule_id)
    audit.record(actor, "report_schedule", schedule.id, "removed", {"name": schedule.name, "report": schedule.report})
    db.session.execute(delete(ReportSchedule).where(ReportSchedule.id == schedule.id))


@command
def leave_schedule(actor: Actor, schedule_id: int) -> None:
    """The actor does not want these mails any more; leaving twice is leaving once."""
    left = db.session.scalar(
        update(ReportRecipient)
        .where(
            ReportRecipient.schedule_id == schedule_id, ReportRecipient.user_id == actor.user_id,
            ReportRecipient.company_id == actor.company_id,
        )
        .values(left_at=clock.now())
        .returning(ReportRecipient.id)
    )  # fmt: skip
    if left is None:
        raise NotFound


def _own(actor: Actor, schedule_id: int) -> ReportSchedule:
    """One's own, or anybody's of the company for who made none of it but may see the report."""
    actor.demand(Permission.SCHEDULE_REPORTS)
    statement = select(ReportSchedule).where(
        ReportSchedule.id == schedule_id, ReportSchedule.company_id == actor.company_id
    )
    schedule = db.session.scalar(statement)
    if schedule is None or schedule.user_id != actor.user_id:
        raise NotFound
    return schedule
