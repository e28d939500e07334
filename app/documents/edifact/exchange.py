"""One document as a whole interchange, and back: what the registry of formats offers of each message."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any

from app.core.texts import N_
from app.documents.edifact.envelope import EdifactFile, EdifactMessage
from app.documents.edifact.writer import D96A, Body, Directory, Envelope, write_interchange
from app.documents.formats import Format, FormatError
from app.documents.model.party import Party
from app.documents.reading import Reading
from app.documents.segments import Severity

MEDIA_TYPE = "application/EDIFACT"
Write = Callable[[Any, Directory], Body]
Read = Callable[[EdifactMessage], Reading[Any]]
_EPOCH = date(1970, 1, 1)
_SENT_BY_SELLER = {"order-response", "despatch-advice", "invoice", "credit-note", "catalogue", "quotation"}


def single_format(
    code: str, types: tuple[str, ...], document: type, write: Write, read: Read, *, directory: Directory = D96A
) -> Format:
    """A format that writes one message an interchange and reads a file with one message of `types`."""

    def dumps(value: Any) -> bytes:
        return write_interchange([write(value, directory)], default_envelope(value))

    def loads(data: bytes) -> Any:
        return load_one(data, types, read)

    return Format(code, MEDIA_TYPE, (document,), dumps, loads)


def load_one(data: bytes, types: tuple[str, ...], read: Read) -> Any:
    """The only document of a file; the first fatal fault, of the envelope or of the content, is raised."""
    file = EdifactFile.of([data])
    found = list(file.messages())
    if len(found) != 1 or found[0].type not in types:
        kinds = ", ".join(dict.fromkeys(message.type for message in found[:20]))
        message = N_("The file should hold one {wanted}, it holds {count}: {kinds}", wanted="/".join(types),
                     count=len(found), kinds=kinds)  # fmt: skip
        raise FormatError(message, 1, column=1)
    reading = read(found[0])
    for fault in (*file.faults, *reading.faults):
        if fault.severity is Severity.FATAL:
            raise FormatError(fault.message, fault.line, fault.path, column=fault.column)
    return reading.document


def default_envelope(document: Any, reference: str = "1") -> Envelope:
    """Between the parties of the document, of its day: for files that are not sent over a channel of a partner."""
    seller, buyer = getattr(document, "seller", None), getattr(document, "buyer", None)
    if document.kind == "order-change":
        seller, buyer = document.content.seller, document.content.buyer
    elif document.kind == "acknowledgement":
        seller, buyer = document.sender, document.receiver
    sender, receiver = (seller, buyer) if document.kind in _SENT_BY_SELLER | {"acknowledgement"} else (buyer, seller)
    prepared = datetime.combine(document.issue_date or _EPOCH, time())
    return Envelope(
        reference=reference, prepared=prepared, sender=_address(sender)[0], sender_qualifier=_address(sender)[1],
        recipient=_address(receiver)[0], recipient_qualifier=_address(receiver)[1],
    )  # fmt: skip


def _address(party: Party | None) -> tuple[str, str]:
    if party is None:
        return "UNKNOWN", ""
    if party.gln:
        return party.gln, "14"
    if party.identifiers:
        return party.identifiers[0].value[:35], "ZZ"
    return (party.name[:35].strip() or "UNKNOWN"), "ZZ"
