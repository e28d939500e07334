"""X12: syntax and envelope are checked in full, the content as far as Kontor reads it."""

from __future__ import annotations

from collections.abc import Iterable

from app.core.texts import N_
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
from app.documents.model.order import Order
from app.documents.reading import Reading
from app.documents.segments import Severity
from app.documents.validation import RanRules
from app.documents.x12.envelope import TransactionSet, X12File
from app.documents.x12.order import read_order as read_x12

X12_ENVELOPE = RanRules("X12 envelope", "X12.5/X12.6")
READING = RanRules("Kontor reading")
_TRADE = {
    "850", "855", "856", "860", "865", "810",
}  # fmt: skip
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
    if any(document.type in _TRADE for document in found.documents):
        found.rule_sets.append(READING)
    found.unchecked = [*dict.fromkeys(found.unchecked), UNCHECKED]


def broken(error: FormatError, ruleset: str) -> InspectionFinding:
    """A file that could not be read to its end."""
    place = (error.line, error.column)
    return InspectionFinding(SYNTAX, ruleset, "READ", Severity.FATAL, *place, error.path, str(error))


def _x12_head(one: TransactionSet, found: Inspection) -> DocumentHead:
    if one.type not in _TRADE:
        return DocumentHead(one.type, version=one.version, reference=one.reference)
    reading = read_x12(one)
    _content(reading, one.type, found)
    return _head(reading, one.type, one.version, one.reference)


def _content(reading: Reading[Order], kind: str, found: Inspection) -> None:
    if kind not in ("ORDERS", "850"):
        text = N_("Of {kind} only head, lines and sums were read.", kind=kind)
        found.unchecked.append(str(text))
    found.findings += [InspectionFinding.of(fault, SCHEMA, READING.name) for fault in reading.faults]


def _head(reading: Reading[Order], kind: str, version: str, reference: str) -> DocumentHead:
    order, totals = reading.document, reading.document.totals
    parties = {
        name: party_json(party)
        for name, party in (
            ("buyer", order.buyer), ("seller", order.seller), ("ship_to", order.ship_to), ("invoicee", order.invoicee),
            *((other.role, other.party) for other in order.other_parties),
        )
        if party is not None
    }  # fmt: skip
    return DocumentHead(
        kind, order.number, order.issue_date, order.currency, version, reference, parties, len(order.lines),
        amounts(net=totals.net, tax=totals.tax, total=totals.total, quantity=totals.quantity),
        unused_fields(reading.leftovers),
    )  # fmt: skip
