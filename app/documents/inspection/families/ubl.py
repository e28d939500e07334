"""UBL 2.1: invoices by the official schema and EN 16931, the others by their structure and the schemas of the parts."""

from __future__ import annotations

from app.core.xml import XmlStart
from app.documents.inspection.catalogue_slices import inspect_catalogue
from app.documents.inspection.families import Family, XmlSource, families
from app.documents.inspection.report import Inspection
from app.documents.inspection.xml_checks import check
from app.documents.inspection.xml_head import head, text_at
from app.documents.rule_choice import ubl_checks
from app.documents.ubl.values import NAMESPACES


def _matches(start: XmlStart) -> bool:
    return start.namespace.startswith("urn:oasis:names:specification:ubl:schema:xsd:")


def _inspect(source: XmlSource) -> Inspection:
    if source.start.name == "Catalogue":
        return inspect_catalogue(source)
    root, name = source.root(), source.start.name
    customization = text_at(root, "/CustomizationID")
    found = Inspection("ubl", customization or text_at(root, "/UBLVersionID"), documents=[head(root, name)])
    check(found, root, ubl_checks(name, customization), source.rules, NAMESPACES, customization=customization)
    return found


families.add("ubl", Family("ubl", _matches, _inspect, ("ubl-",)))
