"""A file taken apart: its envelope, and of each document in it what it is, what it says, and its own bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lxml import etree

from app.core.texts import N_, Message
from app.core.xml import XmlError, parse, read_start
from app.documents.edifact import writer as edifact_writer
from app.documents.edifact.envelope import EdifactFile, EdifactMessage
from app.documents.edifact.messages import READERS as EDIFACT_READERS
from app.documents.format_options import loads_with
from app.documents.formats import FormatError, formats
from app.documents.inspection.families import family_of
from app.documents.model.party import Party
from app.documents.pdf_reading import PdfFault, embedded_xml, opened
from app.documents.reading import Reading
from app.documents.segments import Fault, Segment, Severity
from app.documents.x12 import writer as x12_writer
from app.documents.x12.acknowledgement import read_ta1
from app.documents.x12.documents import READERS as X12_READERS
from app.documents.x12.envelope import TransactionSet, X12File
from app.exchange.domain.partners import Name, Scheme

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 -- envelopes have no zone
EDIFACT, X12 = "edifact", "x12"
_CONTROL_LENGTH = 40


@dataclass(frozen=True, slots=True)
class Part:
    """One document of a file. Without `document` it could not be read: `faults` say why.

    `data` are its own bytes: the file, where that holds nothing else, else an interchange with this message alone.
    """

    position: int
    data: bytes
    document: Any = None
    format: str = ""
    type_code: str = ""
    version: str = ""
    message_number: str = ""
    checksum: str = ""
    faults: tuple[Fault, ...] = ()

    @property
    def fault(self) -> Fault | None:
        """The first that keeps the document from being taken."""
        return next((fault for fault in self.faults if fault.severity is Severity.FATAL), None)


@dataclass(frozen=True, slots=True)
class Opened:
    """`senders` are the names by which the sender can be recognised, the envelope's first."""

    family: str
    parts: tuple[Part, ...]
    control_number: str = ""
    senders: tuple[Name, ...] = ()
    is_test: bool = False
    wants_answer: bool = False
    faults: tuple[Fault, ...] = ()
    problem: Message | None = None


def open_file(data: bytes, prefer: Sequence[str] | Mapping[str, Mapping[str, Any]] = ()) -> Opened:
    """Never raises: a file that cannot be read has a `problem` and no parts, or parts without a document.

    `prefer` are codes of formats that the sender is known to use, or what was agreed about each of them.
    """
    start = data[:1024].removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n\x00\x1a")
    try:
        if start.startswith((b"UNA", b"UNB", b"UNH", b"UNG")):
            return _open_edifact(data)
        if start.startswith(b"ISA"):
            return _open_x12(data)
        if b"%PDF-" in data[:1024]:
            return _open_xml(_unwrapped(data), data, prefer)
        if b"<" in start[:4]:
            return _open_xml(data, data, prefer)
        return _open_other(data, prefer)
    except FormatError as error:
        return Opened("unknown", (), problem=error.message)
    except XmlError as error:
        return Opened("xml", (), problem=error.message)


def _unwrapped(data: bytes) -> bytes:
    try:
        with opened(data) as pdf:
            inside = embedded_xml(pdf)
    except PdfFault as error:
        raise FormatError(error.message) from None
    if inside is None:
        raise FormatError(N_("The PDF holds no electronic invoice: it is for reading by people only."))
    return bytes(inside.data)


def _checksum(*texts: str) -> str:
    total = hashlib.sha256()
    for text in texts:
        total.update(text.encode("utf-8", "surrogatepass"))
        total.update(b"\n")
    return total.hexdigest()


def _content(segments: Sequence[Segment]) -> str:
    """Of a message without its head, which holds its number."""
    return _checksum(*("+".join(":".join(one.components(at)) for at in range(len(one.parts))) for one in segments[1:]))


# EDIFACT


def _open_edifact(data: bytes) -> Opened:
    file = EdifactFile.of([data])
    messages = list(file.messages())
    parts = tuple(_edifact_part(one, data, is_alone=len(messages) == 1) for one in messages)
    head = file.interchanges[0] if file.interchanges else None
    names = list(_envelope_names(Scheme.EDIFACT, head.sender)) if head else []
    return Opened(
        EDIFACT, parts, head.reference if head else "", (*names, *_document_names(parts)), bool(head and head.is_test),
        bool(head and head.wants_acknowledgement), tuple(file.faults), None if parts else _first(file.faults),
    )  # fmt: skip


def _edifact_part(message: EdifactMessage, data: bytes, *, is_alone: bool) -> Part:
    reader = EDIFACT_READERS.get(message.type)
    reading: Reading[Any] | None = reader(message) if reader else None
    own = data if is_alone else _single_edifact(message)
    faults = reading.faults if reading else (_unknown(message.type, message.segments[0]),)
    return Part(
        message.position, own, reading.document if reading else None, f"edifact-{message.type.lower()}", message.type,
        message.code, message.reference, _content(message.segments), tuple(faults),
    )  # fmt: skip


def _unknown(kind: str, segment: Segment) -> Fault:
    return Fault(
        "FORMAT", N_("Messages of the kind {kind} are not read here.", kind=kind), segment.line, segment.column
    )


def _single_edifact(message: EdifactMessage) -> bytes:
    directory = edifact_writer.Directory(message.version, message.release, message.agency, message.association)
    body = edifact_writer.Body(message.type, directory)
    for segment in message.segments[1:]:
        body.add(segment.tag, *(segment.components(at) for at in range(1, len(segment.parts))))
    there = message.interchange
    envelope = edifact_writer.Envelope(
        reference=there.reference, prepared=_EPOCH, sender=there.sender, recipient=there.recipient, sender_qualifier="",
        recipient_qualifier="", is_test=there.is_test,
    )  # fmt: skip
    return edifact_writer.write_interchange([body], envelope, [message.reference])


# X12


def _open_x12(data: bytes) -> Opened:
    file = X12File.of([data])
    sets = list(file.sets())
    is_alone = len(sets) + len(file.answers) == 1
    parts = [_x12_part(one, data, is_alone=is_alone) for one in sets]
    for interchange, segment in file.answers:
        answer = read_ta1(interchange, segment)
        text = _content([segment, segment])
        parts.append(Part(len(parts) + 1, data, answer, "x12-ta1", "TA1", interchange.version, "", text))
    head = file.interchanges[0] if file.interchanges else None
    names = list(_envelope_names(Scheme.X12, head.sender)) if head else []
    return Opened(
        X12, tuple(parts), _unpadded(head.reference) if head else "", (*names, *_document_names(parts)),
        bool(head and head.is_test), bool(head and head.wants_acknowledgement), tuple(file.faults),
        None if parts else _first(file.faults),
    )  # fmt: skip


def _unpadded(number: str) -> str:
    return number.strip().lstrip("0") or "0"


def _x12_part(one: TransactionSet, data: bytes, *, is_alone: bool) -> Part:
    reader = X12_READERS.get(one.type)
    reading: Reading[Any] | None = reader(one) if reader else None
    own = data if is_alone else _single_x12(one)
    faults = reading.faults if reading else (_unknown(one.type, one.segments[0]),)
    return Part(
        one.position, own, reading.document if reading else None, _x12_code(one.type), one.type, one.version,
        one.reference, _content(one.segments), tuple(faults),
    )  # fmt: skip


def _x12_code(kind: str) -> str:
    return "x12-855" if kind == "865" else f"x12-{kind}"


def _single_x12(one: TransactionSet) -> bytes:
    body = x12_writer.Body(one.type, one.segments[0].value(3))
    for segment in one.segments[1:]:
        values = [segment.components(at) for at in range(1, len(segment.parts))]
        body.add(segment.tag, *(parts[0] if len(parts) == 1 else tuple(parts) for parts in values))
    there = one.interchange
    sender, recipient = there.sender.partition(":"), there.recipient.partition(":")
    envelope = x12_writer.Envelope(
        control=int(there.reference) if there.reference.isdecimal() else 1, prepared=_EPOCH, sender=sender[2].strip(),
        recipient=recipient[2].strip(), sender_qualifier=sender[0] or "ZZ", recipient_qualifier=recipient[0] or "ZZ",
        group_control=int(one.group_reference) if one.group_reference.isdecimal() else 1, version=one.version,
        is_test=there.is_test,
    )  # fmt: skip
    return x12_writer.write_interchange([body], envelope, [one.reference])


# XML and the rest


def _open_xml(data: bytes, whole: bytes, prefer: Iterable[str]) -> Opened:
    root, _ = read_start([data])
    family = family_of(root)
    beginnings = family.formats or ("",)
    codes = [code for code in formats if code.startswith(beginnings)]
    found = _load(data, [*(code for code in prefer if code in codes), *codes])
    parts = _parts(found, whole)
    control, names, is_test = _cxml_head(data) if family.code == "cxml" else ("", (), False)
    return Opened(family.code, parts, control, (*names, *_document_names(parts)), is_test)


def _open_other(data: bytes, prefer: Sequence[str] | Mapping[str, Mapping[str, Any]]) -> Opened:
    """Tables have no names of their own: only what was agreed with the sender tells what they are."""
    codes = [code for code in prefer if code in formats and not code.startswith((EDIFACT, X12))]
    if not codes or not data.strip():
        return Opened("unknown", (), problem=N_("The file is in no format that is known here."))
    parts = _parts(_load(data, codes, prefer if isinstance(prefer, Mapping) else {}), data)
    return Opened("table", parts, "", _document_names(parts))


@dataclass(frozen=True, slots=True)
class _Loaded:
    format: str
    result: Any = None
    error: FormatError | None = None


def _load(data: bytes, codes: Iterable[str], options: Mapping[str, Mapping[str, Any]] | None = None) -> _Loaded:
    problem = FormatError(N_("The file is in no format that is read here."))
    at = ""
    for code in dict.fromkeys(codes):
        try:
            return _Loaded(code, loads_with(code, data, (options or {}).get(code)))
        except FormatError as error:
            if error.line >= problem.line:
                problem, at = error, code
    return _Loaded(at, error=problem)


def _parts(found: _Loaded, data: bytes) -> tuple[Part, ...]:
    if found.error is not None:
        error = found.error
        fault = Fault("READ", error.message, error.line, error.column, error.path)
        return (Part(1, data, None, found.format, checksum=hashlib.sha256(data).hexdigest(), faults=(fault,)),)
    results = found.result if isinstance(found.result, (list, tuple)) else (found.result,)
    return tuple(_part(at, one, found.format, data) for at, one in enumerate(results, 1))


def _part(position: int, result: Any, code: str, data: bytes) -> Part:
    document = result.document if isinstance(result, Reading) else result
    faults = tuple(result.faults) if isinstance(result, Reading) else ()
    return Part(
        position, data, document, code, type(document).__name__, checksum=_checksum(repr(document)), faults=faults
    )


def _cxml_head(data: bytes) -> tuple[str, tuple[Name, ...], bool]:
    """payloadID, the credentials of From, and whether it is a test."""
    root = parse(data)
    names = []
    is_test = False
    for element in root.iter(etree.Element):
        if _local(element) == "Request" and element.get("deploymentMode") == "test":
            is_test = True
        if _local(element) != "Credential" or _local(element.getparent()) != "From":
            continue
        identity = next((str(child.text or "").strip() for child in element if _local(child) == "Identity"), "")
        if identity:
            names.append(Name(Scheme.CXML, f"{element.get('domain', '')}:{identity}"))
    payload = root.get("payloadID", "")
    if len(payload) > _CONTROL_LENGTH:
        payload = hashlib.sha256(payload.encode()).hexdigest()[:_CONTROL_LENGTH]
    return payload, tuple(names), is_test


def _local(element: etree._Element | None) -> str:
    return "" if element is None else etree.QName(element).localname


# Names


def _envelope_names(scheme: Scheme, value: str) -> Iterator[Name]:
    value = value.strip()
    code = value.partition(":")[2].strip() if scheme is Scheme.X12 else value
    if not code:
        return
    yield Name(scheme, f"{value.partition(':')[0]}:{code}" if scheme is Scheme.X12 else code)
    if len(code) == 13 and code.isdecimal():
        yield Name(Scheme.GLN, code)


_SENT_BY_BUYER = {"order", "order-change", "request-for-quotation", "receipt-advice", "basket"}


def _document_names(parts: Iterable[Part]) -> tuple[Name, ...]:
    """How the first readable document names the side that sent it."""
    for part in parts:
        if part.document is not None:
            return party_names(sending_party(part.document))
    return ()


def sending_party(document: Any) -> Party | None:
    kind = document.kind
    content = getattr(document, "content", document)
    if kind == "acknowledgement":
        return getattr(content, "sender", None)
    return getattr(content, "buyer" if kind in _SENT_BY_BUYER else "seller", None)


def party_names(party: Party | None) -> tuple[Name, ...]:
    """All names of a party, the surest first."""
    if party is None:
        return ()
    found = []
    if party.endpoint is not None and party.endpoint.value:
        found.append(Name(Scheme.ENDPOINT, f"{party.endpoint.scheme}:{party.endpoint.value}"))
    if party.gln:
        found.append(Name(Scheme.GLN, party.gln))
    for identifier in party.identifiers:
        scheme = {"0088": Scheme.GLN, "0060": Scheme.DUNS}.get(identifier.scheme, Scheme.OTHER)
        found.append(Name(scheme, identifier.value))
    if party.vat_id:
        found.append(Name(Scheme.VAT, party.vat_id))
    return tuple(found)


def _first(faults: Sequence[Fault]) -> Message:
    fatal = next((fault.message for fault in faults if fault.severity is Severity.FATAL), None)
    return fatal or N_("The file holds no message.")
