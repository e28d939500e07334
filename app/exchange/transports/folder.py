"""Folders that both sides see: a share, an rsync target, the drop box of another program on this machine.

A file counts as complete when its name shows no sign of being written (leading dot, .tmp, .part, .filepart, .writing)
and nothing has changed it for some seconds. We write under a name with a leading dot and rename at the end.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from pathlib import Path

from app.core import clock
from app.core.settings import settings as machine
from app.core.texts import N_
from app.exchange.domain.file_names import is_wanted, safe_name
from app.exchange.transports import (
    MAX_BYTES,
    TRANSPORTS,
    Incoming,
    Known,
    Outgoing,
    Sent,
    Step,
    Transport,
    TransportError,
    setting,
)


@dataclass(frozen=True, slots=True)
class FolderSettings:
    """Paths are inside of EXCHANGE_FOLDER."""

    inbox: str = setting(N_("Folder to fetch from"), "", help_=N_("Inside the folder of all channels; empty: none."))
    outbox: str = setting(N_("Folder to write to"), "", help_=N_("Inside the folder of all channels; empty: none."))
    pattern: str = setting(N_("Names of files to fetch"), "*", help_=N_("With * and ?, such as *.xml"))
    archive: str = setting(N_("Subfolder for fetched files"), "archive", help_=N_("Empty: fetched files are deleted."))
    errors: str = setting(N_("Subfolder for files that cannot be fetched"), "error")
    settle_seconds: int = setting(N_("Seconds without change before a file is fetched"), 10)


def inside(path: str) -> Path:
    """The full path; TransportError when it leads out of the folder of all channels."""
    root = machine().exchange_folder
    full = (root / path).resolve()
    if full != root and root not in full.parents:
        raise TransportError(N_("The folder {path} is outside of {root}.", path=path, root=str(root)), may_pass=False)
    return full


def send(settings: FolderSettings, outgoing: Outgoing) -> Sent:
    """The same bytes under the same name are written once; other bytes get the reference into their name."""
    if not settings.outbox:
        raise TransportError(N_("This channel has no folder to write to."), may_pass=False)
    folder = inside(settings.outbox)
    name = safe_name(outgoing.name) or "message"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if _is_other(folder / name, outgoing.data):
            stem, dot, ending = name.rpartition(".")
            mark = safe_name(outgoing.reference)
            name = f"{stem}.{mark}{dot}{ending}" if stem else f"{name}.{mark}"
        if not (folder / name).exists():
            _write(folder, name, outgoing.data)
    except OSError as error:
        raise _trouble(folder, error) from error
    return Sent(name, facts={"folder": str(folder), "file": name})


def _is_other(path: Path, data: bytes) -> bool:
    return path.exists() and (path.stat().st_size != len(data) or path.read_bytes() != data)


def _write(folder: Path, name: str, data: bytes) -> None:
    partial_file = folder / f".{name}.{os.getpid()}.part"
    try:
        with partial_file.open("wb") as target:
            target.write(data)
            target.flush()
            os.fsync(target.fileno())
        partial_file.replace(folder / name)
    finally:
        with suppress(OSError):
            partial_file.unlink()


def poll(settings: FolderSettings, known: Known) -> Iterator[Incoming]:
    """Oldest file first. What cannot be fetched goes into the subfolder for errors and is told at the end."""
    if not settings.inbox:
        return
    folder = inside(settings.inbox)
    refused: list[str] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        waiting = sorted(
            (path for path in folder.iterdir() if is_wanted(path.name, settings.pattern) and path.is_file()),
            key=lambda path: (path.stat().st_mtime_ns, path.name),
        )
    except OSError as error:
        raise _trouble(folder, error) from error
    for path in waiting:
        try:
            found = _read(path, settings, known)
        except OSError:
            if path.exists():
                refused.append(path.name)
            continue
        if isinstance(found, Incoming):
            yield found
        elif found:
            refused.append(path.name)
            _put_away(path, settings.errors or "error")
    if refused:
        raise TransportError(N_("Files that cannot be fetched: {names}", names=", ".join(refused[:5])), may_pass=False)


def _read(path: Path, settings: FolderSettings, known: Known) -> Incoming | bool:
    """The file; False when it waits or is done with, True when it can never be fetched."""
    state = path.stat()
    written_at = datetime.fromtimestamp(state.st_mtime_ns // 10**9, UTC)
    if (clock.now() - written_at).total_seconds() < settings.settle_seconds:
        return False
    if path.is_symlink() or state.st_size > MAX_BYTES:
        return True
    key = f"{path.name}|{state.st_size}|{state.st_mtime_ns}"
    done = partial(_finish, path, settings)
    if known(key):
        done()
        return False
    data = path.read_bytes()
    if len(data) != state.st_size or path.stat().st_mtime_ns != state.st_mtime_ns:
        return False  # somebody is writing after all
    facts = {"folder": str(path.parent), "sha256": sha256(data).hexdigest()}
    return Incoming(path.name, data, sent_at=written_at, reference=path.name, key=key, facts=facts, done=done)


def _finish(path: Path, settings: FolderSettings) -> None:
    try:
        if settings.archive:
            _put_away(path, settings.archive)
        else:
            path.unlink(missing_ok=True)
    except OSError as error:
        raise _trouble(path, error) from error


def _put_away(path: Path, subfolder: str) -> None:
    """Beside what is there already under the same name."""
    folder = path.parent / safe_name(subfolder)
    folder.mkdir(exist_ok=True)
    target, count = folder / path.name, 1
    while target.exists():
        count += 1
        target = folder / f"{path.stem}.{count}{path.suffix}"
    with suppress(FileNotFoundError):
        path.rename(target)


def _trouble(path: Path, error: OSError) -> TransportError:
    reason = error.strerror or str(error)
    return TransportError(N_("{path}: {reason}", path=str(path), reason=reason), may_pass=True)


def probe(settings: FolderSettings) -> Iterator[Step]:
    """Both folders, made where they are missing."""
    for path, text in (
        (settings.inbox, N_("The folder to fetch from can be read.")),
        (settings.outbox, N_("The folder to write to can be written.")),
    ):
        if not path:
            continue
        folder = inside(path)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            trial = folder / f".kontor-trial.{os.getpid()}.tmp"
            trial.write_bytes(b"")
            trial.unlink()
            count = sum(is_wanted(one.name, settings.pattern) and one.is_file() for one in folder.iterdir())
        except OSError as error:
            yield Step(_trouble(folder, error).message, is_good=False)
            return
        yield Step(text, detail=f"{folder} ({count})")


TRANSPORTS.add("folder", Transport("folder", N_("Folder"), FolderSettings, send=send, poll=poll, probe=probe))
