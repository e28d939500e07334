"""Channels: how orders come in, their value and lines, month against the period before."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from app.core.actor import Actor
from app.core.texts import N_
from app.insights.domain.report_parameters import CHANNELS, Period, comparison, period_of, pick
from app.insights.domain.report_rows import Block, Column, Row, Rows, change, share
from app.insights.policy import Permission
from app.insights.queries.aggregates import Selection
from app.insights.queries.sales import Sales, Sums, sales
from app.insights.reports import Chart, Report, reports

_COLUMNS = (
    Column("name", N_("Channel"), link=lambda row: f"/reports/turnover?by=account&channel={row['code']}"),
    Column("orders", N_("Orders"), "number", is_summed=True),
    Column("lines", N_("Lines"), "number", is_summed=True),
    Column("per_order", N_("Lines per order"), "quantity"),
    Column("net", N_("Net"), "money", is_summed=True),
    Column("share", N_("Share"), "percent"),
    Column("average", N_("Net per order"), "money"),
)
_COMPARED = (Column("before", N_("Before"), "money"), Column("change", N_("Change"), "percent"))
_CENT, _TENTH = Decimal("0.01"), Decimal("0.1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Channels:
    """Period and accounts."""

    period: Period = period_of("last_12_months")
    compare: str = comparison()
    account: str = pick("account", N_("Account"))
    group: str = pick("group", N_("Account group"))
    currency: str = pick("currency", N_("Currency"))


def rows(actor: Actor, parameters: Channels) -> Rows:
    selection = Selection(account=parameters.account, group=parameters.group, currency=parameters.currency)
    found = sales(actor, parameters.period, "channel", selection)
    other = parameters.period.compared(parameters.compare)
    before = sales(actor, other, "channel", selection) if other else Sales([], {})
    earlier = {(sale.currency, sale.code): sale.sums.net for sale in before.rows}
    blocks = []
    for currency, total in sorted(found.totals.items()):
        lines = [
            _row(sale.code, sale.sums, total, earlier.get((currency, sale.code), Decimal(0)))
            for sale in found.rows
            if sale.currency == currency
        ]
        old = before.totals.get(currency)
        totals = _row("", total, total, old.net if old else Decimal(0))
        blocks.append(Block(currency, lines, totals))
    notes = (N_("Compared with {since} to {until}.", since=other.since, until=other.last),) if other else ()
    return Rows(blocks, notes, _COLUMNS + _COMPARED if other else _COLUMNS)


def _row(code: str, one: Sums, total: Sums, before: Decimal) -> Row:
    orders = one.orders or 0
    return {
        "code": code,
        "name": dict(CHANNELS).get(code, code),
        "orders": one.orders,
        "lines": one.lines,
        "per_order": (Decimal(one.lines) / orders).quantize(_TENTH, ROUND_HALF_UP) if orders else None,
        "net": one.net,
        "share": share(one.net, total.net),
        "average": (one.net / orders).quantize(_CENT, ROUND_HALF_UP) if orders else None,
        "before": before,
        "change": change(one.net, before),
    }


reports.put(
    Report(
        "channels",
        N_("Channels"),
        "sales",
        Channels,
        _COLUMNS,
        rows,
        Permission.READ_REPORTS,
        N_("How orders come in: portal, telephone, standing orders, API, EDI. Orders of punch-out come by EDI."),
        Chart("bars", "name", "net"),
    )
)
