"""Reading foreign XML without being harmed, and writing XML without a tree.

`parse` never loads a DTD, an entity or anything from outside, and refuses what is larger or deeper than its limits.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain, islice
from typing import NoReturn

from lxml import etree

from app.core.errors import Invalid
from app.core.texts import N_, Message

MAX_BYTES = 20_000_000
MAX_DEPTH = 100

# libxml2's own limits (10 MB a text, depth 256, entity amplification) hold up to here; beyond, huge_tree lifts them.
_PLAIN_BYTES = 10_000_000
_PROLOG_CHUNK = 4096
_PROLOG_BYTES = 1_000_000
_PLACE = re.compile(r", line \d+, column \d+$")


_ENTITY = re.compile(rb"<!ENTITY")
_PARAMETER = re.compile(rb"<!ENTITY\s+%\s+[A-Za-z_.:-][A-Za-z0-9_.:-]*\s+[\"']")
_PARAMETER_USED = re.compile(rb"%[A-Za-z_.:-][A-Za-z0-9_.:-]*;")


class XmlFault(StrEnum):
    """Why a document was refused: the named limits and the plain mistake."""

    MALFORMED = "malformed"
    TOO_LARGE = "too_large"
    TOO_DEEP = "too_deep"
    ENTITIES = "entities"


class XmlError(Invalid):
    """XML that is not read. `line` is 1-based, 0 when the fault has no place."""

    def __init__(self, fault: XmlFault, message: Message, line: int = 0) -> None:
        self.fault = fault
        self.line = line
        super().__init__("file", message)


@dataclass(frozen=True, slots=True)
class XmlStart:
    """The root as it opens: `system` is the DTD the DOCTYPE names, which is never loaded."""

    namespace: str
    name: str
    attributes: Mapping[str, str]
    system: str = ""
    has_doctype: bool = False


def parse(
    data: bytes, *, max_bytes: int = MAX_BYTES, max_depth: int = MAX_DEPTH, asides: bool = False
) -> etree._Element:
    """The root element, with comments and processing instructions dropped so that they never split a text.

    `asides` keeps both, for those who want to name them.
    """
    if len(data) > max_bytes:
        message = N_(
            "The file has {size} bytes; XML of more than {limit} bytes is not read.", size=len(data), limit=max_bytes
        )
        raise XmlError(XmlFault.TOO_LARGE, message)
    try:
        has_doctype = _check_prolog(data)
        root = etree.fromstring(data, _parser(len(data) > _PLAIN_BYTES, asides=asides))
    except etree.XMLSyntaxError as error:
        _refuse(error, max_depth)
    if has_doctype and next(root.iter(etree.Entity), None) is not None:
        raise XmlError(XmlFault.ENTITIES, N_("The XML uses entities of a DTD, which are not read."))
    if root.xpath(f"boolean({'/*' * (max_depth + 1)})"):
        raise _too_deep(max_depth)
    return root


def _parser(huge: bool, *, asides: bool = False) -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        dtd_validation=False,
        huge_tree=huge,
        remove_comments=not asides,
        remove_pis=not asides,
    )


def read_start(chunks: Iterable[bytes], *, max_bytes: int = _PROLOG_BYTES) -> tuple[XmlStart, Iterator[bytes]]:
    """The root's start tag, and all chunks from the first on. Entity declarations are refused."""
    source = iter(chunks)
    seen: list[bytes] = []
    try:
        for start in _starts(_kept(source, seen, max_bytes)):
            return start, chain(seen, source)
    except etree.XMLSyntaxError as error:
        _refuse(error, MAX_DEPTH)
    raise XmlError(XmlFault.MALFORMED, N_("The XML has no root element."))


def _kept(source: Iterator[bytes], seen: list[bytes], max_bytes: int) -> Iterator[bytes]:
    size = 0
    for chunk in source:
        seen.append(chunk)
        for start in range(0, len(chunk), _PROLOG_CHUNK):
            yield chunk[start : start + _PROLOG_CHUNK]
            size += _PROLOG_CHUNK
            if size > max_bytes:
                raise XmlError(
                    XmlFault.TOO_LARGE, N_("The XML has no root element in its first {n} bytes.", n=max_bytes)
                )


def _starts(chunks: Iterable[bytes]) -> Iterator[XmlStart]:
    """The root's start, once it is there; entity declarations are refused before anything could use them."""
    reader = etree.XMLPullParser(events=("start",), resolve_entities=False, load_dtd=False, no_network=True)
    seen: list[bytes] = []
    for chunk in chunks:
        seen.append(chunk)
        problem = _fed(reader, chunk)
        for _, element in reader.read_events():
            info = element.getroottree().docinfo
            declared = info.internalDTD
            has_entities = declared is not None and next(declared.iterentities(), None) is not None
            if has_entities and not _has_only_parameters(b"".join(seen)):
                raise XmlError(XmlFault.ENTITIES, N_("The XML declares entities, which is not allowed."))
            namespace, _, name = str(element.tag).removeprefix("{").rpartition("}")
            attributes = {str(key): str(value) for key, value in element.attrib.items()}
            has_doctype = declared is not None or bool(info.doctype)
            yield XmlStart(namespace, name, attributes, info.system_url or "", has_doctype)
        if problem is not None:
            raise problem
    reader.close()


def _fed(reader: etree.XMLPullParser, chunk: bytes) -> etree.XMLSyntaxError | None:
    """A fault behind the root's start tag must not hide the root."""
    try:
        reader.feed(chunk)
    except etree.XMLSyntaxError as error:
        return error
    return None


def parts(chunks: Iterable[bytes], names: Iterable[str], *, max_bytes: int) -> Iterator[etree._Element]:
    """Each element with one of the local names as soon as it is whole, in bounded memory.

    It is emptied, and what stands before it is dropped, when the next one is asked for; of what is around it only the
    start tags are there. Text of more than 10 MB and more than 256 levels are refused.
    """
    _, source = read_start(chunks)
    reader = etree.XMLPullParser(
        events=("end",), tag=[f"{{*}}{name}" for name in names], resolve_entities=False, load_dtd=False, no_network=True,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip
    size = 0
    try:
        for chunk in source:
            size += len(chunk)
            if size > max_bytes:
                message = N_("The file has more than {limit} bytes; it is not read further.", limit=max_bytes)
                raise XmlError(XmlFault.TOO_LARGE, message)
            reader.feed(chunk)
            yield from _ended(reader)
        reader.close()
    except etree.XMLSyntaxError as error:
        _refuse(error, MAX_DEPTH)
    yield from _ended(reader)


def _ended(reader: etree.XMLPullParser) -> Iterator[etree._Element]:
    for _, element in reader.read_events():
        yield element
        element.clear()
        parent = element.getparent()
        while parent is not None and element.getprevious() is not None:
            del parent[0]


def _has_only_parameters(prolog: bytes) -> bool:
    """Are all entities of the DTD inside texts for the DTD itself, and is none of them used or taken from outside?

    BMEcat 1.2 names the extensions of a catalogue so (`<!ENTITY % USERDEFINES "...">`); they never reach the document.
    """
    declared, parameters = len(_ENTITY.findall(prolog)), _PARAMETER.findall(prolog)
    return bool(parameters) and declared == len(parameters) and not _PARAMETER_USED.search(prolog)


def _check_prolog(data: bytes) -> bool:
    """Refuse entity declarations; tell whether there is a DOCTYPE at all."""
    pieces = (data[start : start + _PROLOG_CHUNK] for start in range(0, len(data), _PROLOG_CHUNK))
    return any(start.has_doctype for start in islice(_starts(pieces), 1))


def _refuse(error: etree.XMLSyntaxError, max_depth: int) -> NoReturn:
    line = error.lineno or 0
    if "depth" in (error.msg or ""):
        raise _too_deep(max_depth, line) from None
    reason = _PLACE.sub("", error.msg or "")
    message = N_("Line {line}: the XML is broken: {reason}", line=line, reason=reason)
    raise XmlError(XmlFault.MALFORMED, message, line) from None


def _too_deep(limit: int, line: int = 0) -> XmlError:
    return XmlError(XmlFault.TOO_DEEP, N_("The XML is nested deeper than {limit} levels.", limit=limit), line)


_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_IN_TEXT = re.compile("[&<>\r]")
_IN_ATTRIBUTE = re.compile('[&<>"\t\n\r]')
_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\t": "&#9;", "\n": "&#10;", "\r": "&#13;"}


def _escape(text: str, special: re.Pattern[str]) -> str:
    """Characters that XML cannot carry at all are left out."""
    if not text.isprintable():
        text = _FORBIDDEN.sub("", text)
    return special.sub(_escaped, text) if special.search(text) else text


def _escaped(match: re.Match[str]) -> str:
    return _ESCAPES[match[0]]


def _named(attributes: Mapping[str, str]) -> str:
    return "".join([f' {name}="{_escape(value, _IN_ATTRIBUTE)}"' for name, value in attributes.items() if value])


class XmlWriter:
    """Writes indented UTF-8 XML; the same calls give the same bytes. Empty leaves and empty groups are left out."""

    def __init__(self, root: str, namespaces: Mapping[str, str], **attributes: str) -> None:
        declarations = "".join(
            f' xmlns{":" if prefix else ""}{prefix}="{_escape(uri, _IN_ATTRIBUTE)}"'
            for prefix, uri in namespaces.items()
        )
        self._root = root
        start = f"<{root}{declarations}{_named(attributes)}>"
        self._parts = [f'<?xml version="1.0" encoding="UTF-8"?>\n{start}\n']
        self._open: list[tuple[str, int, bool]] = []
        self._settled: list[bytes] = []
        self._indent = "  "

    def leaf(self, tag: str, text: str, **attributes: str) -> None:
        """An element with a text; attributes without a value are left out."""
        if not text:
            return
        self._parts.append(f"{self._indent}<{tag}{_named(attributes)}>{_escape(text, _IN_TEXT)}</{tag}>\n")

    def empty(self, tag: str, **attributes: str) -> None:
        """An element that says everything by its attributes; those without a value are left out."""
        self._parts.append(f"{self._indent}<{tag}{_named(attributes)}/>\n")

    def group(self, tag: str, *, keep: bool = False, **attributes: str) -> XmlWriter:
        """`with writer.group(tag):` puts an element around what is written inside.

        It is left out when that is nothing, unless `keep`.
        """
        self._parts.append(f"{self._indent}<{tag}{_named(attributes)}>\n")
        self._open.append((tag, len(self._parts), keep))
        self._indent += "  "
        return self

    def __enter__(self) -> None:
        pass

    def __exit__(self, *_: object) -> None:
        tag, start, keep = self._open.pop()
        self._indent = self._indent[2:]
        if len(self._parts) == start:
            opened = self._parts.pop()
            if keep:
                self._parts.append(f"{opened[:-2]}/>\n")
        else:
            self._parts.append(f"{self._indent}</{tag}>\n")

    def settle(self) -> None:
        """Between elements of the root: what is written becomes bytes, which take far less room than the many parts."""
        if not self._open:
            self._settled.append("".join(self._parts).encode())
            self._parts.clear()

    def finish(self) -> bytes:
        return b"".join((*self._settled, "".join((*self._parts, f"</{self._root}>\n")).encode()))
