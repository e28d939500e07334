"""A period of documents as one ZIP, made in the background."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import chain
from pathlib import Path
from typing import IO

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from app.accounts.domain.roles import CompanyKind
from app.accounts.models.companies import Company
from app.billing.domain.export import FORMS, ExportFilters, archive_name, member_name
from app.billing.domain.register import HASHES, HEAD, ArchivedInvoice, ArchivedReminder
from app.billing.models.exports import Export
from app.billing.queries.archive import count_for_archive, invoices_for_archive, letters_for_archive
from app.core import audit, clock, storage
from app.core.actor import Actor, Scope
from app.core.db import command, db, on_commit
from app.core.errors import Conflict, NotFound
from app.core.jobs import enqueue, send_now
from app.core.locks import lock_rows
from app.core.tables.rows import Cell
from app.core.tables.writing import write_csv
from app.core.tenancy import Bounds
from app.core.texts import N_

_Document = ArchivedInvoice | ArchivedReminder

MAX_ATTEMPTS = 3
_GIVEN_UP = "the worker ended while it made the archive"
_LEASE = timedelta(minutes=5)
_STEP = 25
_FIRST_DAY = (1980, 1, 1, 0, 0, 0)  # the clock of a ZIP begins here


@dataclass(slots=True)
class _Written:
    """What went into the archive: invoices listed, and those of them whose files are not made or are held."""

    listed: int = 0
    missing: int = 0


@command
def request_export(actor: Actor, filters: ExportFilters, *, client_ref: str) -> int:
    """Ask for an archive; returns the export's id. The same client_ref gives the first one; other filters: Conflict.

    A customer gets its own documents, whoever makes the archive later.
    """
    filters.check()
    if not actor.is_operator:
        filters = replace(filters, customer_id=actor.company_id)
    made: int | None = db.session.scalar(
        insert(Export)
        .values(
            company_id=actor.company_id, user_id=actor.user_id, client_ref=client_ref, filters=filters.as_json(),
            created_at=clock.now(), due_at=clock.now(),
        )
        .on_conflict_do_nothing(index_elements=[Export.company_id, Export.client_ref])
        .returning(Export.id)
    )  # fmt: skip
    if made is None:
        return _known(actor, filters, client_ref)
    audit.record(actor, "export", made, "export_asked", filters.as_json())
    enqueue("billing.build_export", made)
    return made


def _known(actor: Actor, filters: ExportFilters, client_ref: str) -> int:
    known = db.session.execute(
        select(Export.id, Export.filters).where(
            Export.company_id == actor.company_id, Export.client_ref == client_ref
        )
    ).one()  # fmt: skip
    if known.filters != filters.as_json():
        raise Conflict(N_("This export was asked for already, with other filters. Open the page again."))
    first: int = known.id
    return first


def build_export(actor: Actor, export_id: int) -> str:
    """Write the archive of an export and file it; returns its name. A second run starts afresh.

    Raises Conflict when it is finished or another worker is at it.
    """
    filters = _start(actor, export_id)
    name = archive_name(filters)
    try:
        with tempfile.TemporaryDirectory(prefix="kontor-export-") as folder:
            path = Path(folder) / name
            written = _write_archive(actor, export_id, filters, path)
            _finish(actor, export_id, path, written)
    except Exception as error:
        _note_failure(actor, export_id, str(error) or type(error).__name__)
        raise
    return name


@command
def _start(actor: Actor, export_id: int) -> ExportFilters:
    exports = lock_rows(Export, [export_id])
    if not exports:
        raise NotFound
    export = exports[0]
    if export.state in ("done", "failed"):
        raise Conflict(N_("The export is finished."))
    if export.state == "running" and export.due_at > clock.now():
        raise Conflict(N_("Another worker is at it."))
    filters = ExportFilters.from_json(export.filters)
    export.state, export.done, export.due_at = "running", 0, clock.now() + _LEASE
    export.attempts += 1
    export.total = count_for_archive(actor, filters)
    return filters


@command
def _progress(actor: Actor, export_id: int, done: int) -> None:
    db.session.execute(update(Export).where(Export.id == export_id).values(done=done, due_at=clock.now() + _LEASE))


def _write_archive(actor: Actor, export_id: int, filters: ExportFilters, path: Path) -> _Written:
    """Files first, then the register of every document, also of those whose files are not there yet.

    The same documents give the same bytes whenever they are packed: order by id, one fixed time for all members.
    """
    written = _Written()
    listed = path.with_suffix(".csv")
    with zipfile.ZipFile(path, "w") as archive:

        def lines() -> Iterator[Sequence[Cell]]:
            yield (*HEAD, *HASHES)
            invoices = invoices_for_archive(actor, filters, size=_STEP)
            batches: Iterable[Sequence[_Document]] = chain(invoices, letters_for_archive(actor, filters, size=_STEP))
            for batch in batches:
                for document in batch:
                    _pack(archive, document, filters)
                    written.missing += not document.files
                    yield (*document.cells(), *(document.files.get(form, "") for form in FORMS))
                written.listed += len(batch)
                _progress(actor, export_id, written.listed)

        with listed.open("wb") as target:
            write_csv(lines(), target, delimiter=";")
        with listed.open("rb") as source:
            _add(archive, "register.csv", source, zipfile.ZIP_DEFLATED)
    return written


def _pack(archive: zipfile.ZipFile, document: _Document, filters: ExportFilters) -> None:
    """PDFs are compressed already and stored as they are."""
    for form, sha256 in document.files.items():
        if form in filters.forms:
            packing = zipfile.ZIP_STORED if form == "pdf" else zipfile.ZIP_DEFLATED
            with storage.store().open(sha256) as source:
                _add(archive, member_name(document.number, form), source, packing)


def _add(archive: zipfile.ZipFile, name: str, source: IO[bytes], packing: int) -> None:
    """A member that says nothing of when and where it was packed."""
    member = zipfile.ZipInfo(name, _FIRST_DAY)
    member.compress_type, member.create_system, member.external_attr = packing, 3, 0o644 << 16
    with archive.open(member, "w", force_zip64=False) as target:
        shutil.copyfileobj(source, target)


@command
def _finish(actor: Actor, export_id: int, path: Path, written: _Written) -> None:
    export = lock_rows(Export, [export_id])[0]
    if export.state != "running":
        return
    file = storage.keep(actor, path, name=path.name, media_type="application/zip", company_id=export.company_id)
    export.state, export.file_id, export.finished_at = "done", file.id, clock.now()
    export.done, export.total, export.missing, export.last_error = written.listed, written.listed, written.missing, ""
    facts = {"documents": written.listed, "missing": written.missing}
    audit.record(actor, "export", export.id, "export_done", facts, company_id=export.company_id)


@command
def _note_failure(actor: Actor, export_id: int, reason: str) -> None:
    export = lock_rows(Export, [export_id])[0]
    export.last_error = reason[:2000]
    if export.attempts >= MAX_ATTEMPTS:
        export.state, export.finished_at = "failed", clock.now()
    else:
        export.state, export.due_at = "waiting", clock.now() + timedelta(minutes=export.attempts)


@command
def sweep_exports(actor: Actor) -> int:
    """Ask again for exports that wait or whose worker died, each in the scope of its owner; returns how many.

    One that took its workers down with it several times is given up.
    """
    overdue = Export.state.in_(("waiting", "running")) & (Export.due_at <= clock.now() - timedelta(seconds=15))
    db.session.execute(
        update(Export)
        .where(overdue, Export.attempts >= MAX_ATTEMPTS)
        .values(state="failed", finished_at=clock.now(), last_error=_GIVEN_UP)
    )
    again = db.session.execute(
        update(Export)
        .where(overdue, Company.id == Export.company_id)
        .values(state="waiting", due_at=clock.now() + timedelta(minutes=1))
        .returning(Export.id, Export.company_id, Company.kind)
    ).all()
    for export_id, company_id, kind in again:
        scope = Scope.OPERATOR if kind == CompanyKind.OPERATOR else Scope.TENANT
        _send_as(Bounds(scope, company_id), export_id)
    return len(again)


def _send_as(bounds: Bounds, export_id: int) -> None:
    on_commit(lambda: send_now("billing.build_export", export_id, bounds=bounds))
