"""A mailbox that is read: by IMAP over TLS, or a folder of mails as files. Nothing is marked before it is put away."""

from __future__ import annotations

import imaplib
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from socket import socket
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

from app.core import reach
from app.core.errors import DomainError, Invalid, Unavailable
from app.core.http import context
from app.core.texts import N_

_CONNECT, _WAIT = 20, 60
_TLS_PORT = 993


class Mailbox(Protocol):
    """Mails by name, in the order they came."""

    def names(self) -> list[str]: ...

    def read(self, name: str, most: int) -> bytes | None:
        """The bytes of a mail; None when there are more than `most`, or it is gone."""

    def move(self, name: str, mailbox: str) -> None:
        """Put a mail away under another name of mailbox or folder, made when there is none."""


@contextmanager
def open_mailbox(url: str) -> Iterator[Mailbox]:
    """The mailbox of imaps://user:password@host/INBOX or file:///folder. Raises Unavailable (try again) or Invalid."""
    parts = urlsplit(url)
    if parts.scheme == "file":
        yield FolderBox(Path(unquote(parts.path)))
        return
    if parts.scheme != "imaps":
        raise Invalid("url", N_("The address of a mailbox begins with imaps:// or file://."))
    box = ImapBox(
        parts.hostname or "localhost", parts.port or _TLS_PORT, unquote(parts.username or ""),
        unquote(parts.password or ""), unquote(parts.path.strip("/")) or "INBOX",
    )  # fmt: skip
    try:
        yield box
    finally:
        box.close()


class FolderBox:
    """Mails as files (.eml) in a folder, as a mail server drops them or a trial puts them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def names(self) -> list[str]:
        with _disk(self._folder):
            if not self._folder.is_dir():
                return []
            found = [one for one in self._folder.iterdir() if one.is_file() and not one.is_symlink()]
            return sorted(one.name for one in found if one.suffix == ".eml")

    def read(self, name: str, most: int) -> bytes | None:
        path = self._folder / name
        with _disk(self._folder):
            try:
                return path.read_bytes() if path.stat().st_size <= most else None
            except FileNotFoundError:
                return None

    def move(self, name: str, mailbox: str) -> None:
        aside = self._folder / mailbox
        with _disk(self._folder):
            aside.mkdir(exist_ok=True)
            with suppress(FileNotFoundError):  # another process was quicker
                (self._folder / name).replace(aside / name)


@contextmanager
def _disk(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Unavailable(
            N_("{path}: {reason}", path=str(folder), reason=error.strerror or str(error))
        ) from error  # fmt: skip


class ImapBox:
    """A mailbox on a server. Mails are named by their UID."""

    def __init__(self, host: str, port: int, user: str, password: str, mailbox: str) -> None:
        self._host = host
        try:
            self._box = _Tls(host, port)
            self._box.login(user, password)
        except imaplib.IMAP4.error as error:
            raise Unavailable(
                N_("The mail server refuses: {code} {reason}", code="", reason=_words(error)), retry_after=300
            ) from error
        except (OSError, DomainError) as error:
            raise self._broken(error) from error
        self._ask("select", _quoted(mailbox))

    def close(self) -> None:
        with suppress(Exception):
            self._box.logout()

    def _broken(self, error: Exception) -> Unavailable:
        return Unavailable(N_("The connection to {host} broke: {reason}", host=self._host, reason=_words(error)))

    def _ask(self, command: str, *arguments: str) -> list[Any]:
        try:
            state, found = getattr(self._box, command)(*arguments)
        except (imaplib.IMAP4.error, OSError) as error:
            raise self._broken(error) from error
        if state != "OK":
            said = found[0].decode("utf-8", "replace") if found and isinstance(found[0], bytes) else str(state)
            raise Unavailable(N_("The mail server refused: {code} {reason}", code=state, reason=said), retry_after=300)
        return list(found)

    def names(self) -> list[str]:
        found = self._ask("uid", "SEARCH", "UNDELETED")
        return found[0].decode().split() if found and found[0] else []

    def read(self, name: str, most: int) -> bytes | None:
        head = b" ".join(part for part in self._ask("uid", "FETCH", name, "(RFC822.SIZE)") if isinstance(part, bytes))
        size = re.search(rb"RFC822\.SIZE (\d+)", head)
        if size is None or int(size[1]) > most:
            return None
        found = self._ask("uid", "FETCH", name, "(BODY.PEEK[])")
        return next((bytes(part[1]) for part in found if isinstance(part, tuple)), None)

    def move(self, name: str, mailbox: str) -> None:
        try:
            self._ask("uid", "COPY", name, _quoted(mailbox))
        except Unavailable:
            self._ask("create", _quoted(mailbox))
            self._ask("uid", "COPY", name, _quoted(mailbox))
        self._ask("uid", "STORE", name, "+FLAGS", "(\\Seen \\Deleted)")
        self._ask("expunge")


class _Tls(imaplib.IMAP4):
    """To an address that may be reached, with TLS from the first byte."""

    def _create_socket(self, timeout: float | None) -> socket:
        plain = reach.connect(self.host, self.port, timeout=_CONNECT)
        plain.settimeout(_WAIT)
        return context("").wrap_socket(plain, server_hostname=self.host)


def _quoted(mailbox: str) -> str:
    return '"' + mailbox.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _words(error: Exception) -> str:
    said = error.args[0] if error.args else ""
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said or type(error).__name__)
