"""The row report: refused rows as they were given, with row number and reason, as CSV or XLSX."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import IO, Any

from app.core.actor import Actor
from app.core.tables.rows import Cell
from app.core.tables.writing import csv_chunks, write_csv, write_xlsx
from app.core.texts import Message
from app.exchange.domain.outcome import Tally
from app.exchange.models.imports import ImportRun
from app.exchange.queries.runs import RefusedRow, every_refused_row

Say = Callable[[Message], str]
Rows = Iterable[Sequence[Cell]]


def report_rows(
    reading: Mapping[str, Any], refused: Iterable[RefusedRow], titles: Sequence[str], say: Say
) -> Iterator[Sequence[Cell]]:
    """Header and refused rows. `titles` head the two added columns: row number and reason."""
    headers = _headers(reading)
    yield [*headers, *titles]
    for row in refused:
        cells = [*row.cells, *[None] * (len(headers) - len(row.cells))][: len(headers)]
        yield [*cells, str(row.row), "; ".join(_reason(column, message, say) for column, message in row.reasons)]


def run_report(actor: Actor, run: ImportRun, titles: Sequence[str], say: Say) -> Iterator[Sequence[Cell]]:
    """The report of a run, read in parts."""
    return report_rows(run.reading, every_refused_row(actor, run.id), titles, say)


def tally_rows(tally: Tally) -> Iterator[RefusedRow]:
    """The refused rows of a trial."""
    reasons: dict[int, list[tuple[str, Message]]] = {}
    for problem in sorted(tally.problems, key=lambda one: one.row):
        reasons.setdefault(problem.row, []).append((problem.column, problem.message))
    for row, found in reasons.items():
        yield RefusedRow(row, tally.rows[row], tuple(found))


def report_csv(rows: Rows) -> Iterator[bytes]:
    return csv_chunks(rows)


def write_report(rows: Rows, target: IO[bytes], *, is_xlsx: bool) -> None:
    if is_xlsx:
        write_xlsx(rows, target, sheet="Report")
    else:
        write_csv(rows, target)


def _reason(column: str, message: Message, say: Say) -> str:
    return f"{column}: {say(message)}" if column else say(message)


def _headers(reading: Mapping[str, Any]) -> list[str]:
    width = max((column["index"] for column in reading["columns"]), default=-1) + 1
    names = [""] * width
    for column in reading["columns"]:
        names[column["index"]] = column["header"]
    return names
