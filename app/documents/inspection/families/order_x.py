"""Order-X: orders, answers and changes in the way of CII, by the schema and rules of the profile named."""

from __future__ import annotations

from app.core.xml import XmlStart
from app.documents.inspection.families import Family, XmlSource, families
from app.documents.inspection.report import Inspection
from app.documents.inspection.xml_checks import check
from app.documents.inspection.xml_head import guideline, head
from app.documents.rule_choice import order_x_checks
from app.documents.rule_sets import order_profile_of


def _matches(start: XmlStart) -> bool:
    return start.namespace.startswith("urn:un:unece:uncefact:data:SCRDMCCBDACIOMessageStructure:")


def _inspect(source: XmlSource) -> Inspection:
    root = source.root()
    version = guideline(root)
    profile = order_profile_of(version)
    found = Inspection("order-x", version, documents=[head(root, source.start.name)])
    found.profile = profile[0].name.rpartition(" ")[2].lower() if profile else ""
    check(found, root, order_x_checks(version), source.rules)
    return found


families.add("order-x", Family("order-x", _matches, _inspect, ("orderx-",)))
