"""How suppliers do, from their scorecards."""

from __future__ import annotations

from dataclasses import dataclass

from app.core.actor import Actor
from app.core.texts import N_
from app.insights.domain.report_blocks import blocks
from app.insights.domain.report_parameters import Period, period_of
from app.insights.domain.report_rows import Column, Row, Rows
from app.insights.policy import Permission
from app.insights.queries.supplier_standing import supplier_months
from app.insights.reports import Chart, Report, reports

COLUMNS = (
    Column("month", N_("Month"), "month"),
    Column("supplier", N_("Supplier")),
    Column("score", N_("Points of 100"), "quantity"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplierStanding:
    """`limit`: rows; None for all."""

    period: Period = period_of("last_12_months")
    limit: int | None = None


def rows(actor: Actor, parameters: SupplierStanding) -> Rows:
    lines: list[Row] = [
        {"month": one.month, "supplier": one.supplier, "score": one.score}
        for one in supplier_months(actor, parameters.period)
    ]
    return Rows(blocks(lines, COLUMNS, parameters.limit))


reports.put(
    Report(
        "supplier_standing",
        N_("Standing of suppliers"),
        "purchase",
        SupplierStanding,
        COLUMNS,
        rows,
        Permission.READ_REPORTS,
        N_("Points of each month from the scorecards."),
        Chart("bars", "supplier", "score"),
    )
)
