"""X12: syntax and envelope are checked in full, the content as far as Kontor reads it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from app.documents.formats import FormatError
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
from app.documents.model.acknowledgement import Acknowledgement
from app.documents.model.catalogue import Catalogue
from app.documents.model.order_change import OrderChange
from app.documents.model.order_response import OrderResponse
from app.documents.model.stock_report import SalesReport, StockReport
from app.documents.model.totals import Totals
from app.documents.reading import Reading
from app.documents.segments import Severity
from app.documents.validation import RanRules
from app.documents.x12.documents import READERS
from app.documents.x12.envelope import TransactionSet, X12File
from app.documents.x12.structure import NAME, VERSION, check_structure, is_known

X12_ENVELOPE = RanRules("X12 envelope", "X12.5/X12.6")
READING = RanRules("Kontor reading")
STRUCTURE = RanRules(NAME, VERSION)
_PARTIES = (
    "buyer", "seller", "ship_from", "ship_to", "invoicee", "carrier", "sender", "receiver",
)  # fmt: skip
UNCHECKED = "The content was not checked against the directory of its version."


def inspect_x12(chunks: Iterable[bytes]) -> Inspection:
    found = Inspection("x12")
    file = X12File.of(chunks)
    try:
        for one in file.sets():
            found.documents.append(_x12_head(one, found))
        found.rule_sets.append(X12_ENVELOPE)
    except FormatError as error:
        found.findings.append(broken(error, X12_ENVELOPE.name))
    found.version = ",".join(dict.fromkeys(file.versions))
    found.findings[:0] = [InspectionFinding.of(fault, SYNTAX, X12_ENVELOPE.name) for fault in file.faults]
    _finish(found)
    return found


def _finish(found: Inspection) -> None:
    kinds = {document.type for document in found.documents}
    if any(is_known(kind) for kind in kinds):
        found.rule_sets.append(STRUCTURE)
    if not kinds.isdisjoint(READERS):
        found.rule_sets.append(READING)
    found.unchecked = [*dict.fromkeys(found.unchecked), UNCHECKED]


def broken(error: FormatError, ruleset: str) -> InspectionFinding:
    """A file that could not be read to its end."""
    place = (error.line, error.column)
    return InspectionFinding(SYNTAX, ruleset, "READ", Severity.FATAL, *place, error.path, str(error))


def _x12_head(one: TransactionSet, found: Inspection) -> DocumentHead:
    if is_known(one.type):
        found.findings += [InspectionFinding.of(fault, SCHEMA, STRUCTURE.name) for fault in check_structure(one)]
    read = READERS.get(one.type)
    if read is None:
        return DocumentHead(one.type, version=one.version, reference=one.reference)
    reading = read(one)
    found.findings += [InspectionFinding.of(fault, SCHEMA, READING.name) for fault in reading.faults]
    return _head(reading, one)


def _head(reading: Reading[Any], one: TransactionSet) -> DocumentHead:
    """As people name the document: an answer to an order and a change of it by the number and day of the order."""
    document = reading.document
    number, day = document.number, document.issue_date
    if isinstance(document, OrderResponse | OrderChange):
        number, day = document.order.number, document.order.date or document.issue_date
    content = document.content if isinstance(document, OrderChange) else document
    parties = {name: party for name in _PARTIES if (party := getattr(content, name, None)) is not None}
    parties |= {other.role: other.party for other in getattr(content, "other_parties", ())}
    return DocumentHead(
        one.type, number, day, getattr(content, "currency", ""), one.version, one.reference,
        {name: party_json(party) for name, party in parties.items()}, _lines(content, one), _sums(content),
        unused_fields(reading.leftovers),
    )  # fmt: skip


def _lines(content: Any, one: TransactionSet) -> int:
    """Articles of a report, which may have several quantities each; else what the document calls its lines."""
    if isinstance(content, StockReport | SalesReport):
        return sum(segment.tag == "LIN" for segment in one.segments)
    if isinstance(content, Catalogue):
        return sum(1 for _ in content.items)
    return len(content.messages if isinstance(content, Acknowledgement) else content.lines)


def _sums(document: Any) -> dict[str, str]:
    totals = getattr(document, "totals", None)
    if isinstance(totals, Totals):
        return amounts(net=totals.net, tax=totals.tax, total=totals.gross)
    if totals is not None:
        return amounts(net=totals.net, tax=totals.tax, total=totals.total, quantity=totals.quantity)
    return {}
