"""Mail: documents as attachments, out by SMTP, in from a mailbox (IMAP over TLS) or a folder of mails.

Who may send is pinned for each channel: an address or a domain in From. The envelope sender (Return-Path, written by our
own mail server) must be of the same domain where it is known, and where the name of that server is set, its own check
(Authentication-Results: SPF, DKIM or DMARC passed) must have succeeded. Mails of others are put aside, never read.
"""

from __future__ import annotations

import hashlib
import imaplib
import re
import ssl
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, default
from email.utils import format_datetime, getaddresses, parseaddr, parsedate_to_datetime
from functools import partial
from pathlib import Path
from socket import socket
from typing import Any, Self
from urllib.parse import urlsplit

from app.core import clock, reach
from app.core.errors import DomainError, Invalid
from app.core.http import context
from app.core.mail import mailer, open_mailer
from app.core.settings import settings as machine
from app.core.texts import N_
from app.exchange.domain.file_names import is_wanted, safe_name
from app.exchange.transports import (
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

NOWHERE, IMAP, FOLDER = "none", "imap", "folder"
MAX_MAIL = 40_000_000
_CONNECT = 20


@dataclass(frozen=True, slots=True)
class MailSettings:
    """Without own server mail leaves as all of Kontor's mail does (MAIL_URL)."""

    to: str = setting(N_("Addresses to send to"), "", help_=N_("With commas between them; empty: we only receive."))
    sender: str = setting(N_("Sender of our mails"), "", help_=N_("Empty: as all mail of this portal."))
    server_address: str = setting(
        N_("Mail server to send by"), "", is_secret=True,
        help_=N_("smtps://user:password@mail.example; empty: as all mail of this portal."),
    )  # fmt: skip
    source: str = setting(
        N_("Where mails come in"), NOWHERE,
        choices=((NOWHERE, N_("Nowhere: we only send")), (IMAP, N_("Mailbox (IMAP over TLS)")), (FOLDER, N_("Folder of mails"))),
    )  # fmt: skip
    host: str = setting(N_("Mail server of the mailbox"), "")
    port: int = setting(N_("Port"), 993)
    user: str = setting(N_("User"), "")
    password: str = setting(N_("Password"), "", is_secret=True)
    mailbox: str = setting(N_("Mailbox or folder"), "INBOX")
    done: str = setting(N_("Mailbox for mails that were read"), "Kontor", help_=N_("Empty: they are deleted."))
    refused: str = setting(N_("Mailbox for mails of others"), "Kontor-refused")
    senders: str = setting(
        N_("Who may send"), "", help_=N_("Addresses or domains, such as orders@partner.example, @partner.example")
    )
    checked_by: str = setting(
        N_("Name of our server in Authentication-Results"), "",
        help_=N_("Where it is set, the server must have found SPF, DKIM or DMARC in order."),
    )  # fmt: skip
    pattern: str = setting(N_("Names of attachments to take"), "*", help_=N_("With * and ?, such as *.xml"))
    authority: str = setting(
        N_("Certificate to trust"), "", is_long=True, help_=N_("PEM; only where the partner's is not publicly known.")
    )
    seconds: int = setting(N_("Seconds to wait for an answer"), 60)

    def __post_init__(self) -> None:
        for name, address in getaddresses([self.to, self.sender]):
            if (name or address) and "@" not in address:
                raise Invalid("to", N_("{address} is no mail address.", address=address or name))
        if self.source != NOWHERE and not pinned(self.senders):
            raise Invalid("senders", N_("Enter who may send: without that everybody could."))
        if self.source == IMAP and not (self.host and self.user and self.password):
            raise Invalid("host", N_("A mailbox needs server, user and password."))
        if self.server_address and not self.server_address.startswith(("smtp://", "smtps://")):
            raise Invalid("server_address", N_("The address of a mail server begins with smtp:// or smtps://."))
        if self.authority:
            context(self.authority)
        if not 1 <= self.port <= 65535:
            raise Invalid("port", N_("Choose from 1 to 65535."))
        if not 1 <= self.seconds <= 600:
            raise Invalid("seconds", N_("Choose from 1 to 600 seconds."))


def pinned(text: str) -> list[str]:
    return [part.strip().lower() for part in re.split(r"[,\s]+", text) if "@" in part]


def send(settings: MailSettings, outgoing: Outgoing) -> Sent:
    """One mail with the document attached; its Message-ID is the same at every attempt."""
    recipients = [address for _name, address in getaddresses([settings.to]) if address]
    if not recipients:
        raise TransportError(N_("This channel has no address to send to."), may_pass=False)
    message = EmailMessage(policy=SMTP)
    sender = settings.sender or machine().MAIL_FROM
    domain = parseaddr(sender)[1].rpartition("@")[2] or "localhost"
    mark = hashlib.sha256(outgoing.reference.encode() + outgoing.data).hexdigest()[:24]
    message["From"], message["To"] = sender, ", ".join(recipients)
    message["Subject"] = " ".join((outgoing.subject or outgoing.document_type).split())[:200]
    message["Message-ID"] = f"<{safe_name(outgoing.reference)}.{mark}@{domain}>"
    message["Date"] = format_datetime(clock.now())
    message["Auto-Submitted"] = "auto-generated"
    message["X-Kontor-Reference"] = safe_name(outgoing.reference)
    message.set_content(f"{outgoing.subject or outgoing.document_type}\n{outgoing.reference}\n")
    for name, media_type, data in ((outgoing.name, outgoing.media_type, outgoing.data), *outgoing.attachments):
        kind, _sign, subtype = media_type.partition(";")[0].partition("/")
        message.add_attachment(
            data, maintype=kind, subtype=subtype or "octet-stream", filename=safe_name(name) or "message"
        )
    with as_transport_error():
        if settings.server_address:
            parts = urlsplit(settings.server_address)
            reach.find(parts.hostname or "localhost", parts.port or 25)
        (open_mailer(settings.server_address) if settings.server_address else mailer()).send(message)
    return Sent(str(message["Message-ID"]), facts={"to": ", ".join(recipients)})


def poll(settings: MailSettings, known: Known) -> Iterator[Incoming]:
    """The attachments of each mail of the pinned senders; a mail is put away when its last attachment is kept."""
    if settings.source == NOWHERE:
        return
    refused: list[str] = []
    with (_Imap if settings.source == IMAP else _Folder)(settings) as box:
        for name in box.names():
            raw = box.read(name)
            if raw is None:
                refused.append(name)
                box.move(name, settings.refused)
                continue
            message = message_from_bytes(raw, policy=default)
            fault = sender_fault(settings, message)
            if fault:
                refused.append(fault)
                box.move(name, settings.refused)
                continue
            found = list(_attachments(settings, message, raw))
            if not found:
                refused.append(f"From {message['From']}, {message['Subject']}: no attachment"[:200])
                box.move(name, settings.refused)
                continue
            new = [one for one in found if not known(one.key)]
            put_away = partial(box.move, name, settings.done)
            if not new:
                put_away()
            for place, one in enumerate(new, 1):
                yield _with_done(one, put_away) if place == len(new) else one
    if refused:
        told = "; ".join(refused[:3])
        raise TransportError(
            N_("{count} mails were put aside: {reason}", count=len(refused), reason=told), may_pass=False
        )


def _with_done(one: Incoming, done: Any) -> Incoming:
    return Incoming(
        one.name, one.data, one.media_type, one.sender, one.reference, one.sent_at, key=one.key, facts=one.facts, done=done
    )  # fmt: skip


def sender_fault(settings: MailSettings, message: EmailMessage) -> str:
    """Why a mail is not of a pinned sender; "" when it is."""
    froms = [address.lower() for _name, address in getaddresses([str(one) for one in message.get_all("From", [])])]
    if len(froms) != 1 or not _is_pinned(froms[0], settings):
        return f"From {', '.join(froms)[:80] or '-'}"
    domain = froms[0].rpartition("@")[2]
    envelope = parseaddr(str(message.get("Return-Path", "")))[1].lower()
    if envelope and not _same_domain(envelope.rpartition("@")[2], domain) and not _is_pinned(envelope, settings):
        return f"From {froms[0]}, envelope {envelope[:80]}"
    if settings.checked_by and not _is_checked(settings.checked_by, message):
        return f"From {froms[0]}, Authentication-Results"
    return ""


def _is_pinned(address: str, settings: MailSettings) -> bool:
    return any(address == one or (one.startswith("@") and address.endswith(one)) for one in pinned(settings.senders))


def _same_domain(one: str, other: str) -> bool:
    return one == other or one.endswith(f".{other}") or other.endswith(f".{one}")


def _is_checked(server: str, message: EmailMessage) -> bool:
    """By the topmost header of our own server only: those below may be the sender's invention."""
    for value in message.get_all("Authentication-Results", []):
        name, _sign, results = str(value).partition(";")
        if name.strip().lower().split(" ")[0] == server.lower():
            return bool(re.search(r"\b(?:spf|dkim|dmarc)\s*=\s*pass\b", results, re.IGNORECASE))
    return False


def _attachments(settings: MailSettings, message: EmailMessage, raw: bytes) -> Iterator[Incoming]:
    sender = parseaddr(str(message["From"]))[1].lower()
    message_id = str(message.get("Message-ID", "")).strip() or hashlib.sha256(raw).hexdigest()
    sent_at = None
    with suppress(ValueError, TypeError):
        sent_at = parsedate_to_datetime(str(message["Date"]))
        sent_at = sent_at.replace(tzinfo=UTC) if sent_at.tzinfo is None else sent_at
    facts = {
        "from": sender, "subject": str(message.get("Subject", ""))[:200], "message_id": message_id[:255],
        "envelope": str(message.get("Return-Path", ""))[:200], "checked_by": settings.checked_by,
    }  # fmt: skip
    mark = hashlib.sha256(raw).hexdigest()
    for place, part in enumerate(message.walk()):
        name = safe_name(part.get_filename() or "")
        if part.is_multipart() or not name or not is_wanted(name, settings.pattern):
            continue
        data = part.get_payload(decode=True)
        if isinstance(data, bytes) and data and part.get_content_maintype() != "image":
            key = f"{message_id}|{mark}|{place}"
            yield Incoming(name, data, part.get_content_type(), sender, message_id[:255], sent_at, key=key, facts=facts)


class _Imap:
    """A mailbox. Mails are named by their UID; none is marked as read before it is kept."""

    def __init__(self, settings: MailSettings) -> None:
        self._settings = settings

    def __enter__(self) -> Self:
        settings = self._settings
        try:
            with as_transport_error():
                self._box = _Tls(settings)
            self._box.login(settings.user, settings.password)
            self._ask("select", _quoted(settings.mailbox))
        except imaplib.IMAP4.error as error:
            raise TransportError(
                N_("The mail server refuses: {code} {reason}", code="", reason=_words(error)), may_pass=False
            ) from error
        except (OSError, ssl.SSLError) as error:
            raise self._broken(error) from error
        return self

    def __exit__(self, *_error: object) -> None:
        with suppress(Exception):
            self._box.logout()

    def _broken(self, error: Exception) -> TransportError:
        return TransportError(
            N_("The connection to {host} broke: {reason}", host=self._settings.host, reason=_words(error)),
            may_pass=not isinstance(error, ssl.SSLCertVerificationError),
        )

    def _ask(self, command: str, *arguments: str) -> list[Any]:
        """`uid` commands and others alike; TransportError when the server says no or the connection is gone."""
        try:
            ask = getattr(self._box, command) if command != "uid" else self._box.uid
            state, found = ask(*arguments)
        except (imaplib.IMAP4.error, OSError, ssl.SSLError) as error:
            raise self._broken(error) from error
        if state != "OK":
            said = found[0].decode("utf-8", "replace") if found and isinstance(found[0], bytes) else str(state)
            raise TransportError(
                N_("The mail server refused: {code} {reason}", code=state, reason=said), may_pass=False
            )
        return list(found)

    def names(self) -> list[str]:
        found = self._ask("uid", "SEARCH", "UNDELETED")
        return found[0].decode().split() if found and found[0] else []

    def read(self, name: str) -> bytes | None:
        """None when it is larger than we take."""
        head = b" ".join(part for part in self._ask("uid", "FETCH", name, "(RFC822.SIZE)") if isinstance(part, bytes))
        size = re.search(rb"RFC822\.SIZE (\d+)", head)
        if size is None or int(size[1]) > MAX_MAIL:
            return None
        found = self._ask("uid", "FETCH", name, "(BODY.PEEK[])")
        return next((bytes(part[1]) for part in found if isinstance(part, tuple)), None)

    def move(self, name: str, mailbox: str) -> None:
        if mailbox:
            try:
                self._ask("uid", "COPY", name, _quoted(mailbox))
            except TransportError:
                self._ask("create", _quoted(mailbox))
                self._ask("uid", "COPY", name, _quoted(mailbox))
        self._ask("uid", "STORE", name, "+FLAGS", "(\\Seen \\Deleted)")
        self._ask("expunge")


class _Tls(imaplib.IMAP4):
    """To an address that may be reached, with TLS from the first byte."""

    def __init__(self, settings: MailSettings) -> None:
        self._kontor = settings
        super().__init__(settings.host, settings.port, settings.seconds)

    def _create_socket(self, timeout: int | None) -> socket:
        settings = self._kontor
        plain = reach.connect(settings.host, settings.port, timeout=_CONNECT)
        plain.settimeout(settings.seconds)
        return context(settings.authority).wrap_socket(plain, server_hostname=settings.host)


class _Folder:
    """Mails as files (.eml), as mail servers drop them into a Maildir or a program saves them."""

    def __init__(self, settings: MailSettings) -> None:
        root = machine().exchange_folder
        self._folder = (root / settings.mailbox).resolve()
        if root not in self._folder.parents:
            raise TransportError(
                N_("The folder {path} is outside of {root}.", path=settings.mailbox, root=str(root)), may_pass=False
            )

    def __enter__(self) -> Self:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise self._trouble(error) from error
        return self

    def __exit__(self, *_error: object) -> None:
        """Nothing to close."""

    def _trouble(self, error: OSError) -> TransportError:
        return TransportError(
            N_("{path}: {reason}", path=str(self._folder), reason=error.strerror or str(error)), may_pass=True
        )

    def names(self) -> list[str]:
        found = (one for one in self._folder.iterdir() if one.is_file() and not one.is_symlink())
        return sorted(one.name for one in found if is_wanted(one.name, "*"))

    def read(self, name: str) -> bytes | None:
        path = self._folder / name
        try:
            return path.read_bytes() if path.stat().st_size <= MAX_MAIL else None
        except OSError as error:
            raise self._trouble(error) from error

    def move(self, name: str, mailbox: str) -> None:
        path = self._folder / name
        try:
            if not mailbox:
                path.unlink(missing_ok=True)
                return
            aside = self._folder / safe_name(mailbox)
            aside.mkdir(exist_ok=True)
            target, count = aside / name, 1
            while target.exists():
                count += 1
                target = aside / f"{count}.{name}"
            with suppress(FileNotFoundError):
                Path(path).rename(target)
        except OSError as error:
            raise self._trouble(error) from error


def _quoted(mailbox: str) -> str:
    return '"' + mailbox.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _words(error: Exception) -> str:
    said = error.args[0] if error.args else ""
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said or type(error).__name__)


def probe(settings: MailSettings) -> Iterator[Step]:
    """Opens the mailbox and counts; sends no mail."""
    if settings.source == NOWHERE:
        yield Step(N_("We only send by this channel."))
        return
    try:
        with (_Imap if settings.source == IMAP else _Folder)(settings) as box:
            yield Step(N_("The mailbox can be read."), detail=str(len(box.names())))
    except (TransportError, DomainError) as error:
        yield Step(error.message, is_good=False)


TRANSPORTS.add("mail", Transport("mail", N_("Mail"), MailSettings, send=send, poll=poll, probe=probe))
