"""On-time delivery: the day promised for each line against the day it came."""

from __future__ import annotations

from dataclasses import dataclass

from app.core.actor import Actor
from app.core.texts import N_
from app.insights.domain.report_parameters import Period, choice, period_of, pick
from app.insights.domain.report_rows import Block, Column, Row, Rows, share, sums
from app.insights.policy import Permission
from app.insights.queries.deliveries_on_time import promised_lines
from app.insights.reports import Chart, Report, reports

BY = (
    ("month", N_("Month")),
    ("account", N_("Account")),
    ("article", N_("Article")),
    ("manager", N_("Sales manager")),
)
_FIGURES = (
    Column("lines", N_("Lines"), "number", is_summed=True),
    Column("on_time", N_("On time"), "number", is_summed=True),
    Column("late", N_("Late"), "number", is_summed=True),
    Column("overdue", N_("Overdue"), "number", is_summed=True),
    Column("waiting", N_("Not due yet"), "number", is_summed=True),
    Column("percent", N_("On time"), "percent"),
    Column("days_late", N_("Days late, mean"), "quantity"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OnTime:
    """`limit`: rows shown; None for all."""

    period: Period = period_of("last_12_months")
    by: str = choice(N_("Group by"), BY)
    account: str = pick("account", N_("Account"))
    limit: int | None = None


def columns_of(by: str) -> tuple[Column, ...]:
    """Time, or number and name, then the figures."""
    if by == "month":
        return (Column("key", N_("Month"), "month"), *_FIGURES)
    name = Column("name", dict(BY)[by])
    return (name, *_FIGURES) if by == "manager" else (Column("code", N_("Number")), name, *_FIGURES)


def rows(actor: Actor, parameters: OnTime) -> Rows:
    found: list[Row] = [
        {
            "key": one.month, "code": one.code, "name": one.name or N_("none"), "lines": one.lines,
            "on_time": one.on_time, "late": one.late, "overdue": one.overdue, "waiting": one.waiting,
            "percent": share(one.on_time, one.on_time + one.late + one.overdue), "days_late": one.days_late,
        }
        for one in promised_lines(actor, parameters.period, parameters.by, parameters.account)
    ]  # fmt: skip
    columns = columns_of(parameters.by)
    if not found:
        return Rows((), (), columns)
    total = sums(found, columns)
    due = [total[name] or 0 for name in ("on_time", "late", "overdue")]
    total["percent"] = share(due[0], sum(due))  # type: ignore[arg-type]
    return Rows((Block("", found[: parameters.limit], total, len(found)),), (), columns)


reports.put(
    Report(
        "on-time",
        N_("On-time delivery"),
        "delivery",
        OnTime,
        columns_of("month"),
        rows,
        Permission.READ_REPORTS,
        N_("Lines by the day promised. A line came when its last part was confirmed as delivered, or else sent."),
        lambda parameters: Chart(
            "line" if parameters.by == "month" else "bars", "key" if parameters.by == "month" else "name", "percent"
        ),
    )
)
