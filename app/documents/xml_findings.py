"""What checks find at elements; their places are named at the end, for no more than a report shows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

from lxml import etree

from app.core.texts import Message
from app.documents.segments import Fault, Severity
from app.documents.xml_places import Places

_MAX_FAULTS = 1_000


@dataclass(frozen=True, slots=True)
class Finding:
    rule: str
    message: Message
    element: etree._Element
    severity: Severity


def fault_at(rule: str, message: Message, element: etree._Element, severity: Severity = Severity.FATAL) -> Finding:
    return Finding(rule, message, element, severity)


def faults_of(root: etree._Element, findings: Iterable[Finding]) -> list[Fault]:
    """The first thousand, with line and path."""
    places = Places(root, {})
    return [
        Fault(one.rule, one.message, one.element.sourceline or 0, 0, places.address(one.element), one.severity)
        for one in islice(findings, _MAX_FAULTS)
    ]
