"""Rates of exchange: a table and a row to add."""

from __future__ import annotations

from decimal import Decimal

from flask import Response, make_response, redirect, url_for

from app.core import clock
from app.core.actor import Scope
from app.pricing.forms.rules import ExchangeForm
from app.pricing.policy import Permission
from app.pricing.queries.rules import exchange_rates
from app.pricing.service.rates import ExchangeRow, remove_exchange_rate, set_exchange_rates
from app.pricing.views import blueprint
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.fragments import render_page
from app.web.texts import _


@blueprint.get("/prices/exchange")
@requires(Permission.READ, scope=Scope.OPERATOR)
def exchange() -> Response:
    return _page(_empty())


@blueprint.post("/prices/exchange")
@requires(Permission.EDIT, scope=Scope.OPERATOR)
def exchange_set() -> Response:
    form = _empty()
    if form.validate():
        with form.catching():
            row = ExchangeRow(
                form.currency_from.data, form.currency_to.data, form.on_date.data, form.rate.data or Decimal(0),
                (form.source.data or "").strip(),
            )  # fmt: skip
            (outcome,) = set_exchange_rates(actor(), [row])
            tell(_("Nothing has changed.") if outcome == "same" else _("The rate holds from its day on."))
            return _go()
    return _page(form)


@blueprint.post("/prices/exchange/<int:rate_id>/remove")
@requires(Permission.EDIT, scope=Scope.OPERATOR)
def exchange_remove(rate_id: int) -> Response:
    remove_exchange_rate(actor(), rate_id)
    tell(_("The rate is removed; the one before it holds again."))
    return _go()


def _empty() -> ExchangeForm:
    return ExchangeForm(currency_from="USD", currency_to="EUR", on_date=clock.today(actor().time_zone))


def _page(form: ExchangeForm) -> Response:
    return render_page(
        "pricing/exchange.html", rates=exchange_rates(actor()), form=form, may_edit=actor().can(Permission.EDIT),
        status=form.status,
    )  # fmt: skip


def _go() -> Response:
    return make_response(redirect(url_for("pricing.exchange"), code=303))
