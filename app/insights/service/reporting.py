"""Asking reports: who may, with which parameters, and the rows as lines of a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, Protocol

from sqlalchemy import text

from app.core import clock
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.core.tables.rows import Cell
from app.core.texts import N_, Message
from app.insights.domain.report_parameters import read_parameters
from app.insights.domain.report_rows import Block, Column, Row, Rows, Value
from app.insights.policy import Permission
from app.insights.queries.aggregates import report_zone
from app.insights.reports import GROUPS, Chart, Report, reports

# Tens of thousands of articles are added up in memory, not on disk; until the transaction ends.
_ROOM = text("SET LOCAL work_mem = '64MB'")


class Speaker(Protocol):
    """Puts messages and values into the words of a reader; given by the entry, because services know no web."""

    def say(self, message: Message) -> str: ...

    def show(self, value: Any, kind: str, currency: str) -> str: ...


@dataclass(frozen=True, slots=True)
class Answer:
    """A report with what it was asked and what it says."""

    report: Report
    parameters: Any
    columns: tuple[Column, ...]
    rows: Rows

    @property
    def count(self) -> int:
        return sum(block.count if block.count is not None else len(block.rows) for block in self.rows.blocks)

    @property
    def chart(self) -> Chart | None:
        chart = self.report.chart
        return chart(self.parameters) if callable(chart) else chart


def may_open(actor: Actor, report: Report) -> bool:
    """Whether the report is made for the actor's side, and he has the rights it asks for."""
    general = Permission.READ_REPORTS if actor.is_operator else Permission.READ_OWN_REPORTS
    is_his = (report.audience == "operator") == actor.is_operator
    return is_his and actor.can(general) and actor.can(report.permission)


def open_reports(actor: Actor) -> dict[str, list[Report]]:
    """What the actor may open, by group, in the order of the groups."""
    found = [report for _code, report in reports.items() if may_open(actor, report)]
    return {group: mine for group in GROUPS if (mine := [one for one in found if one.group == group])}


def report_for(actor: Actor, code: str) -> Report:
    """NotFound where there is none for the actor's side; Forbidden where he lacks the right."""
    if code not in reports or (reports[code].audience == "operator") != actor.is_operator:
        raise NotFound(N_("There is no such report."))
    report = reports[code]
    actor.demand(Permission.READ_REPORTS if actor.is_operator else Permission.READ_OWN_REPORTS)
    actor.demand(report.permission)
    return report


def today(actor: Actor) -> date:
    """The day that periods such as "last month" are counted from."""
    return clock.today(report_zone(actor))


def ask(actor: Actor, code: str, values: Mapping[str, str], *, limit: int | None = None) -> Answer:
    """Run a report; `limit` rows of each block where the report can. Invalid names the parameter that is wrong."""
    report = report_for(actor, code)
    parameters = read_parameters(report.parameters, values, today(actor))
    if limit is not None and hasattr(parameters, "limit"):
        parameters = replace(parameters, limit=limit)
    db.session.execute(_ROOM)
    rows = report.rows(actor, parameters)
    return Answer(report, parameters, rows.columns or report.columns, rows)


def table_rows(answer: Answer, speaker: Speaker) -> Iterator[list[Cell]]:
    """Lines of CSV and XLSX: heads, then all rows with their currency; numbers stay numbers. No totals, so that sums
    of a column are right.
    """
    has_money = any(block.currency for block in answer.rows.blocks)
    heads = [speaker.say(column.title) for column in answer.columns]
    yield [*heads, speaker.say(N_("Currency"))] if has_money else list(heads)
    for block in answer.rows.blocks:
        for row in block.rows:
            cells = [_cell(row.get(column.code), speaker) for column in answer.columns]
            yield [*cells, block.currency] if has_money else cells


def _cell(value: Value, speaker: Speaker) -> Cell:
    if isinstance(value, Message):
        return speaker.say(value)
    return Decimal(value) if isinstance(value, int) else value


def shown_rows(
    block: Block, columns: Sequence[Column], speaker: Speaker, *, most: int | None = None
) -> Iterator[tuple[str, ...]]:
    """Rows as text, for paper."""
    for row in block.rows[:most]:
        yield shown_row(row, columns, block.currency, speaker)


def shown_row(row: Row, columns: Sequence[Column], currency: str, speaker: Speaker) -> tuple[str, ...]:
    return tuple(speaker.show(row.get(column.code), column.kind, currency) for column in columns)
