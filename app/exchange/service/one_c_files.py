"""Files of 1C: kept part by part as they come, put together, taken out of archives. Nothing is read before it is kept."""

from __future__ import annotations

import hashlib
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from sqlalchemy import ColumnElement, and_, case, not_, or_, select, update

from app.core import clock, storage
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Invalid, NotFound
from app.core.locks import lock_rows
from app.core.texts import N_, Message
from app.exchange.domain.one_c import (
    MAX_FILE_BYTES,
    MAX_FILES,
    MAX_PARTS,
    is_archive,
    safe_name,
)
from app.exchange.models.one_c import OneCFile, OneCSession

_BLOCK = 1 << 20
_REPEAT_BYTES = 64  # a part of fewer bytes may well follow itself
_MAX_RATIO = 200
_ENCRYPTED = 0x1


@command
def add_part(actor: Actor, session_id: int, name: str, data: bytes) -> int:
    """Keep a part of a file; the same part twice in a row is a repeat after a lost answer. Returns the file's id."""
    name = safe_name(name)
    if not data:
        raise Invalid("file", N_("The file is empty."))
    session = _locked_session(session_id)
    file = _file_in(session, name, "receiving")
    part = hashlib.sha256(data).hexdigest()
    if file is None:
        file = _new_file(session, name)
    elif part == file.last_part and len(data) >= _REPEAT_BYTES:
        return file.id
    if file.size + len(data) > MAX_FILE_BYTES or len(file.parts) >= MAX_PARTS:
        raise Invalid("file", N_("The file is larger than {n} bytes.", n=MAX_FILE_BYTES))
    stored = storage.keep(actor, data, name=name, media_type="application/octet-stream")
    file.parts = [*file.parts, stored.id]
    file.last_part, file.size = part, file.size + len(data)
    return file.id


@command
def drop_unfinished(actor: Actor, session_id: int) -> None:
    """A new beginning: what was sent of files before and not imported is not gone on with."""
    session = _locked_session(session_id)
    _end_those(OneCFile.connection_id == session.connection_id, "dropped")


@command
def end_session_files(actor: Actor, session_id: int) -> None:
    """The exchange is over: pictures and the like, which nobody imports, are kept, and that is all."""
    session = _locked_session(session_id)
    _end_those(and_(OneCFile.session_id == session.id, not_(_IS_READ)), "done")


_IS_READ = or_(OneCFile.name.ilike("%.xml"), OneCFile.name.ilike("%.zip"))


def _end_those(condition: ColumnElement[bool], state: str) -> None:
    values = {"state": case((_IS_READ, state), else_="done"), "finished_at": clock.now()}
    db.session.execute(update(OneCFile).where(condition, OneCFile.state == "receiving").values(values))


def find_file(actor: Actor, session_id: int, name: str) -> OneCFile:
    """The newest file of the session with the name, whatever folder 1C says it is in."""
    name = safe_name(name)
    files = db.session.scalars(
        select(OneCFile).where(OneCFile.session_id == session_id, OneCFile.state != "dropped").order_by(OneCFile.id.desc())
        .execution_options(populate_existing=True)
    ).all()  # fmt: skip
    exact = [file for file in files if file.name == name]
    alike = [file for file in files if file.name.rpartition("/")[2].casefold() == name.rpartition("/")[2].casefold()]
    if not exact and not alike:
        raise NotFound(N_("The file {name} has not been sent.", name=name))
    return (exact or alike)[0]


def put_together(actor: Actor, file_id: int) -> None:
    """Make one file of the parts. Harmless when that is done already."""
    file = db.session.get_one(OneCFile, file_id, populate_existing=True)
    if file.file_id is not None:
        return
    parts = [storage.find(actor, part) for part in file.parts]
    if len(parts) == 1:
        _note_whole(actor, file_id, parts[0].id)
        return
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder) / "whole"
        with whole.open("wb") as target:
            for part in parts:
                with storage.open_file(part) as source:
                    _copy(source, target)
        _keep_whole(actor, file_id, whole)


def unpack_archives(actor: Actor, session_id: int) -> None:
    """Take the files out of every archive that is here. Raises Invalid for one that is none, or does harm."""
    waiting = db.session.scalars(
        select(OneCFile.id)
        .where(OneCFile.session_id == session_id, OneCFile.state == "receiving", OneCFile.name.ilike("%.zip"))
        .order_by(OneCFile.id)
    ).all()
    for file_id in waiting:
        put_together(actor, file_id)
        try:
            _unpack(actor, file_id)
        except Invalid as error:
            end_file(actor, file_id, error.message)
            raise


def _unpack(actor: Actor, file_id: int) -> None:
    file = db.session.get_one(OneCFile, file_id)
    with tempfile.TemporaryDirectory() as folder, storage.open_file(storage.find(actor, file.file_id or 0)) as source:
        local = Path(folder) / "archive"
        with local.open("wb") as target:
            _copy(source, target)
        try:
            with zipfile.ZipFile(local) as archive:
                found = list(_taken_out(archive, Path(folder)))
        except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, RuntimeError) as error:
            raise Invalid("file", N_("The archive {name} cannot be read.", name=file.name)) from error
        _keep_all(actor, file_id, found)


def _taken_out(archive: zipfile.ZipFile, folder: Path) -> Iterator[tuple[str, Path]]:
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    if len(entries) > MAX_FILES:
        raise Invalid("file", N_("The archive holds more than {n} files.", n=MAX_FILES))
    left = MAX_FILE_BYTES
    for n, entry in enumerate(entries):
        name = safe_name(entry.filename)
        if entry.flag_bits & _ENCRYPTED:
            raise Invalid("file", N_("The archive is locked with a password."))
        if is_archive(name):
            raise Invalid("file", N_("The archive holds another archive, which is not read: {name}", name=name))
        limit = min(left, max(entry.compress_size, 1_000) * _MAX_RATIO)
        path = folder / str(n)
        with archive.open(entry) as source, path.open("wb") as target:
            size = _copy(source, target, limit)
        if size > limit:
            raise Invalid("file", N_("The archive unpacks to far more than it should: {name}", name=name))
        left -= size
        yield name, path


def _copy(source: IO[bytes], target: IO[bytes], limit: int = MAX_FILE_BYTES) -> int:
    """At most a block more than the limit is written."""
    size = 0
    while size <= limit and (block := source.read(_BLOCK)):
        target.write(block)
        size += len(block)
    return size


@command
def _keep_all(actor: Actor, file_id: int, found: list[tuple[str, Path]]) -> None:
    (archive,) = lock_rows(OneCFile, [file_id])
    if archive.state != "receiving":
        return
    session = db.session.get_one(OneCSession, archive.session_id)
    for name, path in found:
        stored = storage.keep(actor, path, name=name, media_type="application/octet-stream")
        file = _new_file(session, name)
        file.file_id, file.size, file.archive_id = stored.id, stored.size, archive.id
    archive.state, archive.finished_at = "done", clock.now()
    archive.figures = {"files": len(found)}


@command
def _note_whole(actor: Actor, file_id: int, stored_id: int) -> None:
    for file in lock_rows(OneCFile, [file_id]):
        file.file_id = file.file_id or stored_id


@command
def _keep_whole(actor: Actor, file_id: int, path: Path) -> None:
    for file in lock_rows(OneCFile, [file_id]):
        if file.file_id is None:
            file.file_id = storage.keep(actor, path, name=file.name, media_type="application/octet-stream").id


@command
def end_file(actor: Actor, file_id: int, reason: Message | None = None) -> None:
    """Done, or failed for a reason. What has ended stays so."""
    for file in lock_rows(OneCFile, [file_id]):
        if file.state in ("receiving", "working"):
            file.state, file.finished_at = "failed" if reason else "done", clock.now()
            file.last_error = reason.as_json() if reason else None
            file.run_id = None


def _locked_session(session_id: int) -> OneCSession:
    for session in lock_rows(OneCSession, [session_id]):
        return session
    raise NotFound


def _file_in(session: OneCSession, name: str, state: str) -> OneCFile | None:
    return db.session.scalar(
        select(OneCFile)
        .where(OneCFile.session_id == session.id, OneCFile.name == name, OneCFile.state == state)
        .order_by(OneCFile.id.desc())
        .limit(1)
        .execution_options(populate_existing=True)
    )


def _new_file(session: OneCSession, name: str) -> OneCFile:
    file = OneCFile(
        company_id=session.company_id, connection_id=session.connection_id, session_id=session.id, name=name, parts=[],
        last_part="", size=0,
    )  # fmt: skip
    db.session.add(file)
    db.session.flush()
    return file
