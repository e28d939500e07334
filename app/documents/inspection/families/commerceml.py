"""CommerceML: catalogues and offers as a stream, orders as a whole; Kontor's own structure, with a pack the schema."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from lxml import etree

from app.core.texts import N_
from app.core.xml import MAX_BYTES, XmlStart, parse
from app.documents.commerceml.catalogue import CatalogueStream
from app.documents.commerceml.node import local
from app.documents.commerceml.order import documents_in, operation_of, read_document
from app.documents.commerceml.sniffing import first_child, holds_documents
from app.documents.commerceml.structure import NAME, NUMBER, element_faults, root_faults
from app.documents.commerceml.values import ROOT
from app.documents.inspection.families import Family, XmlSource, families
from app.documents.inspection.report import (
    SCHEMA,
    SYNTAX,
    DocumentHead,
    Inspection,
    InspectionFinding,
    amounts,
    party_json,
    unused_fields,
)
from app.documents.inspection.xml_checks import check
from app.documents.model.order import Order
from app.documents.rule_choice import Checks
from app.documents.rule_packs import read_packs
from app.documents.segments import Fault
from app.documents.validation import RanRules

CODE = "commerceml"
READING = "CommerceML values"
_MAX_FINDINGS = 1_000


def _matches(start: XmlStart) -> bool:
    return start.name == ROOT


def _inspect(source: XmlSource) -> Inspection:
    start, first, chunks = first_child(source.chunks())
    version = start.attributes.get("ВерсияСхемы", "")
    found = Inspection(CODE, version)
    is_covered = bool(read_packs(source.rules).fitting(start.namespace, start.name, version))
    kept: list[bytes] = []
    faults = list(root_faults(start))
    if holds_documents(first):
        kept = list(_up_to_limit(chunks))
        faults += _documents(found, parse(b"".join(kept)))
    else:
        faults += _catalogue(found, _keeping(chunks, kept) if is_covered else chunks)
    if is_covered and kept:
        check(found, parse(b"".join(kept)), Checks(is_schema_enough=True), source.rules)
        return found
    found.findings += [InspectionFinding.of(fault, SCHEMA, NAME) for fault in faults[:_MAX_FINDINGS]]
    found.rule_sets.append(RanRules(NAME, NUMBER))
    found.unchecked.append(str(N_("There is no schema for {name}.", name=start.name)))
    return found


def _up_to_limit(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Enough to tell that there is more than XML may have."""
    size = 0
    for chunk in chunks:
        yield chunk
        size += len(chunk)
        if size > MAX_BYTES:
            return


def _keeping(chunks: Iterable[bytes], kept: list[bytes]) -> Iterator[bytes]:
    """All chunks; those of a file within the limits of XML are kept for a second look."""
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size <= MAX_BYTES:
            kept.append(chunk)
        else:
            kept.clear()
        yield chunk


def _documents(found: Inspection, root: etree._Element) -> list[Fault]:
    faults: list[Fault] = []
    for position, element in enumerate(documents_in(root), 1):
        faults += element_faults(element, f"/{ROOT}/{local(element)}[{position}]")
        reading = read_document(element, position)
        if reading is None:
            found.documents.append(_other_head(element))
            continue
        document = reading.document
        found.findings += [InspectionFinding.of(fault, SYNTAX, READING) for fault in reading.faults]
        unused = unused_fields(reading.leftovers)
        operation = operation_of(element)
        if isinstance(document, Order):
            parties = {"buyer": document.buyer, "seller": document.seller, "ship_to": document.ship_to}
            totals, lines = amounts(total=document.totals.total, tax=document.totals.tax), len(document.lines)
        else:
            parties = {"payer": document.payer, "payee": document.payee}
            totals, lines = amounts(total=document.amount), 0
        found.documents.append(
            DocumentHead(
                operation or local(element),
                document.number,
                document.issue_date,
                document.currency,
                reference=document.record_id,
                lines=lines,
                totals=totals,
                unused=unused,
                parties={role: said for role, party in parties.items() if (said := party_json(party))},
            )
        )
    return faults


def _other_head(element: etree._Element) -> DocumentHead:
    texts = {local(child): (child.text or "").strip() for child in element}
    return DocumentHead(operation_of(element), texts.get("Номер", ""), currency=texts.get("Валюта", ""))


def _catalogue(found: Inspection, chunks: Iterable[bytes]) -> list[Fault]:
    stream = CatalogueStream(chunks)
    faults: list[Fault] = []
    prices = stock = 0
    for element, is_offer in stream.elements():
        if len(faults) < _MAX_FINDINGS:
            faults += element_faults(element, stream.place(element))
        item = stream.item(element, is_offer=is_offer)
        prices += len(item.prices)
        stock += len(item.stock)
    head, log = stream.head, stream.log
    found.findings += [InspectionFinding.of(fault, SYNTAX, READING) for fault in log.faults[:_MAX_FINDINGS]]
    counts = {
        "groups": len(head.groups), "properties": len(head.features), "prices": prices, "price_types": len(head.price_kinds),
        "warehouses": len(head.places), "stock": stock,
    }  # fmt: skip
    kinds = {kind.currency for kind in head.price_kinds.values() if kind.currency}
    found.documents.append(
        DocumentHead(
            "ПакетПредложений" if head.is_offers else "Каталог",
            head.number or head.catalogue,
            head.formed_on,
            kinds.pop() if len(kinds) == 1 else "",
            head.version,
            head.catalogue,
            {"seller": said} if (said := party_json(head.owner)) else {},
            head.count,
            amounts(**{name: Decimal(n) for name, n in counts.items() if n}),
            unused_fields(log.leftovers),
        )
    )
    if not head.has_catalogue and not head.groups and not head.features:
        found.documents.clear()
    return [*stream.faults, *faults]


families.add(CODE, Family(CODE, _matches, _inspect, ("commerceml-",)))
