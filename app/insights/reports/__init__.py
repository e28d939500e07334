"""The registry of reports: one file each. A file adds one `Report`; page, chart, CSV, XLSX, PDF and mail come of it.

`rows(actor, parameters)` runs a constant number of statements whatever the rows, reads only what the actor may see, and
never adds amounts of two currencies. When the parameters have a field `limit`, a page sets it to what it shows, and the
report then gives the first rows with the totals and the count of all; files ask without.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from app.core.actor import Actor
from app.core.registry import Registry
from app.core.texts import N_, Message
from app.insights.domain.report_rows import Column, Rows

Audience = Literal["operator", "customer"]
ChartKind = Literal["bars", "columns", "line"]
GROUPS: dict[str, Message] = {
    "sales": N_("Turnover and prices"),
    "desk": N_("Sales desk"),
    "buyers": N_("Buyers and visits"),
    "delivery": N_("Delivery and service"),
    "purchase": N_("Own purchases"),
    "planning": N_("Planning"),
}


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture of the first rows: `label` and `value` name columns. `columns` and `line` suit time, `bars` the rest."""

    kind: ChartKind
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Report:
    """`permission` is asked beside that of its audience; `group` is one of GROUPS; `about` says what is counted.

    `chart`: one for all, or a function of the parameters.
    """

    code: str
    title: Message
    group: str
    parameters: type[Any]
    columns: tuple[Column, ...]
    rows: Callable[[Actor, Any], Rows]
    permission: str
    about: Message
    chart: Chart | Callable[[Any], Chart | None] | None = None
    audience: Audience = "operator"


class Reports(Registry[Report]):
    """Reports by code."""

    def put(self, report: Report) -> Report:
        return self.add(report.code, report)


reports = Reports(__name__)
