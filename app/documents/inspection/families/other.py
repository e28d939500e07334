"""XML of no family: what stands where it stands in UBL is shown; it is checked by rule packs only."""

from __future__ import annotations

from app.core.xml import XmlStart
from app.documents.inspection.families import OTHER, Family, XmlSource, families
from app.documents.inspection.report import Inspection
from app.documents.inspection.xml_checks import check
from app.documents.inspection.xml_head import guideline, head, text_at
from app.documents.rule_choice import Checks


def _matches(_: XmlStart) -> bool:
    return False


def _inspect(source: XmlSource) -> Inspection:
    root = source.root()
    customization = text_at(root, "/CustomizationID") or guideline(root)
    found = Inspection(
        OTHER, customization or text_at(root, "/UBLVersionID"), documents=[head(root, source.start.name)]
    )
    check(found, root, Checks(), source.rules, customization=customization)
    return found


families.add(OTHER, Family(OTHER, _matches, _inspect))
