"""Reports made as files by a job: asked for, watched, fetched."""

from __future__ import annotations

from typing import Any

from flask import Response, redirect, request, send_file, url_for

from app.core import storage
from app.core.errors import NotFound
from app.insights.policy import Permission
from app.insights.queries.saved_reports import RunLine, run
from app.insights.service import reporting
from app.insights.service.report_runs import request_run
from app.insights.views import blueprint
from app.web.access import actor, requires
from app.web.fragments import render_page, wants_part
from app.web.texts import say


@blueprint.post("/reports/<number:code>/runs")
@requires(Permission.READ_REPORTS, Permission.READ_OWN_REPORTS)
def make_report(code: str) -> Any:
    """The parameters are in the address, as on the report's page."""
    run_id = request_run(
        actor(),
        code,
        request.args.to_dict(),
        request.form.get("form", "pdf"),
        client_ref=request.form.get("client_ref", "")[:80],
    )
    return redirect(url_for("insights.report_run", run_id=run_id), code=303)


@blueprint.get("/reports/runs/<int:run_id>")
@requires(Permission.READ_REPORTS, Permission.READ_OWN_REPORTS)
def report_run(run_id: int) -> Response:
    found, title = _run(run_id)
    if wants_part() and found.state in ("done", "failed"):
        return Response(headers={"HX-Refresh": "true"})  # what the page has waited for
    return render_page(
        "insights/report_run.html", part="insights/_report_run.html", run=found, title=title, code=found.report
    )


@blueprint.get("/reports/runs/<int:run_id>/file")
@requires(Permission.READ_REPORTS, Permission.READ_OWN_REPORTS)
def report_run_file(run_id: int) -> Response:
    file = _run(run_id)[0].file
    if file is None:
        raise NotFound
    return send_file(
        storage.open_file(file),
        mimetype=file.media_type,
        as_attachment=True,
        download_name=file.name,
        etag=file.sha256,
        max_age=0,
    )


def _run(run_id: int) -> tuple[RunLine, str]:
    """With the report's title; the right to the report is asked here."""
    found = run(actor(), run_id)
    return found, say(reporting.report_for(actor(), found.report).title)
