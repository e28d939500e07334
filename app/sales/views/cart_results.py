"""What working on carts left behind brings, against carts that nobody contacts."""

from __future__ import annotations

from datetime import timedelta

from flask import Response, request

from app.core import clock
from app.core.actor import Scope
from app.insights.policy import Permission as Insights
from app.insights.queries.cart_results import By, cart_currencies, recovery
from app.sales.views import blueprint
from app.sales.views.cart_labels import reason_name
from app.web.access import actor, requires
from app.web.fragments import render_page
from app.web.pagination import here_with
from app.web.texts import _

DAYS = (30, 90, 365)


@blueprint.get("/abandoned-carts/results")
@requires(Insights.READ_CARTS, scope=Scope.OPERATOR)
def cart_results() -> Response:
    me, now = actor(), clock.now()
    asked = request.args.get("days", "")
    days = int(asked) if asked.isdecimal() and int(asked) in DAYS else 90
    known = cart_currencies(me) or ["EUR"]
    currency = request.args.get("currency", "")
    currency = currency if currency in known else known[0]
    kinds: tuple[By, ...] = ("reason", "person")
    found = {by: recovery(me, since=now - timedelta(days=days), until=now, currency=currency, by=by) for by in kinds}
    return render_page(
        "sales/cart_results.html",
        whole=found["reason"],
        people=found["person"].rows,
        days=days,
        periods=[(str(_("{n} days", n=one)), here_with(days=str(one)), one == days, None) for one in DAYS],
        currencies=[(one, here_with(currency=one), one == currency, None) for one in known],
        reason_name=reason_name,
    )
