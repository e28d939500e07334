"""Mandates of an account; direct debit runs and their files."""

from __future__ import annotations

from typing import Any

from flask import redirect, request, url_for

from app.accounts.queries.accounts import account
from app.accounts.queries.companies import account_id
from app.billing.forms.debits import MandateForm, RunForm
from app.billing.policy import Permission
from app.billing.queries import debits as queries
from app.billing.service import debits as service
from app.billing.views import blueprint
from app.billing.views.invoices import send_stored, today
from app.core import storage
from app.core.actor import Scope
from app.core.errors import Invalid, NotFound
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.fragments import render_page
from app.web.texts import _, say

_STATES = {
    "sent": ("info", _("Sent")),
    "paid": ("good", _("Paid")),
    "returned": ("bad", _("Payment returned")),
    "dropped": ("plain", _("Taken out")),
}


@blueprint.route("/receivables/<number:code>/mandates", methods=["GET", "POST"])
@requires(Permission.PAYMENTS, scope=Scope.OPERATOR)
def mandates(code: str) -> Any:
    """What an account allows us to collect by, and a new mandate."""
    found = account(actor(), code)
    if found.kind != "customer":
        raise NotFound
    form = MandateForm(holder=found.legal_name or found.name)
    if form.validate_on_submit():
        with form.catching():
            service.add_mandate(
                actor(), found.id, form.reference.data, scheme=form.scheme.data, holder=form.holder.data,
                iban=form.iban.data, bic=form.bic.data or "", signed_on=form.signed_on.data,
            )  # fmt: skip
            tell(_("Saved."), "good")
            return redirect(url_for("billing.mandates", code=code), code=303)
    return render_page(
        "billing/mandates.html", account=found, form=form, rows=queries.mandates(actor(), found.id), status=form.status
    )


@blueprint.post("/receivables/<number:code>/mandates/<int:mandate_id>/revoke")
@requires(Permission.PAYMENTS, scope=Scope.OPERATOR)
def revoke_mandate(code: str, mandate_id: int) -> Any:
    service.revoke_mandate(actor(), account_id(actor(), code), mandate_id)
    return redirect(url_for("billing.mandates", code=code), code=303)


@blueprint.route("/bank/debits", methods=["GET", "POST"])
@requires(Permission.PAYMENTS, scope=Scope.OPERATOR)
def debits() -> Any:
    """What can be collected, and the runs that were made."""
    form = RunForm(collect_on=service.earliest(today()))
    if form.validate_on_submit():
        with form.catching():
            ids = [int(one) for one in request.form.getlist("item") if one.isdecimal() and len(one) < 19]
            try:
                run_id = service.collect(
                    actor(), ids, form.collect_on.data, form.version.data, client_ref=form.client_ref.data
                )
            except Invalid as error:
                if error.field != "items":
                    raise
                tell(say(error.message), "bad")
                return redirect(url_for("billing.debits"), code=303)
            tell(_("The file is ready for the bank."), "good")
            return redirect(url_for("billing.debit_run", run_id=run_id), code=303)
    return render_page(
        "billing/debits_index.html",
        form=form,
        rows=queries.due(actor(), today()),
        runs=queries.runs(actor()),
        today=today(),
        status=form.status,
    )


@blueprint.get("/bank/debits/<int:run_id>")
@requires(Permission.PAYMENTS, scope=Scope.OPERATOR)
def debit_run(run_id: int) -> Any:
    run, entries = queries.run(actor(), run_id)
    return render_page("billing/debit_run.html", run=run, entries=entries, states=_STATES)


@blueprint.get("/bank/debits/<int:run_id>/file")
@requires(Permission.PAYMENTS, scope=Scope.OPERATOR)
def debit_file(run_id: int) -> Any:
    """The file as it was made."""
    run, _entries = queries.run(actor(), run_id)
    if run.file_id is None:
        raise NotFound
    return send_stored(storage.find(actor(), run.file_id))


@blueprint.post("/bank/debits/<int:run_id>/entries/<int:entry_id>/drop")
@requires(Permission.PAYMENTS, scope=Scope.OPERATOR)
def drop_debit(run_id: int, entry_id: int) -> Any:
    service.drop_entry(actor(), run_id, entry_id)
    return redirect(url_for("billing.debit_run", run_id=run_id), code=303)
