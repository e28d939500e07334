"""VAT rates: a table and a row to add."""

from __future__ import annotations

from decimal import Decimal

from flask import Response, make_response, redirect, url_for

from app.accounts.forms.fields import country_name
from app.accounts.queries.companies import operator_party
from app.core import clock
from app.core.actor import Scope
from app.pricing.forms import RateForm
from app.pricing.policy import Permission
from app.pricing.queries.chains import vat_rates
from app.pricing.service.vat import VatRow, remove_vat_rate, set_vat_rates
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


def _empty_form() -> RateForm:
    return RateForm(country=operator_party(actor()).country, valid_from=clock.today(actor().time_zone))


def _page(form: RateForm) -> Response:
    return render_page(
        "pricing/vat.html",
        rates=vat_rates(actor()),
        form=form,
        country_name=country_name,
        may_edit=actor().can(Permission.EDIT_VAT),
        status=form.status,
    )


def _go() -> Response:
    return make_response(redirect(url_for("pricing.vat"), code=303))
