"""XML: the report of the family the root belongs to. XML that is broken is reported with its line."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from app.core.xml import XmlError, XmlFault
from app.documents.inspection.families import OTHER, XmlSource, family_of
from app.documents.inspection.report import SYNTAX, Inspection, InspectionFinding
from app.documents.segments import Severity


def inspect_xml(chunks: Iterable[bytes], rules: Path | None = None) -> Inspection:
    """`rules` is a folder of rule packs."""
    code = OTHER
    try:
        source = XmlSource(chunks, rules)
        family = family_of(source.start)
        code = family.code
        return family.inspect(source)
    except XmlError as error:
        rule = "XML" if error.fault is XmlFault.MALFORMED else error.fault.upper()
        finding = InspectionFinding(SYNTAX, "XML", rule, Severity.FATAL, error.line, 0, "", str(error))
        return Inspection(code, findings=[finding])
