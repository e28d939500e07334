"""The list of invoices and its register, one invoice, its files."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from flask import Response, redirect, request, send_file, url_for

from app.billing.domain.periods import usual_periods
from app.billing.domain.register import HEAD
from app.billing.policy import Permission
from app.billing.queries import invoices as queries
from app.billing.queries.archive import register as registered
from app.billing.queries.filters import InvoiceFilters
from app.billing.queries.online import is_payable
from app.billing.service.online import provider
from app.billing.service.render import check_again
from app.billing.views import blueprint
from app.billing.views.labels import FORM_NAMES, KINDS, STATES, due_sign, told, where_to_mend
from app.core import clock, storage
from app.core.actor import Scope
from app.core.errors import NotFound
from app.core.tables.rows import Cell
from app.core.tables.writing import csv_chunks, write_xlsx
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.fragments import render_page, wants_part
from app.web.pagination import here_with, keyset_from_request, page_of, sort_from_request
from app.web.texts import _, say

LINES_SHOWN = 50
_ANY = ("", _("All"))
_DUE = {"past": _("Date passed"), "week": _("Within 7 days"), "later": _("Later")}
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def today() -> date:
    """The business date where the reader is."""
    return clock.today(actor().time_zone or "UTC")


def day_or_none(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _filters() -> InvoiceFilters:
    """What the address narrows the list to; what it says wrongly does not narrow."""
    state, due = request.args.get("state", ""), request.args.get("due", "")
    days = {
        "past": (None, today() - timedelta(days=1)),
        "week": (today(), today() + timedelta(days=7)),
        "later": (today() + timedelta(days=8), None),
    }
    due_from, due_to = days.get(due, (None, None))
    return InvoiceFilters(
        text=request.args.get("q", "").strip()[:80],
        state=state if state in STATES else "",
        start=day_or_none(request.args.get("start", "")),
        end=day_or_none(request.args.get("end", "")),
        due_from=due_from,
        due_to=due_to,
    )


def _period_tabs(filters: InvoiceFilters) -> list[tuple[str, str, bool, None]]:
    """All, and the usual periods; the other filters stay."""
    chosen = (filters.start, filters.end)
    everything = here_with(start=None, end=None, after=None, before=None)
    tabs = [(str(_("All")), everything, chosen == (None, None), None)]
    for period in usual_periods(today()):
        address = here_with(start=period.start.isoformat(), end=period.end.isoformat(), after=None, before=None)
        tabs.append((say(period.name), address, chosen == (period.start, period.end), None))
    return tabs


@blueprint.get("/invoices")
@requires(Permission.READ)
def index() -> Response:
    filters, sort, keyset = _filters(), sort_from_request(queries.SORTS, "-date"), keyset_from_request(size=50)
    rows = queries.invoices(
        actor(), filters, sort=sort.column, is_descending=sort.is_descending, after=keyset.after,
        before=keyset.before, limit=keyset.limit,
    )  # fmt: skip
    sums = queries.invoice_sums(actor(), filters)
    is_exact = filters.start is not None and filters.end is not None and not (filters.state or request.args.get("due"))
    return render_page(
        "billing/invoices_index.html",
        part="billing/_invoices.html",
        page=page_of(rows, keyset, key=lambda row: queries.sort_key(row, sort.column)),
        sort=sort,
        filters=filters,
        is_filtered=filters != InvoiceFilters(),
        due=request.args.get("due", ""),
        periods=_period_tabs(filters),
        sums=sums,
        states=STATES,
        state_options=[_ANY, *((code, name) for code, (_tone, name) in STATES.items())],
        due_options=[_ANY, *_DUE.items()],
        due_sign=lambda day: due_sign(day, today()),
        may_export=actor().can(Permission.EXPORT),
        export_count=sum(count for _currency, count, _net, _gross in sums) if is_exact else 0,
        is_operator=actor().is_operator,
        held=queries.held_invoices(actor()) if actor().can(Permission.RELEASE) else [],
        held_count=queries.held_count(actor()) if actor().can(Permission.RELEASE) else 0,
    )


@blueprint.get("/invoices/register.<any(csv, xlsx):form>")
@requires(Permission.READ)
def register(form: str) -> Response:
    """All that the list is narrowed to as a table."""
    rows = _register_rows(_filters())
    name = f"invoices-{today().isoformat()}.{form}"
    if form == "csv":
        answer = Response(b"".join(csv_chunks(rows, delimiter=";")), mimetype="text/csv")
        answer.headers.set("Content-Disposition", "attachment", filename=name)
        return answer
    target = tempfile.TemporaryFile()  # noqa: SIM115 -- the answer closes it
    write_xlsx(rows, target, sheet="invoices")
    target.seek(0)
    return send_file(target, mimetype=_XLSX, as_attachment=True, download_name=name)


def _register_rows(filters: InvoiceFilters) -> Iterator[Sequence[Cell]]:
    yield HEAD
    for invoice in registered(actor(), filters):
        yield invoice.cells()


@blueprint.get("/invoices/<number:number>")
@requires(Permission.READ)
def show(number: str) -> Response:
    page = queries.invoice(actor(), number)
    is_operator = actor().is_operator
    if wants_part() and page.state != "issued":
        return Response(headers={"HX-Refresh": "true"})  # what the page has waited for
    lines = page.document.lines
    return render_page(
        "billing/invoice_show.html",
        part="billing/_invoice_progress.html",
        invoice=page,
        document=page.document,
        lines=lines if "lines" in request.args else lines[:LINES_SHOWN],
        state=STATES[page.state],
        due=due_sign(page.due_on, today()),
        form_names=FORM_NAMES,
        events=told(page.history, is_operator=is_operator),
        faults=[(fault, where_to_mend(fault, page.customer_code)) for fault in page.faults],
        may_release=actor().can(Permission.RELEASE) and page.state == "held",
        is_operator=is_operator,
        order_address=_order_address(page),
        kind=KINDS[page.kind],
        may_pay=may_pay() and is_payable(actor(), page.number),
    )


def may_pay() -> bool:
    """Whether the reader can pay online."""
    return not actor().is_operator and actor().can(Permission.PAY) and provider() is not None


def _order_address(page: queries.InvoicePage) -> str:
    """Where its order is; empty for an invoice of several."""
    if not page.order_number:
        return ""
    if actor().is_operator:
        return url_for("ordering.sales_order", account=page.customer_code, number=page.order_number)
    return url_for("ordering.order", number=page.order_number)


@blueprint.get("/invoices/<number:number>/<any(pdf, ubl, cii):form>")
@requires(Permission.READ)
def download(number: str, form: str) -> Response:
    file = queries.invoice_file(actor(), number, form)
    return send_stored(file, is_attachment="view" not in request.args)


@blueprint.post("/invoices/<number:number>/check")
@requires(Permission.RELEASE, scope=Scope.OPERATOR)
def check(number: str) -> Any:
    check_again(actor(), number)
    tell(_("Invoice {number} is made anew and checked. This page shows the result in a moment.", number=number), "info")
    return redirect(url_for("billing.show", number=number), code=303)


def send_stored(file: Any, *, is_attachment: bool = True) -> Response:
    """A stored file as an answer; its hash is the ETag, since the bytes never change."""
    if file is None:
        raise NotFound
    return send_file(
        storage.open_file(file),
        mimetype=file.media_type,
        as_attachment=is_attachment,
        download_name=file.name,
        etag=file.sha256,
        max_age=0,
    )
