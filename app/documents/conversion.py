"""A document of one format written in another, with every value named that could not be carried."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from decimal import Decimal, InvalidOperation
from enum import Enum
from typing import Any

from lxml import etree

from app.core.texts import N_
from app.core.xml import XmlError, parse, read_start
from app.documents.formats import Format, FormatError, formats
from app.documents.inspection.families import family_of
from app.documents.pdf_reading import PdfFault, embedded_xml, opened
from app.documents.reading import Reading
from app.documents.segments import Severity

_SCHEMA_INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"


@dataclass(frozen=True, slots=True)
class Lost:
    """A value that is not in what was written: where it was in the file (`line` 0: in the document read from it)."""

    path: str
    value: str
    line: int = 0


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
    lost = [*_unread(data, code, result, document), *_differing(document, again, "")]
    return Converted(written, code, target, tuple(lost))


def _unwrapped(data: bytes) -> bytes:
    """The XML of a PDF, else the file itself."""
    if b"%PDF-" not in data[:1024]:
        return data
    try:
        with opened(data) as pdf:
            inside = embedded_xml(pdf)
    except PdfFault as error:
        raise FormatError(error.message) from None
    if inside is None:
        raise FormatError(N_("The PDF holds no electronic invoice: it is for reading by people only."))
    return inside.data


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


def _unread(data: bytes, code: str, result: Any, document: Any) -> Iterator[Lost]:
    """What reading left over: as it says itself, else the leaves that the same format would not write again."""
    first = result[0] if isinstance(result, (list, tuple)) else result
    if isinstance(first, Reading):
        yield from (Lost(item.path, item.value, item.line) for item in first.leftovers)
        return
    try:
        written = Counter((path, value) for path, value, _ in _leaves(parse(formats[code].dumps(document))))
        leaves = list(_leaves(parse(data)))
    except XmlError:
        return
    for path, value, line in leaves:
        if written[path, value]:
            written[path, value] -= 1
        else:
            yield Lost(path, value, line)


def _leaves(root: etree._Element) -> Iterator[tuple[str, str, int]]:
    stack: list[str] = []
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if event == "end":
            stack.pop()
            continue
        stack.append(etree.QName(element).localname)
        path, line = "/" + "/".join(stack), element.sourceline or 0
        for name, value in element.attrib.items():
            if not name.startswith(f"{{{_SCHEMA_INSTANCE}}}"):
                yield f"{path}/@{etree.QName(name).localname}", value.strip(), line
        text = " ".join((element.text or "").split())
        if text and not len(element):
            yield path, _plain(text), line


def _plain(text: str) -> str:
    """Numbers without what does not change them: 10.00 is 10."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        return text
    is_number = number.is_finite() and len(text) < 30 and (text[0] != "0" or text.startswith("0.") or text == "0")
    return format(number.normalize(), "f") if is_number and "E" not in text.upper() else text


def _differing(one: Any, other: Any, path: str) -> Iterator[Lost]:
    """The values of one document that the other has not."""
    if one == other or one in (None, "", ()):
        return
    if is_dataclass(one) and not isinstance(one, type):
        for item in fields(one):
            value = getattr(one, item.name)
            yield from _differing(value, getattr(other, item.name, None), f"{path}.{item.name}".lstrip("."))
    elif isinstance(one, tuple):
        others = other if isinstance(other, tuple) else ()
        for n, value in enumerate(one):
            yield from _differing(value, others[n] if n < len(others) else None, f"{path}[{n + 1}]")
    else:
        yield Lost(path, str(one.value if isinstance(one, Enum) else one))
