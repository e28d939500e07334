"""openTRANS: Kontor's own structure; the official schema with a rule pack."""

from __future__ import annotations

from app.core.texts import N_
from app.core.xml import XmlStart, parse
from app.documents.formats import FormatError, formats
from app.documents.inspection.families import Family, XmlSource, families
from app.documents.inspection.neutral_head import neutral_head
from app.documents.inspection.report import SCHEMA, SYNTAX, DocumentHead, Inspection, InspectionFinding
from app.documents.inspection.xml_checks import check
from app.documents.opentrans.structure import NAME, NUMBER, structure_faults
from app.documents.rule_choice import Checks
from app.documents.rule_packs import read_packs
from app.documents.segments import Severity
from app.documents.validation import RanRules

_VALUES = "openTRANS values"
CODES = {
    "ORDER": "opentrans-order", "ORDERCHANGE": "opentrans-change", "ORDERRESPONSE": "opentrans-response",
    "DISPATCHNOTIFICATION": "opentrans-despatch", "RECEIPTACKNOWLEDGEMENT": "opentrans-receipt",
    "INVOICE": "opentrans-invoice", "RFQ": "opentrans-request", "QUOTATION": "opentrans-quotation",
    "INVOICELIST": "", "REMITTANCEADVICE": "",
}  # fmt: skip


def _matches(start: XmlStart) -> bool:
    return "opentrans" in start.namespace.lower() or (start.name in CODES and not start.namespace)


def _inspect(source: XmlSource) -> Inspection:
    data, start = source.data(), source.start
    root = parse(data)
    found = Inspection("opentrans", start.attributes.get("version", ""))
    code = CODES.get(start.name, "")
    if not code:
        found.documents.append(DocumentHead(start.name, version=found.version))
        found.unchecked.append(str(N_("Documents of the kind {kind} are not read.", kind=start.name)))
    else:
        _read(found, data, code, start.name)
    if not read_packs(source.rules).fitting(start.namespace, start.name, found.version):
        found.findings += [InspectionFinding.of(fault, SCHEMA, NAME) for fault in structure_faults(root)]
        found.rule_sets.append(RanRules(NAME, NUMBER))
    check(found, root, Checks(is_schema_enough=True), source.rules)
    return found


def _read(found: Inspection, data: bytes, code: str, kind: str) -> None:
    """The document as it would be taken over; what stops that is a finding of its own."""
    try:
        reading = formats[code].loads(data)
    except FormatError as error:
        found.findings.append(
            InspectionFinding(SYNTAX, _VALUES, "VALUE", Severity.FATAL, error.line, 0, error.path, str(error.message))
        )
        found.documents.append(DocumentHead(kind, version=found.version))
        return
    found.findings += [InspectionFinding.of(fault, SYNTAX, _VALUES) for fault in reading.faults]
    document = getattr(reading.document, "content", reading.document)
    found.documents.append(neutral_head(document, kind, version=found.version, leftovers=reading.leftovers))


families.add("opentrans", Family("opentrans", _matches, _inspect, ("opentrans-",)))
