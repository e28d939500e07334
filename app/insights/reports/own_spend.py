"""A customer's own purchases: over time, by commodity group, code, cost centre, person and article."""

from __future__ import annotations

from dataclasses import dataclass

from app.core.actor import Actor
from app.core.texts import N_
from app.insights.domain.report_blocks import blocks
from app.insights.domain.report_parameters import Period, choice, period_of
from app.insights.domain.report_rows import Column, Rows, share
from app.insights.policy import Permission
from app.insights.queries.aggregates import report_zone
from app.insights.queries.own_spend import spend
from app.insights.reports import Chart, Report, reports

BY = (
    ("month", N_("Month")),
    ("group", N_("Commodity group")),
    ("code", N_("Commodity code")),
    ("centre", N_("Cost centre")),
    ("person", N_("Person")),
    ("article", N_("Article")),
)
_FIGURES = (
    Column("orders", N_("Orders"), "number"),
    Column("lines", N_("Lines"), "number", is_summed=True),
    Column("net", N_("Net"), "money", is_summed=True),
    Column("share", N_("Share"), "percent"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnSpend:
    """`limit`: rows of each currency; None for all."""

    period: Period = period_of("last_12_months")
    by: str = choice(N_("Group by"), BY)
    limit: int | None = None


def columns_of(by: str) -> tuple[Column, ...]:
    """Time or words, then the figures."""
    head = Column("key", N_("Month"), "month") if by == "month" else Column("name", dict(BY)[by])
    return (head, *_FIGURES)


def rows(actor: Actor, parameters: OwnSpend) -> Rows:
    found = spend(actor, parameters.period, report_zone(actor), by=parameters.by)
    totals = {one.currency: sum(two.net for two in found if two.currency == one.currency) for one in found}
    lines = [
        {
            "key": one.month,
            "name": one.label or N_("none"),
            "currency": one.currency,
            "orders": one.orders,
            "lines": one.lines,
            "net": one.net,
            "share": share(one.net, totals[one.currency]),
        }
        for one in found
    ]
    columns = columns_of(parameters.by)
    note = N_("Goods only: costs of delivery and what promotions took off whole orders are not in it.")
    return Rows(blocks(lines, columns, parameters.limit), (note,), columns)


def _chart(parameters: OwnSpend) -> Chart:
    return Chart("columns", "key", "net") if parameters.by == "month" else Chart("bars", "name", "net")


reports.put(
    Report(
        "own_spend",
        N_("What we have bought"),
        "purchase",
        OwnSpend,
        columns_of("month"),
        rows,
        Permission.READ_OWN_REPORTS,
        N_("Your company's orders as they stand, net of the goods."),
        _chart,
        audience="customer",
    )
)
