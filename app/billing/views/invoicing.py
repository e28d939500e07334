"""The accountant's desk of invoicing: what waits, collective runs, closed books, legal entities, packaging."""

from __future__ import annotations

from dataclasses import fields
from decimal import Decimal
from typing import Any

from flask import Response, redirect, url_for

from app.billing.domain.rules import RunPeriod, last_end
from app.billing.forms.invoicing import PERIODS, CloseForm, EntityForm, PackagingForm, RunForm
from app.billing.policy import Permission
from app.billing.queries import collecting
from app.billing.queries.entities import entities, entity
from app.billing.queries.rules import ruled_accounts
from app.billing.service.collective import request_run, retry_run
from app.billing.service.deposits import NewPackaging, set_packaging
from app.billing.service.periods import close_books, reopen_books
from app.billing.service.rules import EntityFacts, save_entity
from app.billing.views import blueprint
from app.billing.views.invoices import today
from app.core.actor import Scope
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.forms import Form
from app.web.fragments import render_page, wants_part
from app.web.texts import _

RUN_STATES = {"waiting": ("info", _("Waiting")), "running": ("info", _("Being made")), "done": ("good", _("Done"))}
ITEM_STATES = {
    "waiting": ("info", _("Waiting")), "done": ("good", _("Issued")), "empty": ("", _("Invoiced otherwise")),
    "failed": ("bad", _("Failed")),
}  # fmt: skip


def _go(endpoint: str, **values: Any) -> Any:
    return redirect(url_for(f"billing.{endpoint}", **values), code=303)


@blueprint.get("/invoicing")
@requires(Permission.ISSUE, scope=Scope.OPERATOR)
def invoicing() -> Response:
    return _desk()


def _desk(
    run: RunForm | None = None, close: CloseForm | None = None, packaging: PackagingForm | None = None
) -> Response:
    """The desk with one of its forms as sent."""
    period = RunPeriod.MONTHLY
    asked = {"period": str(period), "through": last_end(period, today()), "issued_on": today()}
    run = run or RunForm(formdata=None, data=asked)
    close = close or CloseForm(formdata=None, data={"through": last_end(period, today())})
    packaging = packaging or PackagingForm(formdata=None, data={"currency": "EUR"})
    known = entities(actor())
    names = {one.id: one.name for one in known}
    close.offer([(one.id, one.name) for one in known])
    return render_page(
        "billing/invoicing.html",
        waiting=collecting.waiting(actor()),
        runs=collecting.runs(actor()),
        states=RUN_STATES,
        periods={str(code): name for code, name in PERIODS.items()},
        run_form=run,
        close_form=close,
        reopen_form=Form(formdata=None),
        packaging_form=packaging,
        books=[(names.get(one.entity_id or 0, str(_("Our company"))), one) for one in collecting.closed_books(actor())],
        entities=known,
        rules=ruled_accounts(actor()),
        packaging=collecting.packaging(actor()),
        may_rule=actor().can(Permission.RULES),
        status=max(form.status for form in (run, close, packaging)),
    )


@blueprint.post("/invoicing/runs")
@requires(Permission.ISSUE, scope=Scope.OPERATOR)
def start_run() -> Any:
    form = RunForm()
    if form.validate():
        with form.catching():
            run_id = request_run(
                actor(), RunPeriod(form.period.data), form.through.data, form.issued_on.data,
                client_ref=form.client_ref.data,
            )  # fmt: skip
            return _go("invoice_run", run_id=run_id)
    return _desk(run=form)


@blueprint.get("/invoicing/runs/<int:run_id>")
@requires(Permission.ISSUE, scope=Scope.OPERATOR)
def invoice_run(run_id: int) -> Response:
    found = collecting.run(actor(), run_id)
    if wants_part() and found.is_over:
        return Response(headers={"HX-Refresh": "true"})  # what the page has waited for
    return render_page(
        "billing/invoice_run.html",
        part="billing/_invoice_run_progress.html",
        run=found,
        items=collecting.run_items(actor(), run_id),
        state=RUN_STATES[found.state],
        states=ITEM_STATES,
        period=PERIODS[found.period],
    )


@blueprint.post("/invoicing/runs/<int:run_id>/retry")
@requires(Permission.ISSUE, scope=Scope.OPERATOR)
def retry_invoice_run(run_id: int) -> Any:
    retry_run(actor(), run_id)
    return _go("invoice_run", run_id=run_id)


@blueprint.post("/invoicing/books")
@requires(Permission.RULES, scope=Scope.OPERATOR)
def close_period() -> Any:
    form = CloseForm()
    form.offer([(one.id, one.name) for one in entities(actor())])
    if form.validate():
        with form.catching():
            close_books(actor(), form.entity_id.data or None, form.through.data, reason=form.reason.data or "")
            tell(_("The books are closed. No document gets a day of that time any more."))
            return _go("invoicing")
    return _desk(close=form)


@blueprint.post("/invoicing/books/reopen")
@requires(Permission.RULES, scope=Scope.OPERATOR)
def reopen_period() -> Any:
    form = CloseForm()
    form.offer([(one.id, one.name) for one in entities(actor())])
    if form.is_submitted():
        with form.catching():
            reopen_books(actor(), form.entity_id.data or None, reason=form.reason.data or "")
            tell(_("The last close is taken back."))
            return _go("invoicing")
    return _desk(close=form)


@blueprint.post("/invoicing/packaging")
@requires(Permission.RULES, scope=Scope.OPERATOR)
def save_packaging() -> Any:
    form = PackagingForm()
    if form.validate():
        with form.catching():
            set_packaging(
                actor(), NewPackaging(form.code.data, form.name.data, form.deposit.data or Decimal(0), form.currency.data)
            )  # fmt: skip
            tell(_("Saved."))
            return _go("invoicing")
    return _desk(packaging=form)


@blueprint.route("/invoicing/entities/new", methods=["GET", "POST"])
@requires(Permission.RULES, scope=Scope.OPERATOR)
def new_entity() -> Any:
    return _entity(EntityForm(), None)


@blueprint.route("/invoicing/entities/<number:code>", methods=["GET", "POST"])
@requires(Permission.RULES, scope=Scope.OPERATOR)
def edit_entity(code: str) -> Any:
    return _entity(EntityForm(obj=entity(actor(), code)), code)


def _entity(form: EntityForm, code: str | None) -> Any:
    if form.validate_on_submit():
        with form.catching():
            entered = form.values()
            known = {one.name for one in fields(EntityFacts)}
            save_entity(
                actor(), EntityFacts(**{name: (value or "").strip() for name, value in entered.items() if name in known}),
                code=code,
            )  # fmt: skip
            tell(_("Saved."))
            return _go("invoicing")
    return render_page("billing/entity.html", form=form, code=code, status=form.status)
