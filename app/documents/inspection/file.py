"""Any file: what it is by its first bytes, then the report of its format."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

from app.core.texts import N_
from app.documents.inspection.edi import inspect_x12
from app.documents.inspection.edifact import inspect_edifact
from app.documents.inspection.pdf import inspect_pdf
from app.documents.inspection.report import SYNTAX, Inspection, InspectionFinding
from app.documents.inspection.xml import inspect_xml
from app.documents.pdf_reading import MAX_PDF_BYTES
from app.documents.segments import Severity

_LOOKED_AT = 1024
_EDIFACT = re.compile(rb"UN[ABGH]|U(?:N?$)")
_X12 = re.compile(rb"ISA[^A-Za-z0-9]|I(?:S|$)(?:A?$)")
_XML = re.compile(rb"<")
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
    whole = chain([start], source)
    looked_at = _first(start)
    if not looked_at:
        return _refused("unknown", "EMPTY", N_("The file is empty."), Severity.FATAL)
    if looked_at.startswith((b"STX=", b"MHD=")):
        return _refused("tradacoms", "FORMAT", N_("This is a TRADACOMS file, which is not read."), Severity.WARNING)
    if _EDIFACT.match(looked_at):
        return inspect_edifact(whole)
    if _X12.match(looked_at):
        return inspect_x12(whole)
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
