"""The page everybody starts on: what waits for the person, what is new. Higher slices add figures by slots."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from babel.dates import format_skeleton
from flask import Response

from app.accounts.policy import Permission as Accounts
from app.billing.policy import Permission as Billing
from app.billing.queries.filters import InvoiceFilters
from app.billing.queries.invoices import held_count, invoice_sums, invoices
from app.core import clock
from app.core.activity import note
from app.insights.policy import Permission
from app.insights.queries import start as queries
from app.insights.queries.carts import AbandonedFilters, abandoned_carts, abandoned_sums
from app.insights.views import blueprint
from app.insights.views.labels import page_words
from app.ordering.policy import Permission as Ordering
from app.ordering.queries.approvals import cart_and_waiting
from app.ordering.queries.orders import OrderFilters, orders
from app.web import formats
from app.web.access import actor, signed_in
from app.web.charts import BarChart, bar_chart
from app.web.fragments import render_page
from app.web.texts import _, language

NEWEST = 6
CARTS_SHOWN = 4
CHART_DAYS = 7


@blueprint.get("/start")
@signed_in
def start() -> Response:
    zone = actor().time_zone or "UTC"
    today = clock.today(zone)
    note(actor(), "visit")
    facts = _operator(today, zone) if actor().is_operator else _customer(today)
    return render_page("insights/start.html", today=today, page_words=page_words, **facts)


def _operator(today: date, zone: str) -> dict[str, Any]:
    """What waits at the operator's, each part for those who may act on it."""
    me = actor()
    carts, sees_orders = AbandonedFilters(), me.can(Ordering.READ_ALL)
    sees_carts = me.can(Permission.READ_CARTS)
    return {
        "side": "operator",
        "pending": queries.registrations_waiting(me) if me.can(Accounts.DECIDE_REGISTRATIONS) else None,
        "held": held_count(me) if me.can(Billing.RELEASE) else None,
        "cart_sums": abandoned_sums(me, carts) if sees_carts else None,
        "carts": abandoned_carts(me, carts, limit=CARTS_SHOWN) if sees_carts else [],
        "today_sums": queries.orders_since(me, today, zone) if sees_orders else None,
        "orders": orders(me, OrderFilters(), limit=NEWEST) if sees_orders else [],
        "sees_orders": sees_orders,
        "chart": _chart(today, zone) if sees_orders else None,
    }


def _chart(today: date, zone: str) -> BarChart | None:
    """What was ordered on each of the last days; None when nothing was."""
    first = today - timedelta(days=CHART_DAYS - 1)
    currency, sums = queries.daily_orders(actor(), first, zone)
    if not sums:
        return None
    days = [first + timedelta(days=place) for place in range(CHART_DAYS)]
    rows = [
        (str(format_skeleton("MMMEd", day, locale=language())), sums.get(day, Decimal(0)), formats.amount(sums.get(day, Decimal(0)), currency, language()))
        for day in reversed(days)
    ]  # fmt: skip
    return bar_chart(str(_("Ordered in the last 7 days, net")), rows, currency)


def _customer(today: date) -> dict[str, Any]:
    """What matters to a buyer or bookkeeper: the open cart, the last orders, the invoices that fall due."""
    me = actor()
    sees_orders, sees_invoices = me.can(Ordering.READ), me.can(Billing.READ)
    soon = InvoiceFilters(due_from=today, due_to=today + timedelta(days=7))
    return {
        "side": "customer",
        "may_order": me.can(Ordering.FILL_CART),
        "cart": cart_and_waiting(me)[0] if me.can(Ordering.FILL_CART) else None,
        "under_way": queries.orders_under_way(me) if sees_orders else None,
        "due_sums": invoice_sums(me, soon) if sees_invoices else None,
        "orders": orders(me, OrderFilters(), limit=NEWEST) if sees_orders else [],
        "sees_orders": sees_orders,
        "invoices": invoices(me, InvoiceFilters(), limit=NEWEST) if sees_invoices else [],
        "sees_invoices": sees_invoices,
    }
