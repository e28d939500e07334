"""EDIFACT: syntax and envelope, then the structure of the messages that have a table, then what Kontor reads of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from app.documents.edifact.envelope import EdifactFile, EdifactMessage
from app.documents.edifact.messages import READERS
from app.documents.edifact.structure import NAME, VERSION, check_structure, is_known
from app.documents.formats import FormatError
from app.documents.inspection.edi import READING, UNCHECKED, broken
from app.documents.inspection.report import (
    SCHEMA,
    SYNTAX,
    DocumentHead,
    Inspection,
    InspectionFinding,
    amounts,
    party_json,
    unused_fields,
)
from app.documents.model.party import Party
from app.documents.segments import Fault, Severity
from app.documents.validation import RanRules

ENVELOPE = RanRules("EDIFACT envelope", "ISO 9735")
STRUCTURE = RanRules(NAME, VERSION)
# What a neutral document needs and the message need not have: the file is not wrong for it.
_NEEDED = frozenset({"NAD", "CUX", "MOA", "LIN", "TAX"})
_PARTIES = ("buyer", "seller", "ship_from", "ship_to", "invoicee", "carrier", "payee", "sender", "receiver")


def inspect_edifact(chunks: Iterable[bytes]) -> Inspection:
    found = Inspection("edifact")
    file = EdifactFile.of(chunks)
    versions: dict[str, None] = {}
    ran: dict[RanRules, None] = {}
    try:
        for message in file.messages():
            versions[message.directory] = None
            found.documents.append(_document(message, found, ran))
        ran = {ENVELOPE: None, **ran}
    except FormatError as error:
        found.findings.append(broken(error, ENVELOPE.name))
    found.version = ",".join(versions)
    found.findings[:0] = [InspectionFinding.of(fault, SYNTAX, ENVELOPE.name) for fault in file.faults]
    found.rule_sets += list(ran)
    found.unchecked = [*dict.fromkeys(found.unchecked), UNCHECKED]
    return found


def _document(message: EdifactMessage, found: Inspection, ran: dict[RanRules, None]) -> DocumentHead:
    kind = message.type
    if is_known(kind):
        ran[STRUCTURE] = None
        found.findings += [InspectionFinding.of(fault, SCHEMA, NAME) for fault in check_structure(message)]
    if kind not in READERS:
        return DocumentHead(kind, version=message.code, reference=message.reference)
    ran[READING] = None
    reading = READERS[kind](message)
    found.findings += [InspectionFinding.of(_mild(fault, kind), SCHEMA, READING.name) for fault in reading.faults]
    return head(reading.document, kind, message, unused_fields(reading.leftovers))


def _mild(fault: Fault, kind: str) -> Fault:
    if kind != "ORDERS" and fault.rule in _NEEDED and fault.severity is Severity.FATAL:
        return replace(fault, severity=Severity.WARNING)
    return fault


def head(document: Any, kind: str, message: EdifactMessage, unused: Any) -> DocumentHead:
    """Number, day, currency, parties, lines and totals of any document."""
    whole = getattr(document, "content", document)
    return DocumentHead(
        kind, getattr(whole, "number", ""), _known_day(whole), getattr(whole, "currency", ""), message.code,
        message.reference, _parties(whole), _lines(whole), _totals(whole), unused,
    )  # fmt: skip


def _known_day(document: Any) -> Any:
    day = getattr(document, "issue_date", None)
    return day if day is not None and day.year > 1 else None


def _parties(document: Any) -> dict[str, dict[str, str]]:
    found: dict[str, Party | None] = {name: getattr(document, name, None) for name in _PARTIES}
    found |= {other.role: other.party for other in getattr(document, "other_parties", ())}
    return {name: party_json(party) for name, party in found.items() if isinstance(party, Party)}


def _lines(document: Any) -> int:
    for name in ("lines", "items", "messages"):
        there = getattr(document, name, None)
        if there is not None:
            return len(there) if isinstance(there, tuple) else sum(1 for _ in there)
    return 0


def _totals(document: Any) -> dict[str, str]:
    totals = getattr(document, "totals", None)
    if totals is None:
        return {}
    total = getattr(totals, "total", None) if hasattr(totals, "total") else totals.payable
    return amounts(net=totals.net, tax=totals.tax, total=total, quantity=getattr(totals, "quantity", None))
