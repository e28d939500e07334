"""The list of invoices, one invoice, its files."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Response, redirect, request, send_file, url_for

from app.billing.policy import Permission
from app.billing.queries import invoices as queries
from app.billing.service.render import check_again
from app.billing.views import blueprint
from app.core import storage
from app.core.actor import Scope
from app.core.errors import NotFound
from app.core.texts import N_
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.fragments import render_page
from app.web.pagination import keyset_from_request, page_of
from app.web.texts import _

STATES = {
    "issued": ("info", _("Being made")),
    "ready": ("good", _("Ready")),
    "held": ("bad", _("Held")),
}
ACTIONS = {
    "invoice_issued": N_("Issued"),
    "invoice_rendered": N_("Documents made and checked"),
    "invoice_held": N_("Held: a rule failed"),
    "invoice_check_asked": N_("Checked again"),
}
FORM_NAMES = {"pdf": _("PDF/A-3 with embedded XML"), "ubl": _("UBL 2.1"), "cii": _("CII (Factur-X)")}


def day_or_none(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


@blueprint.get("/invoices")
@requires(Permission.READ)
def index() -> Response:
    filters = queries.InvoiceFilters(
        text=request.args.get("q", "").strip(),
        state=request.args.get("state", "") if request.args.get("state", "") in STATES else "",
        start=day_or_none(request.args.get("start", "")),
        end=day_or_none(request.args.get("end", "")),
    )
    keyset = keyset_from_request(size=50)
    rows = queries.invoices(actor(), filters, after=keyset.after, before=keyset.before, limit=keyset.limit)
    page = page_of(rows, keyset, key=lambda row: (row.issued_on, row.id))
    return render_page(
        "billing/invoices_index.html",
        part="billing/_invoices.html",
        page=page,
        filters=filters,
        sums=queries.invoice_sums(actor(), filters),
        states=STATES,
        state_options=[(code, name) for code, (_tone, name) in STATES.items()],
        may_export=actor().can(Permission.EXPORT),
        is_operator=actor().is_operator,
    )


@blueprint.get("/invoices/<number:number>")
@requires(Permission.READ)
def show(number: str) -> Response:
    page = queries.invoice(actor(), number)
    return render_page(
        "billing/invoice_show.html",
        invoice=page,
        document=page.document,
        state=STATES[page.state],
        form_names=FORM_NAMES,
        actions=ACTIONS,
        may_release=actor().can(Permission.RELEASE) and page.state == "held",
        is_operator=actor().is_operator,
    )


@blueprint.get("/invoices/<number:number>/<any(pdf, ubl, cii):form>")
@requires(Permission.READ)
def download(number: str, form: str) -> Response:
    file = queries.invoice_file(actor(), number, form)
    return send_stored(file, is_attachment="view" not in request.args)


@blueprint.post("/invoices/<number:number>/check")
@requires(Permission.RELEASE, scope=Scope.OPERATOR)
def check(number: str) -> Any:
    check_again(actor(), number)
    tell(_("Invoice {number} is checked again. This page shows the result in a moment.", number=number))
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
