"""Disposal of documents whose time is over: proposed by one person, approved by another, done by a job; and the archive's check."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert

from app.billing.domain.retention import KINDS, last_disposable, stripped
from app.billing.models.archive import Disposal, DisposedDocument
from app.billing.models.dunning import Reminder
from app.billing.models.invoices import Invoice, InvoiceFile
from app.billing.models.statements import BankStatement
from app.billing.queries.retention import demand_operator, disposable, years_of
from app.core import audit, clock, storage
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.jobs import enqueue
from app.core.locks import lock_rows
from app.core.models import StoredFile
from app.core.texts import N_
from app.documents.model.stored import from_json, to_json

JOB = "billing.dispose"
_STEP = 50
_LEASE = timedelta(minutes=5)


@command
def propose(actor: Actor, kind: str, *, client_ref: str) -> int:
    """Propose to dispose of all of a kind whose time is over; returns the proposal. Raises Invalid for nothing."""
    demand_operator(actor)
    if kind not in KINDS:
        raise NotFound
    known = db.session.scalar(select(Disposal.id).where(Disposal.client_ref == client_ref))
    if known is not None:
        return known
    up_to = last_disposable(clock.today(actor.time_zone or "UTC"), years_of(actor)[kind][0])
    count = len(disposable(actor, kind, up_to, limit=1_000_000))
    if not count:
        raise Invalid("kind", N_("Nothing of this kind may be disposed of yet."))
    proposal = Disposal(
        client_ref=client_ref, kind=kind, up_to=up_to, count=count, proposed_by_id=actor.user_id,
        proposed_by=actor.name, proposed_at=clock.now(),
    )  # fmt: skip
    db.session.add(proposal)
    db.session.flush()
    audit.record(actor, "disposal", proposal.id, "proposed", {"kind": kind, "up_to": up_to, "documents": count})
    return proposal.id


@command
def approve(actor: Actor, disposal_id: int) -> None:
    """The second pair of eyes: what was proposed is done by a job. Raises Forbidden for whoever proposed it."""
    demand_operator(actor)
    found = _waiting(disposal_id)
    if actor.user_id is None or actor.user_id == found.proposed_by_id:
        raise Forbidden(N_("Somebody else must approve what you proposed."))
    found.state, found.approved_at, found.approved_by = "approved", clock.now(), actor.name
    found.approved_by_id, found.due_at = actor.user_id, clock.now() + _LEASE
    audit.record(actor, "disposal", disposal_id, "approved", {"documents": found.count})
    enqueue(JOB, disposal_id)


@command
def drop(actor: Actor, disposal_id: int) -> None:
    """Nothing is disposed of after all."""
    demand_operator(actor)
    _waiting(disposal_id).state = "dropped"
    audit.record(actor, "disposal", disposal_id, "dropped")


def _waiting(disposal_id: int) -> Disposal:
    rows = lock_rows(Disposal, [disposal_id])
    if not rows:
        raise NotFound
    if rows[0].state != "proposed":
        raise Conflict(N_("This proposal is decided already."))
    return rows[0]


def dispose(actor: Actor, disposal_id: int) -> int:
    """Do what was approved, step by step; returns how many documents went in this run. A second run goes on.

    What came under a hold meanwhile, was opened again or whose years became more stays: it is asked for anew.
    """
    gone = 0
    while count := _step(actor, disposal_id):
        gone += count
    wipe(actor)
    return gone


@command
def _step(actor: Actor, disposal_id: int) -> int:
    rows = lock_rows(Disposal, [disposal_id])
    if not rows:
        raise NotFound
    run = rows[0]
    if run.state != "approved":
        return 0
    found = disposable(actor, run.kind, run.up_to, limit=_STEP)
    if not found:
        run.state, run.finished_at = "done", clock.now()
        audit.record(actor, "disposal", run.id, "done", {"documents": run.disposed})
        return 0
    hashes = _EMPTIES[run.kind](found)
    db.session.execute(
        insert(DisposedDocument),
        [
            {"disposal_id": run.id, "kind": run.kind, "object_id": row.id, "number": row.number, "day": row.day,
             "hashes": sorted(hashes.get(row.id, ())), "disposed_at": clock.now()}
            for row in found
        ],
    )  # fmt: skip
    run.disposed += len(found)
    run.due_at = clock.now() + _LEASE
    return len(found)


def _empty_invoices(found: Sequence[Any]) -> dict[int, list[str]]:
    """Take papers and words away; the database looks once more whether it may."""
    ids = [row.id for row in found]
    for invoice in db.session.scalars(select(Invoice).where(Invoice.id.in_(ids)).order_by(Invoice.id)):
        invoice.document = to_json(stripped(from_json(invoice.document)))
        invoice.customer_name, invoice.disposed_at = "", clock.now()
    db.session.flush()
    rows = db.session.execute(
        delete(InvoiceFile)
        .where(InvoiceFile.invoice_id.in_(ids))
        .returning(InvoiceFile.invoice_id, InvoiceFile.file_id, InvoiceFile.sha256)
    ).all()
    _drop_files([row.file_id for row in rows])
    hashes: dict[int, list[str]] = {}
    for row in rows:
        hashes.setdefault(row.invoice_id, []).append(row.sha256)
    return hashes


def _empty_reminders(found: Sequence[Any]) -> dict[int, list[str]]:
    files = _taken(Reminder, [row.id for row in found], document=None)
    return _drop_files_of(files)


def _empty_statements(found: Sequence[Any]) -> dict[int, list[str]]:
    """The file goes when the last statement in it does."""
    ids = [row.id for row in found]
    files = _taken(BankStatement, ids, file_name="")
    still = set(
        db.session.scalars(
            select(BankStatement.file_id).where(BankStatement.file_id.in_(files.values()), BankStatement.id.not_in(ids))
        )
    )
    return _drop_files_of({key: file_id for key, file_id in files.items() if file_id not in still})


_EMPTIES = {"invoice": _empty_invoices, "reminder": _empty_reminders, "bank_statement": _empty_statements}


def _taken(model: Any, ids: Sequence[int], **emptied: Any) -> dict[int, int]:
    """Part rows from their files; returns the file of each row that had one."""
    files = {
        row.id: row.file_id
        for row in db.session.execute(select(model.id, model.file_id).where(model.id.in_(ids)).with_for_update())
        if row.file_id is not None
    }
    db.session.execute(update(model).where(model.id.in_(ids)).values(file_id=None, disposed_at=clock.now(), **emptied))
    return files


def _drop_files_of(files: dict[int, int]) -> dict[int, list[str]]:
    rows = db.session.execute(select(StoredFile.id, StoredFile.sha256).where(StoredFile.id.in_(files.values())))
    hash_of = {row.id: row.sha256 for row in rows}
    _drop_files(list(hash_of))
    return {key: [hash_of[file_id]] for key, file_id in files.items()}


def _drop_files(ids: Sequence[int]) -> None:
    db.session.execute(delete(StoredFile).where(StoredFile.id.in_(ids)))


def wipe(actor: Actor) -> int:
    """Take the bytes of what was disposed of out of the storage; returns of how many documents. Harmless to repeat.

    Bytes that another file shares stay.
    """
    wiped = 0
    while batch := _to_wipe(actor):
        for hashes in batch.values():
            for sha256 in hashes:
                storage.store().remove(sha256)
        _note_wiped(actor, list(batch))
        wiped += len(batch)
    return wiped


@command
def _to_wipe(actor: Actor) -> dict[int, list[str]]:
    """The next documents with those of their hashes that no file names any more."""
    rows = db.session.execute(
        select(DisposedDocument.id, DisposedDocument.hashes)
        .where(DisposedDocument.wiped_at.is_(None))
        .order_by(DisposedDocument.id)
        .limit(_STEP)
    ).all()
    named = {sha256 for row in rows for sha256 in row.hashes}
    used = set(db.session.scalars(select(StoredFile.sha256).where(StoredFile.sha256.in_(named))))
    return {row.id: [sha256 for sha256 in row.hashes if sha256 not in used] for row in rows}


@command
def _note_wiped(actor: Actor, ids: Sequence[int]) -> None:
    db.session.execute(update(DisposedDocument).where(DisposedDocument.id.in_(ids)).values(wiped_at=clock.now()))


@command
def sweep_disposals(actor: Actor) -> int:
    """Ask again for disposals whose worker died; returns how many."""
    overdue = (Disposal.state == "approved") & (Disposal.due_at <= clock.now())
    unwiped = DisposedDocument.disposal_id == Disposal.id
    again = db.session.scalars(
        update(Disposal).where(overdue).values(due_at=clock.now() + _LEASE).returning(Disposal.id)
    ).all()
    late = db.session.scalars(
        select(Disposal.id)
        .join(DisposedDocument, unwiped)
        .where(Disposal.state == "done", DisposedDocument.wiped_at.is_(None))
        .distinct()
    ).all()
    for disposal_id in {*again, *late}:
        enqueue(JOB, disposal_id)
    return len(again)


def verify(actor: Actor, *, start: date | None = None, end: date | None = None) -> dict[str, Any]:
    """Read every stored form of every invoice and compare it with its hash: checked, missing or changed numbers."""
    demand_operator(actor)
    statement = (
        select(Invoice.number, InvoiceFile.form, InvoiceFile.sha256)
        .join(InvoiceFile, InvoiceFile.invoice_id == Invoice.id)
        .order_by(Invoice.id, InvoiceFile.form)
    )
    if start is not None:
        statement = statement.where(Invoice.issued_on >= start)
    if end is not None:
        statement = statement.where(Invoice.issued_on <= end)
    checked, damaged = 0, []
    for row in db.session.execute(statement.execution_options(yield_per=500)):
        checked += 1
        if not storage.matches(row.sha256):
            damaged.append({"number": row.number, "form": row.form, "sha256": row.sha256})
    return {"checked": checked, "damaged": damaged, "is_sound": not damaged}
