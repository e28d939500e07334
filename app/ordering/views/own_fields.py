"""Own fields of orders: shown on the order, filled in by the operator's people after placing."""

from __future__ import annotations

from flask import Response, render_template, url_for

from app.accounts.domain.own_fields import Subject
from app.accounts.forms.own_fields import entered_values, form_values, own_inputs, with_own_fields
from app.accounts.queries.own_fields import own_fields, shown_values
from app.core.actor import Scope
from app.ordering.policy import Permission
from app.ordering.queries.orders import OrderPage
from app.ordering.queries.orders import order as find_order
from app.ordering.queries.own_fields import order_values
from app.ordering.service.own_fields import set_order_values
from app.ordering.views import blueprint
from app.ordering.views.answers import go
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.forms import Form
from app.web.fragments import render_page
from app.web.slots import slot
from app.web.texts import _, language


class _ValuesForm(Form):
    """Grows by an input for each own field."""


@blueprint.route("/sales/orders/<account>/<number:number>/own-fields", methods=["GET", "POST"])
@requires(Permission.CONFIRM, scope=Scope.OPERATOR)
def edit_order_fields(account: str, number: str) -> Response:
    found = find_order(actor(), number, account=account)
    fields = list(own_fields(actor(), Subject.ORDER).values())
    form = with_own_fields(_ValuesForm, fields)(data=form_values(fields, order_values(actor(), found.id)))
    back = url_for("ordering.sales_order", account=account, number=number)
    for one in own_inputs(form):  # what a buyer left out is not made up by sales
        one.validators, one.flags.required = (), False
    if form.validate_on_submit():
        with form.catching():
            set_order_values(actor(), found.id, entered_values(form, fields))
            tell(_("Saved."))
            return go("ordering.sales_order", account=account, number=number)
    crumbs = [(_("Orders"), url_for("ordering.sales_orders")), (number, back)]
    return render_page(
        "accounts/own_values_edit.html",
        form=form,
        inputs=own_inputs(form),
        crumbs=crumbs,
        back=back,
        status=form.status,
    )


@slot("ordering.order.side", order=200)
def order_fields(order: OrderPage, **_context: object) -> str | None:
    """What stands in the own fields, on the page of the order."""
    fields = own_fields(actor(), Subject.ORDER)
    if not fields:
        return None
    shown = shown_values(fields, order_values(actor(), order.id), language())
    may_edit = actor().is_operator and actor().can(Permission.CONFIRM)
    if not shown and not may_edit:
        return None
    edit = url_for("ordering.edit_order_fields", account=order.account, number=order.number) if may_edit else ""
    return render_template("accounts/_own_values.html", shown=shown, edit=edit)
