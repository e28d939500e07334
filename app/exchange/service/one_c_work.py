"""Working files of 1C off: as long as a call may take, then the next call goes on, or the sweep does."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from time import monotonic

from sqlalchemy import select

from app.core import clock, storage
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import DomainError
from app.core.locks import lock_rows
from app.core.texts import N_, Message
from app.core.xml import XmlError, parse
from app.documents.commerceml.sniffing import first_child, holds_documents
from app.documents.commerceml.values import ROOT
from app.exchange.domain.one_c import is_xml
from app.exchange.domain.runs import IN_WORK, RunState
from app.exchange.models.imports import ImportRun
from app.exchange.models.one_c import OneCFile
from app.exchange.service.one_c_catalogue import take_segment
from app.exchange.service.one_c_files import end_file, put_together
from app.exchange.service.one_c_orders_in import take_documents
from app.exchange.service.processing import LEASE, Paused, process

STEP_SECONDS = 6
_BLOCK = 1 << 20


def work_off(actor: Actor, file_id: int, *, seconds: int | None = None) -> None:
    """Go on with a file for some seconds, at least by one part; None: to its end. Repeating it does no harm."""
    until = monotonic() + seconds if seconds is not None else None
    _begin(actor, file_id)
    while _step(actor, file_id, until):
        if until is not None and monotonic() >= until:
            return


def files_left(actor: Actor, limit: int = 20) -> list[int]:
    """Files in work that no call has gone on with for a while."""
    statement = select(OneCFile.id).where(
        OneCFile.company_id == actor.company_id, OneCFile.state == "working", OneCFile.due_at <= clock.now()
    )
    return list(db.session.scalars(statement.order_by(OneCFile.id).limit(limit)))


@command
def _begin(actor: Actor, file_id: int) -> None:
    for file in lock_rows(OneCFile, [file_id]):
        if file.state == "receiving":
            file.state = "working"
        file.due_at = clock.now() + LEASE


def _step(actor: Actor, file_id: int, until: float | None) -> bool:
    """One step; False when there is nothing left to do, or somebody else is at it."""
    file = db.session.get_one(OneCFile, file_id, populate_existing=True)
    if file.state != "working":
        return False
    if file.file_id is None and not file.figures.get("is_read"):
        put_together(actor, file_id)
        return True
    if file.run_id is not None:
        return _work_run(actor, file_id, file.run_id, until)
    if file.figures.get("is_read"):
        end_file(actor, file_id)
        return False
    try:
        _read(actor, file)
    except DomainError as error:  # broken XML among them
        if error.is_retryable:
            raise
        end_file(actor, file_id, error.message)
        return False
    except Exception:
        end_file(actor, file_id, N_("The import stopped by an error of the program. It can be continued."))
        raise
    return True


def _read(actor: Actor, file: OneCFile) -> None:
    if not is_xml(file.name):
        end_file(actor, file.id)  # pictures and the like are kept, no more
        return
    with storage.open_file(storage.find(actor, file.file_id or 0)) as source:
        start, first, _ = first_child(_blocks(source))
    if start.name != ROOT:
        end_file(actor, file.id, N_("This is no CommerceML file."))
        return
    if holds_documents(first):
        take_documents(actor, file.id)
    else:
        take_segment(actor, file.id)


def _blocks(source: object) -> Iterator[bytes]:
    while block := source.read(_BLOCK):  # type: ignore[attr-defined]
        yield block


def _work_run(actor: Actor, file_id: int, run_id: int, until: float | None) -> bool:
    before = _run_place(run_id)

    def pause(_read: int, _total: int) -> None:
        if until is not None and monotonic() >= until:
            raise Paused

    process(actor, run_id, pause)
    after = _run_place(run_id)
    state = RunState(after[0])
    if state in IN_WORK:
        return after != before
    return _next_run(actor, file_id, run_id, state)


def _run_place(run_id: int) -> tuple[str, int]:
    run = db.session.execute(select(ImportRun.state, ImportRun.next_row).where(ImportRun.id == run_id)).one()
    return run.state, run.next_row


@command
def _next_run(actor: Actor, file_id: int, run_id: int, state: RunState) -> bool:
    for file in lock_rows(OneCFile, [file_id]):
        if file.run_id != run_id or file.state != "working":
            return False
        run = db.session.get_one(ImportRun, run_id, populate_existing=True)
        if state is RunState.DONE:
            counts = {"created": run.created_count, "changed": run.changed_count, "same": run.same_count,
                      "refused": run.refused_count}  # fmt: skip
            file.figures = {**file.figures, **{name: file.figures.get(name, 0) + n for name, n in counts.items()}}
            later = file.runs[file.runs.index(run_id) + 1 :]
            file.run_id = later[0] if later else None
            return True
        reason = Message.from_json(run.last_error) if run.last_error else N_("The import was cancelled.")
        end_file(actor, file_id, reason)
    return False


def progress_of(actor: Actor, file: OneCFile) -> Message:
    """How far a file is, for the answer to 1C."""
    if file.run_id is None:
        return N_("{n} articles read", n=file.next_item)
    run = db.session.get_one(ImportRun, file.run_id, populate_existing=True)
    return N_("{kind}: {n} of {total} rows", kind=run.kind, n=run.read_rows, total=run.total_rows or 0)


def is_whole_xml(actor: Actor, file_id: int) -> bool:
    """Whether the parts make a whole document; there may be more to come."""
    try:
        parse(_bytes(actor, file_id))
    except XmlError:
        return False
    return True


def is_whole_archive(actor: Actor, file_id: int) -> bool:
    return zipfile.is_zipfile(io.BytesIO(_bytes(actor, file_id)))


def _bytes(actor: Actor, file_id: int) -> bytes:
    file = db.session.get_one(OneCFile, file_id)
    return b"".join(storage.load(storage.find(actor, part)) for part in file.parts)
