"""The registry of transports, one file each: how bytes come and go. No database, no Flask, nothing of a message's content.

    TRANSPORTS.add("sftp", Transport("sftp", N_("SFTP"), SftpSettings, send=send, poll=poll))

A transport sends (`send`), fetches (`poll`) or is called (`accept`); one may do several of these. Whatever goes wrong on
the way is a `TransportError` that says whether trying again may help. Nothing is confirmed to the other side before the
bytes are kept: `poll` yields files whose `done()` is called after that, `accept` returns the answer to give after that.
Settings are made by `settings_of`, which checks them; docs/channels.md says how to add a transport.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import MISSING, dataclass, field, fields
from datetime import datetime
from typing import Any

from app.core import http, reach
from app.core.errors import DomainError, Invalid
from app.core.registry import Registry
from app.core.texts import N_, Message

MAX_BYTES = 256_000_000
"""Larger files are not fetched."""


class TransportError(Exception):
    """`may_pass`: the same call may succeed later (time-out, busy, no connection); else a person must mend something."""

    def __init__(self, message: Message, *, may_pass: bool) -> None:
        self.message = message
        self.may_pass = may_pass
        super().__init__(str(message))


@dataclass(frozen=True, slots=True)
class Outgoing:
    """Bytes to be sent. `reference` is ours, the same at every attempt, so that the other side recognises a repeat."""

    reference: str
    name: str
    media_type: str
    data: bytes
    document_type: str
    is_test: bool = False
    subject: str = ""
    attachments: tuple[tuple[str, str, bytes], ...] = ()
    """Name, media type, bytes: where a transport can carry them (mail)."""
    answer_to: str = ""
    """The channel's own address, for receipts that come later."""


@dataclass(frozen=True, slots=True)
class Sent:
    """`reference` as the other side knows it; `answer` is what came back at once (an MDN, a cXML response), to be kept.

    `is_pending`: a receipt comes later (an asynchronous MDN); the message is not yet delivered. `check` is what that
    receipt must repeat.
    """

    reference: str = ""
    answer: bytes = b""
    answer_type: str = ""
    is_pending: bool = False
    check: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Incoming:
    """Bytes that came. `sender` is how the transport knows who it was (AS2 id, mail address); `facts` go into the log.

    `done` is called when the bytes are kept: it deletes, moves or marks them on the other side. `key` names the file on
    the other side, so that it is not fetched twice even when `done` did not get through.
    `receipt_for` is the `Sent.reference` that this confirms or refuses (an MDN); then it is no message. `receipt_check`
    must then be what `Sent.check` was (the MIC), where there is one.
    """

    name: str
    data: bytes
    media_type: str = ""
    sender: str = ""
    reference: str = ""
    sent_at: datetime | None = None
    receipt_for: str = ""
    receipt_fault: str = ""
    receipt_check: str = ""
    key: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)
    done: Callable[[], None] = lambda: None


@dataclass(frozen=True, slots=True)
class Call:
    """A request of a partner to a channel's own address: header names in lower case."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    address: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent back to a `Call`."""

    status: int
    body: bytes = b""
    media_type: str = "text/plain; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Later:
    """An answer that goes out in a call of its own (an asynchronous MDN), tried again until it is taken."""

    address: str
    body: bytes
    media_type: str
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Accepted:
    """What a call brought, and the answer that is given once that is kept. Without files the call changes nothing.

    `reference` is the caller's name for the call: when it comes again, the first answer is given again and nothing else
    happens. `fault` says why a caller that we know brought nothing we can keep; the answer tells it the same.
    """

    files: tuple[Incoming, ...]
    answer: Answer
    reference: str = ""
    later: Later | None = None
    fault: Message | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was tried when a person tests a channel."""

    text: Message
    is_good: bool = True
    detail: str = ""


Known = Callable[[str], bool]
"""Whether the file of that key is kept already: then it is only tidied up, not fetched again."""


@dataclass(frozen=True, slots=True)
class Transport:
    """One way. `settings` is a frozen dataclass of plain values (str, int, bool) made with `setting`.

    `accept` raises TransportError for a caller it does not know. `reply` delivers a `Later`. `probe` tries the channel
    without sending or taking anything and tells step by step; a step that is not good is its last.
    `facts` are what a person should know of the settings without being told secrets: validity of certificates.
    """

    code: str
    name: Message
    settings: type[Any]
    send: Callable[[Any, Outgoing], Sent] | None = None
    poll: Callable[[Any, Known], Iterator[Incoming]] | None = None
    accept: Callable[[Any, Call], Accepted] | None = None
    reply: Callable[[Any, Later], None] | None = None
    probe: Callable[[Any], Iterator[Step]] | None = None
    facts: Callable[[Any], list[Step]] | None = None


TRANSPORTS: Registry[Transport] = Registry(__name__)


def setting(
    label: Message,
    default: Any = MISSING,
    *,
    help_: Message | None = None,
    is_secret: bool = False,
    is_long: bool = False,
    choices: tuple[tuple[str, Message], ...] = (),
) -> Any:
    """A field of settings; without default it must be filled in. `is_long`: several lines, such as a certificate.

    A secret is kept sealed and does not show when the settings are printed.
    """
    metadata = {"label": label, "help": help_, "secret": is_secret, "long": is_long, "choices": choices}
    if default is MISSING:
        return field(metadata=metadata, repr=not is_secret)
    return field(default=default, metadata=metadata, repr=not is_secret)


def settings_of(transport: Transport, values: Mapping[str, Any]) -> Any:
    """The settings from plain values (secret ones included); Invalid names the field that cannot be used."""
    given: dict[str, Any] = {}
    for one in fields(transport.settings):
        value = values.get(one.name)
        if value is None or (value == "" and one.type not in ("str", str)):
            value = None if one.default is MISSING else one.default
        if isinstance(value, str):
            value = value.strip()
        if value is None or (one.default is MISSING and value == ""):
            raise Invalid(one.name, N_("{label} is missing.", label=one.metadata["label"]))
        given[one.name] = _typed(one.name, str(getattr(one.type, "__name__", one.type)), value, one.metadata)
    return transport.settings(**given)


def _typed(name: str, kind: str, value: Any, metadata: Mapping[str, Any]) -> Any:
    if kind == "bool":
        return value in (True, 1, "1", "true", "y", "on", "yes")
    if kind == "int":
        if not str(value).isdigit() or len(str(value)) > 9:
            raise Invalid(name, N_("{label}: enter a whole number.", label=metadata["label"]))
        return int(value)
    if metadata["choices"] and value not in dict(metadata["choices"]):
        raise Invalid(name, N_("{label}: choose one of the list.", label=metadata["label"]))
    return str(value)


@contextmanager
def as_transport_error() -> Iterator[None]:
    """Errors of core.http, core.mail and settings within the block become a TransportError."""
    try:
        yield
    except DomainError as error:
        raise TransportError(error.message, may_pass=error.is_retryable) from error


def probe_address(method: str, address: str, seconds: int, authority: str) -> Iterator[Step]:
    """The way to an HTTP address, step by step; `authority` is a certificate to trust beside the usual ones."""
    try:
        aim = http.target(address)
        addresses = reach.find(aim.host, aim.port)
        yield Step(N_("The host {host} is known.", host=aim.host), detail=", ".join(str(one) for one in addresses))
        found = http.call(method, address, timeout=seconds, authority=authority)
        yield Step(N_("The partner's server answers."), detail=str(found.status))
    except DomainError as error:
        yield Step(error.message, is_good=False)
