"""CII: Factur-X, ZUGFeRD 2, XRechnung; held against the full message and the rules of the profile it names."""

from __future__ import annotations

from app.core.xml import XmlStart
from app.documents.cii.values import NAMESPACES
from app.documents.inspection.families import Family, XmlSource, families
from app.documents.inspection.report import Inspection
from app.documents.inspection.xml_checks import check
from app.documents.inspection.xml_head import guideline, head
from app.documents.rule_choice import cii_checks
from app.documents.rule_sets import known_profile


def _matches(start: XmlStart) -> bool:
    return start.namespace.startswith("urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:")


def _inspect(source: XmlSource) -> Inspection:
    root = source.root()
    version = guideline(root)
    profile = known_profile(version)
    found = Inspection("cii", version, documents=[head(root, source.start.name)])
    found.profile = profile[0].name.rpartition(" ")[2].lower() if profile else ""
    check(found, root, cii_checks(version), source.rules, NAMESPACES)
    return found


families.add("cii", Family("cii", _matches, _inspect, ("cii-",)))
