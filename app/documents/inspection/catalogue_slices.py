"""Catalogues in UBL, which may have 100,000 lines: held against schema and rules a hundred lines at a time.

Each slice is the head with some of the lines. A line breaks the schema by itself, so that step is the same as for the
whole; of rules it is said that they saw no more than a slice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace

from lxml import etree

from app.core.texts import N_
from app.core.xml import MAX_BYTES, parse, parts
from app.documents.inspection.families import XmlSource
from app.documents.inspection.report import RULES, Inspection, InspectionFinding
from app.documents.inspection.xml_checks import check
from app.documents.inspection.xml_head import head, text_at
from app.documents.rule_choice import ubl_checks
from app.documents.segments import Severity
from app.documents.ubl.structure import structure_of
from app.documents.ubl.values import NAMESPACES

_NAME, _LINE = "Catalogue", "CatalogueLine"
_LINES = 100
_MAX_FINDINGS = 1_000
_MAX_BYTES = 300_000_000
_AT_LINE = re.compile(r"(/cac:CatalogueLine)(?:\[([0-9]+)\])?")


def inspect_catalogue(source: XmlSource) -> Inspection:
    """Raises XmlError where the file is broken, as far down as that is."""
    slices = _slices(source)
    first = next(slices)
    found, lines, more = _inspect(first, source), _count(first), 0
    is_whole = True
    for root in slices:
        is_whole = False
        one = _inspect(root, source)
        placed = [_placed(item, lines) for item in one.findings if _AT_LINE.search(item.path)]
        room = max(_MAX_FINDINGS - len(found.findings), 0)
        found.findings += placed[:room]
        more += len(placed[room:])
        found.unchecked += [text for text in one.unchecked if text not in found.unchecked]
        found.rule_sets = [item for item in found.rule_sets if item in one.rule_sets]
        lines += _count(root)
    found.documents = [replace(document, lines=lines) for document in found.documents]
    structure = structure_of(_NAME)
    if not is_whole and any(structure is None or item.name != structure.name for item in found.rule_sets):
        text = N_("Rules saw {n} lines at a time: what they compare across all lines was not checked.", n=_LINES)
        found.unchecked.append(str(text))
    if more:
        message = str(N_("{n} more of this kind are not shown.", n=more))
        found.findings.append(InspectionFinding(RULES, "UBL", "MORE", Severity.INFO, 0, 0, "", message))
    return found


def _inspect(root: etree._Element, source: XmlSource) -> Inspection:
    customization = text_at(root, "/CustomizationID")
    found = Inspection("ubl", customization or text_at(root, "/UBLVersionID"), documents=[head(root, _NAME)])
    check(found, root, ubl_checks(_NAME, customization), source.rules, NAMESPACES, customization=customization)
    return found


def _count(root: etree._Element) -> int:
    return sum(1 for _ in root.iterchildren(f"{{*}}{_LINE}"))


def _placed(item: InspectionFinding, before: int) -> InspectionFinding:
    """With the number of the line in the whole catalogue."""
    path = _AT_LINE.sub(lambda at: f"{at[1]}[{int(at[2] or 1) + before}]", item.path, count=1)
    return replace(item, path=path)


def _slices(source: XmlSource) -> Iterator[etree._Element]:
    """The head with up to a hundred lines each; of a catalogue without lines the whole."""
    kept = _Kept()
    shell: etree._Element | None = None
    root: etree._Element | None = None
    for line in parts(kept.going_by(source.chunks()), (_LINE,), max_bytes=_MAX_BYTES):
        if shell is None:
            shell = _shell(line)
            kept.stop()
        if root is None:
            root = deepcopy(shell)
        root.append(deepcopy(line))
        if _count(root) == _LINES:
            yield root
            root = None
    if root is not None:
        yield root
    elif shell is None:
        yield parse(b"".join(kept.chunks))


class _Kept:
    """What goes by until the first line is found, or enough to see that the file is too large without one."""

    def __init__(self) -> None:
        self.chunks: list[bytes] = []
        self._left = MAX_BYTES + 1

    def going_by(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        for chunk in chunks:
            if self._left > 0:
                self.chunks.append(chunk)
                self._left -= len(chunk)
            yield chunk

    def stop(self) -> None:
        self.chunks.clear()
        self._left = 0


def _shell(line: etree._Element) -> etree._Element:
    """The root with all that stands before its first line."""
    parent = line.getparent()
    if parent is None:
        parent = line
    made: etree._Element = etree.Element(parent.tag, dict(parent.attrib), nsmap=parent.nsmap)
    made.sourceline = parent.sourceline  # type: ignore[misc]  # lxml lets it be set
    for child in parent:
        if child is line:  # behind it stand lines that are not asked for yet
            break
        made.append(deepcopy(child))
    return made
