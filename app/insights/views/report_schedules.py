"""Saved reports, and reports sent by the clock."""

from __future__ import annotations

from typing import Any

from flask import Response, redirect, request, url_for

from app.accounts.domain.roles import OPERATOR_ROLES
from app.accounts.queries.mailing import staff
from app.core.actor import Scope
from app.insights.domain.report_parameters import read_parameters, write_parameters
from app.insights.domain.report_times import RHYTHMS
from app.insights.forms.reports import SaveForm, ScheduleForm
from app.insights.policy import Permission
from app.insights.queries.saved_reports import saved_report, saved_reports, schedules
from app.insights.reports import Report, reports
from app.insights.service import report_schedules as service
from app.insights.service import reporting
from app.insights.service.saved_reports import remove_report, save_report
from app.insights.views import blueprint
from app.web.access import actor, requires
from app.web.fragments import render_page
from app.web.texts import _, say


@blueprint.get("/reports/saved/<int:saved_id>")
@requires(Permission.READ_REPORTS, scope=Scope.OPERATOR)
def saved(saved_id: int) -> Any:
    """A link for colleagues: the report with these parameters, if they have the right to it."""
    found = saved_report(actor(), saved_id)
    reporting.report_for(actor(), found.report)
    values: dict[str, Any] = dict(found.parameters)
    return redirect(url_for("insights.report", code=found.report, **values), code=303)


@blueprint.post("/reports/saved/<int:saved_id>/remove")
@requires(Permission.SCHEDULE_REPORTS, scope=Scope.OPERATOR)
def remove_saved(saved_id: int) -> Any:
    remove_report(actor(), saved_id)
    return redirect(url_for("insights.report_schedules"), code=303)


@blueprint.get("/reports/schedules")
@requires(Permission.READ_REPORTS, scope=Scope.OPERATOR)
def report_schedules() -> Response:
    """What is saved and what is sent: one's own, shared and received."""
    return render_page(
        "insights/report_schedules.html",
        schedules=[one for one in schedules(actor()) if one.report in reports],
        saved=[one for one in saved_reports(actor()) if one.report in reports],
        titles={code: say(report.title) for code, report in reports.items()},
        rhythms={code: say(text) for code, text in RHYTHMS},
        me=actor(),
    )


@blueprint.route("/reports/<number:code>/save", methods=["GET", "POST"])
@requires(Permission.SCHEDULE_REPORTS, scope=Scope.OPERATOR)
def save_report_(code: str) -> Any:
    found, values = _asked(code)
    form = SaveForm(data={"name": say(found.title)})
    if form.validate_on_submit():
        with form.catching():
            save_report(
                actor(), code, values, form.name.data, is_shared=form.is_shared.data, client_ref=form.client_ref.data
            )
            return redirect(url_for("insights.report_schedules"), code=303)
    return _page(found, values, form, str(_("Save report")), str(_("Save")))


@blueprint.route("/reports/<number:code>/schedule", methods=["GET", "POST"])
@requires(Permission.SCHEDULE_REPORTS, scope=Scope.OPERATOR)
def schedule_report(code: str) -> Any:
    found, values = _asked(code)
    form = ScheduleForm(data={"name": say(found.title), "rhythm": "weekly", "recipients": [actor().user_id]})
    people = {one.user_id: one.name for one in staff(tuple(OPERATOR_ROLES))}
    form.offer(sorted(people.items(), key=lambda one: (one[1], one[0])))
    if form.validate_on_submit():
        with form.catching():
            service.create_schedule(actor(), code, values, _row(form), client_ref=form.client_ref.data)
            return redirect(url_for("insights.report_schedules"), code=303)
    return _page(found, values, form, str(_("Send by mail regularly")), str(_("Schedule report")))


@blueprint.post("/reports/schedules/<int:schedule_id>/<any(pause, resume, remove, leave):action>")
@requires(Permission.READ_REPORTS, scope=Scope.OPERATOR)
def change_schedule(schedule_id: int, action: str) -> Any:
    if action == "leave":
        service.leave_schedule(actor(), schedule_id)
    elif action == "remove":
        service.remove_schedule(actor(), schedule_id)
    else:
        service.set_paused(actor(), schedule_id, is_paused=action == "pause")
    return redirect(url_for("insights.report_schedules"), code=303)


def _asked(code: str) -> tuple[Report, dict[str, str]]:
    """The report and the parameters of the address, which stay in it while the form is filled."""
    found = reporting.report_for(actor(), code)
    read = read_parameters(found.parameters, request.args.to_dict(), reporting.today(actor()))
    return found, write_parameters(read)


def _page(found: Report, values: dict[str, str], form: Any, heading: str, label: str) -> Response:
    return render_page(
        "insights/report_keep.html",
        report=found,
        title=say(found.title),
        heading=heading,
        label=label,
        form=form,
        query=values,
        is_schedule=isinstance(form, ScheduleForm),
        status=form.status,
    )


def _row(form: ScheduleForm) -> service.ScheduleRow:
    return service.ScheduleRow(
        form.name.data,
        form.form.data,
        form.rhythm.data,
        form.on_day.data,
        form.hour.data,
        actor().time_zone or "UTC",
        tuple(form.recipients.data or ()),
    )
