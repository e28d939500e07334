"""Figures and sheets of the operator's start pages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from babel.dates import format_skeleton
from flask import url_for

from app.accounts.policy import Permission as Accounts
from app.billing.policy import Permission as Billing
from app.billing.queries.invoices import held_count
from app.fulfilment.policy import Permission as Fulfilment
from app.insights.domain.report_rows import change
from app.insights.policy import Permission
from app.insights.queries import start as queries
from app.insights.queries.carts import AbandonedFilters, abandoned_carts, abandoned_sums
from app.insights.queries.start_figures import Trend
from app.insights.views.labels import page_words
from app.insights.views.start_parts import Figure, Scene, Sheet, Tile, is_above_zero
from app.inventory.policy import Permission as Inventory
from app.ordering.policy import Permission as Ordering
from app.ordering.queries.orders import OrderFilters, orders
from app.web import formats
from app.web.charts import ColumnChart, bar_chart, column_chart
from app.web.texts import _, language, ngettext

NEWEST = 6
CARTS_SHOWN = 4
DAYS = 7


def money(value: Decimal, currency: str) -> str:
    return formats.money(value, currency, language())


def count_tile(label: Any, value: int, note: Any, address: str, tone: str = "seal") -> Tile:
    """A number; in colour only when it is not zero."""
    return Tile(str(label), formats.number(value, language()), str(note), address, tone if value else "")


def sum_tiles(label: Any, sums: Mapping[str, Decimal], note: Any, address: str, tone: str = "") -> list[Tile]:
    """One figure for each currency; a zero where there is none."""
    if not sums:
        return [Tile(str(label), formats.number(0, language()), str(note), address)]
    return [
        Tile(str(label), money(value, currency), str(note), address, tone if is_above_zero(sums) else "")
        for currency, value in sums.items()
    ]


def _today(scene: Scene) -> list[Tile]:
    address = url_for("ordering.sales_orders", since=scene.today)
    found = queries.orders_since(scene.me, scene.today, scene.zone)
    if not found:
        return [Tile(str(_("Ordered today")), formats.number(0, language()), str(_("no order yet")), address)]
    return [
        Tile(
            str(_("Ordered today")),
            money(one.net, one.currency),
            ngettext("{n} order, net", "{n} orders, net", one.count),
            address,
        )
        for one in found
    ]


def compared(found: Trend) -> str:
    """What was ordered this month so far against the same days a year ago, in words."""
    difference = change(found.so_far, found.year_ago)
    if difference is None:
        return str(_("net; nothing in these days a year ago"))
    sign = "+" if difference > 0 else ""
    percent = sign + formats.fixed(difference, 1, language())
    return str(_("net, against a year ago: {percent} %", percent=percent))


def _month(scene: Scene) -> list[Tile]:
    found = scene.trend(queries.own_currency)
    address = url_for("insights.report", code="turnover", period="this_month", by="day")
    return [Tile(str(_("This month")), money(found.so_far, found.currency), compared(found), address)]


def _carts(scene: Scene) -> list[Tile]:
    found = abandoned_sums(scene.me, AbandonedFilters())
    if not found:
        return [count_tile(_("Abandoned carts"), 0, _("nobody left one behind"), url_for("sales.carts"))]
    return [
        Tile(
            str(_("Abandoned carts")),
            money(value, currency),
            ngettext("{n} cart, net", "{n} carts, net", count),
            url_for("sales.carts"),
            "seal",
        )
        for currency, count, value in found
    ]


def _registrations(scene: Scene) -> list[Tile]:
    waiting = queries.registrations_waiting(scene.me)
    return [
        count_tile(_("Registrations"), waiting, _("wait for a decision"), url_for("accounts.index", state="pending"))
    ]


def _held(scene: Scene) -> list[Tile]:
    held = held_count(scene.me)
    return [
        count_tile(_("Held invoices"), held, _("break a rule, not sent"), url_for("billing.index", state="held"), "bad")
    ]


def _my_carts(scene: Scene) -> list[Tile]:
    sums = scene.counts["my_carts"]
    return sum_tiles(
        _("My abandoned carts"), sums, _("of my accounts, net"), url_for("sales.carts", whose="mine"), "seal"
    )


def _overdue(scene: Scene) -> list[Tile]:
    sums = scene.counts["overdue"]
    return sum_tiles(_("Overdue"), sums, _("open past its due day"), url_for("billing.receivables"), "bad")


def _open(scene: Scene) -> list[Tile]:
    return sum_tiles(_("Open items"), scene.counts["open"], _("of all accounts"), url_for("billing.receivables"))


def _late(scene: Scene) -> list[Tile]:
    may_pick = scene.me.can(Fulfilment.PICK)
    address = url_for("fulfilment.picking_desk" if may_pick else "ordering.sales_orders")
    return [count_tile(_("Late orders"), scene.counts["late"], _("promised earlier, not shipped"), address, "bad")]


def _incoming(scene: Scene) -> list[Tile]:
    return [count_tile(_("Expected today"), scene.counts["incoming"], _("lines of purchases"), _incoming_at(scene))]


def _incoming_late(scene: Scene) -> list[Tile]:
    count = scene.counts["incoming_late"]
    return [count_tile(_("Late purchases"), count, _("lines expected earlier"), _incoming_at(scene), "bad")]


def _incoming_at(scene: Scene) -> str:
    return url_for("inventory.incoming") if scene.me.can(Inventory.READ) else ""


def _sold_out(scene: Scene) -> list[Tile]:
    address = url_for("insights.report", code="expected_demand")
    return [count_tile(_("Sold out"), scene.counts["sold_out"], _("articles of class A"), address, "bad")]


FIGURES: dict[str, Figure] = {
    "today": Figure(_("Ordered today"), lambda me: me.can(Ordering.READ_ALL), _today),
    "month": Figure(_("This month"), lambda me: me.can(Permission.READ_REPORTS), _month),
    "registrations": Figure(_("Registrations"), lambda me: me.can(Accounts.DECIDE_REGISTRATIONS), _registrations),
    "held": Figure(_("Held invoices"), lambda me: me.can(Billing.RELEASE), _held),
    "carts": Figure(_("Abandoned carts"), lambda me: me.can(Permission.READ_CARTS), _carts),
    "my_carts": Figure(_("My abandoned carts"), lambda me: me.can(Permission.READ_CARTS), _my_carts),
    "overdue": Figure(_("Overdue"), lambda me: me.can(Billing.RECEIVABLES), _overdue),
    "open": Figure(_("Open items"), lambda me: me.can(Billing.RECEIVABLES), _open),
    "late": Figure(_("Late orders"), lambda me: me.can(Ordering.READ_ALL), _late),
    "incoming": Figure(_("Expected today"), lambda me: me.can(Permission.READ_STOCK), _incoming),
    "incoming_late": Figure(_("Late purchases"), lambda me: me.can(Permission.READ_STOCK), _incoming_late),
    "sold_out": Figure(_("Sold out"), lambda me: me.can(Permission.READ_STOCK), _sold_out),
}


def month_chart(title: Any, found: Trend) -> ColumnChart | None:
    """The last 12 months as columns; None when nothing was ordered."""
    if found.is_empty:
        return None
    rows = [
        (
            str(format_skeleton("yMMM", month, locale=language())),
            net,
            formats.amount(net, found.currency, language()),
        )
        for month, net in found.months
    ]
    return column_chart(str(title), rows, found.currency)


def _trend(scene: Scene) -> dict[str, Any] | None:
    chart = month_chart(_("Ordered in the last 12 months, net"), scene.trend(queries.own_currency))
    return {"upright": chart, "more": url_for("insights.report", code="turnover")} if chart else None


def _week(scene: Scene) -> dict[str, Any] | None:
    """What was ordered on each of the last days; None when nothing was."""
    first = scene.today - timedelta(days=DAYS - 1)
    currency, sums = queries.daily_orders(scene.me, first, scene.zone)
    if not sums:
        return None
    days = [first + timedelta(days=place) for place in range(DAYS)]
    rows = [
        (str(format_skeleton("MMMEd", day, locale=language())), sums.get(day, Decimal(0)), formats.amount(sums.get(day, Decimal(0)), currency, language()))
        for day in reversed(days)
    ]  # fmt: skip
    return {"chart": bar_chart(str(_("Ordered in the last 7 days, net")), rows, currency)}


def _orders(scene: Scene) -> dict[str, Any]:
    return {"orders": orders(scene.me, OrderFilters(), limit=NEWEST)}


def _left_carts(scene: Scene) -> dict[str, Any] | None:
    found = abandoned_carts(scene.me, AbandonedFilters(), limit=CARTS_SHOWN)
    return {"carts": found, "page_words": page_words, "address": url_for("sales.carts")} if found else None


SHEETS: dict[str, Sheet] = {
    "trend": Sheet(
        _("Ordered in the last 12 months, net"),
        lambda me: me.can(Permission.READ_REPORTS) and me.can(Ordering.READ_ALL),
        "insights/_start_chart.html",
        _trend,
    ),
    "week": Sheet(
        _("Ordered in the last 7 days, net"),
        lambda me: me.can(Ordering.READ_ALL),
        "insights/_start_chart.html",
        _week,
        False,
    ),
    "left_carts": Sheet(
        _("Carts left behind"),
        lambda me: me.can(Permission.READ_CARTS),
        "insights/_start_carts.html",
        _left_carts,
        False,
    ),
    "orders": Sheet(_("Latest orders"), lambda me: me.can(Ordering.READ_ALL), "insights/_start_orders.html", _orders),
}
