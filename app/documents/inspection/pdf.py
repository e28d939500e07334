"""PDF: Factur-X, ZUGFeRD and Order-X are judged by the XML inside; how it is put in is told by warnings."""

from __future__ import annotations

from pathlib import Path

import pikepdf

from app.core.texts import N_
from app.core.xml import MAX_BYTES
from app.documents.inspection.report import SCHEMA, SYNTAX, Inspection, InspectionFinding
from app.documents.inspection.xml import inspect_xml
from app.documents.pdf_check import Label, structure_faults
from app.documents.pdf_reading import EmbeddedXml, PdfFault, embedded_xml, opened, stream_bytes
from app.documents.segments import Severity
from app.documents.validation import RanRules

STRUCTURE = RanRules("PDF/A-3 and Factur-X structure", "Kontor 1")
_FORMATS = {"cii": "facturx", "ubl": "facturx"}
_LEVELS = {
    "minimum": "MINIMUM", "basicwl": "BASIC WL", "basic": "BASIC", "en16931": "EN 16931", "extended": "EXTENDED",
    "comfort": "COMFORT",
}  # fmt: skip
_ORDER = "urn:factur-x:pdfa:CrossIndustryDocument:1p0#"
_ZUGFERD_2 = "urn:zugferd:pdfa:CrossIndustryDocument:invoice:2p0#"
_ZUGFERD_1 = "urn:ferd:pdfa:CrossIndustryDocument:invoice:1p0#"
_OBSERVED = frozenset({"minimum", "basicwl"})  # profiles without lines are data beside the printed invoice


def inspect_pdf(data: bytes, rules: Path | None = None) -> Inspection:
    """The report of the XML inside, with the faults of its wrapping."""
    try:
        with opened(data) as pdf:
            inside = embedded_xml(pdf)
            if inside is None:
                return _without(pdf)
    except PdfFault as error:
        return Inspection("pdf", findings=[_finding(SYNTAX, error.rule, Severity.FATAL, str(error))])
    found = inspect_xml([inside.data], rules)
    _wrapping(found, inside, data)
    return found


def _finding(step: str, rule: str, severity: Severity, message: str) -> InspectionFinding:
    return InspectionFinding(step, STRUCTURE.name if step == SCHEMA else "PDF", rule, severity, 0, 0, "", message)


def _without(pdf: pikepdf.Pdf) -> Inspection:
    """A PDF for people, unless its metadata promises an invoice."""
    found = Inspection("pdf", pdf.pdf_version)
    metadata = pdf.Root.get("/Metadata")
    text = stream_bytes(metadata, MAX_BYTES) if isinstance(metadata, pikepdf.Stream) else b""
    is_promised = b":CrossIndustryDocument:" in text
    message = (
        N_("The PDF says that it holds an electronic invoice, but there is no XML in it.")
        if is_promised
        else N_("The PDF holds no electronic invoice: it is for reading by people only.")
    )
    severity = Severity.FATAL if is_promised else Severity.INFO
    found.findings.append(_finding(SYNTAX, "NO_XML", severity, str(message)))
    found.unchecked.append(str(message))
    return found


def _wrapping(found: Inspection, inside: EmbeddedXml, data: bytes) -> None:
    found.part = inside.name
    label = _label(found, inside.name)
    found.format = _FORMATS.get(found.format, found.format)
    try:
        with opened(data) as pdf:
            faults = list(structure_faults(pdf, label))
        found.rule_sets.insert(0, STRUCTURE)
    except PdfFault as error:
        faults = [str(error)]
    found.findings[:0] = [_finding(SCHEMA, "PDF", Severity.WARNING, fault) for fault in faults]
    if inside.others:
        text = N_("Other XML files in the PDF were not looked into: {names}", names=", ".join(inside.others))
        found.findings.append(_finding(SYNTAX, "OTHER_XML", Severity.INFO, str(text)))


def _label(found: Inspection, name: str) -> Label:
    level = "XRECHNUNG" if "xrechnung" in found.version else _LEVELS.get(found.profile, "")
    if found.format == "order-x":
        return Label(name, level, "/Data", _ORDER, "1.0", "ORDER")
    if found.format == "zugferd-1":
        return Label(name, "", "/Alternative", _ZUGFERD_1, "")
    if name.lower() == "zugferd-invoice.xml":
        return Label(name, level, "/Alternative", _ZUGFERD_2, "")
    return Label(name, level, "/Data" if found.profile in _OBSERVED else "/Alternative")
