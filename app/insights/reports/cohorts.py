"""Accounts by the month of their first order, and how many still order later."""

from __future__ import annotations

from dataclasses import dataclass

from app.core import clock
from app.core.actor import Actor
from app.core.texts import N_
from app.insights.domain.report_blocks import blocks
from app.insights.domain.report_parameters import Period, period_of, pick
from app.insights.domain.report_rows import Column, Row, Rows, share
from app.insights.policy import Permission
from app.insights.queries.aggregates import report_zone
from app.insights.queries.cohorts import MONTHS, cohorts
from app.insights.reports import Chart, Report, reports

COLUMNS = (
    Column("month", N_("First order"), "month"),
    Column("accounts", N_("Accounts"), "number", is_summed=True),
    *(Column(f"m{later}", N_("+{n}", n=later), "percent") for later in range(1, MONTHS + 1)),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cohorts:
    """Accounts whose first order lies in the period."""

    period: Period = period_of("last_12_months")
    segment: str = pick("segment", N_("Segment"))


def rows(actor: Actor, parameters: Cohorts) -> Rows:
    zone = report_zone(actor)
    lines: list[Row] = []
    for one in cohorts(actor, parameters.period, zone, clock.today(zone), segment=parameters.segment):
        kept = {
            f"m{later}": None if count is None else share(count, one.accounts)
            for later, count in enumerate(one.kept, start=1)
        }
        lines.append({"month": one.month, "accounts": one.accounts, **kept})
    return Rows(blocks(lines, COLUMNS), (N_("Each column: how many percent ordered so many months later."),))


reports.put(
    Report(
        "cohorts",
        N_("Accounts that stay"),
        "buyers",
        Cohorts,
        COLUMNS,
        rows,
        Permission.READ_REPORTS,
        N_("Of the accounts that first ordered in a month, how many ordered again later."),
        Chart("columns", "month", "accounts"),
    )
)
