"""Working off a run: part by part, each in one transaction with the row at which to go on; or all rows in one."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import insert, select, text

from app.accounts.queries.companies import operator_party
from app.core import audit, clock, storage
from app.core.actor import Actor
from app.core.db import command, db, transaction
from app.core.errors import DomainError, RowProblem
from app.core.locks import lock_rows
from app.core.models import StoredFile
from app.core.tables.rows import Cell, cell_text
from app.core.tables.sources import Source
from app.core.texts import N_, Message
from app.exchange.domain.chunks import Chunk
from app.exchange.domain.outcome import MAX_REFUSED, Outcome, RowState, Tally
from app.exchange.domain.reading import Reading
from app.exchange.domain.runs import IN_WORK, RunState
from app.exchange.importers import Importer
from app.exchange.models.imports import ImportProblem, ImportRun
from app.exchange.service.files import OpenFile, Settings, opened_file

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=2)
MAX_ATTEMPTS = 5
PREVIEW_ROWS = 50
_PREVIEW_TEXT = 80
_CLAIM = text("SELECT pg_try_advisory_xact_lock(hashtext('exchange.import'), CAST(:id AS integer))")

Progress = Callable[[int, int], None]  # rows read, rows in all


@dataclass(frozen=True, slots=True)
class _Work:
    run_id: int
    file: StoredFile
    settings: Settings
    state: RunState
    next_row: int
    read_rows: int
    total_rows: int | None

    @property
    def is_check(self) -> bool:
        return self.state is RunState.CHECKING


class _Undo(Exception):
    """Roll back what was tried."""


class _Stopped(Exception):
    """Somebody cancelled the run, or another process goes on with it."""


class Paused(Exception):
    """Raised by `progress`: the part is stored, the run goes on with the next call."""


class _Refused(Exception):
    """All or nothing, and there are rows that cannot be stored."""

    def __init__(self, tally: Tally) -> None:
        self.tally = tally
        super().__init__()


def process(actor: Actor, run_id: int, progress: Progress | None = None) -> None:
    """Work a run off from where it stands, to its end; harmless when it is not in work or somebody else has it.

    Raises Unavailable when trying again can help. A file that cannot be imported makes the run fail with a reason.
    """
    actor = _in_operators_time(actor)
    work = _claim(actor, run_id)
    if work is None:
        return
    try:
        with storage.open_file(work.file) as source, opened_file(actor, work.settings, source) as file:
            _work_off(actor, work, file, progress or _silent)
    except (_Stopped, Paused):
        return
    except _Refused as refused:
        _note_refusal(actor, run_id, refused.tally)
    except DomainError as error:
        if error.is_retryable:
            raise
        _fail(actor, run_id, error.message)
    except Exception:
        _fail(actor, run_id, N_("The import stopped by an error of the program. It can be continued."))
        raise


def try_out(
    actor: Actor, settings: Settings, source: Source, progress: Progress | None = None
) -> tuple[Reading, Tally]:
    """What a file would do: every part is tried and rolled back, nothing is kept, not even a run."""
    tally = Tally()
    with opened_file(_in_operators_time(actor), settings, source) as file:
        total = file.count_rows()
        for chunk in file.parts():
            with transaction():
                outcome = _tried(actor, file.importer, chunk)
            tally.add(chunk, outcome)
            (progress or _silent)(tally.read, total)
        return file.reading, tally


def _in_operators_time(actor: Actor) -> Actor:
    """Dates in files are meant in the operator's time zone."""
    return replace(actor, time_zone=operator_party(actor).time_zone)


def _silent(read: int, total: int) -> None:
    pass


@command
def _claim(actor: Actor, run_id: int) -> _Work | None:
    if not db.session.scalar(_CLAIM, {"id": run_id}):
        return None
    for run in lock_rows(ImportRun, [run_id]):
        state = RunState(run.state)
        if state not in IN_WORK:
            return None
        if run.attempts >= MAX_ATTEMPTS:
            stuck = N_("The import broke off {count} times before row {row}.", count=run.attempts, row=run.next_row)
            _close(run, RunState.FAILED, stuck)
            return None
        if state is RunState.WAITING:
            run.state = state = RunState.RUNNING
        run.attempts += 1
        run.due_at = clock.now() + LEASE
        settings = Settings(run.kind, run.mapping, run.options, run.decimal_sign, run.is_all_or_nothing)
        file = storage.find(actor, run.file_id)
        return _Work(run_id, file, settings, state, run.next_row, run.read_rows, run.total_rows)
    return None


def _work_off(actor: Actor, work: _Work, file: OpenFile, progress: Progress) -> None:
    total = work.total_rows
    if total is None:
        total = file.count_rows()
        _note_total(actor, work.run_id, total)
    if work.settings.is_all_or_nothing and not work.is_check:
        _store_together(actor, work, file, total, progress)
        return
    next_row, read = work.next_row, work.read_rows
    for chunk in file.parts(next_row):
        _store_part(actor, work, file.importer, chunk, next_row)
        next_row, read = chunk.next_row, read + len(chunk.rows)
        progress(read, total)
    _finish(actor, work, next_row)


@command
def _note_total(actor: Actor, run_id: int, total: int) -> None:
    for run in lock_rows(ImportRun, [run_id]):
        run.total_rows = total
        run.due_at = clock.now() + LEASE


@command
def _store_part(actor: Actor, work: _Work, importer: Importer, chunk: Chunk, expected_row: int) -> None:
    """Store one part together with where to go on; a check undoes what it tried."""
    run = _held_run(work, expected_row)
    acting = replace(actor, user_id=run.user_id)
    outcome = _tried(acting, importer, chunk) if work.is_check else importer.apply(acting, chunk)
    if work.is_check and run.next_row == 0:
        run.preview = _preview(chunk, outcome)
    tally = Tally(room=MAX_REFUSED - run.refused_count)
    tally.add(chunk, outcome)
    _add_counts(run, tally)
    _keep_problems(run, tally)
    run.next_row = chunk.next_row
    run.attempts = 0
    run.due_at = clock.now() + LEASE


def _held_run(work: _Work, expected_row: int) -> ImportRun:
    for run in lock_rows(ImportRun, [work.run_id]):
        if run.state == work.state and run.next_row == expected_row:
            return run
    raise _Stopped


def _tried(actor: Actor, importer: Importer, chunk: Chunk) -> Outcome:
    outcome = Outcome()
    try:
        with transaction():
            outcome = importer.apply(actor, chunk)
            raise _Undo
    except _Undo:
        return outcome


@command
def _store_together(actor: Actor, work: _Work, file: OpenFile, total: int, progress: Progress) -> None:
    """All parts in one transaction. The run's row is written last: until then a person may cancel it."""
    if not db.session.scalar(_CLAIM, {"id": work.run_id}):
        raise _Stopped
    tally = Tally()
    for chunk in file.parts():
        if db.session.scalar(select(ImportRun.state).where(ImportRun.id == work.run_id)) != work.state:
            raise _Stopped
        tally.add(chunk, file.importer.apply(actor, chunk))
        progress(tally.read, total)
    if tally.refused:
        raise _Refused(tally)
    run = db.session.get_one(ImportRun, work.run_id, with_for_update=True, populate_existing=True)
    if run.state != work.state:
        raise _Stopped
    _add_counts(run, tally)
    _close(run, RunState.DONE)
    _record(actor, run)


@command
def _note_refusal(actor: Actor, run_id: int, tally: Tally) -> None:
    for run in lock_rows(ImportRun, [run_id]):
        run.read_rows, run.refused_count = tally.read, tally.refused
        _keep_problems(run, tally)
        _close(run, RunState.FAILED, N_("Nothing was stored, because {count} rows cannot be.", count=tally.refused))


@command
def _finish(actor: Actor, work: _Work, expected_row: int) -> None:
    run = _held_run(work, expected_row)
    _close(run, RunState.CHECKED if work.is_check else RunState.DONE)
    if not work.is_check:
        _record(actor, run)


@command
def _fail(actor: Actor, run_id: int, reason: Message) -> None:
    for run in lock_rows(ImportRun, [run_id]):
        if run.state in IN_WORK:
            _close(run, RunState.FAILED, reason)


def _close(run: ImportRun, state: RunState, reason: Message | None = None) -> None:
    run.state = state
    run.finished_at = clock.now()
    run.last_error = reason.as_json() if reason else None


def _record(actor: Actor, run: ImportRun) -> None:
    counts = {"kind": run.kind, "file": run.file_name, "created": run.created_count, "changed": run.changed_count,
              "same": run.same_count, "refused": run.refused_count}  # fmt: skip
    audit.record(replace(actor, user_id=run.user_id), "import_run", run.id, "imported", counts)


def _add_counts(run: ImportRun, tally: Tally) -> None:
    run.read_rows += tally.read
    run.created_count += tally.created
    run.changed_count += tally.changed
    run.same_count += tally.same
    run.refused_count += tally.refused
    sums = {name: Decimal(amount) for name, amount in run.figures.items()}
    for name, amount in tally.figures.items():
        sums[name] = sums.get(name, Decimal(0)) + amount
    run.figures = {name: str(amount) for name, amount in sums.items()}


def _keep_problems(run: ImportRun, tally: Tally) -> None:
    rows: dict[tuple[int, str], dict[str, Any]] = {}
    for problem in tally.problems:
        rows.setdefault((problem.row, problem.column[:120]), _problem_row(run, problem, tally.rows[problem.row]))
    if rows:
        db.session.execute(insert(ImportProblem).inline(), list(rows.values()))


def _problem_row(run: ImportRun, problem: RowProblem, cells: Sequence[Cell]) -> dict[str, Any]:
    return {
        "company_id": run.company_id,
        "run_id": run.id,
        "row": problem.row,
        "column": problem.column[:120],
        "code": problem.code,
        "message": problem.message.as_json(),
        "cells": [None if cell is None else cell_text(cell).replace("\0", "") for cell in cells],
    }


def _preview(chunk: Chunk, outcome: Outcome) -> list[dict[str, Any]]:
    """The first rows with what would become of them, ready for the page."""
    problems: dict[int, list[RowProblem]] = {}
    for problem in (*chunk.problems, *outcome.problems):
        problems.setdefault(problem.row, []).append(problem)
    return [
        {
            "row": number,
            "cells": [cell_text(cell).replace("\0", "")[:_PREVIEW_TEXT] for cell in cells],
            "state": RowState.REFUSED if number in problems else outcome.states.get(number, RowState.SAME),
            "problems": [[problem.column, problem.message.as_json()] for problem in problems.get(number, ())],
        }
        for number, cells in list(chunk.rows.items())[:PREVIEW_ROWS]
    ]
