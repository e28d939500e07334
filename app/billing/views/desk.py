"""The desk of a customer's accountant: documents of all companies the person keeps the books of."""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from typing import Any

from flask import Response, redirect, request, send_file, url_for

from app.accounts.service.sessions import switch_company
from app.accounts.views.sign_in import person
from app.billing.policy import Permission
from app.billing.queries import desk as queries
from app.billing.queries.desk import DeskDocument, DeskFilters
from app.billing.views import blueprint
from app.billing.views.invoices import day_or_none, today
from app.billing.views.receivables import table_answer
from app.core import storage
from app.core.actor import Scope
from app.core.money import round_amount
from app.core.tables.rows import Cell
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.fragments import render_page
from app.web.pagination import keyset_from_request, page_of
from app.web.texts import _

_HEAD = ("company", "number", "kind", "issued_on", "due_on", "order", "po_number", "currency", "net", "gross", "open",
         "contested")  # fmt: skip
_STATES = {"": _("All"), "open": _("Open"), "overdue": _("Overdue"), "settled": _("Settled")}
_ALL = 100_000  # rows of a download


def _filters() -> DeskFilters:
    company, state = request.args.get("company", ""), request.args.get("state", "")
    return DeskFilters(
        company_id=int(company) if company.isdecimal() and len(company) < 19 else None,
        state=state if state in queries.STATES else "",
        start=day_or_none(request.args.get("start", "")),
        end=day_or_none(request.args.get("end", "")),
        text=request.args.get("q", "").strip()[:80],
    )


@blueprint.get("/desk")
@requires(Permission.RECEIVABLES, scope=Scope.TENANT)
def desk() -> Response:
    filters, keyset = _filters(), keyset_from_request(size=50)
    rows = queries.documents(actor(), filters, today(), after=keyset.after, before=keyset.before, limit=keyset.limit)
    mine = queries.companies(actor(), today())
    return render_page(
        "billing/desk.html",
        page=page_of(rows, keyset, key=lambda row: (row.issued_on, row.id)),
        companies=mine,
        company_options=[("", str(_("All"))), *dict.fromkeys((str(row.id), row.name) for row in mine)],
        state_options=list(_STATES.items()),
        filters=filters,
        sums=queries.sums(actor(), filters, today()),
        here=actor().company_id,
        today=today(),
        most=queries.MOST_FILES,
    )


@blueprint.get("/desk.<any(csv, xlsx):form>")
@requires(Permission.RECEIVABLES, scope=Scope.TENANT)
def desk_file(form: str) -> Response:
    """All that the desk is narrowed to as a table."""
    found = queries.documents(actor(), _filters(), today(), limit=_ALL)
    return table_answer(_rows(found), form, f"documents-{today().isoformat()}")


def _rows(found: Sequence[DeskDocument]) -> Iterator[Sequence[Cell]]:
    yield _HEAD
    for row in found:
        amounts = (round_amount(value, row.currency) for value in (row.net, row.gross, row.open, row.disputed))
        yield (row.company, row.number, row.kind, row.issued_on, row.due_on, row.order_number, row.po_number,
               row.currency, *amounts)  # fmt: skip


@blueprint.get("/desk.zip")
@requires(Permission.RECEIVABLES, scope=Scope.TENANT)
def desk_zip() -> Any:
    """The PDFs of all that the desk is narrowed to, the newest first, each company in a folder of its own."""
    found = queries.documents(actor(), _filters(), today(), limit=queries.MOST_FILES + 1)
    if len(found) > queries.MOST_FILES:
        tell(_("These are more than {most} documents. Choose a shorter period.", most=queries.MOST_FILES), "warn")
        return redirect(request.full_path.replace("/desk.zip", url_for("billing.desk"), 1), code=303)
    target = tempfile.TemporaryFile()  # noqa: SIM115 -- the answer closes it
    with zipfile.ZipFile(target, "w") as archive:
        for row in sorted(found, key=lambda row: (row.company_id, row.number)):
            if row.sha256 is not None:
                member = zipfile.ZipInfo(f"{row.company_id}/{row.number}.pdf")  # of 1980: the same bytes again
                with storage.store().open(row.sha256) as source:
                    archive.writestr(member, source.read())
    target.seek(0)
    name = f"documents-{today().isoformat()}.zip"
    return send_file(target, mimetype="application/zip", as_attachment=True, download_name=name)


@blueprint.post("/desk/<int:company_id>/invoices/<number:number>")
@requires(Permission.RECEIVABLES, scope=Scope.TENANT)
def desk_open(company_id: int, number: str) -> Any:
    """Act for that company and open the document: there a line can be contested."""
    switch_company(actor(), person().session_id, company_id)
    return redirect(url_for("billing.show", number=number), code=303)
