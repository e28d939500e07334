"""Why carts are left behind, and what comes back by reason: the drop-outs of the funnel."""

from __future__ import annotations

from dataclasses import dataclass

from app.core.actor import Actor
from app.core.texts import N_
from app.insights.domain.abandonment_reasons import REASON_NAMES, Reason
from app.insights.domain.report_blocks import blocks
from app.insights.domain.report_parameters import Period, period_of
from app.insights.domain.report_rows import Column, Rows, share
from app.insights.policy import Permission
from app.insights.queries.aggregates import report_zone
from app.insights.queries.cart_outcomes import outcomes_by_reason
from app.insights.reports import Chart, Report, reports

COLUMNS = (
    Column("reason", N_("Reason")),
    Column("carts", N_("Carts"), "number", is_summed=True),
    Column("value", N_("Value, net"), "money", is_summed=True),
    Column("recovered", N_("Ordered after all"), "number", is_summed=True),
    Column("rate", N_("Rate"), "percent"),
    Column("won", N_("Won back, net"), "money", is_summed=True),
)
_KNOWN = {str(reason) for reason in Reason}


@dataclass(frozen=True, slots=True, kw_only=True)
class CartReasons:
    """Carts noticed in the period."""

    period: Period = period_of("last_30_days")


def rows(actor: Actor, parameters: CartReasons) -> Rows:
    lines = [
        {
            "reason": REASON_NAMES[Reason(one.reason)] if one.reason in _KNOWN else one.reason,
            "currency": one.currency,
            "carts": one.carts,
            "value": one.value,
            "recovered": one.recovered,
            "rate": share(one.recovered, one.carts),
            "won": one.recovered_value,
        }
        for one in outcomes_by_reason(actor, parameters.period, report_zone(actor))
    ]
    return Rows(blocks(lines, COLUMNS))


reports.put(
    Report(
        "cart_reasons",
        N_("Why carts are left behind"),
        "desk",
        CartReasons,
        COLUMNS,
        rows,
        Permission.READ_CARTS,
        N_("The main reason found for each cart, and how much came back."),
        Chart("bars", "reason", "value"),
    )
)
