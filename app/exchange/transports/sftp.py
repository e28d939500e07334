"""SFTP: we fetch from and write to folders on the partner's server (or on ours that both use).

The server's key is pinned: another key is a refusal, never a question. We write under a temporary name and rename; a
file is fetched once its name shows no sign of being written and its size and time have settled.
"""

from __future__ import annotations

import asyncio
import posixpath
from collections.abc import Coroutine, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from types import TracebackType
from typing import Any, Self, TypeVar

import asyncssh

from app.core import clock, reach
from app.core.errors import DomainError, Invalid
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
    as_transport_error,
    setting,
)

T = TypeVar("T")
_CONNECT = 20
_PART = 1 << 18
MOVE, DELETE, LEAVE = "move", "delete", "leave"


@dataclass(frozen=True, slots=True, kw_only=True)
class SftpSettings:
    """Password or private key, or both where the server asks for both."""

    host: str = setting(N_("Server"))
    port: int = setting(N_("Port"), 22)
    user: str = setting(N_("User"))
    password: str = setting(N_("Password"), "", is_secret=True)
    key: str = setting(
        N_("Private key"), "", is_secret=True, is_long=True, help_=N_("OpenSSH or PEM, without passphrase.")
    )
    server_key: str = setting(
        N_("Key of the server"), is_long=True,
        help_=N_("As in a known_hosts file: ssh-ed25519 AAAA… Several lines while the server changes its key."),
    )  # fmt: skip
    inbox: str = setting(N_("Folder to fetch from"), "", help_=N_("Empty: none."))
    outbox: str = setting(N_("Folder to write to"), "", help_=N_("Empty: none."))
    pattern: str = setting(N_("Names of files to fetch"), "*", help_=N_("With * and ?, such as *.xml"))
    after: str = setting(
        N_("After fetching"), MOVE,
        choices=((MOVE, N_("Move into the subfolder")), (DELETE, N_("Delete")), (LEAVE, N_("Leave where it is"))),
    )  # fmt: skip
    archive: str = setting(N_("Subfolder for fetched files"), "archive")
    settle_seconds: int = setting(N_("Seconds without change before a file is fetched"), 10)
    seconds: int = setting(N_("Seconds to wait for an answer"), 60)

    def __post_init__(self) -> None:
        if not self.password and not self.key:
            raise Invalid("password", N_("Enter a password or a private key."))
        server_keys(self.server_key)
        if self.key:
            own_key(self.key)
        if not 1 <= self.port <= 65535:
            raise Invalid("port", N_("Choose from 1 to 65535."))
        if not 1 <= self.seconds <= 600:
            raise Invalid("seconds", N_("Choose from 1 to 600 seconds."))


def server_keys(text: str) -> list[asyncssh.SSHKey]:
    """Public keys, one a line, with or without the host in front of them."""
    found = []
    for line in filter(None, (part.strip() for part in text.splitlines())):
        words = line.split()
        start = next((place for place, word in enumerate(words) if word.startswith(("ssh-", "ecdsa-", "sk-"))), None)
        try:
            if start is None:
                raise asyncssh.KeyImportError("no key")
            found.append(asyncssh.import_public_key(" ".join(words[start:])))
        except (asyncssh.KeyImportError, ValueError) as error:
            raise Invalid("server_key", N_("This is no public key such as ssh-ed25519 AAAA…")) from error
    return found


def own_key(text: str) -> asyncssh.SSHKey:
    try:
        return asyncssh.import_private_key(text + "\n")
    except (asyncssh.KeyImportError, asyncssh.KeyEncryptionError, ValueError) as error:
        raise Invalid("key", N_("This is no private key without a passphrase.")) from error


class _Server:
    """A connection that plain code can use: each step runs on a loop of its own within the time limit."""

    def __init__(self, settings: SftpSettings) -> None:
        self._settings = settings
        self._runner = asyncio.Runner()

    def __enter__(self) -> Self:
        try:
            self.run(self._open(), _CONNECT + self._settings.seconds)
        except BaseException:
            self._runner.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None and not isinstance(error, GeneratorExit):
            self._connection.abort()
        with suppress(TransportError):
            self.run(self._close(), _CONNECT)
        self._runner.close()

    async def _open(self) -> None:
        settings = self._settings
        limit = min(_CONNECT, settings.seconds)
        with as_transport_error():
            sock = await asyncio.to_thread(reach.connect, settings.host, settings.port, timeout=limit)
        sock.setblocking(False)
        try:
            self._connection = await asyncssh.connect(
                settings.host, settings.port, sock=sock, username=settings.user, password=settings.password or None,
                client_keys=[own_key(settings.key)] if settings.key else None, agent_path=None, config=None,
                known_hosts=(server_keys(settings.server_key), [], []), x509_trusted_certs=None,
                connect_timeout=limit, login_timeout=limit, keepalive_interval=30,
            )  # fmt: skip
            self.client = await self._connection.start_sftp_client()
        except BaseException:
            sock.close()
            raise

    async def _close(self) -> None:
        self._connection.close()
        await self._connection.wait_closed()

    def run(self, work: Coroutine[Any, Any, T], seconds: int | None = None) -> T:
        """One step; whatever goes wrong is a TransportError in words."""
        try:
            return self._runner.run(asyncio.wait_for(work, seconds or self._settings.seconds))
        except TransportError:
            raise
        except asyncssh.HostKeyNotVerifiable as error:
            raise TransportError(
                N_("The server {host} shows another key than the one of this channel.", host=self._settings.host),
                may_pass=False,
            ) from error
        except asyncssh.PermissionDenied as error:
            raise TransportError(
                N_("The server {host} refuses user, password or key.", host=self._settings.host), may_pass=False
            ) from error
        except (asyncssh.SFTPNoSuchFile, asyncssh.SFTPNoSuchPath, asyncssh.SFTPPermissionDenied) as error:
            raise TransportError(N_("The server refuses: {reason}", reason=error.reason), may_pass=False) from error
        except (TimeoutError, asyncssh.Error, OSError) as error:
            reason = str(error) or N_("no answer within {seconds} seconds", seconds=seconds or self._settings.seconds)
            raise TransportError(
                N_("The connection to {host} broke: {reason}", host=self._settings.host, reason=reason), may_pass=True
            ) from error


def send(settings: SftpSettings, outgoing: Outgoing) -> Sent:
    """The same bytes under the same name are written once; other bytes get the reference into their name."""
    if not settings.outbox:
        raise TransportError(N_("This channel has no folder to write to."), may_pass=False)
    name = safe_name(outgoing.name) or "message"
    with _Server(settings) as server:
        limit = settings.seconds + len(outgoing.data) // 100_000
        name = server.run(_put(server.client, settings.outbox, name, outgoing), limit)
    return Sent(name, facts={"host": settings.host, "folder": settings.outbox, "file": name})


async def _put(client: asyncssh.SFTPClient, folder: str, name: str, outgoing: Outgoing) -> str:
    target = posixpath.join(folder, name)
    if await client.exists(target):
        if (await client.stat(target)).size == len(outgoing.data) and await _read(
            client, target, len(outgoing.data)
        ) == outgoing.data:
            return name
        stem, dot, ending = name.rpartition(".")
        mark = safe_name(outgoing.reference)
        name = f"{stem}.{mark}{dot}{ending}" if stem else f"{name}.{mark}"
        target = posixpath.join(folder, name)
    partial_name = posixpath.join(folder, f".{name}.part")
    try:
        async with client.open(partial_name, "wb") as file:
            await file.write(outgoing.data)
        if (await client.stat(partial_name)).size != len(outgoing.data):
            raise asyncssh.SFTPFailure("incomplete")
        await _rename(client, partial_name, target)
    except BaseException:
        with suppress(asyncssh.Error, OSError):
            await client.remove(partial_name)
        raise
    return name


async def _rename(client: asyncssh.SFTPClient, source: str, target: str) -> None:
    """Over what is there, where the server can; else that goes first."""
    try:
        await client.posix_rename(source, target)
    except asyncssh.SFTPOpUnsupported:
        with suppress(asyncssh.SFTPNoSuchFile):
            await client.remove(target)
        await client.rename(source, target)


async def _read(client: asyncssh.SFTPClient, path: str, size: int) -> bytes:
    """At most one byte more than its size was, to see that it grows."""
    async with client.open(path, "rb") as file:
        data: bytes = await file.read(size + 1)
    return data


@dataclass(frozen=True, slots=True)
class _Remote:
    path: str
    name: str
    size: int
    changed_at: int


def poll(settings: SftpSettings, known: Known) -> Iterator[Incoming]:
    """Oldest file first. What is too large or cannot be read stays where it is and is told at the end."""
    if not settings.inbox:
        return
    refused: list[str] = []
    with _Server(settings) as server:
        for remote in server.run(_waiting(server.client, settings)):
            key = f"{remote.path}|{remote.size}|{remote.changed_at}"
            done = partial(_finish, server, remote, settings)
            if known(key):
                done()
                continue
            if remote.size > MAX_BYTES:
                refused.append(remote.name)
                continue
            try:
                data = server.run(
                    _read(server.client, remote.path, remote.size), settings.seconds + remote.size // 100_000
                )
            except TransportError as error:
                if error.may_pass:
                    raise
                refused.append(remote.name)
                continue
            if len(data) != remote.size:
                continue  # somebody is writing after all
            sent_at = datetime.fromtimestamp(remote.changed_at, UTC)
            facts = {"host": settings.host, "path": remote.path}
            yield Incoming(remote.name, data, "", settings.user, remote.name, sent_at, key=key, facts=facts, done=done)
    if refused:
        raise TransportError(N_("Files that cannot be fetched: {names}", names=", ".join(refused[:5])), may_pass=False)


async def _waiting(client: asyncssh.SFTPClient, settings: SftpSettings) -> list[_Remote]:
    latest = int(clock.now().timestamp()) - settings.settle_seconds
    found = []
    for entry in await client.readdir(settings.inbox):
        name = entry.filename if isinstance(entry.filename, str) else entry.filename.decode("utf-8", "replace")
        changed_at, size = int(entry.attrs.mtime or 0), int(entry.attrs.size or 0)
        is_file = entry.attrs.type == asyncssh.FILEXFER_TYPE_REGULAR
        if is_file and is_wanted(name, settings.pattern) and "/" not in name and changed_at <= latest:
            found.append(_Remote(posixpath.join(settings.inbox, name), name, size, changed_at))
    return sorted(found, key=lambda one: (one.changed_at, one.name))


def _finish(server: _Server, remote: _Remote, settings: SftpSettings) -> None:
    if settings.after == DELETE:
        server.run(_gone(server.client, remote.path))
    elif settings.after == MOVE:
        server.run(_put_away(server.client, remote, settings.archive or "archive"))


async def _gone(client: asyncssh.SFTPClient, path: str) -> None:
    with suppress(asyncssh.SFTPNoSuchFile):
        await client.remove(path)


async def _put_away(client: asyncssh.SFTPClient, remote: _Remote, subfolder: str) -> None:
    """Beside what is there already under the same name."""
    folder = posixpath.join(posixpath.dirname(remote.path), safe_name(subfolder))
    await client.makedirs(folder, exist_ok=True)
    target, count = posixpath.join(folder, remote.name), 1
    while await client.exists(target):
        count += 1
        target = posixpath.join(folder, f"{count}.{remote.name}")
    with suppress(asyncssh.SFTPNoSuchFile):
        await client.rename(remote.path, target)


def probe(settings: SftpSettings) -> Iterator[Step]:
    """Reaches the server, signs in, looks into both folders; a shown key is told, so that it can be compared."""
    try:
        addresses = reach.find(settings.host, settings.port)
    except DomainError as error:
        yield Step(error.message, is_good=False)
        return
    yield Step(N_("The host {host} is known.", host=settings.host), detail=", ".join(str(one) for one in addresses))
    try:
        with _Server(settings) as server:
            yield Step(N_("The server's key is the right one, and it lets us in."))
            for path, text in (
                (settings.inbox, N_("The folder to fetch from can be read.")),
                (settings.outbox, N_("The folder to write to can be written.")),
            ):
                if path:
                    detail = server.run(
                        _look(server.client, path, settings.pattern, is_written=path == settings.outbox)
                    )
                    yield Step(text, detail=detail)
    except TransportError as error:
        yield Step(error.message, is_good=False, detail=_shown_key(settings))


async def _look(client: asyncssh.SFTPClient, path: str, pattern: str, *, is_written: bool) -> str:
    if is_written:
        trial = posixpath.join(path, ".kontor-trial.tmp")
        async with client.open(trial, "wb"):
            pass
        await client.remove(trial)
    names = [entry.filename for entry in await client.readdir(path)]
    return f"{path} ({sum(is_wanted(str(name), pattern) for name in names)})"


def _shown_key(settings: SftpSettings) -> str:
    """Fingerprint of the key the server shows; "" where it shows none."""

    async def ask() -> str:
        sock = await asyncio.to_thread(reach.connect, settings.host, settings.port, timeout=_CONNECT)
        sock.setblocking(False)
        shown = await asyncio.wait_for(asyncssh.get_server_host_key(settings.host, sock=sock, config=None), _CONNECT)
        return f"{shown.get_algorithm()} {shown.get_fingerprint()}" if shown is not None else ""

    try:
        return asyncio.run(ask())
    except (DomainError, TimeoutError, asyncssh.Error, OSError):
        return ""


TRANSPORTS.add("sftp", Transport("sftp", N_("SFTP"), SftpSettings, send=send, poll=poll, probe=probe))
