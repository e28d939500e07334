"""A customer's budgets against what was spent."""

from __future__ import annotations

from dataclasses import dataclass

from app.core.actor import Actor
from app.core.texts import N_
from app.insights.domain.report_blocks import blocks
from app.insights.domain.report_parameters import Period, period_of
from app.insights.domain.report_rows import Column, Rows, share
from app.insights.policy import Permission
from app.insights.queries.own_spend import budget_use
from app.insights.reports import Chart, Report, reports

COLUMNS = (
    Column("centre", N_("Cost centre")),
    Column("since", N_("From"), "day"),
    Column("until", N_("Until"), "day"),
    Column("amount", N_("Budget"), "money", is_summed=True),
    Column("taken", N_("Taken"), "money", is_summed=True),
    Column("left", N_("Left"), "money", is_summed=True),
    Column("share", N_("Used"), "percent"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnBudgets:
    """Budgets that touch the period."""

    period: Period = period_of("this_year")


def rows(actor: Actor, parameters: OwnBudgets) -> Rows:
    lines = [
        {
            "centre": one.centre,
            "since": one.starts_on,
            "until": one.ends_on,
            "currency": one.currency,
            "amount": one.amount,
            "taken": one.taken,
            "left": one.left,
            "share": share(one.taken, one.amount),
        }
        for one in budget_use(actor, parameters.period)
    ]
    return Rows(blocks(lines, COLUMNS))


reports.put(
    Report(
        "own_budgets",
        N_("Budgets and what is left"),
        "purchase",
        OwnBudgets,
        COLUMNS,
        rows,
        Permission.READ_OWN_REPORTS,
        N_("Each budget of a cost centre with what orders have taken of it."),
        Chart("bars", "centre", "taken"),
        audience="customer",
    )
)
