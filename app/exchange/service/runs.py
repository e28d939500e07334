"""The life of a run: upload, choice of columns, check, start, cancel, resume."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from app.core import audit, clock, storage
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Invalid, NotFound
from app.core.jobs import enqueue
from app.core.locks import lock_rows
from app.core.tables.rows import cell_text
from app.core.texts import N_
from app.exchange.domain.reading import Reading, read_sample
from app.exchange.domain.runs import CAN_CANCEL, CAN_CHOOSE_COLUMNS, CAN_RESUME, CAN_START, RunState
from app.exchange.models.imports import ColumnMapping, ImportProblem, ImportRun
from app.exchange.queries.runs import interrupted_run
from app.exchange.queries.runs import run as visible_run
from app.exchange.service.files import (
    Settings,
    checked_options,
    importer_of,
    opened_file,
    opened_table,
    suggested_mapping,
)

JOB = "exchange.run_import"
_NAME_LENGTH = 80


@dataclass(frozen=True, slots=True)
class Choice:
    """What a person chose on the page of columns. `save_as` keeps the mapping under a name."""

    mapping: Mapping[str, str]
    options: Mapping[str, str] = field(default_factory=dict)
    decimal_sign: str = ""
    save_as: str = ""


@command
def upload(
    actor: Actor, kind: str, file: Path, file_name: str, *, client_ref: str, options: Mapping[str, str] | None = None
) -> int:
    """Keep a file and say how it reads; returns the id of the run. The same `client_ref` gives the same run.

    `options` are proposed on the page of columns.
    """
    importer = importer_of(kind)
    actor.demand(importer.permission)
    known = db.session.scalar(
        select(ImportRun.id).where(ImportRun.company_id == actor.company_id, ImportRun.client_ref == client_ref)
    )
    if known is not None:
        return known
    with opened_table(importer, file) as table:
        reading = read_sample(table, importer.fields)
        mapping = suggested_mapping(actor, importer, reading)
    stored = storage.keep(actor, file, name=file_name, media_type="application/octet-stream")
    run = ImportRun(
        company_id=actor.company_id,
        user_id=actor.user_id,
        kind=kind,
        client_ref=client_ref,
        file_id=stored.id,
        file_name=file_name[-255:],
        reading=reading_json(reading),
        mapping=mapping,
        options={option.name: (options or {}).get(option.name, option.default) for option in importer.options},
    )
    db.session.add(run)
    db.session.flush()
    return run.id


@command
def choose_columns(actor: Actor, run_id: int, choice: Choice) -> None:
    """Fix how the file is read and have it checked in the background."""
    run = _locked(actor, run_id, CAN_CHOOSE_COLUMNS)
    importer = importer_of(run.kind)
    settings = Settings(run.kind, dict(choice.mapping), dict(choice.options), choice.decimal_sign)
    if not settings.mapping:
        raise Invalid("mapping", N_("Choose at least one column."))
    stored = storage.find(actor, run.file_id)
    with storage.open_file(stored) as source, opened_file(actor, settings, source) as file:
        run.reading = reading_json(file.reading) | {"decimal_sign": file.plan.conventions.decimal_sign}
    run.mapping, run.options = dict(settings.mapping), checked_options(importer, choice.options)
    run.decimal_sign = choice.decimal_sign
    if choice.save_as.strip():
        save_mapping(actor, run.kind, choice.save_as.strip(), choice.mapping)
    _restart(run, RunState.CHECKING)
    enqueue(JOB, run.id)


@command
def start(actor: Actor, run_id: int, *, is_all_or_nothing: bool = False) -> None:
    """Store the rows of a checked file, in the background."""
    run = _locked(actor, run_id, CAN_START)
    run.is_all_or_nothing = is_all_or_nothing
    _restart(run, RunState.WAITING)
    run.started_at = clock.now()
    audit.record(actor, "import_run", run.id, "started", {"kind": run.kind, "file": run.file_name})
    enqueue(JOB, run.id)


@command
def cancel(actor: Actor, run_id: int) -> None:
    """Stop a run before its next part; what is stored stays."""
    run = _locked(actor, run_id, CAN_CANCEL)
    run.state = RunState.CANCELLED
    run.finished_at = clock.now()
    audit.record(actor, "import_run", run.id, "cancelled", {"next_row": run.next_row})


@command
def resume(actor: Actor, run_id: int) -> None:
    """Go on with a run that failed or was cancelled: behind the last part that is stored, or with the check anew."""
    run = _locked(actor, run_id, CAN_RESUME)
    if run.started_at is None or run.is_all_or_nothing:
        _restart(run, RunState.CHECKING)
    else:
        run.state, run.attempts, run.due_at = RunState.WAITING, 0, clock.now()
        run.last_error, run.finished_at = None, None
    enqueue(JOB, run.id)


@command
def begin(actor: Actor, settings: Settings, file: Path) -> int:
    """A run for the command line, which works it off itself; the interrupted one of the same file and settings goes on."""
    importer = importer_of(settings.kind)
    actor.demand(importer.permission)
    checksum = settings.checksum(storage.digest(file))
    known = interrupted_run(actor, checksum)
    if known is not None:
        for run in lock_rows(ImportRun, [known]):
            run.attempts = 0
        return known
    with opened_file(actor, settings, file) as opened:
        reading = opened.reading
        mapping = {key: column.name for key, column in opened.plan.columns.items()}
    stored = storage.keep(actor, file, name=file.name, media_type="application/octet-stream")
    run = ImportRun(
        company_id=actor.company_id,
        user_id=actor.user_id,
        kind=settings.kind,
        file_id=stored.id,
        file_name=file.name[-255:],
        checksum=checksum,
        reading=reading_json(reading),
        mapping=mapping,
        options=checked_options(importer, settings.options),
        decimal_sign=settings.decimal_sign,
        is_all_or_nothing=settings.is_all_or_nothing,
        state=RunState.WAITING,
        started_at=clock.now(),
    )
    db.session.add(run)
    db.session.flush()
    return run.id


@command
def save_mapping(actor: Actor, kind: str, name: str, mapping: Mapping[str, str]) -> None:
    """Keep a mapping for later files; one of the same name is replaced."""
    if len(name) > _NAME_LENGTH:
        raise Invalid("save_as", N_("The name has more than {length} characters.", length=_NAME_LENGTH))
    values = {"company_id": actor.company_id, "kind": kind, "name": name, "columns": dict(mapping)}
    statement = insert(ColumnMapping).values(values)
    db.session.execute(
        statement.on_conflict_do_update(
            index_elements=["company_id", "kind", "name"], set_={"columns": statement.excluded.columns}
        )
    )


def reading_json(reading: Reading) -> dict[str, Any]:
    """How a file reads, as the pages show it."""
    facts = asdict(reading)
    del facts["sample"]
    facts["first_row"] = [cell_text(cell)[:60] for cell in reading.sample[0].cells] if reading.sample else []
    return facts


def _locked(actor: Actor, run_id: int, states: frozenset[RunState]) -> ImportRun:
    visible_run(actor, run_id)
    for run in lock_rows(ImportRun, [run_id]):
        actor.demand(importer_of(run.kind).permission)
        if run.state not in states:
            raise Conflict(N_("The import has moved on in the meantime."))
        return run
    raise NotFound


def _restart(run: ImportRun, state: RunState) -> None:
    run.state, run.next_row, run.read_rows, run.attempts = state, 0, 0, 0
    run.created_count = run.changed_count = run.same_count = run.refused_count = 0
    run.figures, run.last_error, run.started_at, run.finished_at, run.due_at = {}, None, None, None, clock.now()
    db.session.execute(delete(ImportProblem).where(ImportProblem.run_id == run.id))
