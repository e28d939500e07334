"""Reports: the list, and one of them as page, CSV and XLSX."""

from __future__ import annotations

import tempfile
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from flask import Response, request, send_file, stream_with_context

from app.core.actor import Actor
from app.core.errors import Invalid
from app.core.tables.writing import csv_chunks, write_xlsx
from app.core.tenancy import acting_as
from app.insights.domain.report_parameters import Entry, Period, entries, read_parameters, shifted, write_parameters
from app.insights.domain.report_rows import Block, Column, Row
from app.insights.policy import Permission
from app.insights.queries.report_options import options
from app.insights.reports import GROUPS, Chart, Report
from app.insights.service import reporting
from app.insights.service.reporting import Answer
from app.insights.views import blueprint
from app.web.access import actor, requires
from app.web.charts import BarChart, ColumnChart, bar_chart, column_chart
from app.web.figures import Figures
from app.web.fragments import render_page
from app.web.texts import _, language, say, time_zone

SHOWN = 200
_CHARTED = 12
_COLUMNS_CHARTED = 400
_MOST_STEPS = 4_000
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class Cell:
    """`link` is a path, "" for none."""

    text: str
    is_number: bool
    link: str = ""


@dataclass(frozen=True, slots=True)
class ShownBlock:
    """A block as the page shows it."""

    currency: str
    rows: list[list[Cell]]
    totals: list[Cell] | None
    more: int
    chart: BarChart | ColumnChart | None


@blueprint.get("/reports")
@requires(Permission.READ_REPORTS, Permission.READ_OWN_REPORTS)
def report_list() -> Response:
    search = request.args.get("q", "").strip()[:60]
    groups = [
        (say(GROUPS[group]), found)
        for group, items in reporting.open_reports(actor()).items()
        if (found := [one for one in items if search.casefold() in f"{say(one.title)} {say(one.about)}".casefold()])
    ]
    return render_page("insights/report_list.html", groups=groups, search=search, say=say, keeps=_keeps())


@blueprint.get("/reports/<number:code>")
@requires(Permission.READ_REPORTS, Permission.READ_OWN_REPORTS)
def report(code: str) -> Response:
    found = reporting.report_for(actor(), code)
    values, problem, answer = request.args.to_dict(), None, None
    try:
        answer = reporting.ask(actor(), code, values, limit=SHOWN)
    except Invalid as error:
        problem = error
    figures = Figures(language(), time_zone())
    return render_page(
        "insights/report_show.html",
        status=422 if problem else 200,
        report=found,
        title=say(found.title),
        about=say(found.about),
        fields=report_fields(found, values, options(actor()) if actor().is_operator else {}),
        problem=say(problem.message) if problem else "",
        answer=answer,
        heads=[_head(column) for column in answer.columns] if answer else [],
        places=_places(answer),
        blocks=[_shown(answer, block, figures) for block in answer.rows.blocks] if answer else [],
        notes=[say(note) for note in answer.rows.notes] if answer else [],
        period=_period(answer),
        query=write_parameters(answer.parameters) if answer else {},
        forms=[("csv", "CSV"), ("xlsx", "XLSX")],
        client_ref=str(uuid.uuid4()),
        keeps=_keeps(),
    )


@blueprint.get("/reports/<number:code>/file.<any(csv, xlsx):form>")
@requires(Permission.READ_REPORTS, Permission.READ_OWN_REPORTS)
def report_file(code: str, form: str) -> Response:
    """All rows, straight away."""
    values = request.args.to_dict()
    found = reporting.report_for(actor(), code)
    read_parameters(found.parameters, values, reporting.today(actor()))
    figures, name = Figures(language(), time_zone()), f"{code}.{form}"
    if form == "csv":
        answer = Response(stream_with_context(_pieces(actor(), code, values, figures)), mimetype="text/csv")
        answer.headers.set("Content-Disposition", "attachment", filename=name)
        return answer
    target = tempfile.TemporaryFile()  # noqa: SIM115 -- closed by the answer; a workbook is complete only at its end
    write_xlsx(reporting.table_rows(reporting.ask(actor(), code, values), figures), target, sheet=code[:31])
    target.seek(0)
    return send_file(target, mimetype=_XLSX, as_attachment=True, download_name=name)


def _keeps() -> bool:
    """Whether the reader may save and schedule."""
    return actor().is_operator and actor().can(Permission.SCHEDULE_REPORTS)


def _pieces(person: Actor, code: str, values: Mapping[str, str], figures: Figures) -> Iterator[bytes]:
    """Made while they are sent: by then the scope around the view is over."""
    with acting_as(person):
        yield from csv_chunks(reporting.table_rows(reporting.ask(person, code, values), figures))


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the form; `choices` None is a text, date or number field."""

    name: str
    label: str
    value: str
    type: str = "text"
    choices: list[tuple[str, str]] | None = None


def report_fields(report: Report, values: Mapping[str, str], lists: Mapping[str, list[tuple[str, str]]]) -> list[Field]:
    """The form, made from the parameters' dataclass."""
    found: list[Field] = []
    for name, entry in entries(report.parameters).items():
        value = values.get(name, entry.default)
        found.append(Field(name, say(entry.title), value, *_kind(entry, lists)))
        if entry.kind == "period":
            found.append(Field("since", str(_("First day")), values.get("since", ""), "date"))
            found.append(Field("until", str(_("Last day")), values.get("until", ""), "date"))
    return found


def _kind(entry: Entry, lists: Mapping[str, list[tuple[str, str]]]) -> tuple[str, list[tuple[str, str]] | None]:
    all_of_it = ("", str(_("all")))
    if entry.kind == "switch":
        return "text", [("", str(_("no"))), ("1", str(_("yes")))]
    if entry.choices:
        named = [(code, say(text)) for code, text in entry.choices]
        return "text", named if entry.kind in ("choice", "period") else [all_of_it, *named]
    if entry.kind in ("group", "segment", "category", "manager", "currency"):
        return "text", [all_of_it, *lists.get(entry.kind, [])]
    return ("number" if entry.kind == "number" else "text"), None


def _places(answer: Answer | None) -> tuple[int, int]:
    """Which columns name a row and hold the number that matters, for the two lines of a phone."""
    columns = answer.columns if answer else ()
    names = [place for place, column in enumerate(columns) if column.code == "name"]
    money = [place for place, column in enumerate(columns) if column.kind == "money"]
    return (names or [0])[0], (money or [len(columns) - 1])[0]


def _head(column: Column) -> tuple[str, bool, bool]:
    """Label, whether it is a number, whether the currency is its unit."""
    is_number = column.kind not in ("text", "day", "month")
    label = f"{say(column.title)} %" if column.kind == "percent" else say(column.title)
    return label, is_number, column.kind == "money"


def _shown(answer: Answer, block: Block, figures: Figures) -> ShownBlock:
    rows = [_cells(row, answer.columns, block.currency, figures) for row in block.rows[:SHOWN]]
    totals = _cells(block.totals, answer.columns, block.currency, figures, is_total=True) if block.totals else None
    more = block.more + max(len(block.rows) - SHOWN, 0)
    return ShownBlock(block.currency, rows, totals, more, _chart(answer, block, figures))


def _cells(
    row: Row, columns: tuple[Column, ...], currency: str, figures: Figures, *, is_total: bool = False
) -> list[Cell]:
    return [
        Cell(
            ""
            if is_total and row.get(column.code) is None
            else figures.show(row.get(column.code), column.kind, currency),
            column.kind not in ("text", "day", "month"),
            column.link(row) if column.link and not is_total else "",
        )
        for column in columns
    ]


def _chart(answer: Answer, block: Block, figures: Figures) -> BarChart | ColumnChart | None:
    chart: Chart | None = answer.chart
    if chart is None or not block.rows:
        return None
    kinds = {column.code: column for column in answer.columns}
    label, value = kinds.get(chart.label), kinds.get(chart.value)
    if label is None or value is None:
        return None
    wanted = block.rows[:_CHARTED] if chart.kind == "bars" else _without_gaps(block.rows, label, value)
    rows: list[tuple[str, Any, str]] = [
        (
            figures.show(row.get(label.code), label.kind, ""),
            row.get(value.code) or 0,
            figures.show(row.get(value.code), value.kind, block.currency),
        )
        for row in wanted
    ]
    title, unit = say(value.title), block.currency if value.kind == "money" else ""
    if value.kind == "percent":
        unit = "%"
    if chart.kind == "bars":
        return bar_chart(title, rows, unit)
    return column_chart(title, rows, unit, is_line=chart.kind == "line")


def _without_gaps(rows: Sequence[Row], label: Column, value: Column) -> Sequence[Row]:
    """The latest rows; days and months that nothing stands for count as nothing in a picture of sums."""
    days = {row.get(label.code): row for row in rows}
    first, last = rows[0].get(label.code), rows[-1].get(label.code)
    if (
        label.kind not in ("month", "day")
        or value.kind == "percent"
        or not (isinstance(first, date) and isinstance(last, date))
    ):
        return rows[-_COLUMNS_CHARTED:]
    found: list[Row] = []
    while first <= last and len(found) < _MOST_STEPS:
        found.append(days.get(first, {label.code: first, value.code: Decimal(0)}))
        first = shifted(first, 1) if label.kind == "month" else first + timedelta(days=1)
    return found[-_COLUMNS_CHARTED:]


def _period(answer: Answer | None) -> Period | None:
    found = getattr(answer.parameters, "period", None) if answer else None
    return found if isinstance(found, Period) else None
