"""Paying online: choose what, go to the provider, come back; the provider's call; the test provider's page."""

from __future__ import annotations

from typing import Any

from flask import Response, redirect, request, url_for
from flask.blueprints import BlueprintSetupState

from app.billing.forms.bank import PayForm
from app.billing.policy import Permission
from app.billing.queries import online as queries
from app.billing.service import online as service
from app.billing.views import blueprint
from app.billing.views.bank_labels import PAYMENT_STATES
from app.core.actor import Actor, Scope
from app.core.errors import NotFound, Unavailable
from app.core.tenancy import acting_as
from app.web.access import actor, public, requires
from app.web.banners import tell
from app.web.fragments import render_page
from app.web.texts import _


@blueprint.route("/pay", methods=["GET", "POST"])
@requires(Permission.PAY, scope=Scope.TENANT)
def pay() -> Any:
    """What the own company owes, to be paid online."""
    form = PayForm()
    if form.validate_on_submit():
        with form.catching():
            ids = [int(one) for one in request.form.getlist("item") if one.isdecimal() and len(one) < 19]
            return redirect(service.begin(actor(), ids, client_ref=form.client_ref.data), code=303)
    return render_page(
        "billing/pay_index.html",
        form=form,
        rows=queries.payable(actor()),
        payments=queries.payments(actor()),
        states=PAYMENT_STATES,
        is_set_up=service.provider() is not None,
        status=form.status,
    )


@blueprint.get("/pay/<int:payment_id>")
@requires(Permission.PAY, scope=Scope.TENANT)
def pay_back(payment_id: int) -> Any:
    """Where the provider sends the person back to: how the payment stands."""
    row = queries.payment(actor(), payment_id)
    if row.state == "open":
        _ask(payment_id)
        row = queries.payment(actor(), payment_id)
    return render_page("billing/pay_show.html", payment=row, state=PAYMENT_STATES[row.state])


def _ask(payment_id: int) -> None:
    """Post what the provider says; when it does not answer the sweep asks later."""
    with acting_as(Actor.system()):
        try:
            service.heed(Actor.system(), payment_id)
        except Unavailable:
            return


@blueprint.post("/pay/hook/<int:payment_id>/<token>")
@public
def pay_hook(payment_id: int, token: str) -> Response:
    """The provider says that something changed; what it says is not read, we ask."""
    if not service.token_fits(payment_id, token):
        raise NotFound
    with acting_as(Actor.system()):
        service.heed(Actor.system(), payment_id)
    return Response("ok", content_type="text/plain")


@blueprint.route("/pay/test/<int:payment_id>", methods=["GET", "POST"])
@requires(Permission.PAY, scope=Scope.TENANT)
def pay_test(payment_id: int) -> Any:
    """The test provider."""
    row = queries.payment(actor(), payment_id)
    if row.provider != "test":
        raise NotFound
    if request.method == "POST":
        service.choose(actor(), payment_id, request.form.get("state", ""))
        tell(_("The test provider was told. No money moved."), "info")
        return redirect(url_for("billing.pay_back", payment_id=payment_id), code=303)
    return render_page("billing/pay_test.html", payment=row)


@blueprint.record_once
def _without_form_token(state: BlueprintSetupState) -> None:
    """The provider knows no token of our forms; its address carries a secret."""
    state.app.extensions["csrf"].exempt(pay_hook)
