"""One document as a whole interchange, and back: what the registry of formats offers of each transaction set."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time
from typing import Any

from app.core.texts import N_
from app.documents.formats import Format, FormatError
from app.documents.model.party import Party
from app.documents.reading import Reading
from app.documents.segments import Severity
from app.documents.x12.envelope import TransactionSet, X12File
from app.documents.x12.writer import Body, Envelope, write_interchange

MEDIA_TYPE = "application/EDI-X12"
Write = Callable[[Any], Body]
Read = Callable[[TransactionSet], Reading[Any]]
_EPOCH = date(1970, 1, 1)
_SENT_BY_BUYER = {"order", "order-change", "request-for-quotation"}
_SET_NUMBER = re.compile(r"[A-Za-z0-9]{4,9}", re.ASCII)
_DUNS, _DUNS_LENGTH = "0060", 9
_ISA_QUALIFIERS = {"01", "08", "12", "14", "16", "30"}


def single_format(
    code: str, types: tuple[str, ...], documents: tuple[type, ...], write: Write, read: Read, *, version: str = "004010"
) -> Format:
    """A format that writes one set an interchange and reads a file with one set of `types`."""

    def dumps(value: Any) -> bytes:
        number = value.number if _is_answer(value) else ""
        references = [number] if _SET_NUMBER.fullmatch(number) else []
        return write_interchange([write(value)], replace(default_envelope(value), version=version), references)

    def loads(data: bytes) -> Any:
        return load_one(data, types, read)

    return Format(code, MEDIA_TYPE, documents, dumps, loads)


def _is_answer(document: Any) -> bool:
    """Of an acknowledgement the set's own control number is the number."""
    return bool(document.kind == "acknowledgement")


def load_one(data: bytes, types: tuple[str, ...], read: Read) -> Any:
    """The only document of a file; the first fatal fault, of the envelope or of the content, is raised."""
    file = X12File.of([data])
    found = list(file.sets())
    if len(found) != 1 or found[0].type not in types:
        kinds = ", ".join(dict.fromkeys(one.type for one in found[:20]))
        message = N_("The file should hold one {wanted}, it holds {count}: {kinds}", wanted="/".join(types),
                     count=len(found), kinds=kinds)  # fmt: skip
        raise FormatError(message, 1, column=1)
    reading = read(found[0])
    for fault in (*file.faults, *reading.faults):
        if fault.severity is Severity.FATAL:
            raise FormatError(fault.message, fault.line, fault.path, column=fault.column)
    return reading.document


def default_envelope(document: Any, control: int = 1) -> Envelope:
    """Between the parties of the document, of its day: for files that are not sent over a channel of a partner."""
    content = getattr(document, "content", document)
    if _is_answer(document):
        sender, recipient = document.sender, document.receiver
    elif document.kind in _SENT_BY_BUYER:
        sender, recipient = content.buyer, content.seller
    else:
        sender, recipient = content.seller, content.buyer
    qualifier, code = _address(sender)
    other_qualifier, other = _address(recipient)
    return Envelope(
        control=control, prepared=datetime.combine(document.issue_date or _EPOCH, time()), sender=code, recipient=other,
        sender_qualifier=qualifier, recipient_qualifier=other_qualifier,
    )  # fmt: skip


def _address(party: Party | None) -> tuple[str, str]:
    if party is not None and party.gln:
        return "14", party.gln[:15]
    if party is not None:
        for identifier in party.identifiers:
            code = _plain(identifier.value)
            if code:
                return _qualifier(identifier.scheme, code), code
        if name := _plain(party.name.upper()):
            return "ZZ", name
    return "ZZ", "UNKNOWN"


def _qualifier(scheme: str, code: str) -> str:
    """Of an ISA: that of the interchange answered, else DUNS or agreed."""
    if scheme in _ISA_QUALIFIERS:
        return scheme
    return "01" if scheme == _DUNS and len(code) == _DUNS_LENGTH else "ZZ"


def _plain(text: str) -> str:
    return "".join(char for char in text if char.isascii() and char.isalnum())[:15]
