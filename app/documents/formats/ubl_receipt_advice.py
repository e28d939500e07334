"""UBL 2.1 ReceiptAdvice: what the buyer received, line by line.

UBL has one quantity for all that was turned away. Damaged goods are marked by the code AF of UNTDID 4221; where a line
has both refused and damaged goods their sum is written. What was accepted is what was received without it.
"""

from __future__ import annotations

from decimal import Decimal

from app.core.texts import N_
from app.core.xml import XmlWriter
from app.documents.codes import number
from app.documents.formats import Format, formats
from app.documents.model.receipt_advice import ReceiptAdvice, ReceiptLine
from app.documents.model.reference import ItemIds, OrderRef
from app.documents.ubl.notes import read_notes, write_notes
from app.documents.ubl.trade import (
    read_ids,
    read_order_line,
    read_references,
    read_role,
    write_item_head,
    write_order_line,
    write_order_reference,
    write_references,
    write_role,
)
from app.documents.ubl.values import NAMESPACES, day, root_namespace, write_reference
from app.documents.xml_node import Node, Paths, read_root

_NAME = "ReceiptAdvice"
_NO_SHIPMENT = "NA"  # the ID that the schema demands of a shipment
_DAMAGED = "AF"  # UNTDID 4221: goods delivered damaged
_REFERENCES = {"": "cac:AdditionalDocumentReference"}
_PATHS = Paths(NAMESPACES)


def dumps(advice: ReceiptAdvice) -> bytes:
    writer = XmlWriter(_NAME, {"": root_namespace(_NAME), **NAMESPACES})
    writer.leaf("cbc:ID", advice.number)
    writer.leaf("cbc:IssueDate", day(advice.issue_date))
    writer.leaf("cbc:ReceiptAdviceTypeCode", advice.type_code)
    write_notes(writer, advice.notes)
    for order in advice.orders:
        write_order_reference(writer, order)
    write_reference(writer, "cac:DespatchDocumentReference", advice.despatch_number)
    write_references(writer, advice.references, _REFERENCES)
    write_role(writer, "cac:DeliveryCustomerParty", advice.ship_to or advice.buyer, keep=True)
    write_role(writer, "cac:DespatchSupplierParty", advice.seller, keep=True)
    write_role(writer, "cac:BuyerCustomerParty", advice.buyer)
    if advice.received_on is not None:
        with writer.group("cac:Shipment"):
            writer.leaf("cbc:ID", _NO_SHIPMENT)
            with writer.group("cac:Delivery"):
                writer.leaf("cbc:ActualDeliveryDate", day(advice.received_on))
    for line in advice.lines:
        _write_line(writer, line)
    return writer.finish()


def _write_line(writer: XmlWriter, line: ReceiptLine) -> None:
    turned_away = [one for one in (line.refused, line.damaged) if one is not None]
    with writer.group("cac:ReceiptLine"):
        writer.leaf("cbc:ID", line.position)
        write_notes(writer, line.notes)
        writer.leaf("cbc:ReceivedQuantity", number(line.received), unitCode=line.unit)
        writer.leaf("cbc:ShortQuantity", number(line.short), unitCode=line.unit)
        if turned_away:
            writer.leaf("cbc:RejectedQuantity", number(sum(turned_away, Decimal(0))), unitCode=line.unit)
        writer.leaf("cbc:RejectReasonCode", line.reason_code)
        writer.leaf("cbc:RejectReason", line.reason)
        if line.damaged is not None and line.refused is None:
            writer.leaf("cbc:QuantityDiscrepancyCode", _DAMAGED)
        writer.leaf("cbc:OversupplyQuantity", number(line.over), unitCode=line.unit)
        write_order_line(writer, line.order_line)
        if line.despatch_line:
            with writer.group("cac:DespatchLineReference"):
                writer.leaf("cbc:LineID", line.despatch_line)
        with writer.group("cac:Item"):
            write_item_head(writer, line.ids, line.name)


def loads(data: bytes) -> ReceiptAdvice:
    root = read_root(data, _PATHS)
    if root.element.tag != f"{{{root_namespace(_NAME)}}}{_NAME}":
        raise root.fault(N_("This is no UBL receipt advice."))
    ship_to = read_role(root, "cac:DeliveryCustomerParty")
    return ReceiptAdvice(
        number=root.need_text("cbc:ID"),
        issue_date=root.day("cbc:IssueDate"),
        lines=tuple(_line(node) for node in root.all("cac:ReceiptLine")),
        despatch_number=root.text("cac:DespatchDocumentReference/cbc:ID"),
        orders=tuple(_order(node) for node in root.all("cac:OrderReference")),
        type_code=root.text("cbc:ReceiptAdviceTypeCode"),
        buyer=read_role(root, "cac:BuyerCustomerParty") or ship_to,
        seller=read_role(root, "cac:SellerSupplierParty") or read_role(root, "cac:DespatchSupplierParty"),
        ship_to=ship_to,
        received_on=root.day("cac:Shipment/cac:Delivery/cbc:ActualDeliveryDate"),
        notes=read_notes(root),
        references=read_references(root, _REFERENCES),
    )


def _order(node: Node) -> OrderRef:
    return OrderRef(
        number=node.need_text("cbc:ID"), date=node.day("cbc:IssueDate"), sales_number=node.text("cbc:SalesOrderID")
    )  # fmt: skip


def _line(node: Node) -> ReceiptLine:
    item = node.find("cac:Item")
    received, rejected = node.number("cbc:ReceivedQuantity"), node.number("cbc:RejectedQuantity")
    is_damage = node.text("cbc:QuantityDiscrepancyCode") == _DAMAGED
    quantities = ("cbc:ReceivedQuantity", "cbc:ShortQuantity", "cbc:RejectedQuantity", "cbc:OversupplyQuantity")
    units = (node.attribute(path, "unitCode") for path in quantities)
    return ReceiptLine(
        position=node.need_text("cbc:ID"),
        despatch_line=node.text("cac:DespatchLineReference/cbc:LineID"),
        order_line=read_order_line(node),
        ids=read_ids(item) if item else ItemIds(),
        name=item.text("cbc:Name") if item else "",
        unit=next(filter(None, units), ""),
        received=received,
        accepted=None if received is None else received - (rejected or Decimal(0)),
        short=node.number("cbc:ShortQuantity"),
        over=node.number("cbc:OversupplyQuantity"),
        damaged=rejected if is_damage else None,
        refused=None if is_damage else rejected,
        reason="\n".join(text for one in node.all("cbc:RejectReason") if (text := one.own_text())),
        reason_code=node.text("cbc:RejectReasonCode"),
        notes=read_notes(node),
    )


formats.add("ubl-receipt-advice", Format("ubl-receipt-advice", "application/xml", (ReceiptAdvice,), dumps, loads))
