"""The archive: how long documents are kept, legal holds, and disposal by two people."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, url_for

from app.accounts.queries.companies import account_id
from app.billing.domain.retention import KINDS
from app.billing.forms.retention import HoldForm, ProposeForm, ReleaseForm, YearsForm
from app.billing.policy import Permission
from app.billing.queries import retention as queries
from app.billing.service import disposal as disposing
from app.billing.service import retention as service
from app.billing.views import blueprint
from app.billing.views.invoices import today
from app.core.actor import Scope
from app.core.errors import Conflict, Invalid, NotFound
from app.core.texts import N_
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.fragments import render_page
from app.web.slots import slot
from app.web.texts import _, say

DISPOSAL_STATES = {
    "proposed": ("seal", _("Waits for a second person")),
    "approved": ("info", _("At work")),
    "done": ("good", _("Done")),
    "dropped": ("plain", _("Dropped")),
}


@blueprint.route("/archive", methods=["GET", "POST"])
@requires(Permission.ARCHIVE, scope=Scope.OPERATOR)
def archive() -> Any:
    """What is kept how long, what is on hold, what was disposed of; the form sets a hold."""
    form = HoldForm() if request.method == "POST" else HoldForm(formdata=None)
    if form.validate_on_submit():
        with form.catching():
            service.hold(actor(), form.hold(_company(form)), form.reason.data, client_ref=form.client_ref.data)
            tell(_("Held. Nothing of it is disposed of until you release it."))
            return redirect(url_for("billing.archive"), code=303)
    return render_page(
        "billing/archive.html",
        kinds=queries.kinds_kept(actor(), today()),
        kind_names=KINDS,
        holds=queries.holds(actor()),
        released=queries.holds(actor(), is_open=False, limit=20),
        disposals=queries.disposals(actor()),
        states=DISPOSAL_STATES,
        form=form,
        propose_form=ProposeForm(formdata=None),
        me=actor().user_id,
        status=form.status,
    )


def _company(form: HoldForm) -> int | None:
    code = (form.customer.data or "").strip()
    if not code:
        return None
    try:
        return account_id(actor(), code)
    except NotFound:
        raise Invalid("customer", N_("There is no account {code}.", code=code)) from None


@blueprint.route("/archive/years/<kind>", methods=["GET", "POST"])
@requires(Permission.ARCHIVE, scope=Scope.OPERATOR)
def retention_years(kind: str) -> Any:
    """How long one kind is kept, and by which law."""
    known = queries.years_of(actor()).get(kind)
    if known is None:
        raise NotFound
    form = YearsForm() if request.method == "POST" else YearsForm(formdata=None, years=known[0], reason=known[1])
    if form.validate_on_submit():
        with form.catching():
            service.set_years(actor(), kind, form.years.data, form.reason.data)
            tell(_("Saved."))
            return redirect(url_for("billing.archive"), code=303)
    return render_page("billing/archive_years.html", form=form, kind=KINDS[kind], status=form.status)


@blueprint.route("/archive/holds/<int:hold_id>/release", methods=["GET", "POST"])
@requires(Permission.ARCHIVE, scope=Scope.OPERATOR)
def release_hold(hold_id: int) -> Any:
    found = next((row for row in queries.holds(actor()) if row.id == hold_id), None)
    if found is None and request.method == "GET":
        raise NotFound
    form = ReleaseForm()
    if form.validate_on_submit():
        with form.catching():
            service.release(actor(), hold_id, form.reason.data)
            tell(_("Released."))
            return redirect(url_for("billing.archive"), code=303)
    return render_page("billing/archive_release.html", form=form, hold=found, kind_names=KINDS, status=form.status)


@blueprint.post("/archive/dispose/<kind>")
@requires(Permission.ARCHIVE, scope=Scope.OPERATOR)
def propose_disposal(kind: str) -> Any:
    try:
        disposing.propose(actor(), kind, client_ref=ProposeForm().client_ref.data)
        tell(_("Proposed. Somebody else must approve it."))
    except Invalid as error:
        tell(say(error.message), "bad")
    return redirect(url_for("billing.archive"), code=303)


@blueprint.post("/archive/disposals/<int:disposal_id>/<any(approve, drop):answer>")
@requires(Permission.ARCHIVE, scope=Scope.OPERATOR)
def decide_disposal(disposal_id: int, answer: str) -> Any:
    try:
        if answer == "approve":
            disposing.approve(actor(), disposal_id)
        else:
            disposing.drop(actor(), disposal_id)
        tell(_("Saved."))
    except Conflict as error:
        tell(say(error.message), "bad")
    return redirect(url_for("billing.archive"), code=303)


@blueprint.get("/archive/disposals/<int:disposal_id>")
@requires(Permission.ARCHIVE, scope=Scope.OPERATOR)
def disposal(disposal_id: int) -> Any:
    """The protocol of what was disposed of."""
    after = request.args.get("after", default=0, type=int)
    rows = queries.disposed(actor(), disposal_id, after=after, limit=201)
    return render_page(
        "billing/archive_disposal.html",
        run=queries.disposal(actor(), disposal_id),
        rows=rows[:200],
        more=rows[199].id if len(rows) > 200 else None,
        kind_names=KINDS,
        states=DISPOSAL_STATES,
    )


@slot("billing.invoice.side", order=200)
def keeping_panel(*, invoice: Any, **_context: Any) -> str | None:
    """Until when the invoice is kept, for those who look after the archive."""
    if not (actor().is_operator and actor().can(Permission.ARCHIVE)):
        return None
    found = queries.keeping(actor(), "invoice", invoice.company_id, invoice.document.issue_date)
    return render_template("billing/_keeping.html", keeping=found, disposed_at=invoice.disposed_at)
