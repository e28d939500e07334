"""One import: what a check found, progress, result, report."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from decimal import Decimal
from typing import IO, Any

from flask import Response, stream_with_context, url_for

from app.core.errors import NotFound
from app.core.texts import Message
from app.exchange.domain.outcome import MAX_REFUSED
from app.exchange.domain.runs import CAN_CANCEL, CAN_CHOOSE_COLUMNS, CAN_RESUME, CAN_START, IN_WORK, RunState
from app.exchange.forms.imports import ALL_OR_NOTHING, StartForm
from app.exchange.importers import IMPORTERS
from app.exchange.policy import Permission
from app.exchange.queries.runs import refused_rows
from app.exchange.queries.runs import run as run_of
from app.exchange.service import runs as commands
from app.exchange.service.report import report_csv, run_report, write_report
from app.exchange.views import blueprint
from app.exchange.views.columns import reading_facts
from app.exchange.views.words import ROW_CHIPS, STATE_CHIPS
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.filters import quantity
from app.web.fragments import render_page, render_part, wants_part
from app.web.texts import _, say

_REFUSED_SHOWN = 50
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@blueprint.get("/imports/<int:run_id>")
@requires(Permission.READ)
def show(run_id: int) -> Response:
    run = run_of(actor(), run_id)
    if run.state == RunState.UPLOADED:
        return _redirected("exchange.columns", run_id)
    importer = IMPORTERS[run.kind]
    amounts = {name: Decimal(amount) for name, amount in run.figures.items()}
    sums = [(say(label), quantity(amounts[name])) for name, label in importer.figures.items() if name in amounts]
    return render_page(
        "exchange/imports_show.html",
        run=run,
        importer=importer,
        state=RunState(run.state),
        chips=STATE_CHIPS,
        row_chips=ROW_CHIPS,
        facts_found=reading_facts(run.reading),
        sums=sums,
        preview=run.preview if run.state == RunState.CHECKED else [],
        refused=refused_rows(actor(), run_id, limit=_REFUSED_SHOWN) if run.refused_count else [],
        reason=say(Message.from_json(run.last_error)) if run.last_error else "",
        form=StartForm(),
        may_change=actor().can(importer.permission),
        can_start=run.state in CAN_START,
        can_choose=run.state in CAN_CHOOSE_COLUMNS,
        can_cancel=run.state in CAN_CANCEL,
        can_resume=run.state in CAN_RESUME,
        is_in_work=run.state in IN_WORK,
        is_check=run.state in (RunState.CHECKING, RunState.CHECKED),
        is_report_cut=run.refused_count > MAX_REFUSED,
        report_rows=MAX_REFUSED,
        to_store=run.created_count + run.changed_count,
        say_reason=_say_reason,
    )


def _say_reason(reason: Any) -> str:
    return str(say(Message.from_json(reason)))


@blueprint.get("/imports/<int:run_id>/progress")
@requires(Permission.READ)
def progress(run_id: int) -> Response:
    """The bar alone, for the page that waits; it loads itself again when the work is over."""
    run = run_of(actor(), run_id)
    if not wants_part():
        return _redirected("exchange.show", run_id)
    response = render_part("exchange/_import_progress.html", run=run, is_in_work=run.state in IN_WORK)
    if run.state not in IN_WORK:
        response.headers["HX-Refresh"] = "true"
    return response


@blueprint.post("/imports/<int:run_id>/start")
@requires(Permission.CATALOGUE, Permission.PRICES, Permission.STOCK, Permission.ACCOUNTS, Permission.HISTORY)
def start(run_id: int) -> Response:
    form = StartForm()
    if form.validate_on_submit():
        commands.start(actor(), run_id, is_all_or_nothing=form.policy.data == ALL_OR_NOTHING)
    return _redirected("exchange.show", run_id)


@blueprint.post("/imports/<int:run_id>/cancel")
@requires(Permission.CATALOGUE, Permission.PRICES, Permission.STOCK, Permission.ACCOUNTS, Permission.HISTORY)
def cancel(run_id: int) -> Response:
    commands.cancel(actor(), run_id)
    tell(_("The import is cancelled. Rows that are stored already stay."))
    return _redirected("exchange.show", run_id)


@blueprint.post("/imports/<int:run_id>/resume")
@requires(Permission.CATALOGUE, Permission.PRICES, Permission.STOCK, Permission.ACCOUNTS, Permission.HISTORY)
def resume(run_id: int) -> Response:
    commands.resume(actor(), run_id)
    return _redirected("exchange.show", run_id)


@blueprint.get("/imports/<int:run_id>/report.<any(csv, xlsx):ending>")
@requires(Permission.READ)
def report(run_id: int, ending: str) -> Response:
    """Refused rows as given, with their numbers and reasons."""
    run = run_of(actor(), run_id)
    if not run.refused_count:
        raise NotFound
    titles = (str(_("Row")), str(_("What is wrong")))
    rows = run_report(actor(), run, titles, lambda message: str(say(message)))
    if ending == "csv":
        response = Response(b"".join(report_csv(rows)), mimetype="text/csv")
    else:
        target = tempfile.TemporaryFile()  # noqa: SIM115 -- closed when the answer is sent
        write_report(rows, target, is_xlsx=True)
        response = Response(stream_with_context(_chunks(target)), mimetype=_XLSX)
    response.headers["Content-Disposition"] = f"attachment; filename=import-{run_id}-report.{ending}"
    return response


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        file.seek(0)
        while chunk := file.read(65_536):
            yield chunk


def _redirected(endpoint: str, run_id: int) -> Response:
    return Response(status=303, headers={"Location": url_for(endpoint, run_id=run_id)})
