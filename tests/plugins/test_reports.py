"""What every registered report keeps to: rights, statements, totals, and its files."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO

import pytest
from openpyxl import load_workbook

from app.core import clock
from app.core.actor import Actor, Scope
from app.core.db import statements
from app.core.errors import Forbidden, NotFound
from app.core.tables.writing import csv_chunks, write_xlsx
from app.insights.domain.report_parameters import entries, read_parameters, write_parameters
from app.insights.reports import GROUPS, reports
from app.insights.service.report_paper import report_pdf
from app.insights.service.reporting import ask, may_open, table_rows
from app.web.figures import Figures
from tests.factories.reports import books_of_a_year

NOW = datetime(2025, 12, 15, 12, tzinfo=UTC)
CODES = list(reports)
FIGURES = Figures("en", "UTC")


@pytest.fixture
def year(ctx):
    with clock.frozen(NOW):
        yield books_of_a_year()


def variants(code: str) -> list[dict[str, str]]:
    """The defaults, and every other value of each choice alone."""
    found: list[dict[str, str]] = [{}]
    for name, entry in entries(reports[code].parameters).items():
        if entry.kind in ("choice", "channel"):
            found += [{name: value} for value, _ in entry.choices if value != entry.default]
        elif entry.kind == "switch":
            found.append({name: "1"})
    return found


def reader(code: str, company_id: int) -> Actor:
    everything = frozenset({"*"})
    if reports[code].audience == "operator":
        return Actor(None, 1, Scope.OPERATOR, everything)
    return Actor(None, company_id, Scope.TENANT, everything)


@pytest.mark.parametrize("code", CODES)
def test_a_report_is_described_and_closed_to_the_other_side(code):
    report = reports[code]
    assert report.code == code and report.group in GROUPS and str(report.about).endswith(".")
    assert code not in ("saved", "schedules", "runs")
    for name, values in (("parameters", variants(code)),):
        for value in values:
            read = read_parameters(report.parameters, value, date(2025, 12, 15))
            again = read_parameters(report.parameters, write_parameters(read), date(2025, 12, 15))
            assert read == again, name
    other = Scope.TENANT if report.audience == "operator" else Scope.OPERATOR
    stranger = Actor(None, 1, other, frozenset({"*"}))
    assert not may_open(stranger, report)
    with pytest.raises(NotFound):
        ask(stranger, code, {})
    own = Actor(None, 1, Scope.OPERATOR if report.audience == "operator" else Scope.TENANT, frozenset())
    assert not may_open(own, report)
    with pytest.raises(Forbidden):
        ask(own, code, {})


def test_totals_are_right_and_the_statements_few(year, world):
    """Over all reports at once: the ground is made once."""
    few = {}
    for code in CODES:
        me = reader(code, year.companies[0])
        with world(me):
            for values in variants(code):
                with statements() as seen:
                    answer = ask(me, code, values)
                few[code] = len(seen)
                totals_are_right(answer, values)
                if hasattr(answer.parameters, "limit"):
                    short = ask(me, code, values, limit=1)
                    assert short.count == answer.count
                    shown = [block.totals for block in short.rows.blocks]
                    assert shown == [block.totals for block in answer.rows.blocks], code
    with world():
        year.more(20)
    for code in CODES:
        me = reader(code, year.companies[0])
        with world(me):
            ask(me, code, {})
            with statements() as seen:
                ask(me, code, variants(code)[-1])
            assert len(seen) <= few[code], code


def totals_are_right(answer, values) -> None:
    currencies = [block.currency for block in answer.rows.blocks]
    assert len(currencies) == len(set(currencies))
    for block in answer.rows.blocks:
        for column in answer.columns:
            cells = [row.get(column.code) for row in block.rows]
            assert not any(isinstance(cell, float) for cell in cells)
            if column.is_summed and block.totals is not None and block.totals.get(column.code) is not None:
                total = sum((Decimal(cell or 0) for cell in cells), Decimal(0))
                assert total == block.totals[column.code], (answer.report.code, values, column.code)


def test_csv_xlsx_and_pdf_hold_the_rows(year, world):
    for code in CODES:
        me = reader(code, year.companies[0])
        with world(me):
            answer = ask(me, code, {})
            lines = list(table_rows(answer, FIGURES))
            assert len(lines) == answer.count + 1, code
            text = b"".join(csv_chunks(table_rows(answer, FIGURES))).decode("utf-8-sig")
            assert len(text.splitlines()) == len(lines), code
            target = BytesIO()
            write_xlsx(table_rows(answer, FIGURES), target)
            sheet = load_workbook(BytesIO(target.getvalue()), read_only=True).active
            assert sum(1 for _ in sheet.iter_rows()) == len(lines), code
            assert report_pdf(me, answer, FIGURES).startswith(b"%PDF-"), code


def test_a_tenant_sees_nothing_of_another_company(year, world):
    for code in CODES:
        if reports[code].audience == "customer":
            outsider = reader(code, year.empty_company)
            with world(outsider):
                assert ask(outsider, code, {}).count == 0, code
