"""The accountant's export: a period of documents as one ZIP."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask import Response, redirect, request, url_for

from app.accounts.queries.companies import account_id
from app.billing.domain.export import ExportFilters
from app.billing.forms import ExportForm
from app.billing.policy import Permission
from app.billing.queries import exports as queries
from app.billing.service.export import request_export
from app.billing.views import blueprint
from app.billing.views.invoices import send_stored
from app.core import clock
from app.core.errors import Invalid, NotFound
from app.core.texts import N_
from app.web.access import actor, requires
from app.web.fragments import render_page
from app.web.texts import _

STATES = {
    "waiting": ("info", _("Waiting")),
    "running": ("info", _("Being made")),
    "done": ("good", _("Ready")),
    "failed": ("bad", _("Failed")),
}


def _last_month() -> tuple[date, date]:
    first = clock.today(actor().time_zone or "UTC").replace(day=1)
    end = first - timedelta(days=1)
    return end.replace(day=1), end


def _customer_id(code: str) -> int | None:
    if not code.strip() or not actor().is_operator:
        return None
    try:
        return account_id(actor(), code.strip())
    except NotFound:
        raise Invalid("customer", N_("There is no account {code}.", code=code)) from None


@blueprint.route("/exports", methods=["GET", "POST"])
@requires(Permission.EXPORT)
def exports() -> Any:
    start, end = _last_month()
    form = ExportForm(data={"start": start, "end": end}) if request.method == "GET" else ExportForm()
    if form.validate_on_submit():
        with form.catching():
            filters = ExportFilters(form.start.data, form.end.data, _customer_id(form.customer.data), form.forms)
            export_id = request_export(actor(), filters, client_ref=form.client_ref.data)
            return redirect(url_for("billing.export", export_id=export_id), code=303)
    return render_page(
        "billing/exports_index.html",
        form=form,
        exports=queries.exports(actor()),
        states=STATES,
        is_operator=actor().is_operator,
        status=form.status,
    )


@blueprint.get("/exports/<int:export_id>")
@requires(Permission.EXPORT)
def export(export_id: int) -> Response:
    found = queries.export(actor(), export_id)
    return render_page(
        "billing/export_show.html", part="billing/_export_progress.html", export=found, state=STATES[found.state]
    )


@blueprint.get("/exports/<int:export_id>/file")
@requires(Permission.EXPORT)
def export_file(export_id: int) -> Response:
    return send_stored(queries.export(actor(), export_id).file)
