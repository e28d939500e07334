"""Documents by mail as they are made: the customer's own choice."""

from __future__ import annotations

from typing import Any

from flask import redirect, request, url_for

from app.billing.forms.subscriptions import SubscriptionForm
from app.billing.policy import Permission
from app.billing.queries.subscriptions import subscribers
from app.billing.service.subscriptions import subscribe, unsubscribe
from app.billing.views import blueprint
from app.core.actor import Scope
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.fragments import render_page
from app.web.texts import _


@blueprint.route("/invoices/subscriptions", methods=["GET", "POST"])
@requires(Permission.SUBSCRIBE, scope=Scope.TENANT)
def subscriptions() -> Any:
    form = SubscriptionForm() if request.method == "POST" else SubscriptionForm(formdata=None)
    if form.validate_on_submit():
        with form.catching():
            subscribe(actor(), form.email.data, form.kinds, form.forms)
            tell(_("Saved."))
            return redirect(url_for("billing.subscriptions"), code=303)
    return render_page(
        "billing/subscriptions.html",
        form=form,
        rows=subscribers(actor()),
        kind_names={name: form[name].label.text for name in ("invoice", "credit_note", "corrective", "prepayment")},
        status=form.status,
    )


@blueprint.post("/invoices/subscriptions/<int:subscription_id>/remove")
@requires(Permission.SUBSCRIBE, scope=Scope.TENANT)
def drop_subscription(subscription_id: int) -> Any:
    unsubscribe(actor(), subscription_id)
    tell(_("Saved."))
    return redirect(url_for("billing.subscriptions"), code=303)
