"""Delivery and thresholds: ways of delivery and payment, order values, and what each account must fill in."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from flask import Response, render_template, request

from app.accounts.queries.companies import account_id
from app.core.actor import Scope
from app.core.errors import Invalid, NotFound
from app.core.texts import N_
from app.inventory.queries.shelves import warehouses
from app.ordering.domain.delivery_cost import CostRule, Rate, WithoutWeight
from app.ordering.forms.terms import (
    DELIVERY_WORDS,
    EFFECT_WORDS,
    PAYMENT_WORDS,
    RULE_WORDS,
    THRESHOLD_WORDS,
    DeliveryMethodForm,
    OrderTermsForm,
    PaymentMethodForm,
    ThresholdForm,
)
from app.ordering.policy import Permission
from app.ordering.queries.terms import DeliveryRow, PaymentRow, ThresholdRow, book, order_terms
from app.ordering.service.terms import (
    RateRow,
    save_delivery_method,
    save_payment_method,
    save_threshold,
    set_order_terms,
)
from app.ordering.views import blueprint
from app.ordering.views.answers import go
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.forms import Form, parse_decimal
from app.web.fragments import render_page
from app.web.slots import slot
from app.web.texts import _, language

_SPARE_RATES = 2
_RATE_FIELDS = ("countries", "postcodes", "currency", "rule", "amount", "steps", "free_from", "without_weight")


@blueprint.get("/delivery")
@requires(Permission.DELIVERY_RULES, scope=Scope.OPERATOR)
def delivery_rules() -> Response:
    return render_page(
        "ordering/delivery_rules.html",
        book=book(actor()),
        delivery_words=DELIVERY_WORDS,
        payment_words=PAYMENT_WORDS,
        threshold_words=THRESHOLD_WORDS,
        effect_words=EFFECT_WORDS,
        rule_words=RULE_WORDS,
        steps_of=_steps_text,
    )


@blueprint.route("/delivery/methods/new", methods=["GET", "POST"])
@requires(Permission.DELIVERY_RULES, scope=Scope.OPERATOR)
def delivery_method_new() -> Response:
    return _delivery(DeliveryMethodForm(), None)


@blueprint.route("/delivery/methods/<number:code>", methods=["GET", "POST"])
@requires(Permission.DELIVERY_RULES, scope=Scope.OPERATOR)
def delivery_method(code: str) -> Response:
    held = _found(book(actor()).delivery, code)
    return _delivery(DeliveryMethodForm(data=_values(held)), held)


@blueprint.route("/delivery/payment/new", methods=["GET", "POST"])
@requires(Permission.DELIVERY_RULES, scope=Scope.OPERATOR)
def payment_method_new() -> Response:
    form = PaymentMethodForm()
    return _simple(form, None, "ordering/payment_method_edit.html", lambda: save_payment_method(actor(), form.row()))


@blueprint.route("/delivery/payment/<number:code>", methods=["GET", "POST"])
@requires(Permission.DELIVERY_RULES, scope=Scope.OPERATOR)
def payment_method(code: str) -> Response:
    held = _found(book(actor()).payment, code)
    form = PaymentMethodForm(data=_values(held))
    return _simple(form, held, "ordering/payment_method_edit.html", lambda: save_payment_method(actor(), form.row()))


@blueprint.route("/delivery/thresholds/new", methods=["GET", "POST"])
@requires(Permission.DELIVERY_RULES, scope=Scope.OPERATOR)
def threshold_new() -> Response:
    form = ThresholdForm()
    return _simple(form, None, "ordering/threshold_edit.html", lambda: save_threshold(actor(), form.row()))


@blueprint.route("/delivery/thresholds/<number:code>", methods=["GET", "POST"])
@requires(Permission.DELIVERY_RULES, scope=Scope.OPERATOR)
def threshold(code: str) -> Response:
    held = _found(book(actor()).thresholds, code)
    form = ThresholdForm(data=_values(held))
    return _simple(form, held, "ordering/threshold_edit.html", lambda: save_threshold(actor(), form.row()))


@blueprint.route("/delivery/accounts/<number:account>", methods=["GET", "POST"])
@requires(Permission.DELIVERY_RULES, scope=Scope.OPERATOR)
def account_order_terms(account: str) -> Response:
    company_id = account_id(actor(), account)
    held, rules = order_terms(actor(), company_id), book(actor())
    form = OrderTermsForm(data={
        "needs_po": held.needs_po, "po_repeats": str(held.po_repeats), "needs_cost_centre": held.needs_cost_centre,
        "delivery_method": held.default_delivery, "payment_method": held.default_payment,
    })  # fmt: skip
    form.delivery_method.choices = [("", "–"), *((one.code, one.name) for one in rules.delivery if one.is_active)]
    form.payment_method.choices = [("", "–"), *((one.code, one.name) for one in rules.payment if one.is_active)]
    if form.validate_on_submit():
        with form.catching():
            set_order_terms(actor(), company_id, form.row())
            tell(_("What the account must fill in is saved."))
            return go("accounts.show", code=account)
    return render_page("ordering/account_order_terms.html", form=form, account=account, status=form.status)


@slot("accounts.account.side", order=45)
def order_terms_panel(*, account: Any) -> str | None:
    """What an account must fill in when it orders."""
    if account.kind != "customer" or not actor().can(Permission.DELIVERY_RULES):
        return None
    return render_template(
        "ordering/_account_order_terms.html", account=account, terms=order_terms(actor(), account.id)
    )


def _delivery(form: DeliveryMethodForm, held: DeliveryRow | None) -> Response:
    form.warehouse.choices = [("", "–"), *((one.code, one.name) for one in warehouses(actor()))]
    if form.validate_on_submit():
        with form.catching():
            save_delivery_method(actor(), form.row(_rates()))
            tell(_("{name} is saved.", name=form.name.data))
            return go("ordering.delivery_rules")
    return render_page(
        "ordering/delivery_method_edit.html",
        form=form,
        held=held,
        rates=_rate_rows(held),
        rule_words=RULE_WORDS,
        status=form.status,
    )


def _simple(form: Form, held: PaymentRow | ThresholdRow | None, template: str, save: Callable[[], int]) -> Response:
    if form.validate_on_submit():
        with form.catching():
            save()
            tell(_("{name} is saved.", name=form.name.data))
            return go("ordering.delivery_rules")
    return render_page(template, form=form, held=held, status=form.status)


def _found(rows: Any, code: str) -> Any:
    found = next((row for row in rows if row.code == code), None)
    if found is None:
        raise NotFound
    return found


def _values(held: DeliveryRow | PaymentRow | ThresholdRow) -> dict[str, Any]:
    values = {name: getattr(held, name) for name in held.__dataclass_fields__ if name not in ("names", "rates")}
    return values | {
        "name_ru": held.names.get("ru", ""), "name_uk": held.names.get("uk", ""),
        "accounts": " ".join(held.accounts), "groups": " ".join(held.groups),
    }  # fmt: skip


def _rate_rows(held: DeliveryRow | None) -> list[dict[str, str]]:
    """What was typed, else the rates that hold; and empty rows."""
    if request.method == "POST":
        columns = {name: request.form.getlist(f"rate_{name}") for name in _RATE_FIELDS}
        rows = [dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=False)]
    else:
        rows = [_rate_text(one) for one in held.rates] if held else []
    empty = dict.fromkeys(_RATE_FIELDS, "") | {"currency": "EUR", "rule": "flat", "without_weight": "refuse"}
    return [*rows, *([empty] * _SPARE_RATES)] if request.method != "POST" else rows


def _rate_text(one: Rate) -> dict[str, str]:
    return {
        "countries": " ".join(one.countries), "postcodes": " ".join(one.postcodes), "currency": one.currency,
        "rule": str(one.rule), "amount": f"{one.amount.normalize():f}" if one.amount else "",
        "steps": _steps_text(one), "free_from": "" if one.free_from is None else f"{one.free_from.normalize():f}",
        "without_weight": str(one.without_weight),
    }  # fmt: skip


def _steps_text(one: Rate) -> str:
    return "; ".join(f"{start.normalize():f}: {cost.normalize():f}" for start, cost in one.steps)


def _rates() -> tuple[RateRow, ...]:
    """The rates as they were typed; rows that say no amount, no steps and no zone are left out. Raises Invalid."""
    columns = [request.form.getlist(f"rate_{name}") for name in _RATE_FIELDS]
    found = []
    for number, cells in enumerate(zip(*columns, strict=False), 1):
        row = dict(zip(_RATE_FIELDS, (cell.strip() for cell in cells), strict=True))
        if any(row[name] for name in ("countries", "postcodes", "amount", "steps", "free_from")):
            found.append(_rate(number, row))
    return tuple(found)


def _rate(number: int, row: dict[str, str]) -> RateRow:
    try:
        return RateRow(
            currency=row["currency"].upper(),
            rule=CostRule(row["rule"]),
            amount=parse_decimal(row["amount"], language()) if row["amount"] else Decimal(0),
            steps=_steps(row["steps"]),
            free_from=parse_decimal(row["free_from"], language()) if row["free_from"] else None,
            countries=tuple(row["countries"].upper().replace(",", " ").split()),
            postcodes=tuple(row["postcodes"].upper().replace(",", " ").split()),
            without_weight=WithoutWeight(row["without_weight"] or "refuse"),
        )
    except ValueError:
        raise Invalid("rates", N_("Rate {number}: a number cannot be read.", number=number)) from None


def _steps(text: str) -> tuple[tuple[Decimal, Decimal], ...]:
    steps = []
    for part in text.split(";"):
        if part.strip():
            start, _sep, cost = part.partition(":")
            steps.append((parse_decimal(start, language()), parse_decimal(cost, language())))
    return tuple(steps)
