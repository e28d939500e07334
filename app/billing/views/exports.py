"""The accountant's export: a period of documents as one ZIP."""

from __future__ import annotations

from typing import Any

from flask import Response, redirect, request, url_for

from app.accounts.queries.companies import account_id
from app.billing.domain.export import ExportFilters
from app.billing.domain.periods import usual_periods
from app.billing.forms.exports import ExportForm
from app.billing.policy import Permission
from app.billing.queries import exports as queries
from app.billing.queries.archive import count_for_archive
from app.billing.service.export import request_export
from app.billing.views import blueprint
from app.billing.views.invoices import day_or_none, send_stored, today
from app.billing.views.labels import EXPORT_STATES
from app.core.errors import DomainError, Invalid, NotFound
from app.core.texts import N_
from app.web.access import actor, requires
from app.web.fragments import render_page, render_part, wants_part
from app.web.texts import say


@blueprint.route("/invoices/exports", methods=["GET", "POST"])
@requires(Permission.EXPORT)
def exports() -> Any:
    form = ExportForm() if request.method == "POST" else ExportForm(formdata=None, data=_asked())
    if form.validate_on_submit():
        with form.catching():
            export_id = request_export(actor(), _filters(form), client_ref=form.client_ref.data)
            return redirect(url_for("billing.export", export_id=export_id), code=303)
    rows = queries.exports(actor())
    return render_page(
        "billing/exports_index.html",
        part="billing/_exports.html",
        form=form,
        count=_count(form) if not form.errors else None,
        periods=_period_tabs(form),
        exports=rows,
        is_busy=any(not row.is_over for row in rows),
        states=EXPORT_STATES,
        is_operator=actor().is_operator,
        status=form.status,
    )


@blueprint.get("/invoices/exports/count")
@requires(Permission.EXPORT)
def export_count() -> Response:
    """How many documents the fields of the form choose, while they are filled in."""
    return render_part("billing/_export_count.html", count=_count(ExportForm(formdata=None, data=_asked())))


@blueprint.get("/invoices/exports/<int:export_id>")
@requires(Permission.EXPORT)
def export(export_id: int) -> Response:
    found = queries.export(actor(), export_id)
    if wants_part() and found.is_over:
        return Response(headers={"HX-Refresh": "true"})  # what the page has waited for
    return render_page(
        "billing/export_show.html",
        part="billing/_export_progress.html",
        export=found,
        state=EXPORT_STATES[found.state],
    )


@blueprint.get("/invoices/exports/<int:export_id>/file")
@requires(Permission.EXPORT)
def export_file(export_id: int) -> Response:
    return send_stored(queries.export(actor(), export_id).file)


def _asked() -> dict[str, Any]:
    """What the address asks for; without a period the last month."""
    last_month = usual_periods(today())[1]
    start, end = day_or_none(request.args.get("start", "")), day_or_none(request.args.get("end", ""))
    return {
        "start": start or end or last_month.start,
        "end": end or start or last_month.end,
        "customer": request.args.get("customer", "").strip()[:40],
        "text": request.args.get("text", "").strip()[:80],
    }


def _period_tabs(form: ExportForm) -> list[tuple[str, str, bool, None]]:
    """The usual periods; what was entered beside them stays."""
    kept = {name: form[name].data or None for name in ("customer", "text")}
    return [
        (
            say(period.name),
            url_for("billing.exports", start=period.start.isoformat(), end=period.end.isoformat(), **kept),
            (form.start.data, form.end.data) == (period.start, period.end),
            None,
        )
        for period in usual_periods(today())
    ]


def _filters(form: ExportForm) -> ExportFilters:
    return ExportFilters(
        form.start.data,
        form.end.data,
        _customer_id(form.customer.data or ""),
        form.forms,
        (form.text.data or "").strip(),
    )


def _customer_id(code: str) -> int | None:
    if not code.strip() or not actor().is_operator:
        return None
    try:
        return account_id(actor(), code.strip())
    except NotFound:
        raise Invalid("customer", N_("There is no account {code}.", code=code.strip())) from None


def _count(form: ExportForm) -> int | None:
    """None where the fields choose nothing that can be counted."""
    try:
        filters = _filters(form)
        filters.check()
    except DomainError:
        return None
    return count_for_archive(actor(), filters)
