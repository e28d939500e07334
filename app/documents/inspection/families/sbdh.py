"""StandardBusinessDocument, the envelope of Peppol: the report is that of the document inside."""

from __future__ import annotations

from lxml import etree

from app.core.texts import N_
from app.core.xml import XmlStart
from app.documents.inspection.families import Family, XmlSource, families, family_of
from app.documents.inspection.report import SYNTAX, Inspection, InspectionFinding
from app.documents.segments import Severity

_NAME = "StandardBusinessDocument"


def _matches(start: XmlStart) -> bool:
    return start.name == _NAME


def _inspect(source: XmlSource) -> Inspection:
    root = source.root()
    inside = [child for child in root if etree.QName(child).localname != f"{_NAME}Header"]
    reports = [_report(child, source) for child in inside]
    if len(reports) == 1:
        found = reports[0]
    else:
        found = Inspection("sbdh", parts=reports, documents=[head for one in reports for head in one.documents])
        if not reports:
            text = str(N_("There is no document in the envelope."))
            found.findings.append(
                InspectionFinding(SYNTAX, "SBDH", "EMPTY", Severity.FATAL, root.sourceline or 0, 0, "", text)
            )
    found.container = "/".join(filter(None, ("sbdh", found.container)))
    _compare(found, root, inside)
    return found


def _report(element: etree._Element, source: XmlSource) -> Inspection:
    """As many empty lines before it as it stands below, so that lines are those of the file."""
    written = etree.tostring(element, encoding="unicode", with_tail=False).encode()
    data = b"\n" * ((element.sourceline or 1) - 1) + written
    if etree.QName(element).localname == _NAME:
        text = str(N_("There is an envelope in the envelope, which is not opened."))
        return Inspection("sbdh", unchecked=[text])
    within = XmlSource([data], source.rules)
    return family_of(within.start).inspect(within)


def _compare(found: Inspection, root: etree._Element, inside: list[etree._Element]) -> None:
    """What the header says of the document must be what stands in it."""
    kinds = [text for text in (one.findtext("{*}Type") for one in root.iter("{*}DocumentIdentification")) if text]
    names = [etree.QName(child).localname for child in inside]
    if kinds and names and kinds[0].strip() not in names:
        text = N_("The envelope says {stated}, but holds {found}.", stated=kinds[0].strip()[:100], found=names[0])
        line = next((one.sourceline or 0 for one in root.iter("{*}DocumentIdentification")), 0)
        found.findings.append(InspectionFinding(SYNTAX, "SBDH", "TYPE", Severity.WARNING, line, 0, "", str(text)))


families.add("sbdh", Family("sbdh", _matches, _inspect))
