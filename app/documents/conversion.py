"""A document of one format written in another, with every value named that could not be carried."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lxml import etree

from app.core.texts import N_
from app.core.xml import XmlError, parse, read_start
from app.documents.containers import ContainerFault, Part, is_container, open_container
from app.documents.containers.archives import office_kind
from app.documents.formats import Format, FormatError, formats
from app.documents.inspection.families import family_of
from app.documents.losses import Lost, differing, unread
from app.documents.pdf_reading import PdfFault, embedded_xml, opened
from app.documents.reading import Reading
from app.documents.segments import Severity

_MAX_LAYERS = 5
_ENVELOPE, _ENVELOPE_WITHIN = "StandardBusinessDocument", 4096


@dataclass(frozen=True, slots=True)
class Converted:
    """`source` and `target` are codes of formats."""

    data: bytes
    source: str
    target: str
    lost: tuple[Lost, ...]


def convert(data: bytes, target: str, source: str = "") -> Converted:
    """FormatError when the file cannot be read, or holds what the target format has no form for."""
    if target not in formats:
        raise FormatError(N_("There is no format {code}; known are {codes}.", code=target, codes=", ".join(formats)))
    data = _unwrapped(data)
    code, result = _read(data, formats[target], source)
    document = _document(result)
    form = formats[target]
    if not isinstance(document, form.documents):
        kind = type(document).__name__
        raise FormatError(N_("{code} has no form for this document ({kind}).", code=target, kind=kind))
    written = form.dumps(document)
    again = _document(form.loads(written))
    lost = [*unread(data, code, result, document), *differing(document, again)]
    return Converted(written, code, target, tuple(lost))


def _unwrapped(data: bytes) -> bytes:
    """The document itself: the XML of a PDF, the one file of an archive, letter or signature, the content of an envelope."""
    for _ in range(_MAX_LAYERS):
        if b"%PDF-" in data[:1024]:
            data = _inside_pdf(data)
        elif data.startswith(b"PK") and office_kind(data):
            return data
        elif is_container(data[:1024]):
            files = _contained(data)
            if len(files) != 1:
                raise FormatError(N_("The file holds {n} documents; one is converted at a time.", n=len(files)))
            data = files[0].data
        elif (inside := _inside_envelope(data)) is not None:
            data = inside
        else:
            return data
    raise FormatError(N_("The file is packed more than {limit} times.", limit=_MAX_LAYERS))


def _inside_pdf(data: bytes) -> bytes:
    try:
        with opened(data) as pdf:
            inside = embedded_xml(pdf)
    except PdfFault as error:
        raise FormatError(error.message) from None
    if inside is None:
        raise FormatError(N_("The PDF holds no electronic invoice: it is for reading by people only."))
    return inside.data


def _contained(data: bytes) -> tuple[Part, ...]:
    try:
        return open_container(data).parts
    except ContainerFault as error:
        raise FormatError(error.message) from None


def _inside_envelope(data: bytes) -> bytes | None:
    """The one document of a StandardBusinessDocument, its lines those of the file; None where this is no envelope."""
    if _ENVELOPE.encode() not in data[:_ENVELOPE_WITHIN]:
        return None
    try:
        root = parse(data)
    except XmlError as error:
        raise FormatError(error.message, error.line) from None
    if etree.QName(root).localname != _ENVELOPE:
        return None
    inside = [child for child in root if etree.QName(child).localname != f"{_ENVELOPE}Header"]
    if len(inside) != 1:
        raise FormatError(N_("The file holds {n} documents; one is converted at a time.", n=len(inside)))
    written = etree.tostring(inside[0], encoding="unicode", with_tail=False).encode()
    return b"\n" * ((inside[0].sourceline or 1) - 1) + written


def _read(data: bytes, target: Format, source: str) -> tuple[str, Any]:
    """Tried are the formats of the file's family, first those with documents that the target has a form for."""
    if source and source not in formats:
        raise FormatError(N_("There is no format {code}; known are {codes}.", code=source, codes=", ".join(formats)))
    beginnings = _beginnings(data)
    codes = [source] if source else [code for code in formats if code.startswith(beginnings)]
    codes.sort(key=lambda code: set(target.documents).isdisjoint(formats[code].documents))
    problem = FormatError(N_("The file is in no format that is read here."))
    for code in codes:
        try:
            return code, formats[code].loads(data)
        except FormatError as error:
            problem = max(problem, error, key=lambda one: one.line)
    raise problem


def _beginnings(data: bytes) -> tuple[str, ...]:
    """Of the codes of the formats that may read the file."""
    start = data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(b"UN"):
        return ("edifact",)
    if start.startswith(b"ISA"):
        return ("x12",)
    if b"<" not in start[:4].replace(b"\x00", b""):
        return ("",)
    try:
        root, _ = read_start([data])
    except XmlError as error:
        raise FormatError(error.message, error.line) from None
    return family_of(root).formats or ("",)


def _document(result: Any) -> Any:
    """The one document that was read."""
    if isinstance(result, (list, tuple)):
        if len(result) != 1:
            raise FormatError(N_("The file holds {n} documents; one is converted at a time.", n=len(result)))
        return _document(result[0])
    if not isinstance(result, Reading):
        return result
    for fault in result.faults:
        if fault.severity is Severity.FATAL:
            raise FormatError(fault.message, fault.line, fault.path, column=fault.column)
    return result.document
