"""What a buyer does with an order after placing: change it, cancel it, ask for it, answer the confirmation."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask import Response, render_template, request, url_for

from app.core.actor import Scope
from app.core.errors import Conflict, Invalid
from app.core.texts import N_
from app.ordering.domain.amendment import PRICE_CHOICES, PriceChoice
from app.ordering.domain.lifecycle import CartKind
from app.ordering.forms.changes import AnswerForm, CancelForm
from app.ordering.policy import Permission
from app.ordering.queries.order_changes import (
    OpenLine,
    amended_number,
    may_change,
    open_lines,
    proposals,
    requests,
    versions,
)
from app.ordering.queries.orders import OrderPage
from app.ordering.queries.orders import order as find_order
from app.ordering.service.amendments import give_up, start_amendment
from app.ordering.service.cancelling import ask_to_cancel, cancel
from app.ordering.service.confirming import answer
from app.ordering.views import blueprint
from app.ordering.views.answers import go, turn
from app.ordering.views.texts import difference_words
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.forms import parse_decimal
from app.web.fragments import render_page
from app.web.slots import slot
from app.web.texts import _, language, say

_PARTS = 20_000  # fields of a page of some thousand lines; Flask's own limit is 1,000
_MANY = {"ordering.cancel_order", "ordering.sales_cancel_order", "ordering.confirm_order", "ordering.answer_order"}


@blueprint.url_value_preprocessor
def _allow_fields_of_orders(endpoint: str | None, _values: object) -> None:
    if endpoint in _MANY:
        request.max_form_parts = _PARTS


@blueprint.get("/orders/<number:number>/cancel")
@requires(Permission.CANCEL, scope=Scope.TENANT)
def cancel_page(number: str) -> Response:
    return show_cancel(find_order(actor(), number), CancelForm(formdata=None))


@blueprint.post("/orders/<number:number>/cancel")
@requires(Permission.CANCEL, scope=Scope.TENANT)
def cancel_order(number: str) -> Response:
    order = find_order(actor(), number)
    form = CancelForm()
    is_asking = request.form.get("how") == "ask"
    if form.validate():
        with form.catching():
            cuts = entered_cuts(order.id)
            if is_asking:
                ask_to_cancel(actor(), order.id, cuts, reason=form.reason.data or "", client_ref=form.client_ref.data)
                tell(_("We have your request and answer soon. Until then the order stands."), "info")
            else:
                cancel(actor(), order.id, cuts, reason=form.reason.data or "", client_ref=form.client_ref.data)
                tell(_("Cancelled. The order shows what is left of it."))
            return go("ordering.order", number=number)
    return show_cancel(order, form)


def show_cancel(order: OrderPage, form: CancelForm, account: str = "") -> Response:
    """The form of the buyer, and with an account that of the operator."""
    may = may_change(actor(), order.id)
    own = url_for("ordering.sales_order", account=account, number=order.number) if account else ""
    lines = open_lines(actor(), order.id)
    entered = {key: value for key, value in request.form.items() if key.startswith("cut-")}
    return render_page(
        "ordering/order_cancel.html",
        order=order,
        form=form,
        may=may,
        is_sales=bool(account),
        lines=lines,
        is_begun=any(line.free != line.quantity for line in lines),
        entered=entered,
        takes_lines=request.form.get("part") == "lines",
        back=own or url_for("ordering.order", number=order.number),
        status=form.status,
    )


def entered_cuts(order_id: int) -> dict[int, Decimal]:
    """How much of which line goes; empty when the whole order was chosen. Raises Invalid, also where both were."""
    if request.form.get("part") != "lines":
        if any(text.strip() for key, text in request.form.items() if key.startswith("cut-")):
            raise Invalid(
                "lines", N_("You entered quantities and chose the whole order. Please choose one of the two.")
            )
        return {}
    cuts: dict[int, Decimal] = {}
    for line in open_lines(actor(), order_id):
        text = request.form.get(f"cut-{line.id}", "").strip()
        if text:
            cuts[line.id] = _amount(text, line)
    cuts = {key: cut for key, cut in cuts.items() if cut}
    if not cuts:
        raise Invalid("lines", N_("Enter how much of at least one line goes, or take the whole order."))
    return cuts


def _amount(text: str, line: OpenLine) -> Decimal:
    try:
        return parse_decimal(text, language())
    except ValueError:
        raise Invalid(
            "lines", N_("Line {position}: “{given}” is not a number.", position=line.position, given=text[:40])
        ) from None


@blueprint.post("/orders/<number:number>/amend")
@requires(Permission.AMEND, scope=Scope.TENANT)
def amend_order(number: str) -> Response:
    order = find_order(actor(), number)
    chosen = request.form.get("prices", "")
    prices = PriceChoice(chosen) if chosen in set(PriceChoice) else PriceChoice.ORDERED
    try:
        start_amendment(actor(), order.id, prices)
    except Conflict as error:
        tell(say(error.message), "warn")
        return go("ordering.order", number=number)
    return go("ordering.cart")


@blueprint.post("/orders/changes/<int:cart_id>/give-up")
@requires(Permission.AMEND, scope=Scope.TENANT)
def give_up_change(cart_id: int) -> Response:
    number = give_up(actor(), cart_id)
    tell(_("Order {number} stays as it was.", number=number), "info")
    return go("ordering.order", number=number)


@slot("ordering.cart.top", order=10)
def amending_panel(*, cart_id: int, kind: str, **_context: object) -> str | None:
    """Over a cart that changes an order: which, and the way out."""
    number = amended_number(actor(), cart_id) if kind == CartKind.AMENDMENT else None
    return render_template("ordering/_amending.html", number=number, cart_id=cart_id) if number else None


@blueprint.post("/orders/<number:number>/answers")
@requires(Permission.AMEND, scope=Scope.TENANT)
def answer_order(number: str) -> Response:
    order = find_order(actor(), number)
    form = AnswerForm()
    waiting = proposals(actor(), order.id, only_waiting=True)
    given = {one.id: request.form[f"say-{one.id}"] == "yes" for one in waiting if f"say-{one.id}" in request.form}
    if form.validate():
        try:
            answer(actor(), order.id, given, client_ref=form.client_ref.data)
        except (Conflict, Invalid) as error:
            tell(say(error.message), "warn")
            return turn("ordering.order", number=number)
        tell(_("Thank you. We have your answer."))
    return go("ordering.order", number=number)


@blueprint.get("/orders/<number:number>/versions")
@requires(Permission.READ, scope=Scope.TENANT)
def order_versions(number: str) -> Response:
    return show_versions(find_order(actor(), number), url_for("ordering.order", number=number))


def show_versions(order: OrderPage, back: str) -> Response:
    """Every change, with what stood there before and what stands there since."""
    return render_page(
        "ordering/order_versions.html",
        order=order,
        back=back,
        versions=versions(actor(), order.id),
        words=difference_words,
    )


def aftermath(order: OrderPage) -> dict[str, Any]:
    """What the page of an order shows of all this."""
    if order.source == "history":
        return {"may": None, "proposals": [], "requests": []}
    may = may_change(actor(), order.id)
    return {
        "may": may,
        "may_cancel": actor().can(Permission.CANCEL),
        "may_amend": actor().can(Permission.AMEND) and not actor().is_operator,
        "may_confirm": actor().can(Permission.CONFIRM) and actor().is_operator,
        "proposals": proposals(actor(), order.id) if may.version > 1 else [],  # a confirmation makes a version
        "requests": requests(actor(), order.id),
        "prices": [(str(one), say(PRICE_CHOICES[one])) for one in PriceChoice],
        "answer_form": AnswerForm(formdata=None),
    }
