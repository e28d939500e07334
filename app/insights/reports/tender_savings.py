"""What tenders of the operator have saved against the estimate and against the bids."""

from __future__ import annotations

from dataclasses import dataclass

from app.core.actor import Actor
from app.core.texts import N_
from app.insights.domain.report_blocks import blocks
from app.insights.domain.report_parameters import Period, period_of
from app.insights.domain.report_rows import Rows
from app.insights.domain.savings import COLUMNS, saving_row
from app.insights.policy import Permission
from app.insights.queries.aggregates import report_zone
from app.insights.queries.tender_savings import lot_savings
from app.insights.reports import Chart, Report, reports


@dataclass(frozen=True, slots=True, kw_only=True)
class TenderSavings:
    """Lots whose award was released in the period."""

    period: Period = period_of("last_12_months")


def rows(actor: Actor, parameters: TenderSavings) -> Rows:
    found = lot_savings(actor, parameters.period, report_zone(actor))
    return Rows(blocks([saving_row(one) for one in found], COLUMNS))


reports.put(
    Report(
        "tender_savings",
        N_("Savings of tenders"),
        "purchase",
        TenderSavings,
        COLUMNS,
        rows,
        Permission.READ_REPORTS,
        N_("Awarded lots against their estimate and against the mean and the lowest of the bids."),
        Chart("bars", "lot", "awarded"),
        audience="operator",
    )
)
