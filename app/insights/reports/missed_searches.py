"""What was searched and not found."""

from __future__ import annotations

from dataclasses import dataclass

from app.core.actor import Actor
from app.core.texts import N_
from app.insights.domain.report_blocks import blocks
from app.insights.domain.report_parameters import Period, period_of
from app.insights.domain.report_rows import Column, Row, Rows
from app.insights.policy import Permission
from app.insights.queries.aggregates import report_zone
from app.insights.queries.funnel import missed_searches
from app.insights.reports import Chart, Report, reports

COLUMNS = (
    Column("text", N_("Searched for")),
    Column("times", N_("Times"), "number", is_summed=True),
    Column("people", N_("People"), "number"),
    Column("accounts", N_("Accounts"), "number"),
    Column("ordered", N_("Ordered all the same"), "number"),
    Column("last_on", N_("Last time"), "day"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MissedSearches:
    """`limit`: rows; None for all."""

    period: Period = period_of("last_30_days")
    limit: int | None = None


def rows(actor: Actor, parameters: MissedSearches) -> Rows:
    found = missed_searches(actor, parameters.period, report_zone(actor))
    lines: list[Row] = [
        {
            "text": one.text,
            "times": one.times,
            "people": one.people,
            "accounts": one.accounts,
            "ordered": one.ordered,
            "last_on": one.last_on,
        }
        for one in found
    ]
    return Rows(blocks(lines, COLUMNS, parameters.limit))


reports.put(
    Report(
        "missed_searches",
        N_("Searches without result"),
        "buyers",
        MissedSearches,
        COLUMNS,
        rows,
        Permission.READ_REPORTS,
        N_("Words that found no article, and how many who searched them ordered within two days all the same."),
        Chart("bars", "text", "times"),
    )
)
