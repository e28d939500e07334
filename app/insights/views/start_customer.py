"""Figures and sheets of the start pages of customers and suppliers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import url_for

from app.accounts.policy import Permission as Accounts
from app.billing.policy import Permission as Billing
from app.billing.queries.filters import InvoiceFilters
from app.billing.queries.invoices import invoice_sums, invoices
from app.fulfilment.policy import Permission as Fulfilment
from app.insights.policy import Permission
from app.insights.queries import start as queries
from app.insights.views.start_operator import count_tile, money, month_chart, sum_tiles
from app.insights.views.start_parts import Figure, Scene, Sheet, Tile
from app.ordering.policy import Permission as Ordering
from app.ordering.queries.approvals import cart_and_waiting
from app.ordering.queries.orders import OrderFilters, orders
from app.web import formats
from app.web.texts import _, language, ngettext

NEWEST = 6


def _cart(scene: Scene) -> list[Tile]:
    cart = cart_and_waiting(scene.me)[0]
    label = str(_("Your cart"))
    if cart is None or not cart.line_count:
        return [Tile(label, str(_("empty")), str(_("start with a quick order")), url_for("ordering.quick_order"))]
    count = cart.line_count
    seen = (
        money(cart.net_seen, cart.currency) if cart.net_seen is not None else ngettext("{n} line", "{n} lines", count)
    )
    note = ngettext("{n} line, net, not ordered yet", "{n} lines, net, not ordered yet", count)
    return [Tile(label, seen, note, url_for("ordering.cart"), "seal")]


def _under_way(scene: Scene) -> list[Tile]:
    count = queries.orders_under_way(scene.me)
    return [count_tile(_("Orders under way"), count, _("placed, not delivered yet"), url_for("ordering.orders"), "")]


def _due_soon(scene: Scene) -> list[Tile]:
    soon = InvoiceFilters(due_from=scene.today, due_to=scene.today + timedelta(days=7))
    label, found = str(_("Due within 7 days")), invoice_sums(scene.me, soon)
    if not found:
        zero = formats.number(0, language())
        return [Tile(label, zero, str(_("no invoice falls due")), url_for("billing.index"))]
    return [
        Tile(
            label,
            money(gross, currency),
            ngettext("{n} invoice", "{n} invoices", count),
            url_for("billing.index", due="week"),
        )
        for currency, count, _net, gross in found
    ]


def _overdue(scene: Scene) -> list[Tile]:
    return sum_tiles(
        _("Overdue"), scene.counts["overdue"], _("open past its due day"), url_for("billing.own_items"), "bad"
    )


def _open(scene: Scene) -> list[Tile]:
    return sum_tiles(_("Open items"), scene.counts["open"], _("not paid yet"), url_for("billing.own_items"))


def _deliveries(scene: Scene) -> list[Tile]:
    count = scene.counts["deliveries"]
    return [count_tile(_("Deliveries coming"), count, _("sent, on their way"), url_for("fulfilment.shipments"), "")]


def _reorder(scene: Scene) -> list[Tile]:
    count = scene.counts["reorder"]
    return [count_tile(_("Due to reorder"), count, _("articles you usually buy"), url_for("insights.reorder_due"), "")]


def _budget(scene: Scene) -> list[Tile]:
    if not scene.counts["budget"]:
        return []
    return sum_tiles(_("Budget left"), scene.counts["budget"], _("of the tightest budget"), url_for("accounts.budgets"))


def _approvals(scene: Scene) -> list[Tile]:
    count = cart_and_waiting(scene.me)[1]
    return [count_tile(_("Approvals"), count, _("wait for you"), url_for("ordering.approvals"))]


FIGURES: dict[str, Figure] = {
    "cart": Figure(_("Your cart"), lambda me: me.can(Ordering.FILL_CART), _cart),
    "approvals": Figure(_("Approvals"), lambda me: me.can(Ordering.APPROVE), _approvals),
    "under_way": Figure(_("Orders under way"), lambda me: me.can(Ordering.READ), _under_way),
    "deliveries": Figure(_("Deliveries coming"), lambda me: me.can(Fulfilment.READ), _deliveries),
    "reorder": Figure(_("Due to reorder"), lambda me: me.can(Ordering.FILL_CART), _reorder),
    "budget": Figure(_("Budget left"), lambda me: me.can(Accounts.READ_BUDGETS), _budget),
    "due_soon": Figure(_("Due within 7 days"), lambda me: me.can(Billing.READ), _due_soon),
    "overdue": Figure(_("Overdue"), lambda me: me.can(Billing.RECEIVABLES), _overdue),
    "open": Figure(_("Open items"), lambda me: me.can(Billing.RECEIVABLES), _open),
}


def _spend(scene: Scene) -> dict[str, Any] | None:
    chart = month_chart(_("Bought in the last 12 months, net"), scene.trend(queries.own_currency))
    return {"upright": chart, "more": url_for("insights.report", code="own_spend")} if chart else None


def _orders(scene: Scene) -> dict[str, Any]:
    return {
        "orders": orders(scene.me, OrderFilters(), limit=NEWEST),
        "may_order": scene.me.can(Ordering.FILL_CART),
    }


def _invoices(scene: Scene) -> dict[str, Any] | None:
    found = invoices(scene.me, InvoiceFilters(), limit=NEWEST)
    return {"invoices": found} if found else None


SHEETS: dict[str, Sheet] = {
    "own_orders": Sheet(
        _("Latest orders"), lambda me: me.can(Ordering.READ), "insights/_start_own_orders.html", _orders
    ),
    "spend": Sheet(
        _("Bought in the last 12 months, net"),
        lambda me: me.can(Permission.READ_OWN_REPORTS) and me.can(Ordering.READ),
        "insights/_start_chart.html",
        _spend,
    ),
    "invoices": Sheet(
        _("Latest invoices"), lambda me: me.can(Billing.READ), "insights/_start_invoices.html", _invoices
    ),
}
