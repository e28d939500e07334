"""A month of documents as one ZIP, made in the background."""

from __future__ import annotations

import csv
import io
import tempfile
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select, update

from app.billing.domain.export import ExportFilters, archive_name, member_name
from app.billing.models import Export
from app.billing.queries.archive import ArchivedInvoice, count_for_archive, invoices_for_archive
from app.core import audit, clock, storage
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, DomainError, NotFound
from app.core.jobs import enqueue
from app.core.locks import lock_rows

_HEAD = (
    "number", "kind", "issued_on", "due_on", "customer_code", "customer", "order", "po_number", "currency", "net", "vat",
    "gross", "state", "pdf_sha256", "ubl_sha256", "cii_sha256",
)  # fmt: skip
_LEASE = timedelta(minutes=5)
_STEP = 25


@command
def request_export(actor: Actor, filters: ExportFilters, *, client_ref: str) -> int:
    """Ask for an archive; returns the export's id. The same client_ref gives the first one; other filters: Conflict."""
    filters.check()
    known = db.session.scalar(select(Export).where(Export.client_ref == client_ref))
    if known is not None:
        if known.filters != filters.as_json() or known.company_id != actor.company_id:
            raise Conflict("This export was asked for already, with other filters.")
        return known.id
    export = Export(
        company_id=actor.company_id, user_id=actor.user_id, client_ref=client_ref, filters=filters.as_json()
    )
    db.session.add(export)
    db.session.flush()
    audit.record(actor, "export", export.id, "export_asked", filters.as_json())
    enqueue("billing.build_export", export.id)
    return export.id


def build_export(actor: Actor, export_id: int) -> str:
    """Write the archive of an export and file it; returns the archive's name. A second run starts afresh or finds it done."""
    filters = _start(actor, export_id)
    name = archive_name(filters)
    try:
        with tempfile.TemporaryDirectory(prefix="kontor-export-") as folder:
            path = Path(folder) / name
            _write_archive(actor, export_id, filters, path)
            _finish(actor, export_id, path)
    except DomainError as error:
        _fail(actor, export_id, str(error))
        raise
    return name


@command
def _start(actor: Actor, export_id: int) -> ExportFilters:
    exports = lock_rows(Export, [export_id])
    if not exports:
        raise NotFound
    export = exports[0]
    if export.state in ("done", "failed"):
        raise Conflict("The export is finished.")
    if export.state == "running" and export.due_at > clock.now():
        raise Conflict("Another worker is at it.")
    filters = ExportFilters.from_json(export.filters)
    export.state, export.done, export.due_at = "running", 0, clock.now() + _LEASE
    export.attempts += 1
    export.total = count_for_archive(actor, filters)
    return filters


@command
def _progress(actor: Actor, export_id: int, done: int) -> None:
    db.session.execute(update(Export).where(Export.id == export_id).values(done=done, due_at=clock.now() + _LEASE))


def _rows(invoices: list[ArchivedInvoice]) -> Iterator[tuple[str, ...]]:
    for row in invoices:
        hashes = {file.form: file.sha256 for file in row.files}
        yield (
            row.number, row.kind, row.issued_on.isoformat(), row.due_on.isoformat(), row.customer_code, row.customer_name,
            row.order_number, row.po_number, row.currency, str(row.net), str(row.vat), str(row.gross), row.state,
            hashes.get("pdf", ""), hashes.get("ubl", ""), hashes.get("cii", ""),
        )  # fmt: skip


def _write_archive(actor: Actor, export_id: int, filters: ExportFilters, path: Path) -> None:
    """PDFs are compressed already and stored as they are; the register lists every invoice, also held ones."""
    register = io.StringIO(newline="")
    writer = csv.writer(register, delimiter=";")
    writer.writerow(_HEAD)
    done = 0
    with zipfile.ZipFile(path, "w") as archive:
        for batch in invoices_for_archive(actor, filters, size=_STEP):
            writer.writerows(_rows(batch))
            for row in batch:
                for file in row.files:
                    if file.form in filters.forms:
                        packing = zipfile.ZIP_STORED if file.form == "pdf" else zipfile.ZIP_DEFLATED
                        with storage.store().open(file.sha256) as source:
                            archive.writestr(member_name(row.number, file.form), source.read(), packing)
            done += len(batch)
            _progress(actor, export_id, done)
        archive.writestr("register.csv", register.getvalue().encode("utf-8-sig"), zipfile.ZIP_DEFLATED)


@command
def _finish(actor: Actor, export_id: int, path: Path) -> None:
    export = lock_rows(Export, [export_id])[0]
    if export.state != "running":
        return
    file = storage.keep(actor, path, name=path.name, media_type="application/zip", company_id=export.company_id)
    export.state, export.file_id, export.finished_at, export.done = "done", file.id, clock.now(), export.total
    audit.record(actor, "export", export.id, "export_done", {"documents": export.total}, company_id=export.company_id)


@command
def _fail(actor: Actor, export_id: int, reason: str) -> None:
    export = lock_rows(Export, [export_id])[0]
    export.last_error = reason
    if export.attempts >= 3:
        export.state, export.finished_at = "failed", clock.now()
    else:
        export.state, export.due_at = "waiting", clock.now() + timedelta(minutes=1)


@command
def sweep_exports(actor: Actor) -> int:
    """Ask again for exports that wait or whose worker died; returns how many."""
    overdue = db.session.scalars(
        select(Export.id).where(
            Export.state.in_(("waiting", "running")), Export.due_at <= clock.now() - timedelta(seconds=15)
        )
    ).all()
    for export_id in overdue:
        enqueue("billing.build_export", export_id)
    return len(overdue)
