"""Reports made as files by a job: a row with a state, taken over when a worker dies, finished once."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select, update

from app.accounts.queries.people import person_actor
from app.core import clock, storage
from app.core.actor import Actor, Scope
from app.core.db import command, db, on_commit
from app.core.errors import Invalid
from app.core.jobs import enqueue, send_now
from app.core.outbox import publish
from app.core.tables.writing import write_csv, write_xlsx
from app.core.tenancy import Bounds
from app.core.texts import N_
from app.insights.domain.report_parameters import read_parameters, write_parameters
from app.insights.domain.report_times import FORMS
from app.insights.events import ReportMade
from app.insights.models.reports import ReportRun
from app.insights.reports import reports
from app.insights.service.report_paper import report_pdf
from app.insights.service.reporting import Answer, Speaker, ask, report_for, table_rows, today

JOB = "insights.make_report"
MAX_ATTEMPTS = 3
_LEASE = timedelta(minutes=10)
_MEDIA = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
}
Speakers = Callable[[str, str], Speaker]


@dataclass(frozen=True, slots=True)
class _Work:
    id: int
    actor: Actor
    report: str
    parameters: Mapping[str, str]
    form: str
    locale: str
    time_zone: str
    attempts: int


@command
def request_run(actor: Actor, code: str, values: Mapping[str, str], form: str, *, client_ref: str) -> int:
    """Have a report made as a file; a repeat of the request returns the same run."""
    report = report_for(actor, code)
    if form not in FORMS:
        raise Invalid("form", N_("{title}: choose one of the list.", title=N_("Format")))
    parameters = write_parameters(read_parameters(report.parameters, values, today(actor)))
    known = db.session.scalar(
        select(ReportRun.id).where(ReportRun.company_id == actor.company_id, ReportRun.client_ref == client_ref)
    )
    if known is not None:
        return known
    run = ReportRun(
        company_id=actor.company_id, user_id=actor.user_id, client_ref=client_ref, report=code, parameters=parameters,
        form=form, locale=actor.locale, time_zone=actor.time_zone, created_at=clock.now(), due_at=clock.now(),
    )  # fmt: skip
    db.session.add(run)
    db.session.flush()
    enqueue(JOB, run.id)
    return run.id


def make(actor: Actor, run_id: int, speakers: Speakers) -> None:
    """Make the file of a run. Harmless when it is finished or another worker is at it."""
    work = _start(actor, run_id)
    if work is None:
        return
    try:
        with tempfile.TemporaryDirectory() as folder:
            _finish(actor, work, _written(work, Path(folder), speakers(work.locale, work.time_zone), actor))
    except Exception as error:
        _note_failure(actor, work, error)
        raise


@command
def _start(actor: Actor, run_id: int) -> _Work | None:
    now = clock.now()
    is_free = (ReportRun.state == "waiting") | ((ReportRun.state == "running") & (ReportRun.due_at <= now))
    run = db.session.scalar(
        update(ReportRun)
        .where(ReportRun.id == run_id, is_free)
        .values(state="running", attempts=ReportRun.attempts + 1, due_at=now + _LEASE)
        .returning(ReportRun)
        .execution_options(populate_existing=True)
    )
    if run is None:
        return None
    reader = actor
    if (
        run.schedule_id is None and run.user_id is not None
    ):  # as the person may today; recipients are asked when it is sent
        reader = replace(person_actor(run.company_id, run.user_id), scope=actor.scope)
    return _Work(
        run.id, replace(reader, company_id=run.company_id), run.report, run.parameters, run.form, run.locale,
        run.time_zone, run.attempts,
    )  # fmt: skip


def _written(work: _Work, folder: Path, speaker: Speaker, actor: Actor) -> Path:
    answer = ask(work.actor, work.report, work.parameters)
    _note_total(actor, work.id, answer)
    path = folder / f"{work.report}.{work.form}"
    if work.form == "pdf":
        path.write_bytes(report_pdf(work.actor, answer, speaker, language=work.locale))
        return path
    with path.open("wb") as target:
        if work.form == "csv":
            write_csv(table_rows(answer, speaker), target)
        else:
            write_xlsx(table_rows(answer, speaker), target, sheet=work.report[:31])
    return path


@command
def _note_total(actor: Actor, run_id: int, answer: Answer) -> None:
    values: dict[str, Any] = {"total": answer.count, "due_at": clock.now() + _LEASE}
    db.session.execute(update(ReportRun).where(ReportRun.id == run_id).values(**values))


@command
def _finish(actor: Actor, work: _Work, path: Path) -> None:
    """Only the attempt that still holds the run: one that was too slow leaves nothing."""
    run = db.session.scalar(
        update(ReportRun)
        .where(ReportRun.id == work.id, ReportRun.state == "running", ReportRun.attempts == work.attempts)
        .values(state="done", done=ReportRun.total, finished_at=clock.now())
        .returning(ReportRun)
        .execution_options(populate_existing=True)
    )
    if run is None:
        return
    name = f"{work.report}-{clock.today(work.time_zone).isoformat()}.{work.form}"
    run.file_id = storage.keep(actor, path, name=name, media_type=_MEDIA[work.form], company_id=run.company_id).id
    if run.schedule_id is not None:
        publish(ReportMade(run.id))


@command
def _note_failure(actor: Actor, work: _Work, error: Exception) -> None:
    is_over = work.attempts >= MAX_ATTEMPTS
    db.session.execute(
        update(ReportRun)
        .where(ReportRun.id == work.id, ReportRun.state == "running", ReportRun.attempts == work.attempts)
        .values(
            state="failed" if is_over else "waiting",
            due_at=clock.now() + timedelta(minutes=work.attempts),
            finished_at=clock.now() if is_over else None,
            last_error=f"{type(error).__name__}: {error}"[:1000],
        )
    )


@command
def sweep_runs(actor: Actor) -> int:
    """Ask again for files that wait or whose worker died; returns how many."""
    overdue = ReportRun.state.in_(("waiting", "running")) & (ReportRun.due_at <= clock.now() - timedelta(seconds=15))
    db.session.execute(
        update(ReportRun)
        .where(overdue, ReportRun.attempts >= MAX_ATTEMPTS)
        .values(state="failed", finished_at=clock.now())
    )
    again = db.session.execute(
        update(ReportRun)
        .where(overdue)
        .values(state="waiting", due_at=clock.now() + timedelta(minutes=1))
        .returning(ReportRun.id, ReportRun.company_id, ReportRun.report)
    ).all()
    for run_id, company_id, code in again:
        _send(run_id, company_id, code)
    return len(again)


def _send(run_id: int, company_id: int, code: str) -> None:
    scope = Scope.OPERATOR if is_of_operator(code) else Scope.TENANT
    on_commit(lambda: send_now(JOB, run_id, bounds=Bounds(scope, company_id)))


def is_of_operator(code: str) -> bool:
    """Whether the report is the operator's; one that is not known any more counts as his."""
    return code not in reports or reports[code].audience == "operator"
