"""The registry of transports, one file each: how bytes come and go. No database, no Flask, nothing of a message's content.

    TRANSPORTS.add("sftp", Transport("sftp", N_("SFTP"), SftpSettings, send=send, poll=poll))

A transport sends (`send`), fetches (`poll`) or is called (`accept`); one may do several of these. Whatever goes wrong on
the way is a `TransportError` that says whether trying again may help. Nothing is confirmed to the other side before the
bytes are kept: `poll` yields files whose `done()` is called after that, `accept` returns the answer to give after that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.core.registry import Registry
from app.core.texts import Message


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


@dataclass(frozen=True, slots=True)
class Sent:
    """`reference` as the other side knows it; `answer` is what came back at once (an MDN, a cXML response), to be kept.

    `is_pending`: a receipt comes later (an asynchronous MDN); the message is not yet delivered.
    """

    reference: str = ""
    answer: bytes = b""
    answer_type: str = ""
    is_pending: bool = False
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Incoming:
    """Bytes that came. `sender` is how the transport knows who it was (AS2 id, mail address); `facts` go into the log.

    `done` is called when the bytes are kept: it deletes, moves or marks them on the other side.
    `receipt_for` is the `Sent.reference` that this confirms or refuses (an MDN); then it is no message.
    """

    name: str
    data: bytes
    media_type: str = ""
    sender: str = ""
    reference: str = ""
    sent_at: datetime | None = None
    receipt_for: str = ""
    receipt_fault: str = ""
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
class Accepted:
    """What a call brought, and the answer that is given once that is kept. Without files the call changes nothing."""

    files: tuple[Incoming, ...]
    answer: Answer


@dataclass(frozen=True, slots=True)
class Transport:
    """One way. `settings` is a frozen dataclass of plain values; fields with metadata {"secret": True} are kept sealed.

    Metadata of a field may hold `label` and `help` (Message) and `choices`; the settings form is made from them.
    `accept` raises TransportError for a caller it does not know.
    """

    code: str
    name: Message
    settings: type[Any]
    send: Callable[[Any, Outgoing], Sent] | None = None
    poll: Callable[[Any], Iterator[Incoming]] | None = None
    accept: Callable[[Any, Call], Accepted] | None = None


TRANSPORTS: Registry[Transport] = Registry(__name__)
