"""UPD, the buyer's answer and UKD: Kontor's own structure and rules; the official schema with a rule pack."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lxml import etree

from app.core.texts import N_
from app.core.xml import XmlStart, parse
from app.documents.formats import FormatError
from app.documents.inspection.families import Family, XmlSource, families
from app.documents.inspection.neutral_head import neutral_head
from app.documents.inspection.report import RULES, SCHEMA, SYNTAX, DocumentHead, Inspection, InspectionFinding
from app.documents.inspection.xml_checks import check
from app.documents.reading import Reading
from app.documents.rule_choice import Checks
from app.documents.rule_packs import read_packs
from app.documents.segments import Severity
from app.documents.upd import rules, structure
from app.documents.upd.answer import read_answer
from app.documents.upd.correction import read_correction
from app.documents.upd.reading import read_upd
from app.documents.upd.structure import BUYER, CORRECTION, KINDS, SELLER, head_of, kind_of
from app.documents.upd.title import FILE_NAME
from app.documents.validation import RanRules

_READERS: dict[str, Callable[[bytes], Reading[Any]]] = {
    SELLER: read_upd,
    BUYER: read_answer,
    CORRECTION: read_correction,
}
_VALUES = "UPD values"


def _matches(start: XmlStart) -> bool:
    return (
        start.name == "Файл" and "ВерсФорм" in start.attributes and start.attributes.get("ИдФайл", "").startswith("ON_")
    )


def _inspect(source: XmlSource) -> Inspection:
    data = source.data()
    root = parse(data)
    version, name = root.get("ВерсФорм", ""), root.get("ИдФайл", "")
    found = Inspection("upd", version)
    head = head_of(root)
    kind = kind_of(head)
    found.profile = KINDS.get(kind, kind)
    _read(found, data, root, kind)
    prefix = matched["prefix"] if (matched := FILE_NAME.fullmatch(name)) else name
    customization = f"{prefix}_{version}"
    is_covered = bool(read_packs(source.rules).fitting("", "Файл", customization))
    if not is_covered:
        faults = list(structure.structure_faults(root))
        found.findings += [InspectionFinding.of(one, SCHEMA, structure.NAME) for one in faults]
        found.rule_sets.append(RanRules(structure.NAME, structure.NUMBER))
    check(found, root, Checks(is_schema_enough=True), source.rules, customization=customization)
    found.findings += [InspectionFinding.of(one, RULES, rules.NAME) for one in rules.rule_faults(root)]
    found.rule_sets.append(RanRules(rules.NAME, rules.NUMBER))
    return found


def _read(found: Inspection, data: bytes, root: etree._Element, kind: str) -> None:
    """The document as it would be taken over; what stops that is a finding of its own."""
    head = head_of(root)
    function = head.get("Функция", "") if head is not None else ""
    reader = _READERS.get(kind)
    if reader is None:
        found.documents.append(
            DocumentHead(function or str(root.tag), version=found.version, reference=root.get("ИдФайл", ""))
        )
        found.unchecked.append(str(N_("Documents of the kind {kind} are not read.", kind=kind or "-")))
        return
    try:
        reading = reader(data)
    except FormatError as error:
        found.findings.append(
            InspectionFinding(SYNTAX, _VALUES, "VALUE", Severity.FATAL, error.line, 0, error.path, str(error.message))
        )
        found.documents.append(DocumentHead(function, version=found.version, reference=root.get("ИдФайл", "")))
        return
    found.findings += [InspectionFinding.of(one, SYNTAX, _VALUES) for one in reading.faults]
    document = reading.document
    found.documents.append(
        neutral_head(
            document, getattr(document, "function", "") or function, version=found.version,
            reference=root.get("ИдФайл", ""), leftovers=reading.leftovers,
        )
    )  # fmt: skip


families.add("upd", Family("upd", _matches, _inspect, ("upd", "ukd")))
