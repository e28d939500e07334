"""ProductActivityMessage: how much of what is where."""

from __future__ import annotations

from lxml import etree

from app.documents.codes import number
from app.documents.cxml.envelope import begin, document_node, finish, read_envelope, sender_party
from app.documents.cxml.parties import DEFAULT_LANGUAGE
from app.documents.cxml.parts import read_description, read_item_id, write_description, write_item_id
from app.documents.cxml.tree import Node, add, moment, read_source
from app.documents.model.reference import ItemIds
from app.documents.model.stock_report import StockLine, StockReport
from app.documents.reading import Reading

_PLACE, _PROCESS = "locationFrom", "StockInventory"
# Kinds of stock by the elements that say them, in the order of the DTD; the codes are UNTDID 6063.
_KINDS = {
    "UnrestrictedUseQuantity": "17", "BlockedQuantity": "71", "QualityInspectionQuantity": "62", "StockOnHandQuantity": "145",
    "IntransitQuantity": "158",
}  # fmt: skip


def read_stock(data: bytes) -> Reading[StockReport]:
    source = read_source(data)
    node = document_node(source, "ProductActivityMessage")
    envelope = read_envelope(source)
    lines: list[StockLine] = []
    for details in node.all("ProductActivityDetails"):
        lines += _lines(details, len(lines))
    header = "ProductActivityHeader"
    found = node.find(header)
    if found is not None and found.element.get("processType") == _PROCESS:
        found.get("processType")
    report = StockReport(
        number=node.need(header, "messageID"), issue_date=node.day("creationDate", header), lines=tuple(lines),
        seller=sender_party(None, envelope.senders), buyer=sender_party(None, envelope.recipients),
    )  # fmt: skip
    return Reading(report, tuple(source.faults), source.leftovers(node.element))


def _lines(details: Node, before: int) -> list[StockLine]:
    """One line for each kind of stock of an article."""
    ids, _ = read_item_id(details.find("ItemID"))
    ids = ItemIds(
        sku=ids.sku, buyer_sku=ids.buyer_sku, gtin=ids.gtin, manufacturer_sku=details.text("ManufacturerPartID")
    )
    name, _text = read_description(details)
    place = ""
    for contact in details.all("Contact"):
        if contact.element.get("role") == _PLACE and not place:
            contact.get("role")
            contact.text("Name")
            contact.get("domain", "IdReference")
            place = contact.get("identifier", "IdReference") or contact.text("Name")
    found: list[StockLine] = []
    for tag, status in _KINDS.items():
        kind = details.find(f"Inventory/{tag}")
        if kind is not None:
            found.append(StockLine(
                position=str(before + len(found) + 1), ids=ids, quantity=kind.number(attribute="quantity"),
                unit=kind.text("UnitOfMeasure"), name=name, place=place, status=status,
            ))  # fmt: skip
    return found


def write_stock(report: StockReport) -> bytes:
    root, place = begin("ProductActivityMessage", body="Message")
    header = add(place, "ProductActivityHeader", creationDate=moment(report.issue_date), processType=_PROCESS)
    header.set("messageID", report.number)
    for line in report.lines:
        _write_line(add(place, "ProductActivityDetails"), line)
    return finish(root, report.seller, report.buyer, report.issue_date, report.number)


def _write_line(details: etree._Element, line: StockLine) -> None:
    write_item_id(details, line.ids)
    if line.name:
        write_description(details, line.name)
    if line.ids.manufacturer_sku:
        add(details, "ManufacturerPartID", line.ids.manufacturer_sku)
        add(details, "ManufacturerName")
    if line.place:
        contact = add(details, "Contact", role=_PLACE)
        add(contact, "Name", line.place, lang=DEFAULT_LANGUAGE)
        add(contact, "IdReference", domain="locationID", identifier=line.place)
    tag = next((tag for tag, status in _KINDS.items() if status == line.status), "StockOnHandQuantity")
    kind = add(add(details, "Inventory"), tag)
    kind.set("quantity", number(line.quantity))
    if line.unit:
        add(kind, "UnitOfMeasure", line.unit)
