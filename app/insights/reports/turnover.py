"""Turnover: what was ordered, net, by time, account, article, category, manager or channel."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from urllib.parse import quote, urlencode

from app.core.actor import Actor
from app.core.texts import N_
from app.insights.domain.report_parameters import (
    CHANNELS,
    Period,
    choice,
    comparison,
    period_of,
    pick,
    preset,
    shifted,
    write_parameters,
)
from app.insights.domain.report_rows import Block, Column, Row, Rows, Value, change, share
from app.insights.policy import Permission
from app.insights.queries.aggregates import Selection
from app.insights.queries.sales import Sale, Sales, Sums, sales
from app.insights.reports import Chart, Report, reports

BY = (
    ("month", N_("Month")),
    ("day", N_("Day")),
    ("account", N_("Account")),
    ("article", N_("Article")),
    ("category", N_("Category")),
    ("manager", N_("Sales manager")),
    ("group", N_("Account group")),
    ("channel", N_("Channel")),
)
NONE = N_("none")


@dataclass(frozen=True, slots=True, kw_only=True)
class Turnover:
    """`limit`: rows of each currency; None for all."""

    period: Period = period_of("last_12_months")
    by: str = choice(N_("Group by"), BY)
    compare: str = comparison()
    account: str = pick("account", N_("Account"))
    group: str = pick("group", N_("Account group"))
    segment: str = pick("segment", N_("Segment"))
    category: str = pick("category", N_("Category"))
    manager: str = pick("manager", N_("Sales manager"))
    channel: str = pick("channel", N_("Channel"))
    currency: str = pick("currency", N_("Currency"))
    limit: int | None = None

    @property
    def selection(self) -> Selection:
        return Selection(
            account=self.account, group=self.group, segment=self.segment, manager=self.manager,
            category=self.category, channel=self.channel, currency=self.currency,
        )  # fmt: skip


def _account_link(row: Row) -> str:
    return f"/accounts/{quote(str(row['code']))}" if row["code"] else ""


def _article_link(row: Row) -> str:
    return f"/articles/{quote(str(row['code']), safe='')}" if row["code"] else ""


def _drill(row: Row) -> str:
    return f"/reports/turnover?{row['drill']}" if row.get("drill") else ""


_MONTH = Column("key", N_("Month"), "month", link=_drill)
_DAY = Column("key", N_("Day"), "day")
_LINES = Column("lines", N_("Lines"), "number", is_summed=True)
_ORDERS = Column("orders", N_("Orders"), "number", is_summed=True)
_NET = Column("net", N_("Net"), "money", is_summed=True)
_ALLOWANCES = Column("allowances", N_("Promotions on whole orders"), "money", is_summed=True)
_SHARE = Column("share", N_("Share"), "percent")
_CODE = Column("code", N_("Number"))
_NOTHING = Sums(0, Decimal(0), 0, Decimal(0))
_LINKS = {"account": _account_link, "article": _article_link}
_NEXT = {"month": "account", "category": "article", "manager": "account", "group": "account", "channel": "account"}


def columns_of(parameters: Turnover) -> tuple[Column, ...]:
    """Those that the grouping has."""
    by = parameters.by
    if by in ("month", "day"):
        heads: tuple[Column, ...] = (_MONTH if by == "month" else _DAY,)
    else:
        heads = (Column("name", dict(BY)[by], link=_LINKS.get(by, _drill)),)
        if by in ("account", "article", "category", "group"):
            heads = (_CODE, *heads)
    of_lines = by in ("article", "category") or bool(parameters.category)
    middle = (_LINES,) if of_lines else (_ORDERS, _LINES)
    if by == "article":
        middle = (*middle, Column("quantity", N_("Quantity"), "quantity"))
    tail = (_NET, _SHARE) if of_lines else (_NET, _ALLOWANCES, _SHARE)
    if parameters.compare:
        tail = (*tail, Column("before", N_("Before"), "money"), Column("change", N_("Change"), "percent"))
    return heads + middle + tail


def rows(actor: Actor, parameters: Turnover) -> Rows:
    by, now = parameters.by, parameters.period
    limit = None if by in ("month", "day") else parameters.limit
    found = sales(actor, now, by, parameters.selection, limit=limit)
    other = now.compared(parameters.compare)
    of = found if limit is not None else None
    before = sales(actor, other, by, parameters.selection, of=of) if other else Sales([], {})
    earlier = {_key(sale, by, other): sale.sums for sale in before.rows} if other else {}
    blocks = []
    for currency in sorted({*found.totals, *before.totals}):
        total, old = found.totals.get(currency, _NOTHING), before.totals.get(currency, _NOTHING)
        of_currency = [sale for sale in found.rows if sale.currency == currency]
        lines = [_row(sale, total, earlier.get(_key(sale, by, now), _NOTHING), parameters) for sale in of_currency]
        totals: Row = {**_figures(total, total), "before": old.net, "change": change(total.net, old.net)}
        blocks.append(Block(currency, lines, totals, total.count))
    notes = (N_("Compared with {since} to {until}.", since=other.since, until=other.last),) if other else ()
    return Rows(blocks, notes, columns_of(parameters))


def _key(sale: Sale, by: str, within: Period) -> tuple[str, str | int]:
    """Time is compared by its place in the period, everything else by its code."""
    if sale.day is None:
        return sale.currency, sale.code
    if by == "day":
        return sale.currency, (sale.day - within.since).days
    return sale.currency, (sale.day.year - within.since.year) * 12 + sale.day.month - within.since.month


def _deeper(sale: Sale, parameters: Turnover) -> str:
    """The parameters of the same report for this row alone, one grouping further down."""
    if parameters.by not in _NEXT or (sale.day is None and not sale.code):
        return ""
    values = write_parameters(parameters) | {"by": _NEXT[parameters.by]}
    if sale.day is not None:
        first = max(sale.day, parameters.period.since)
        last = min(shifted(sale.day, 1) - timedelta(days=1), parameters.period.last)
        values |= {"period": "custom", "since": first.isoformat(), "until": last.isoformat()}
    else:
        values[parameters.by] = sale.code
    return urlencode(values)


def _row(sale: Sale, total: Sums, old: Sums, parameters: Turnover) -> Row:
    by = parameters.by
    name: Value = dict(CHANNELS).get(sale.code, sale.code) if by == "channel" else sale.name or NONE
    return {
        "key": sale.day,
        "code": sale.code,
        "name": name,
        **_figures(sale.sums, total),
        "quantity": sale.sums.quantity,
        "drill": _deeper(sale, parameters),
        "before": old.net,
        "change": change(sale.sums.net, old.net),
    }


def _figures(one: Sums, total: Sums) -> dict[str, Value]:
    return {
        "orders": one.orders,
        "lines": one.lines,
        "net": one.net,
        "allowances": one.allowances,
        "share": share(one.net, total.net),
    }


def _chart(parameters: Turnover) -> Chart:
    if parameters.by in ("month", "day"):
        return Chart("columns" if parameters.by == "month" else "line", "key", "net")
    return Chart("bars", "name", "net")


reports.put(
    Report(
        "turnover",
        N_("Turnover"),
        "sales",
        Turnover,
        columns_of(Turnover(period=preset("last_12_months", date(2026, 1, 1)))),
        rows,
        Permission.READ_REPORTS,
        N_("What was ordered, net, as the orders stand: cancelled lines are out, promotions on whole orders apart."),
        _chart,
    )
)
