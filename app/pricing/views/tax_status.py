"""An account's VAT: what it pays and why, checks of its number, certificates of exemption."""

from __future__ import annotations

from typing import Any

from flask import Response, make_response, redirect, render_template, url_for

from app.accounts.queries.accounts import account
from app.core import clock
from app.core.actor import Scope
from app.core.errors import NotFound
from app.core.texts import N_
from app.pricing.forms.tax_status import ExemptionForm, VatCheckForm
from app.pricing.policy import Permission
from app.pricing.queries.tax_status import tax_status
from app.pricing.service.tax_status import add_exemption, end_exemption, record_check
from app.pricing.views import blueprint
from app.pricing.views.lists import last_day
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.fragments import render_page
from app.web.slots import slot
from app.web.texts import _


@blueprint.get("/prices/accounts/<number:code>/vat")
@requires(Permission.READ_VAT, scope=Scope.OPERATOR)
def account_vat(code: str) -> Response:
    return _page(code)


@blueprint.post("/prices/accounts/<number:code>/vat/checks")
@requires(Permission.EDIT_VAT, scope=Scope.OPERATOR)
def check_vat(code: str) -> Response:
    form = VatCheckForm()
    if form.validate():
        with form.catching():
            record_check(actor(), _customer(code).id, form.row())
            tell(_("The check is kept. It counts from the next request on."))
            return _go(code)
    return _page(code, check=form)


@blueprint.post("/prices/accounts/<number:code>/vat/exemptions")
@requires(Permission.EDIT_VAT, scope=Scope.OPERATOR)
def exempt(code: str) -> Response:
    form = ExemptionForm()
    if form.validate():
        with form.catching():
            add_exemption(actor(), _customer(code).id, form.row())
            tell(_("The certificate is kept. It counts from its first day on."))
            return _go(code)
    return _page(code, exemption=form)


@blueprint.post("/prices/accounts/<number:code>/vat/exemptions/<int:exemption_id>/end")
@requires(Permission.EDIT_VAT, scope=Scope.OPERATOR)
def end_exempt(code: str, exemption_id: int) -> Response:
    end_exemption(actor(), _customer(code).id, exemption_id, on=clock.today(actor().time_zone))
    tell(_("The certificate no longer counts from today on."))
    return _go(code)


@slot("accounts.account.side", order=25)
def vat_panel(*, account: Any) -> str | None:
    """What VAT an account pays, in one sentence."""
    if account.kind != "customer" or not actor().can(Permission.READ_VAT):
        return None
    return render_template("pricing/_account_vat.html", account=account, status=tax_status(actor(), account.id))


def _customer(code: str) -> Any:
    found = account(actor(), code)
    if found.kind != "customer":
        raise NotFound(N_("There is no such customer account."))
    return found


def _page(code: str, *, check: VatCheckForm | None = None, exemption: ExemptionForm | None = None) -> Response:
    found = _customer(code)
    status = tax_status(actor(), found.id)
    today = clock.today(actor().time_zone)
    return render_page(
        "pricing/account_vat.html",
        account=found,
        vat=status,
        check=check or VatCheckForm(formdata=None, vat_id=status.vat_id, checked_on=today),
        exemption=exemption or ExemptionForm(formdata=None, valid_from=today),
        last_day=last_day,
        may_edit=actor().can(Permission.EDIT_VAT),
        status=max(form.status for form in (check, exemption) if form) if check or exemption else 200,
    )


def _go(code: str) -> Response:
    return make_response(redirect(url_for("pricing.account_vat", code=code), code=303))
