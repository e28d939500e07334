"""VAT rates and rules of places: tables and a row to add to each."""

from __future__ import annotations

from decimal import Decimal

from flask import Response, make_response, redirect, url_for

from app.accounts.forms.fields import country_name
from app.accounts.queries.companies import operator_party
from app.core import clock
from app.core.actor import Scope
from app.pricing.forms.vat import VAT_CATEGORIES, RateForm, VatRuleForm
from app.pricing.policy import Permission
from app.pricing.queries.chains import vat_rates
from app.pricing.queries.tax_status import vat_rules
from app.pricing.service.vat import VatRow, remove_vat_rate, remove_vat_rule, set_vat_rates, set_vat_rule
from app.pricing.views import blueprint
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.fragments import render_page
from app.web.texts import _


@blueprint.get("/prices/vat")
@requires(Permission.READ_VAT, scope=Scope.OPERATOR)
def vat() -> Response:
    return _page(_empty_form())


@blueprint.post("/prices/vat")
@requires(Permission.EDIT_VAT, scope=Scope.OPERATOR)
def set_vat() -> Response:
    form = _empty_form()
    if form.validate():
        with form.catching():
            row = VatRow(
                form.country.data, form.vat_class.data or "", form.rate.data or Decimal(0), form.valid_from.data
            )
            is_changed = set_vat_rates(actor(), [row])
            tell(_("The rate holds from its day on.") if is_changed else _("Nothing has changed."))
            return _go()
    return _page(form)


@blueprint.post("/prices/vat/<int:rate_id>/remove")
@requires(Permission.EDIT_VAT, scope=Scope.OPERATOR)
def remove_vat(rate_id: int) -> Response:
    remove_vat_rate(actor(), rate_id)
    tell(_("The rate is removed. Orders and invoices keep theirs."))
    return _go()


@blueprint.post("/prices/vat/rules")
@requires(Permission.EDIT_VAT, scope=Scope.OPERATOR)
def set_rule() -> Response:
    form = _empty_rule()
    if form.validate():
        with form.catching():
            is_changed = set_vat_rule(actor(), form.row())
            tell(_("The rule holds from its day on.") if is_changed else _("Nothing has changed."))
            return _go()
    return _page(_empty_form(sent=False), form)


@blueprint.post("/prices/vat/rules/<int:rule_id>/remove")
@requires(Permission.EDIT_VAT, scope=Scope.OPERATOR)
def remove_rule(rule_id: int) -> Response:
    remove_vat_rule(actor(), rule_id)
    tell(_("The rule is removed. Orders and invoices keep their tax."))
    return _go()


def _empty_form(*, sent: bool = True) -> RateForm:
    values = {"country": operator_party(actor()).country, "valid_from": clock.today(actor().time_zone)}
    return RateForm(**values) if sent else RateForm(formdata=None, **values)


def _empty_rule(*, sent: bool = True) -> VatRuleForm:
    values = {"country": operator_party(actor()).country, "valid_from": clock.today(actor().time_zone)}
    return VatRuleForm(prefix="rule-", **values) if sent else VatRuleForm(prefix="rule-", formdata=None, **values)


def _page(form: RateForm, rule: VatRuleForm | None = None) -> Response:
    return render_page(
        "pricing/vat.html",
        rates=vat_rates(actor()),
        rules=vat_rules(actor()),
        form=form,
        rule_form=rule or _empty_rule(sent=False),
        categories=VAT_CATEGORIES,
        country_name=country_name,
        may_edit=actor().can(Permission.EDIT_VAT),
        status=(rule or form).status,
    )


def _go() -> Response:
    return make_response(redirect(url_for("pricing.vat"), code=303))
