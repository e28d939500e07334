"""Margin: what was ordered against its purchase cost; turnover without a known cost stands apart."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from app.core.actor import Actor
from app.core.texts import N_
from app.insights.domain.report_parameters import Period, choice, period_of, pick
from app.insights.domain.report_rows import Column, Row, Rows, share
from app.insights.policy import Permission
from app.insights.queries.aggregates import Selection
from app.insights.queries.margins import Valued, valued_blocks, valued_sales
from app.insights.reports import Chart, Report, reports

BY = (
    ("month", N_("Month")),
    ("category", N_("Category")),
    ("article", N_("Article")),
    ("account", N_("Account")),
    ("manager", N_("Sales manager")),
)
_FIGURES = (
    Column("lines", N_("Lines"), "number", is_summed=True),
    Column("net", N_("Net"), "money", is_summed=True),
    Column("known", N_("With known cost"), "money", is_summed=True),
    Column("cost", N_("Cost"), "money", is_summed=True),
    Column("margin", N_("Margin"), "money", is_summed=True),
    Column("percent", N_("Margin"), "percent"),
    Column("unknown", N_("Cost unknown"), "percent"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Margin:
    """`limit`: rows of each currency; None for all."""

    period: Period = period_of("last_12_months")
    by: str = choice(N_("Group by"), BY)
    account: str = pick("account", N_("Account"))
    group: str = pick("group", N_("Account group"))
    category: str = pick("category", N_("Category"))
    manager: str = pick("manager", N_("Sales manager"))
    currency: str = pick("currency", N_("Currency"))
    limit: int | None = None


def _link(row: Row) -> str:
    return f"/articles/{quote(str(row['code']), safe='')}"


def columns_of(by: str) -> tuple[Column, ...]:
    """Time, or number and name, then the figures."""
    if by == "month":
        return (Column("key", N_("Month"), "month"), *_FIGURES)
    name = Column("name", dict(BY)[by], link=_link if by == "article" else None)
    return (name, *_FIGURES) if by in ("category", "manager") else (Column("code", N_("Number")), name, *_FIGURES)


def rows(actor: Actor, parameters: Margin) -> Rows:
    selection = Selection(
        account=parameters.account, group=parameters.group, category=parameters.category, manager=parameters.manager,
        currency=parameters.currency,
    )  # fmt: skip
    by = parameters.by
    limit = None if by == "month" else parameters.limit
    found, totals = valued_sales(actor, parameters.period, by, selection, against="cost", limit=limit)
    blocks = valued_blocks(found, totals, _figures)
    note = N_("Margin is of the turnover with a known cost: the one that held at the end of each month.")
    return Rows(blocks, (note,), columns_of(by))


def _figures(sums: Valued) -> Row:
    margin = sums.known_net - sums.value
    return {
        "lines": sums.lines,
        "net": sums.net,
        "known": sums.known_net,
        "cost": sums.value,
        "margin": margin,
        "percent": share(margin, sums.known_net),
        "unknown": share(sums.net - sums.known_net, sums.net),
    }


def _chart(parameters: Margin) -> Chart:
    return Chart("columns", "key", "margin") if parameters.by == "month" else Chart("bars", "name", "margin")


reports.put(
    Report(
        "margin",
        N_("Margin"),
        "sales",
        Margin,
        columns_of("month"),
        rows,
        Permission.READ_MARGIN,
        N_("What was ordered, net, against its purchase cost. What has no known cost is shown and never guessed."),
        _chart,
    )
)
