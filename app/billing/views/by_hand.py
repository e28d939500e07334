"""Payments recorded by hand, and using what is in an account's favour for chosen claims."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask import redirect, render_template, url_for

from app.accounts.queries.accounts import Account, account
from app.accounts.queries.companies import account_id
from app.billing.documents.receivables import KIND_NAMES
from app.billing.forms.payments import PaymentForm, WithdrawForm
from app.billing.policy import Permission
from app.billing.queries import by_hand as queries
from app.billing.queries.bank import ClaimRow, open_claims
from app.billing.queries.statements import currencies_of
from app.billing.service import by_hand as service
from app.billing.views import blueprint
from app.billing.views.bank import parts_given
from app.billing.views.invoices import today
from app.core.actor import Scope
from app.core.errors import Invalid, NotFound
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.forms import Form, choices
from app.web.fragments import render_page
from app.web.slots import slot
from app.web.texts import _, say


@blueprint.route("/receivables/<number:code>/payments", methods=["GET", "POST"])
@requires(Permission.PAYMENTS, scope=Scope.OPERATOR)
def record_payment(code: str) -> Any:
    """Record money that came in before the bank's statement tells of it."""
    found = account(actor(), code)
    if found.kind != "customer":
        raise NotFound
    currencies = currencies_of(actor(), found.id)
    form = PaymentForm(paid_on=today(), currency=found.currency)
    form.currency.choices = choices((one, one) for one in currencies)
    if form.validate_on_submit():
        with form.catching():
            done = service.record(
                actor(), found.id, form.amount.data or Decimal(0), form.currency.data, form.reference.data,
                paid_on=form.paid_on.data, note=form.note.data or "", parts=parts_given(), is_oldest=form.is_oldest.data,
            )  # fmt: skip
            tell(_("This payment was recorded before.") if done.is_repeat else _("The payment is in the ledger."),
                 "info" if done.is_repeat else "good")  # fmt: skip
            return redirect(url_for("billing.use_credit", code=code, item_id=done.item_id), code=303)
    claims = [claim for currency in currencies for claim in open_claims(actor(), found.id, currency)]
    return render_page(
        "billing/payment_new.html", account=found, form=form, claims=claims, kind_names=KIND_NAMES, status=form.status
    )


@blueprint.route("/receivables/<number:code>/items/<int:item_id>/use", methods=["GET", "POST"])
@requires(Permission.PAYMENTS, scope=Scope.OPERATOR)
def use_credit(code: str, item_id: int) -> Any:
    """Use a payment or credit note for chosen claims; see and take back what it was used for."""
    found, form = account(actor(), code), Form()
    if form.validate_on_submit():
        try:
            service.use(actor(), found.id, item_id, parts_given())
        except Invalid as error:
            tell(say(error.message), "bad")
            return _use_page(found, item_id, form, WithdrawForm(formdata=None), 422)
        tell(_("Booked."), "good")
        return redirect(url_for("billing.use_credit", code=code, item_id=item_id), code=303)
    return _use_page(found, item_id, form, WithdrawForm(formdata=None))


def _use_page(found: Account, item_id: int, form: Form, note: WithdrawForm, status: int = 200) -> Any:
    item = queries.credit_item(actor(), found.id, item_id)
    claims: list[ClaimRow] = open_claims(actor(), found.id, item.currency) if item.left > 0 else []
    return render_page(
        "billing/credit_use.html", account=found, item=item, claims=claims, form=form, note=note,
        kind_names=KIND_NAMES, status=status,
    )  # fmt: skip


@blueprint.post("/receivables/<number:code>/items/<int:item_id>/withdraw")
@requires(Permission.PAYMENTS, scope=Scope.OPERATOR)
def withdraw_payment(code: str, item_id: int) -> Any:
    """A payment recorded by hand was a mistake."""
    found, note = account(actor(), code), WithdrawForm()
    if not note.validate_on_submit():
        return _use_page(found, item_id, Form(formdata=None), note, 422)
    service.withdraw(actor(), found.id, item_id, note.note.data)
    tell(_("The payment was taken back."), "info")
    return redirect(url_for("billing.account_receivables", code=code), code=303)


@blueprint.post("/receivables/<number:code>/items/<int:item_id>/settlements/<int:settlement_id>/take-back")
@requires(Permission.PAYMENTS, scope=Scope.OPERATOR)
def take_settlement_back(code: str, item_id: int, settlement_id: int) -> Any:
    """Open again what one settlement cancelled."""
    service.take_back(actor(), account_id(actor(), code), settlement_id)
    return redirect(url_for("billing.use_credit", code=code, item_id=item_id), code=303)


@slot("accounts.credit.side")
def payment_panel(*, account: Account, **_context: Any) -> str | None:
    """On the credit of an account: where payments are recorded."""
    if not actor().can(Permission.PAYMENTS):
        return None
    return render_template("billing/_record_payment.html", account=account)
