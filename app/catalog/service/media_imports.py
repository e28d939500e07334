"""A ZIP of pictures and files named by article number: every file in it gets a line in the report."""

from __future__ import annotations

import logging
import zipfile
from collections.abc import Collection
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path, PurePosixPath

from sqlalchemy import insert, select, text, update

from app.catalog.domain import attachment, picture
from app.catalog.domain.media_names import reading, readings
from app.catalog.models.articles import Article
from app.catalog.models.media_imports import MediaImport, MediaImportRow
from app.catalog.service.attachments import add_attachment
from app.catalog.service.pictures import add_picture
from app.core import audit, clock, storage
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import DomainError, Invalid
from app.core.jobs import enqueue
from app.core.models import StoredFile
from app.core.texts import N_, Message

log = logging.getLogger(__name__)

MAX_FILES = 20_000
MAX_ATTEMPTS = 5
_LEASE = timedelta(minutes=2)
_CLAIM = text("SELECT pg_try_advisory_xact_lock(hashtext('catalog.media_import'), CAST(:id AS integer))")


@command
def begin_media_import(actor: Actor, path: Path, file_name: str) -> int:
    """Take a ZIP and start the work; returns the number of the import. Raises Invalid("file", ...)."""
    try:
        with zipfile.ZipFile(path) as archive:
            total = len(_entries(archive))
    except (zipfile.BadZipFile, OSError):
        raise Invalid("file", N_("This is no ZIP file.")) from None
    if not total:
        raise Invalid("file", N_("There is no file in this ZIP."))
    if total > MAX_FILES:
        raise Invalid("file", N_("There are more than {limit} files in this ZIP. Send it in parts.", limit=MAX_FILES))
    file = storage.keep(actor, path, name=file_name, media_type="application/zip")
    import_id = db.session.scalars(
        insert(MediaImport)
        .values(
            user_id=actor.user_id, user_name=actor.name, file_id=file.id, file_name=file_name[-255:], total=total,
            due_at=clock.now(),
        )
        .returning(MediaImport.id)
    ).one()  # fmt: skip
    audit.record(actor, "media_import", import_id, "media_import_begun", {"file": file_name, "files": total})
    enqueue("catalog.import_media", import_id)
    return import_id


def _entries(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    return [entry for entry in archive.infolist() if not entry.is_dir()]


@dataclass(frozen=True, slots=True)
class _Work:
    file: StoredFile
    actor: Actor
    next_row: int


def run_media_import(actor: Actor, import_id: int) -> None:
    """Work an import off from where it stands; harmless when it is done or somebody else has it."""
    work = _claim(actor, import_id)
    if work is None:
        return
    try:
        with closing(storage.open_file(work.file)) as source, zipfile.ZipFile(source) as archive:
            entries = _entries(archive)
            known = _known_articles([entry.filename for entry in entries])
            for row in range(work.next_row, len(entries) + 1):
                if not _take(work.actor, import_id, row, archive=archive, entry=entries[row - 1], known=known):
                    return
    except zipfile.BadZipFile:
        _close(import_id, "failed", N_("This ZIP file is damaged."))
        return
    _close(import_id, "done")


@command
def _claim(actor: Actor, import_id: int) -> _Work | None:
    held = db.session.get(MediaImport, import_id, with_for_update=True, populate_existing=True)
    if held is None or held.state != "waiting":
        return None
    if held.attempts >= MAX_ATTEMPTS:
        held.state, held.due_at, held.finished_at = "failed", None, clock.now()
        held.reason = N_(
            "The import broke off {count} times at file {row}.", count=held.attempts, row=held.next_row
        ).as_json()
        return None
    held.attempts += 1
    held.due_at = clock.now() + _LEASE
    file = storage.find(actor, held.file_id)
    acting = replace(actor, user_id=held.user_id, name=held.user_name, company_id=file.company_id)
    return _Work(file, acting, held.next_row)


@command
def _known_articles(names: Collection[str]) -> set[str]:
    keys = {one.key for name in names for one in readings(name)}
    return set(db.session.scalars(select(Article.sku_key).where(Article.sku_key.in_(keys))))


@command
def _take(
    actor: Actor, import_id: int, row: int, *, archive: zipfile.ZipFile, entry: zipfile.ZipInfo, known: set[str]
) -> bool:
    """One file with its line of the report; False when somebody else goes on with the import."""
    if not db.session.scalar(_CLAIM, {"id": import_id}):
        return False
    moved = db.session.execute(
        update(MediaImport)
        .where(MediaImport.id == import_id, MediaImport.next_row == row, MediaImport.state == "waiting")
        .values(next_row=row + 1, attempts=0, due_at=clock.now() + _LEASE)
        .returning(MediaImport.id)
    ).one_or_none()
    if moved is None:
        return False
    message: Message | None = None
    sku = ""
    try:
        sku, state = _stored(actor, archive, entry, known)
    except DomainError as error:
        if error.is_retryable:
            raise
        state, message = "refused", error.message
    db.session.execute(
        insert(MediaImportRow).values(
            import_id=import_id, row=row, name=entry.filename[-500:], sku=sku, state=state,
            message=message.as_json() if message else None,
        )
    )  # fmt: skip
    return True


def _stored(actor: Actor, archive: zipfile.ZipFile, entry: zipfile.ZipInfo, known: set[str]) -> tuple[str, str]:
    """Number of the article and what became of the file. Raises DomainError with the reason."""
    name = PurePosixPath(entry.filename).name
    if not readings(entry.filename):
        raise Invalid("file", N_("This kind of file is not taken. Take JPEG, PNG, WebP or PDF."))
    found = reading(entry.filename, known)
    if found is None:
        raise Invalid(
            "file", N_("No article has this number. Name the file by the article: SKU.jpg, SKU_2.jpg, SKU.pdf.")
        )
    data = _unpacked(archive, entry, picture.MAX_BYTES if found.is_picture else attachment.MAX_BYTES)
    if found.is_picture:
        return found.key, add_picture(actor, found.key, data, name, place=found.place)
    return found.key, add_attachment(actor, found.key, data, name, found.facts)


def _unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, limit: int) -> bytes:
    if entry.flag_bits & 1:
        raise Invalid("file", N_("The file is encrypted. Send it without a password."))
    try:
        with archive.open(entry) as source:
            data = source.read(limit + 1)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError):
        raise Invalid("file", N_("The file is damaged inside the ZIP.")) from None
    if len(data) > limit:
        raise Invalid("file", N_("The file is larger than {limit} MB. Make it smaller.", limit=limit >> 20))
    return data


@command
def _close(import_id: int, state: str, reason: Message | None = None) -> None:
    db.session.execute(
        update(MediaImport)
        .where(MediaImport.id == import_id, MediaImport.state == "waiting")
        .values(state=state, finished_at=clock.now(), due_at=None, reason=reason.as_json() if reason else None)
    )


@command
def sweep_media_imports(actor: Actor) -> int:
    """Ask again for imports whose worker died; returns how many."""
    due = db.session.scalars(
        select(MediaImport.id).where(MediaImport.due_at <= clock.now() - timedelta(seconds=15)).limit(50)
    ).all()
    for import_id in due:
        enqueue("catalog.import_media", import_id)
    return len(due)
