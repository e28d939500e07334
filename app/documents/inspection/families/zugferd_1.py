"""ZUGFeRD 1: invoices of before EN 16931; there is a schema, but no rules."""

from __future__ import annotations

from app.core.xml import XmlStart
from app.documents.inspection.families import Family, XmlSource, families
from app.documents.inspection.report import Inspection
from app.documents.inspection.xml_checks import check
from app.documents.inspection.xml_head import guideline, head
from app.documents.rule_choice import Checks
from app.documents.rule_sets import ZUGFERD_1


def _matches(start: XmlStart) -> bool:
    return start.namespace.startswith("urn:ferd:CrossIndustryDocument:")


def _inspect(source: XmlSource) -> Inspection:
    root = source.root()
    found = Inspection("zugferd-1", guideline(root), documents=[head(root, source.start.name)])
    check(found, root, Checks((ZUGFERD_1,)), source.rules)
    return found


families.add("zugferd-1", Family("zugferd-1", _matches, _inspect, ("cii-",)))
