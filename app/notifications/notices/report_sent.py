"""A scheduled report goes to those who may see it now, with the file, in their language."""

from __future__ import annotations

from collections.abc import Iterable

from app.core.actor import Actor
from app.core.texts import N_
from app.insights.events import ReportMade
from app.insights.queries.scheduled_runs import scheduled_run
from app.insights.reports import reports
from app.insights.service.report_schedules import recipients_now
from app.notifications.notices import Attachment, Kind, Letter, Parameters, Telling, notices


def tellings(actor: Actor, event: ReportMade) -> Iterable[Telling]:
    run = scheduled_run(event.run_id)
    for person in recipients_now(run.schedule_id, run.company_id, run.report):
        if person.locale == run.locale:
            key = f"report_sent:{run.schedule_id}:{run.planned_at.isoformat()}:{person.user_id}"
            parameters = {"run_id": run.id, "user_id": person.user_id}
            yield Telling(run.company_id, key, parameters, user_id=person.user_id, locale=run.locale)


def letter(actor: Actor, parameters: Parameters) -> Letter:
    run = scheduled_run(parameters["run_id"])
    return Letter(
        N_("{name}: report of {day}", name=run.name, day=run.planned_on),
        {"name": run.name, "title": reports[run.report].title, "rows": run.rows},
        link="/reports/schedules",
        attachments=(Attachment(run.file_name, run.media_type, run.sha256),),
    )


def still_wanted(actor: Actor, parameters: Parameters) -> bool:
    run = scheduled_run(parameters["run_id"])
    people = recipients_now(run.schedule_id, run.company_id, run.report)
    return parameters["user_id"] in {person.user_id for person in people}


notices.add("report_sent", Kind(letter, ReportMade, tellings, still_wanted))
