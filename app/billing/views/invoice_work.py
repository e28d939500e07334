"""What an accountant does with one invoice, order or account: credit, cancel, correct, claim in advance, set the rule."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask import Response, redirect, render_template, request, url_for

from app.accounts.queries.accounts import account as find_account
from app.billing.domain.rules import Discount, Mode, Rule, RunPeriod
from app.billing.forms.invoicing import (
    MODES,
    PERIODS,
    CorrectForm,
    CreditForm,
    PackagingMoveForm,
    PrepaymentForm,
    RuleForm,
)
from app.billing.policy import Permission
from app.billing.queries.collecting import packaging
from app.billing.queries.creditable import Creditable, creditable, related
from app.billing.queries.entities import entities
from app.billing.queries.rules import rule_of
from app.billing.service.corrections import Correction, correct_invoice
from app.billing.service.credit_notes import cancel_invoice, credit_invoice
from app.billing.service.deposits import book_packaging
from app.billing.service.issue import issue_invoice
from app.billing.service.prepayments import issue_prepayment, issue_proforma
from app.billing.service.rules import set_rule
from app.billing.views import blueprint
from app.billing.views.labels import KINDS
from app.core.actor import Scope
from app.core.errors import Invalid
from app.core.texts import N_
from app.ordering.queries.orders import order as find_order
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.forms import choices, parse_decimal
from app.web.fragments import render_page
from app.web.slots import slot
from app.web.texts import _, language, translator

_ORDER = "/invoicing/orders/<account>/<number:number>"


@blueprint.route("/invoices/<number:number>/credit", methods=["GET", "POST"])
@requires(Permission.ISSUE, scope=Scope.OPERATOR)
def credit(number: str) -> Any:
    found, form = creditable(actor(), number), CreditForm()
    if form.validate_on_submit():
        with form.catching():
            ref = form.client_ref.data
            part = request.form.get("part", "lines")
            if part == "cancel":
                cancel_invoice(actor(), found.id, reason=form.reason.data, client_ref=ref)
            else:
                wanted = None if part == "all" else _wanted(found)
                credit_invoice(actor(), found.id, wanted, reason=form.reason.data, client_ref=ref)
            tell(_("The credit note for {number} is issued.", number=number))
            return redirect(url_for("billing.show", number=number), code=303)
    return render_page(
        "billing/credit.html", invoice=found, form=form, chosen=request.form.get("part", "lines"), entered=request.form,
        status=form.status,
    )  # fmt: skip


def _wanted(found: Creditable) -> dict[int, Decimal]:
    """The quantities entered by line; raises Invalid for what is no number, and where none is."""
    wanted = {}
    for line in found.lines:
        text = request.form.get(f"quantity-{line.id}", "").strip()
        if text:
            try:
                wanted[line.id] = parse_decimal(text, language())
            except ValueError:
                raise Invalid("lines", N_("Line {position}: enter a number.", position=line.position)) from None
    if not wanted:
        raise Invalid("lines", N_("Say what is credited."))
    return wanted


@blueprint.route("/invoices/<number:number>/correct", methods=["GET", "POST"])
@requires(Permission.ISSUE, scope=Scope.OPERATOR)
def correct(number: str) -> Any:
    found, form = creditable(actor(), number), CorrectForm()
    form.line_id.choices = choices(
        (line.id, f"{line.position}. {line.sku} {line.name}") for line in found.lines if line.left == line.quantity
    )
    if form.validate_on_submit():
        with form.catching():
            right = {
                form.line_id.data: Correction(form.quantity.data or Decimal(0), form.unit_price.data or Decimal(0))
            }
            correct_invoice(actor(), found.id, right, reason=form.reason.data, client_ref=form.client_ref.data)
            tell(_("The corrective invoice for {number} is issued.", number=number))
            return redirect(url_for("billing.show", number=number), code=303)
    return render_page("billing/correct.html", invoice=found, form=form, status=form.status)


@slot("billing.invoice.side", order=20)
def corrections_panel(*, invoice: Any, **_context: Any) -> str | None:
    """What corrects the document, and for the accountant the ways to correct it."""
    rows = related(actor(), invoice.id)
    may_issue = (
        actor().is_operator and actor().can(Permission.ISSUE) and invoice.document.type_code in ("380", "384", "386")
    )
    is_cancelled = any(row.is_cancellation for row in rows)
    if not rows and not may_issue:
        return None
    return render_template(
        "billing/_corrections.html", invoice=invoice, rows=rows, kinds=KINDS, may_issue=may_issue and not is_cancelled
    )


@slot("ordering.order.side", order=30)
def invoicing_panel(*, order: Any, **_context: Any) -> str | None:
    """Documents an accountant issues for an order by hand."""
    may_issue = actor().is_operator and actor().can(Permission.ISSUE)
    if not may_issue or order.source == "history" or order.state == "cancelled":
        return None
    return render_template("billing/_order_invoicing.html", order=order, form=PrepaymentForm(formdata=None))


@blueprint.post(f"{_ORDER}/invoice")
@requires(Permission.ISSUE, scope=Scope.OPERATOR)
def invoice_rest(account: str, number: str) -> Any:
    """Invoice what is not invoiced of an order, whatever the rule."""
    found = find_order(actor(), number, account=account)
    made = issue_invoice(actor(), found.id)
    tell(_("Nothing was left to invoice.") if made is None else _("The invoice is issued."), "info")
    return redirect(url_for("ordering.sales_order", account=account, number=number), code=303)


@blueprint.post(f"{_ORDER}/proforma")
@requires(Permission.ISSUE, scope=Scope.OPERATOR)
def proforma(account: str, number: str) -> Any:
    found, form = find_order(actor(), number, account=account), CreditForm()
    issue_proforma(actor(), found.id, client_ref=form.client_ref.data)
    tell(_("The proforma invoice is issued."))
    return redirect(url_for("ordering.sales_order", account=account, number=number), code=303)


@blueprint.route(f"{_ORDER}/prepayment", methods=["GET", "POST"])
@requires(Permission.ISSUE, scope=Scope.OPERATOR)
def prepayment(account: str, number: str) -> Any:
    found, form = find_order(actor(), number, account=account), PrepaymentForm()
    if form.validate_on_submit():
        with form.catching():
            issue_prepayment(
                actor(), found.id, form.percent.data or Decimal(0), client_ref=form.client_ref.data, days=form.days.data,
                words=translator,
            )  # fmt: skip
            tell(_("The prepayment invoice is issued."))
            return redirect(url_for("ordering.sales_order", account=account, number=number), code=303)
    return render_page("billing/prepayment.html", order=found, account=account, form=form, status=form.status)


@slot("accounts.account.side", order=35)
def rule_panel(*, account: Any) -> str | None:
    """How an account is invoiced."""
    if account.kind != "customer" or not (actor().is_operator and actor().can(Permission.RULES)):
        return None
    rule = rule_of(actor(), account.id)
    return render_template("billing/_account_rule.html", account=account, rule=rule, modes=MODES, periods=PERIODS)


@blueprint.route("/accounts/<number:code>/invoicing", methods=["GET", "POST"])
@requires(Permission.RULES, scope=Scope.OPERATOR)
def account_rule(code: str) -> Any:
    found = find_account(actor(), code)
    rule = rule_of(actor(), found.id)
    form = RuleForm(data=_entered(rule)) if request.method == "GET" else RuleForm()
    form.offer([(one.id, one.name) for one in entities(actor()) if one.is_active])
    if form.validate_on_submit():
        with form.catching():
            set_rule(actor(), found.id, _rule(form))
            tell(_("Saved. It holds for what is invoiced from now on."))
            return redirect(url_for("accounts.show", code=code), code=303)
    return _rule_page(found, form)


def _rule_page(found: Any, form: RuleForm, move: PackagingMoveForm | None = None) -> Response:
    rows = packaging(actor(), found.id)
    move = move or PackagingMoveForm(formdata=None)
    move.code.choices = choices((row.code, row.name) for row in rows)
    return render_page(
        "billing/account_rule.html", account=found, form=form, move_form=move, packaging=rows,
        status=max(form.status, move.status),
    )  # fmt: skip


def _entered(rule: Rule) -> dict[str, Any]:
    first, second = (*rule.discounts, None, None)[:2]
    return {
        "mode": str(rule.mode), "period": str(rule.period), "entity_id": rule.entity_id or 0,
        "discount_percent": first and first.percent, "discount_days": first and first.days,
        "second_percent": second and second.percent, "second_days": second and second.days,
    }  # fmt: skip


def _rule(form: RuleForm) -> Rule:
    pairs = ((form.discount_days, form.discount_percent), (form.second_days, form.second_percent))
    discounts = tuple(Discount(days.data or 0, percent.data) for days, percent in pairs if percent.data)
    return Rule(Mode(form.mode.data), RunPeriod(form.period.data), form.entity_id.data or None, discounts)


@blueprint.post("/accounts/<number:code>/invoicing/packaging")
@requires(Permission.ISSUE, scope=Scope.OPERATOR)
def book_account_packaging(code: str) -> Any:
    found, form = find_account(actor(), code), PackagingMoveForm()
    form.code.choices = choices((row.code, row.name) for row in packaging(actor(), found.id))
    if form.validate():
        with form.catching():
            book_packaging(
                actor(), found.id, form.code.data, form.quantity.data or Decimal(0), client_ref=form.client_ref.data,
                note=form.note.data or "",
            )  # fmt: skip
            tell(_("Booked. The next invoice charges it."))
            return redirect(url_for("billing.account_rule", code=code), code=303)
    rule_form = RuleForm(formdata=None, data=_entered(rule_of(actor(), found.id)))
    rule_form.offer([(one.id, one.name) for one in entities(actor())])
    return _rule_page(found, rule_form, form)
