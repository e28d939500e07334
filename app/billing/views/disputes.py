"""Contested lines of invoices: contesting one, the list, the answer, and the panel on the invoice."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from flask import Response, make_response, redirect, render_template, request, url_for

from app.billing.domain.dispute import DISPUTE_REASONS
from app.billing.forms.disputes import AnswerForm, DisputeForm
from app.billing.policy import Permission
from app.billing.queries.disputes import (
    contestable_lines,
    dispute,
    disputes_of_invoice,
    disputes_page,
    open_disputes,
)
from app.billing.queries.invoices import invoice
from app.billing.service.disputes import accept, open_dispute, refuse, withdraw
from app.billing.views import blueprint
from app.core.actor import Scope
from app.core.errors import Conflict, Invalid
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.forms import choices
from app.web.fragments import render_page
from app.web.navigation import nav_entry
from app.web.pagination import keyset_from_request, page_of
from app.web.slots import slot
from app.web.texts import _, say

nav_entry(
    62, "billing.disputes", _("Contested lines"), Permission.RECEIVABLES, "warn", group="more", scope=Scope.OPERATOR
)  # fmt: skip
nav_entry(62, "billing.disputes", _("Contested lines"), Permission.DISPUTE, "warn", group="more", scope=Scope.TENANT)


@blueprint.get("/disputes")
@requires(Permission.RECEIVABLES, Permission.DISPUTE)
def disputes() -> Response:
    is_open, text = request.args.get("show", "") != "all", request.args.get("q", "").strip()[:60]
    keyset = keyset_from_request(parts=(int,))
    after, before = ((int(key[0]),) if key else None for key in (keyset.after, keyset.before))
    rows = disputes_page(
        actor(), is_open=is_open, search=text, after=after, before=before, limit=keyset.limit
    )  # fmt: skip
    return render_page(
        "billing/disputes_index.html",
        page=page_of(rows, keyset, key=lambda row: (row.id,)),
        views=[
            (_("Open"), url_for("billing.disputes"), is_open, open_disputes(actor())),
            (_("All"), url_for("billing.disputes", show="all"), not is_open, 0),
        ],
        show="" if is_open else "all",
        text=text,
        is_operator=actor().is_operator,
        reasons=DISPUTE_REASONS,
    )


@blueprint.route("/invoices/<number:number>/dispute", methods=["GET", "POST"])
@requires(Permission.DISPUTE, scope=Scope.TENANT)
def dispute_new(number: str) -> Response:
    page = invoice(actor(), number)
    lines = contestable_lines(actor(), page.id)
    form = DisputeForm()
    form.position.choices = choices((line.position, f"{line.position}. {line.sku} {line.name}"[:90]) for line in lines)
    form.reason.choices = choices((code, say(text)) for code, text in DISPUTE_REASONS.items())
    if not form.is_submitted():
        chosen = request.args.get("line", "")
        form.position.data = chosen
        form.quantity.data = next((line.left for line in lines if str(line.position) == chosen), None)
    elif form.validate():
        with form.catching():
            made = open_dispute(
                actor(), page.id, int(form.position.data), form.quantity.data or Decimal(0), reason=form.reason.data,
                client_ref=form.client_ref.data, note=form.note.data or "",
            )  # fmt: skip
            tell(_("The line is contested. Nobody reminds you of this amount until it is answered."))
            return _go(made)
    return render_page(
        "billing/dispute_new.html", form=form, invoice=page, lines=lines, status=form.status
    )  # fmt: skip


@blueprint.get("/disputes/<int:dispute_id>")
@requires(Permission.RECEIVABLES, Permission.DISPUTE)
def dispute_show(dispute_id: int) -> Response:
    return _show(dispute_id)


def _show(dispute_id: int, form: AnswerForm | None = None) -> Response:
    found = dispute(actor(), dispute_id)
    form = form or AnswerForm(formdata=None, data={"quantity": found.quantity, "percent": Decimal(100)})
    return render_page(
        "billing/dispute_show.html",
        dispute=found,
        form=form,
        reason=DISPUTE_REASONS[found.reason],
        is_operator=actor().is_operator,
        may_answer=found.state == "open" and actor().is_operator and actor().can(Permission.ISSUE),
        may_withdraw=found.state == "open" and not actor().is_operator and actor().can(Permission.DISPUTE),
        status=form.status,
    )


@blueprint.post("/disputes/<int:dispute_id>/accept")
@requires(Permission.ISSUE, scope=Scope.OPERATOR)
def dispute_accept(dispute_id: int) -> Response:
    form = AnswerForm()
    if form.validate():
        with form.catching():
            accept(
                actor(), dispute_id, form.quantity.data or Decimal(0), percent=form.percent.data or Decimal(0),
                answer=form.answer.data or "",
            )  # fmt: skip
            tell(_("The line is accepted, and a credit note is issued."))
            return _go(dispute_id)
    return _show(dispute_id, form)


@blueprint.post("/disputes/<int:dispute_id>/refuse")
@requires(Permission.ISSUE, scope=Scope.OPERATOR)
def dispute_refuse(dispute_id: int) -> Response:
    answer = request.form.get("answer", "")
    return _attempt(dispute_id, lambda: refuse(actor(), dispute_id, answer), _("The dispute is refused."))


@blueprint.post("/disputes/<int:dispute_id>/withdraw")
@requires(Permission.DISPUTE, scope=Scope.TENANT)
def dispute_withdraw(dispute_id: int) -> Response:
    return _attempt(dispute_id, lambda: withdraw(actor(), dispute_id), _("The line is contested no longer."))


def _attempt(dispute_id: int, act: Callable[[], Any], done: str) -> Response:
    """Do something about a dispute and come back to its page, which says what came of it."""
    form = AnswerForm()
    try:
        act()
    except Invalid as error:
        form.refuse(error)
        return _show(dispute_id, form)
    except Conflict as error:
        form.is_conflict = True
        form.refused.append(say(error.message))
        return _show(dispute_id, form)
    tell(done)
    return _go(dispute_id)


def _go(dispute_id: int) -> Response:
    return make_response(redirect(url_for("billing.dispute_show", dispute_id=dispute_id), code=303))


@slot("billing.invoice.side", order=60)
def dispute_panel(*, invoice: Any, **_context: Any) -> str | None:
    """What is contested of an invoice, and the way to contest a line."""
    may_contest = not actor().is_operator and actor().can(Permission.DISPUTE) and invoice.document.kind == "invoice"
    rows = disputes_of_invoice(actor(), invoice.id)
    if not (rows or may_contest):
        return None
    return render_template(
        "billing/_invoice_disputes.html", invoice=invoice, disputes=rows, may_contest=may_contest
    )  # fmt: skip
