"""Any file: what it is by its first bytes, then the report of its format."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

from app.core.texts import N_
from app.documents.containers import ContainerFault, Part, is_container, open_container
from app.documents.containers.parts import MAX_PACKED, MAX_UNPACKED, too_large
from app.documents.inspection.edi import inspect_x12
from app.documents.inspection.edifact import inspect_edifact
from app.documents.inspection.pdf import inspect_pdf
from app.documents.inspection.report import SYNTAX, Inspection, InspectionFinding
from app.documents.inspection.xml import inspect_xml
from app.documents.pdf_reading import MAX_PDF_BYTES
from app.documents.segments import Severity

_LOOKED_AT = 1024
_MAX_DEPTH = 4
_EDIFACT = re.compile(rb"UN[ABGH]|U(?:N?$)")
_X12 = re.compile(rb"ISA[^A-Za-z0-9]|I(?:S|$)(?:A?$)")
_XML = re.compile(rb"<")
_WIDE = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


def inspect_file(chunks: Iterable[bytes], *, name: str = "", rules: Path | None = None) -> Inspection:
    """The report of one file, read once from its start. Bounded in memory whatever its size.

    `rules` is a folder of rule packs; the file's `name` tells only what it should have been.
    """
    source = iter(chunks)
    start = b""
    for chunk in source:
        start += chunk
        if len(start) >= _LOOKED_AT:
            break
    return _File(rules).inspect(start, chain([start], source), name)


class _File:
    """One file with all that lies in it: what is unpacked is counted over all layers."""

    def __init__(self, rules: Path | None) -> None:
        self._rules = rules
        self._left = MAX_UNPACKED
        self._depth = 0

    def inspect(self, start: bytes, whole: Iterable[bytes], name: str) -> Inspection:
        if is_container(start):
            return self._opened(b"".join(_up_to(whole, MAX_PACKED)))
        return _inspect(start, whole, name, self._rules)

    def _opened(self, data: bytes) -> Inspection:
        """The report of the one file inside, or one report of each."""
        try:
            if self._depth >= _MAX_DEPTH:
                raise ContainerFault("TOO_DEEP", N_("The file is packed more than {limit} times.", limit=_MAX_DEPTH))
            container = open_container(data)
            self._left -= sum(len(part.data) for part in container.parts)
            if self._left < 0:
                raise too_large()
        except ContainerFault as error:
            severity = Severity.WARNING if error.rule == "FORMAT" else Severity.FATAL
            return _refused(error.kind, error.rule, error.message, severity)
        self._depth += 1
        reports = [self._part(part) for part in container.parts]
        self._depth -= 1
        if len(reports) == 1:
            (found,) = reports
            found.container = "/".join(filter(None, (container.kind, found.container)))
        else:
            heads = [head for one in reports for head in one.documents]
            found = Inspection(container.kind, documents=heads, parts=reports)
        found.unchecked += [str(text) for text in container.unchecked]
        if not reports:
            found.unchecked.append(str(N_("There is no document in the file.")))
        return found

    def _part(self, part: Part) -> Inspection:
        report = self.inspect(part.data[:_LOOKED_AT], [part.data], part.name)
        report.part = "/".join(filter(None, (part.name, report.part)))
        return report


def _inspect(start: bytes, whole: Iterable[bytes], name: str, rules: Path | None) -> Inspection:
    looked_at = _first(start)
    if not looked_at:
        return _refused("unknown", "EMPTY", N_("The file is empty."), Severity.FATAL)
    if looked_at.startswith((b"STX=", b"MHD=")):
        return _refused("tradacoms", "FORMAT", N_("This is a TRADACOMS file, which is not read."), Severity.WARNING)
    if _EDIFACT.match(looked_at):
        return inspect_edifact(_narrow(start, whole))
    if _X12.match(looked_at):
        return inspect_x12(_narrow(start, whole))
    if _XML.match(looked_at):
        return inspect_xml(whole, rules)
    if b"%PDF-" in start[:_LOOKED_AT]:
        return inspect_pdf(b"".join(_up_to(whole, MAX_PDF_BYTES)), rules)
    if name.lower().endswith(".xml"):
        return _refused("xml", "XML", N_("The file is named as XML, but is none."), Severity.FATAL)
    return _refused("unknown", "FORMAT", N_("The file is in no format that is known here."), Severity.WARNING)


def _first(start: bytes) -> bytes:
    """The first characters that are no blanks, whatever their width."""
    for bom in _BOMS:
        start = start.removeprefix(bom)
    narrow = start.replace(b"\x00", b"") if start[:2].count(0) == 1 else start
    return narrow.lstrip(b" \t\r\n\x00\x1a")


def _narrow(start: bytes, chunks: Iterable[bytes]) -> Iterable[bytes]:
    """EDI in UTF-16 as UTF-8."""
    if start[:2] not in _WIDE and start[:2].count(0) != 1:
        return chunks
    decoder = codecs.getincrementaldecoder(_WIDE.get(start[:2], "utf-16-le" if start[1] == 0 else "utf-16-be"))(
        "replace"
    )
    return (decoder.decode(chunk).encode() for chunk in chunks)


def _up_to(chunks: Iterable[bytes], limit: int) -> Iterator[bytes]:
    """Enough to tell that there is more than the limit, no more."""
    seen = 0
    for chunk in chunks:
        seen += len(chunk)
        yield chunk
        if seen > limit:
            return


def _refused(kind: str, rule: str, message: object, severity: Severity) -> Inspection:
    finding = InspectionFinding(SYNTAX, "detection", rule, severity, 1, 1, "", str(message))
    return Inspection(kind, findings=[finding], unchecked=[str(message)])
