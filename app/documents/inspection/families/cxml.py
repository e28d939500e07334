"""cXML: the frame, the document inside, Kontor's own structure; with a rule pack the official DTD."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from lxml import etree

from app.core.texts import N_
from app.core.xml import XmlStart, parse
from app.documents.cxml.basket import basket_total, read_basket
from app.documents.cxml.confirmation import read_confirmation
from app.documents.cxml.envelope import Envelope, dtd_of, read_envelope
from app.documents.cxml.invoice import read_invoice
from app.documents.cxml.order import read_order
from app.documents.cxml.receipt import read_receipt
from app.documents.cxml.ship_notice import read_ship_notice
from app.documents.cxml.stock import read_stock
from app.documents.cxml.structure import NAME, VERSION, structure_faults
from app.documents.cxml.tree import Source
from app.documents.formats import FormatError
from app.documents.inspection.families import Family, XmlSource, families
from app.documents.inspection.report import (
    SCHEMA,
    SYNTAX,
    DocumentHead,
    Inspection,
    InspectionFinding,
    UnusedField,
    amounts,
    party_json,
)
from app.documents.inspection.xml_checks import check
from app.documents.model.basket import Basket
from app.documents.model.order_change import OrderChange
from app.documents.reading import Leftover, Reading
from app.documents.rule_choice import Checks
from app.documents.rule_packs import read_packs
from app.documents.segments import Severity
from app.documents.validation import RanRules

CODE = "cxml"
READING = "cXML values"
_COUNT = re.compile(r"\[\d+\]")
_READERS = {
    "OrderRequest": read_order, "ConfirmationRequest": read_confirmation, "ShipNoticeRequest": read_ship_notice,
    "InvoiceDetailRequest": read_invoice, "ReceiptRequest": read_receipt, "PunchOutOrderMessage": read_basket,
    "ProductActivityMessage": read_stock,
}  # fmt: skip
_ROLES = ("buyer", "seller", "ship_to", "invoicee")
_ITEMS = frozenset({"ItemOut", "ItemIn", "ConfirmationItem", "ShipNoticeItem", "InvoiceDetailItem", "ReceiptItem"})


def _matches(start: XmlStart) -> bool:
    return start.name == "cXML"


def _inspect(source: XmlSource) -> Inspection:
    data = source.data()
    root = parse(data)
    envelope = read_envelope(Source(root))
    found = Inspection(CODE, _version(root))
    _read(found, data, root, envelope)
    dtd, _ = dtd_of(envelope.payload)
    if read_packs(source.rules).fitting("", "cXML", dtd):
        check(found, root, Checks(is_schema_enough=True), source.rules, {}, customization=dtd)
        return found
    found.findings += [InspectionFinding.of(fault, SCHEMA, NAME) for fault in structure_faults(root)]
    found.rule_sets.append(RanRules(NAME, VERSION))
    found.unchecked.append(str(N_("There is no schema for {name}.", name=f"cXML ({dtd}.dtd)")))
    return found


def _version(root: etree._Element) -> str:
    """As the DTD it names has it in its address, else as the document says."""
    parts = (root.getroottree().docinfo.system_url or "").split("/")
    return parts[-2] if len(parts) > 1 and parts[-2][:1].isdigit() else root.get("version") or ""


def _read(found: Inspection, data: bytes, root: etree._Element, envelope: Envelope) -> None:
    reader: Any = _READERS.get(envelope.payload)
    head = DocumentHead(
        envelope.payload or str(root.tag), version=found.version, reference=envelope.payload_id, parties=_frame(envelope),
        lines=sum(1 for _ in root.iter(*_ITEMS)),
    )  # fmt: skip
    if reader is None:
        found.documents.append(head)
        return
    try:
        reading: Reading[Any] = reader(data)
    except FormatError as error:
        found.documents.append(head)
        found.findings.append(
            InspectionFinding(
                SYNTAX, READING, "UNREADABLE", Severity.FATAL, error.line, error.column, error.path, str(error)
            )
        )
        return
    found.findings += [InspectionFinding.of(fault, SYNTAX, READING) for fault in reading.faults]
    found.documents.append(_head(reading, head))


def _head(reading: Reading[Any], head: DocumentHead) -> DocumentHead:
    document = reading.document.content if isinstance(reading.document, OrderChange) else reading.document
    parties = {role: said for role in _ROLES if (said := party_json(getattr(document, role, None)))}
    totals = getattr(document, "totals", None)
    names = ("net", "tax", "total", "gross", "payable")
    sums = amounts(**{name: getattr(totals, name) for name in names if hasattr(totals, name)})
    if isinstance(document, Basket):
        sums = amounts(total=basket_total(document), tax=document.tax)
    return DocumentHead(
        head.type, document.number, getattr(document, "issue_date", None), getattr(document, "currency", ""),
        version=head.version, reference=head.reference, parties=parties or head.parties, lines=len(document.lines),
        totals=sums, unused=_unused(reading.leftovers),
    )  # fmt: skip


def _unused(leftovers: Iterable[Leftover]) -> tuple[UnusedField, ...]:
    """Leftovers of the same elements of several lines together, by a path without counts."""
    found: dict[str, UnusedField] = {}
    for item in leftovers:
        path = _COUNT.sub("", item.path)
        first = found.get(path)
        found[path] = UnusedField(
            path,
            first.count + 1 if first else 1,
            first.line if first else item.line,
            first.value if first else item.value,
        )
    return tuple(found.values())


def _frame(envelope: Envelope) -> dict[str, dict[str, str]]:
    """Who sends it to whom, where nothing more is known."""
    both = {"sender": envelope.senders, "receiver": envelope.recipients}
    return {role: {"id": found[0].identity} for role, found in both.items() if found}


families.add(CODE, Family(CODE, _matches, _inspect, ("cxml-",)))
