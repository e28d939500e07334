"""Returns and claims against what was ordered."""

from __future__ import annotations

from dataclasses import dataclass

from app.core.actor import Actor
from app.core.texts import N_
from app.insights.domain.report_blocks import blocks
from app.insights.domain.report_parameters import Period, choice, period_of
from app.insights.domain.report_rows import Column, Rows, share
from app.insights.policy import Permission
from app.insights.queries.aggregates import report_zone
from app.insights.queries.complaints import complaints
from app.insights.reports import Chart, Report, reports

BY = (("month", N_("Month")), ("article", N_("Article")), ("account", N_("Account")))
_FIGURES = (
    Column("lines", N_("Lines ordered"), "number", is_summed=True),
    Column("returned", N_("Returned"), "number", is_summed=True),
    Column("claimed", N_("Claimed"), "number", is_summed=True),
    Column("wrong", N_("Returned or claimed"), "number", is_summed=True),
    Column("rate", N_("Rate"), "percent"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ComplaintsAsked:
    """Orders placed in the period. `limit`: rows; None for all."""

    period: Period = period_of("last_12_months")
    by: str = choice(N_("Group by"), BY)
    limit: int | None = None


def columns_of(by: str) -> tuple[Column, ...]:
    """Time or words, then the figures."""
    return (Column("key", N_("Month"), "month") if by == "month" else Column("name", dict(BY)[by]), *_FIGURES)


def rows(actor: Actor, parameters: ComplaintsAsked) -> Rows:
    lines = [
        {
            "key": one.month,
            "name": one.label,
            "lines": one.lines,
            "returned": one.returned,
            "claimed": one.claimed,
            "wrong": one.wrong,
            "rate": share(one.wrong, one.lines),
        }
        for one in complaints(actor, parameters.period, report_zone(actor), by=parameters.by)
    ]
    columns = columns_of(parameters.by)
    return Rows(blocks(lines, columns, parameters.limit), (), columns)


def _chart(parameters: ComplaintsAsked) -> Chart:
    return Chart("columns", "key", "wrong") if parameters.by == "month" else Chart("bars", "name", "wrong")


reports.put(
    Report(
        "complaints",
        N_("Returns and claims"),
        "delivery",
        ComplaintsAsked,
        columns_of("month"),
        rows,
        Permission.READ_REPORTS,
        N_("Order lines, and how many of them came back or were claimed, by the day of the order."),
        _chart,
    )
)
