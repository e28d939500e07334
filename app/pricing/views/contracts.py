"""Contracts of accounts and what is drawn of them."""

from __future__ import annotations

from flask import Response, make_response, redirect, request, url_for

from app.accounts.queries.companies import account_id
from app.core.actor import Scope
from app.pricing.forms.rules import AgreedForm, ContractForm
from app.pricing.policy import Permission
from app.pricing.queries.rules import ContractLine, agreed, contract, contracts
from app.pricing.service.contracts import open_contract
from app.pricing.service.lists import add_entry
from app.pricing.views import blueprint
from app.pricing.views.lists import last_day
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.fragments import render_page
from app.web.texts import _


@blueprint.get("/prices/contracts")
@requires(Permission.READ, scope=Scope.OPERATOR)
def contracts_index() -> Response:
    return render_page(
        "pricing/contracts_index.html",
        rows=contracts(actor()),
        last_day=last_day,
        may_edit=actor().can(Permission.EDIT),
    )


@blueprint.route("/prices/contracts/new", methods=["GET", "POST"])
@requires(Permission.EDIT, scope=Scope.OPERATOR)
def contract_new() -> Response:
    form = ContractForm(account=request.args.get("account", ""), currency="EUR")
    if form.validate_on_submit():
        with form.catching():
            row = form.row()
            open_contract(actor(), account_id(actor(), (form.account.data or "").strip()), row)
            tell(_("The contract {code} is there. Add its prices.", code=row.code))
            return _go(row.code)
    return render_page("pricing/contract_new.html", form=form, status=form.status)


@blueprint.get("/prices/contracts/<number:code>")
@requires(Permission.READ, scope=Scope.OPERATOR)
def contract_show(code: str) -> Response:
    return _shown(contract(actor(), code), AgreedForm())


@blueprint.post("/prices/contracts/<number:code>")
@requires(Permission.EDIT, scope=Scope.OPERATOR)
def contract_price(code: str) -> Response:
    found, form = contract(actor(), code), AgreedForm()
    if form.validate():
        with form.catching():
            row = form.row()
            add_entry(actor(), found.id, row)
            tell(_("The price of {sku} holds.", sku=row.sku))
            return _go(code)
    return _shown(found, form)


def _shown(found: ContractLine, form: AgreedForm) -> Response:
    return render_page(
        "pricing/contract_show.html", found=found, rows=agreed(actor(), found.id), form=form, last_day=last_day,
        may_edit=actor().can(Permission.EDIT), status=form.status,
    )  # fmt: skip


def _go(code: str) -> Response:
    return make_response(redirect(url_for("pricing.contract_show", code=code), code=303))
