"""Carts left behind: what looking after them brings, against carts that nobody touches."""

from __future__ import annotations

from dataclasses import dataclass

from app.core.actor import Actor
from app.core.texts import N_
from app.insights.domain.report_blocks import blocks
from app.insights.domain.report_parameters import Period, period_of
from app.insights.domain.report_rows import Column, Row, Rows, share
from app.insights.policy import Permission
from app.insights.queries.aggregates import report_zone
from app.insights.queries.cart_outcomes import recovery_by_month
from app.insights.reports import Chart, Report, reports

COLUMNS = (
    Column("month", N_("Month"), "month"),
    Column("treated", N_("Looked after"), "number", is_summed=True),
    Column("recovered", N_("Ordered of these"), "number", is_summed=True),
    Column("rate", N_("Rate"), "percent"),
    Column("held_out", N_("Left alone"), "number", is_summed=True),
    Column("alone", N_("Ordered of those left alone"), "number", is_summed=True),
    Column("alone_rate", N_("Rate of those left alone"), "percent"),
    Column("effect", N_("Effect"), "percent"),
    Column("value", N_("Won back, net"), "money", is_summed=True),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CartRecovery:
    """Carts by the month in which they were noticed."""

    period: Period = period_of("last_12_months")


def rows(actor: Actor, parameters: CartRecovery) -> Rows:
    lines: list[Row] = []
    for one in recovery_by_month(actor, parameters.period, report_zone(actor)):
        rate, alone = share(one.recovered, one.treated), share(one.held_out_recovered, one.held_out)
        lines.append(
            {
                "month": one.month,
                "currency": one.currency,
                "treated": one.treated,
                "recovered": one.recovered,
                "rate": rate,
                "held_out": one.held_out,
                "alone": one.held_out_recovered,
                "alone_rate": alone,
                "effect": rate - alone if rate is not None and alone is not None else None,
                "value": one.value,
            }
        )
    note = N_("The effect is the rate of carts looked after less the rate of those left alone, in percentage points.")
    return Rows(blocks(lines, COLUMNS), (note,))


reports.put(
    Report(
        "cart_recovery",
        N_("Carts won back"),
        "desk",
        CartRecovery,
        COLUMNS,
        rows,
        Permission.READ_CARTS,
        N_("How many carts left behind were ordered after all, with and without help."),
        Chart("columns", "month", "value"),
    )
)
