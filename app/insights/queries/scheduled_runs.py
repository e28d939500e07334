"""What the mail with a scheduled report needs to know."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select

from app.core.db import db
from app.core.errors import NotFound
from app.core.models import StoredFile
from app.insights.models.reports import ReportRun, ReportSchedule


@dataclass(frozen=True, slots=True)
class ScheduledRun:
    """A file that a schedule made; `planned_on` is its day in the schedule's time zone."""

    id: int
    company_id: int
    schedule_id: int
    report: str
    name: str
    planned_at: datetime
    planned_on: date
    locale: str
    rows: int
    file_name: str
    media_type: str
    sha256: str


def scheduled_run(run_id: int) -> ScheduledRun:
    """In operator scope; NotFound when the schedule or the file is gone."""
    row = db.session.execute(
        select(ReportRun, ReportSchedule, StoredFile)
        .join(ReportSchedule, ReportSchedule.id == ReportRun.schedule_id)
        .join(StoredFile, StoredFile.id == ReportRun.file_id)
        .where(ReportRun.id == run_id)
    ).one_or_none()
    if row is None:
        raise NotFound
    run, schedule, file = row
    planned = run.planned_at
    if planned is None:
        raise NotFound
    day = planned.astimezone(ZoneInfo(schedule.time_zone)).date()
    return ScheduledRun(
        run.id, run.company_id, schedule.id, run.report, schedule.name, planned, day, run.locale, run.total,
        file.name, file.media_type, file.sha256,
    )  # fmt: skip
