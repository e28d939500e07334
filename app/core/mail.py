"""Mail leaves by one of three ways: a server (smtp, smtps), a folder (file), nowhere (null)."""

from __future__ import annotations

import os
import smtplib
import socket
import ssl
import tempfile
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Protocol
from urllib.parse import parse_qs, unquote, urlsplit

from app.core.errors import Invalid, Unavailable
from app.core.texts import N_

_TIMEOUT = 30
_PERMANENT = 500  # SMTP replies from here on will not change by trying again


class Mailer(Protocol):
    """Hands a message to whatever delivers it. Raises Unavailable (try again) or Invalid (never)."""

    def send(self, message: EmailMessage) -> None: ...


class NullMailer:
    """Drops everything."""

    def send(self, message: EmailMessage) -> None:
        """Nothing leaves."""


class FileMailer:
    """One .eml file a message; the Message-ID names it, so a repeat replaces its first try."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def send(self, message: EmailMessage) -> None:
        name = "".join(c if c.isalnum() or c in "-_.@" else "_" for c in str(message["Message-ID"]).strip("<>"))
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            handle, partial = tempfile.mkstemp(dir=self.folder, suffix=".part")
            with os.fdopen(handle, "wb") as target:
                target.write(message.as_bytes(policy=SMTP))
            Path(partial).replace(self.folder / f"{name}.eml")
        except OSError as error:
            raise Unavailable(
                N_("The mail could not be written ({reason}).", reason=error.strerror or str(error))
            ) from error


class SmtpMailer:
    """A connection for each message: a job sends one, and an idle connection would be cut off anyway."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._host = parts.hostname or "localhost"
        self._is_tls = parts.scheme == "smtps"
        self._starts_tls = not self._is_tls and parse_qs(parts.query).get("tls", ["starttls"])[0] != "none"
        self._port = parts.port or (465 if self._is_tls else 587 if self._starts_tls else 25)
        self._user, self._password = unquote(parts.username or ""), unquote(parts.password or "")

    def send(self, message: EmailMessage) -> None:
        try:
            with self._connect() as server:
                if self._user:
                    server.login(self._user, self._password)
                server.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            code, reason = next(iter(error.recipients.values()))
            raise _refusal(code, reason) from error
        except smtplib.SMTPResponseException as error:
            raise _refusal(error.smtp_code, error.smtp_error) from error
        except (OSError, smtplib.SMTPException) as error:
            raise Unavailable(N_("The mail server does not answer: {reason}", reason=str(error))) from error

    def _connect(self) -> smtplib.SMTP:
        name = socket.gethostname()  # getfqdn() may wait for a name server
        if self._is_tls:
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(self._host, self._port, local_hostname=name, timeout=_TIMEOUT, context=context)
        server = smtplib.SMTP(self._host, self._port, local_hostname=name, timeout=_TIMEOUT)
        if self._starts_tls:
            try:
                server.starttls(context=ssl.create_default_context())
            except BaseException:
                server.close()
                raise
        return server


def _refusal(code: int, reason: bytes | str) -> Invalid | Unavailable:
    text = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else reason
    message = N_("The mail server refused: {code} {reason}", code=code, reason=text)
    return Invalid("address", message) if code >= _PERMANENT else Unavailable(message)


def open_mailer(url: str) -> Mailer:
    """The mailer of a MAIL_URL."""
    parts = urlsplit(url)
    if parts.scheme == "null":
        return NullMailer()
    if parts.scheme == "file":
        return FileMailer(Path(unquote(parts.path)))
    if parts.scheme in ("smtp", "smtps"):
        return SmtpMailer(url)
    raise ValueError(f"MAIL_URL must start with smtp://, smtps://, file:// or null://, not {parts.scheme}://")


_mailer: Mailer | None = None


def use_mailer(mailer: Mailer) -> None:
    global _mailer  # noqa: PLW0603 -- one way for mail a process, chosen at start
    _mailer = mailer


def mailer() -> Mailer:
    if _mailer is None:
        raise RuntimeError("no mailer: create_app() has not run")
    return _mailer
