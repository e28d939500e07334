"""The forecast of each article, or of one account, with its error shown."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from app.core.actor import Actor
from app.core.texts import N_
from app.insights.domain.report_parameters import pick
from app.insights.domain.report_rows import Block, Column, Row, Rows, share
from app.insights.policy import Permission
from app.insights.queries.expected_demand import Expected, expected_demand
from app.insights.reports import Chart, Report, reports

METHODS = {
    "sba": N_("Croston, corrected"),
    "tsb": N_("Croston for articles that fade"),
    "ses": N_("Smoothing"),
    "average": N_("Average"),
    "seasonal": N_("As a year ago"),
    "rhythm": N_("Rhythm of the account"),
}
_ON_HAND = Column("on_hand", N_("On hand"), "quantity")
COLUMNS = (
    Column("sku", N_("Article")),
    Column("name", N_("Name")),
    Column("unit", N_("Unit")),
    Column("next_4", N_("Next 4 weeks"), "quantity"),
    Column("next_13", N_("Next 13 weeks"), "quantity"),
    _ON_HAND,
    Column("method", N_("Method")),
    Column("error", N_("Error"), "percent"),
    Column("bias", N_("Too high by"), "percent"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedDemand:
    """`limit`: rows; None for all."""

    account: str = pick("account", N_("Account"))
    limit: int | None = None


def _row(one: Expected) -> Row:
    return {
        "sku": one.sku,
        "name": one.name,
        "unit": one.unit,
        "next_4": one.next_4,
        "next_13": one.next_13,
        "on_hand": one.on_hand,
        "method": METHODS.get(one.method, one.method),
        "error": None if one.wape is None else share(one.wape, Decimal(1)),
        "bias": None if one.bias is None else share(one.bias, Decimal(1)),
    }


def rows(actor: Actor, parameters: ExpectedDemand) -> Rows:
    found, count = expected_demand(actor, parameters.account, parameters.limit)
    columns = tuple(one for one in COLUMNS if one is not _ON_HAND) if parameters.account else COLUMNS
    note = N_("Error: how far the same method was off in the last known weeks, for each unit sold.")
    return Rows([Block("", [_row(one) for one in found], None, count)] if found else [], (note,), columns)


reports.put(
    Report(
        "expected_demand",
        N_("Expected demand"),
        "planning",
        ExpectedDemand,
        COLUMNS,
        rows,
        Permission.READ_REPORTS,
        N_("What will probably be ordered, by article or of one account, in base units."),
        Chart("bars", "sku", "next_4"),
    )
)
