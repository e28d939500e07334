"""The operator's desk: orders to confirm, line by line or many at once; cancelling; requests; the rules of all this."""

from __future__ import annotations

import uuid
from datetime import date
from decimal import Decimal

from flask import Response, request, url_for

from app.core.actor import Scope
from app.core.errors import Conflict, Invalid
from app.core.texts import N_
from app.ordering.domain.confirmation import ANSWER_NAMES, AnswerKind, LineAnswer
from app.ordering.domain.lifecycle import CANCEL_UNTIL_NAMES, CancelUntil
from app.ordering.domain.rules import ChangeRules
from app.ordering.forms.changes import AnswerForm, CancelForm, OrderRulesForm, OwnOrderRulesForm
from app.ordering.policy import Permission
from app.ordering.queries.order_changes import OpenLine, open_lines, requests, to_confirm
from app.ordering.queries.order_rules import account_rules, change_rules
from app.ordering.queries.orders import OrderPage
from app.ordering.queries.orders import order as find_order
from app.ordering.service.cancelling import cancel, decide_request
from app.ordering.service.confirming import confirm, confirm_all
from app.ordering.service.order_rules import OwnRules, set_own_rules, set_rules
from app.ordering.service.progress import close
from app.ordering.views import blueprint
from app.ordering.views.answers import go
from app.ordering.views.order_changes import entered_cuts, show_cancel, show_versions
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.forms import Form, parse_decimal
from app.web.fragments import render_page
from app.web.pagination import keyset_from_request, page_of
from app.web.texts import _, language, ngettext, say

_AT_ONCE = 100


@blueprint.get("/sales/orders/to-confirm")
@requires(Permission.CONFIRM, scope=Scope.OPERATOR)
def desk() -> Response:
    keyset = keyset_from_request(size=50)
    rows = to_confirm(actor(), after=keyset.after, before=keyset.before, limit=keyset.limit)
    return render_page(
        "ordering/order_desk.html",
        page=page_of(rows, keyset, key=lambda row: (row.placed_at, row.id)),
        form=AnswerForm(formdata=None),
    )


@blueprint.post("/sales/orders/to-confirm")
@requires(Permission.CONFIRM, scope=Scope.OPERATOR)
def confirm_many() -> Response:
    ids = [int(text) for text in request.form.getlist("pick") if text.isdigit()][:_AT_ONCE]
    reference = request.form.get("client_ref", "")[:36] or str(uuid.uuid4())
    done, failed = confirm_all(actor(), ids, client_ref=reference)
    tell(
        ngettext("{n} order confirmed as ordered", "{n} orders confirmed as ordered", done), "good" if done else "info"
    )
    for number, why in failed:
        tell(_("{number}: {reason}", number=number, reason=say(why)), "warn")
    return go("ordering.desk")


@blueprint.get("/sales/orders/<account>/<number:number>/confirm")
@requires(Permission.CONFIRM, scope=Scope.OPERATOR)
def confirm_page(account: str, number: str) -> Response:
    return _show_confirm(find_order(actor(), number, account=account), account, AnswerForm(formdata=None))


@blueprint.post("/sales/orders/<account>/<number:number>/confirm")
@requires(Permission.CONFIRM, scope=Scope.OPERATOR)
def confirm_order(account: str, number: str) -> Response:
    order = find_order(actor(), number, account=account)
    form = AnswerForm()
    if form.validate():
        with form.catching():
            answers = None if request.form.get("all") else _answers(open_lines(actor(), order.id))
            made = confirm(actor(), order.id, answers, client_ref=form.client_ref.data)
            if made.waiting:
                tell(ngettext("{n} line waits for the buyer", "{n} lines wait for the buyer", made.waiting), "info")
            else:
                tell(_("Order {number} is answered.", number=number))
            return go("ordering.sales_order", account=account, number=number)
    return _show_confirm(order, account, form)


def _show_confirm(order: OrderPage, account: str, form: AnswerForm) -> Response:
    return render_page(
        "ordering/order_confirm.html",
        order=order,
        form=form,
        lines=open_lines(actor(), order.id),
        kinds=[(str(kind), say(name)) for kind, name in ANSWER_NAMES.items()],
        entered=request.form,
        back=url_for("ordering.sales_order", account=account, number=order.number),
        status=form.status,
    )


def _answers(lines: list[OpenLine]) -> dict[int, LineAnswer]:
    """What was entered for each line that is answered; lines left at “later” stay open. Raises Invalid."""
    return {
        line.id: LineAnswer(
            AnswerKind(kind),
            _number(f"quantity-{line.id}", line, line.quantity),
            _number(f"price-{line.id}", line, line.unit_price),
            _day(f"day-{line.id}", line),
            request.form.get(f"sku-{line.id}", "").strip()[:60],
            request.form.get(f"reason-{line.id}", "").strip()[:300],
        )
        for line in lines
        if (kind := request.form.get(f"kind-{line.id}", "")) in set(AnswerKind) and line.state == "placed"
    }


def _number(name: str, line: OpenLine, held: Decimal) -> Decimal | None:
    text = request.form.get(name, "").strip()
    if not text:
        return None
    try:
        value = parse_decimal(text, language())
    except ValueError:
        raise Invalid(
            "lines", N_("Line {position}: “{given}” is not a number.", position=line.position, given=text[:40])
        ) from None
    return None if value == held and request.form.get(f"kind-{line.id}") != AnswerKind.SUBSTITUTE else value


def _day(name: str, line: OpenLine) -> date | None:
    text = request.form.get(name, "").strip()
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Invalid(
            "lines", N_("Line {position}: “{given}” is not a date.", position=line.position, given=text[:40])
        ) from None


@blueprint.get("/sales/orders/<account>/<number:number>/cancel")
@requires(Permission.CANCEL, scope=Scope.OPERATOR)
def sales_cancel_page(account: str, number: str) -> Response:
    return show_cancel(find_order(actor(), number, account=account), CancelForm(formdata=None), account)


@blueprint.post("/sales/orders/<account>/<number:number>/cancel")
@requires(Permission.CANCEL, scope=Scope.OPERATOR)
def sales_cancel_order(account: str, number: str) -> Response:
    order = find_order(actor(), number, account=account)
    form = CancelForm()
    if form.validate():
        with form.catching():
            cuts = entered_cuts(order.id)
            cancel(actor(), order.id, cuts, reason=form.reason.data or "", client_ref=form.client_ref.data)
            tell(_("Cancelled. The buyer is told."))
            return go("ordering.sales_order", account=account, number=number)
    return show_cancel(order, form, account)


@blueprint.get("/sales/orders/<account>/<number:number>/versions")
@requires(Permission.READ_ALL, scope=Scope.OPERATOR)
def sales_order_versions(account: str, number: str) -> Response:
    order = find_order(actor(), number, account=account)
    return show_versions(order, url_for("ordering.sales_order", account=account, number=number))


@blueprint.post("/sales/orders/<account>/<number:number>/requests/<int:request_id>")
@requires(Permission.CANCEL, scope=Scope.OPERATOR)
def decide_cancellation(account: str, number: str, request_id: int) -> Response:
    order = find_order(actor(), number, account=account)
    form = AnswerForm()
    known = {row.id for row in requests(actor(), order.id)}
    if form.validate() and request_id in known:
        try:
            decide_request(
                actor(), request_id, is_granted=request.form.get("say") == "yes", answer=form.answer.data or ""
            )
        except (Conflict, Invalid) as error:
            tell(say(error.message), "warn")
        else:
            tell(_("The buyer has your answer."))
    return go("ordering.sales_order", account=account, number=number)


@blueprint.post("/sales/orders/<account>/<number:number>/close")
@requires(Permission.CONFIRM, scope=Scope.OPERATOR)
def close_order(account: str, number: str) -> Response:
    order = find_order(actor(), number, account=account)
    try:
        close(actor(), order.id, request.form.get("reason", ""))
    except (Conflict, Invalid) as error:
        tell(say(error.message), "warn")
    else:
        tell(_("Order {number} is closed.", number=number))
    return go("ordering.sales_order", account=account, number=number)


@blueprint.get("/sales/order-rules")
@requires(Permission.CHANGE_RULES, scope=Scope.OPERATOR)
def order_rules() -> Response:
    return _show_rules(_rules_form(), _own_form())


@blueprint.post("/sales/order-rules")
@requires(Permission.CHANGE_RULES, scope=Scope.OPERATOR)
def save_order_rules() -> Response:
    form = OrderRulesForm()
    _offer(form)
    if form.validate():
        with form.catching():
            set_rules(actor(), ChangeRules(
                form.grace_minutes.data, CancelUntil(form.cancel_until.data), form.waits_for_confirmation.data,
                form.asks_for_less.data, form.answer_days.data,
            ))  # fmt: skip
            tell(_("Saved. Orders placed from now on follow these rules."))
            return go("ordering.order_rules")
    return _show_rules(form, _own_form())


@blueprint.post("/sales/order-rules/accounts")
@requires(Permission.CHANGE_RULES, scope=Scope.OPERATOR)
def save_own_order_rules() -> Response:
    form = OwnOrderRulesForm()
    _offer_own(form)
    if form.validate():
        with form.catching():
            until, waits = form.own_cancel_until.data, form.own_waits.data
            set_own_rules(actor(), form.account.data.strip(), OwnRules(
                form.own_minutes.data, CancelUntil(until) if until else None, waits == "yes" if waits else None
            ))  # fmt: skip
            tell(_("Saved. Orders placed from now on follow these rules."))
            return go("ordering.order_rules")
    return _show_rules(_rules_form(), form)


def _rules_form() -> OrderRulesForm:
    rules = change_rules(actor())
    form = OrderRulesForm(formdata=None, obj=rules)
    _offer(form)
    return form


def _own_form() -> OwnOrderRulesForm:
    form = OwnOrderRulesForm(formdata=None)
    _offer_own(form)
    return form


def _offer(form: OrderRulesForm) -> None:
    form.cancel_until.choices = [(str(one), say(name)) for one, name in CANCEL_UNTIL_NAMES.items()]


def _offer_own(form: OwnOrderRulesForm) -> None:
    as_all = ("", _("as for all"))
    form.own_cancel_until.choices = [as_all, *((str(one), say(name)) for one, name in CANCEL_UNTIL_NAMES.items())]
    form.own_waits.choices = [as_all, ("yes", _("yes")), ("no", _("no"))]


def _show_rules(form: Form, own: Form) -> Response:
    return render_page(
        "ordering/order_rules.html",
        form=form,
        own=own,
        accounts=account_rules(actor()),
        until_names={str(one): say(name) for one, name in CANCEL_UNTIL_NAMES.items()},
        status=form.status if form.status != 200 else own.status,
    )
