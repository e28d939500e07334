"""From a visit to an order: where people stop."""

from __future__ import annotations

from dataclasses import dataclass

from app.core.actor import Actor
from app.core.texts import N_
from app.insights.domain.report_blocks import blocks
from app.insights.domain.report_parameters import Period, choice, period_of, pick
from app.insights.domain.report_rows import Column, Rows, share
from app.insights.policy import Permission
from app.insights.queries.aggregates import report_zone
from app.insights.queries.funnel import steps
from app.insights.reports import Chart, Report, reports

BY = (("week", N_("Week")), ("segment", N_("Segment")), ("account", N_("Account")))
_STEPS = (
    Column("visits", N_("Visits"), "number"),
    Column("searched", N_("Searched"), "number"),
    Column("looked", N_("Looked at an article"), "number"),
    Column("filled", N_("Filled the cart"), "number"),
    Column("checkout", N_("Opened the checkout"), "number"),
    Column("ordered", N_("Ordered"), "number"),
    Column("rate", N_("Ordered of visits"), "percent"),
)
_HEADS = {
    "week": Column("key", N_("Week"), "day"),
    "segment": Column("label", N_("Segment")),
    "account": Column("label", N_("Account")),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Funnel:
    """`limit`: rows; None for all."""

    period: Period = period_of("last_30_days")
    by: str = choice(N_("Group by"), BY)
    account: str = pick("account", N_("Account"))
    limit: int | None = None


def rows(actor: Actor, parameters: Funnel) -> Rows:
    found = steps(actor, parameters.period, report_zone(actor), by=parameters.by, account=parameters.account)
    lines = [
        {
            "key": one.day,
            "label": one.label or N_("none"),
            "visits": one.visits,
            "searched": one.searched,
            "looked": one.looked,
            "filled": one.filled,
            "checkout": one.checkout,
            "ordered": one.ordered,
            "rate": share(one.ordered, one.visits),
        }
        for one in found
    ]
    columns = (_HEADS[parameters.by], *_STEPS)
    note = N_("People who came to the portal, each once a day. Orders by EDI, API and telephone are not in it.")
    return Rows(blocks(lines, columns, parameters.limit), (note,), columns)


def _chart(parameters: Funnel) -> Chart:
    return Chart("columns", "key", "visits") if parameters.by == "week" else Chart("bars", "label", "visits")


reports.put(
    Report(
        "funnel",
        N_("From visit to order"),
        "buyers",
        Funnel,
        (_HEADS["week"], *_STEPS),
        rows,
        Permission.READ_REPORTS,
        N_("How many people came, searched, looked, filled a cart and ordered."),
        _chart,
    )
)
