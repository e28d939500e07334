"""ReceiptRequest: what the buyer received."""

from __future__ import annotations

from decimal import Decimal

from lxml import etree

from app.core.texts import N_
from app.documents.codes import number
from app.documents.cxml.envelope import begin, document_node, finish, read_envelope, sender_party
from app.documents.cxml.parts import (
    NO_CURRENCY,
    extrinsic,
    extrinsic_number,
    one_comment,
    read_comments,
    read_description,
    read_item_id,
    read_money,
    write_description,
    write_item_id,
    write_money,
)
from app.documents.cxml.tree import Node, add, leaf, moment, read_source
from app.documents.formats import FormatError
from app.documents.model.receipt_advice import ReceiptAdvice, ReceiptLine
from app.documents.model.reference import ItemIds, OrderRef
from app.documents.reading import Reading

_COUNTS = {
    "despatched": "despatchedQuantity", "accepted": "acceptedQuantity", "short": "shortQuantity", "over": "overQuantity",
    "damaged": "damagedQuantity",
}  # fmt: skip


def read_receipt(data: bytes) -> Reading[ReceiptAdvice]:
    source = read_source(data)
    node = document_node(source, "ReceiptRequest")
    envelope = read_envelope(source)
    header = node.find("ReceiptRequestHeader")
    if header is None:
        raise FormatError(N_("{path} is missing.", path="ReceiptRequestHeader"), node.element.sourceline or 0)
    orders, lines, notices = [], [], [header.get("shipNoticeID", "ShipNoticeIDInfo")]
    for group in node.all("ReceiptOrder"):
        info = group.find("ReceiptOrderInfo")
        path = "OrderReference" if info and info.find("OrderReference") else "OrderIDInfo"
        order = OrderRef(number="")
        if info is not None:
            order = OrderRef(
                number=info.get("orderID", path), date=info.day("orderDate", path),
                payload=info.get("payloadID", "OrderReference/DocumentReference"),
            )  # fmt: skip
        orders.append(order if order.number else OrderRef(number=order.payload, date=order.date))
        for item in group.all("ReceiptItem"):
            at = item.find("ReceiptItemReference")
            notices.append(
                at.get("shipNoticeID", "ShipNoticeReference") or at.get("shipNoticeID", "ShipNoticeIDInfo")
                if at
                else ""
            )
            lines.append(_line(item, orders[-1]))
    way = header.get("operation")
    if read_money(node.find("Total"))[0] and (total := node.find("Total/Money")) is not None:
        total.untake()
    node.get("currency", "Total/Money")
    document = ReceiptAdvice(
        number=header.need("", "receiptID"), issue_date=header.day("receiptDate"), lines=tuple(lines),
        despatch_number=next((one for one in notices if one), ""), orders=tuple(orders), function=way if way == "delete" else "",
        buyer=sender_party(None, envelope.senders), seller=sender_party(None, envelope.recipients),
        notes=read_comments(header),
    )  # fmt: skip
    return Reading(document, tuple(source.faults), source.leftovers(node.element))


def _line(item: Node, order: OrderRef) -> ReceiptLine:
    at = item.find("ReceiptItemReference")
    ids, _ = read_item_id(at.find("ItemID") if at else None)
    quantity, is_returned = item.number(attribute="quantity"), item.get("type") == "returned"
    counts = {name: extrinsic_number(item, word) for name, word in _COUNTS.items()}
    for path in ("UnitRate/Money", "ReceivedAmount/Money"):
        money = item.find(path)
        if money is not None and not money.number():
            money.get("currency")
        elif money is not None:
            money.untake()
    refused = extrinsic_number(item, "refusedQuantity")
    return ReceiptLine(
        position=item.need("", "receiptLineNumber"),
        despatch_line=at.get("shipNoticeLineNumber", "ShipNoticeLineItemReference") if at else "",
        order_line=OrderRef(number=order.number, line=at.get("lineNumber") if at else ""),
        ids=ItemIds(
            sku=ids.sku, buyer_sku=ids.buyer_sku, gtin=ids.gtin, manufacturer_sku=at.text("ManufacturerPartID") if at else ""
        ),
        name=read_description(at)[0] if at else "", unit=item.text("UnitRate/UnitOfMeasure"),
        received=None if is_returned else quantity, refused=quantity if is_returned and refused is None else refused,
        reason=extrinsic(item, "reason"), reason_code=extrinsic(item, "reasonCode"), notes=read_comments(item), **counts,
    )  # fmt: skip


def write_receipt(receipt: ReceiptAdvice) -> bytes:
    if not receipt.lines:
        raise FormatError(N_("A receipt in cXML has at least one line."))
    root, place = begin("ReceiptRequest")
    header = add(place, "ReceiptRequestHeader", operation="delete" if receipt.function == "delete" else "new")
    header.set("receiptID", receipt.number)
    header.set("receiptDate", moment(receipt.received_on or receipt.issue_date))
    if receipt.despatch_number:
        add(header, "ShipNoticeIDInfo", shipNoticeID=receipt.despatch_number)
    one_comment(header, receipt.notes)
    known = {order.number: order for order in receipt.orders}
    for line in receipt.lines:
        if line.order_line is not None and line.order_line.number:
            known.setdefault(line.order_line.number, OrderRef(number=line.order_line.number))
    orders = list(known.values()) or [OrderRef(number="")]
    for order in orders:
        lines = [
            line for line in receipt.lines
            if ((line.order_line.number if line.order_line else "") or orders[0].number) == order.number
        ]  # fmt: skip
        if lines:
            group = add(place, "ReceiptOrder")
            info = add(
                add(group, "ReceiptOrderInfo"), "OrderReference", orderID=order.number, orderDate=moment(order.date)
            )
            add(info, "DocumentReference").set("payloadID", order.payload)
            for line in lines:
                _write_line(group, line)
    write_money(place, "Total", Decimal(0), NO_CURRENCY)
    return finish(root, receipt.buyer, receipt.seller, receipt.issue_date, receipt.number)


def _write_line(group: etree._Element, line: ReceiptLine) -> None:
    is_returned = line.received is None and line.accepted is None and line.refused is not None
    quantity = next((one for one in (line.received, line.accepted, line.refused) if one is not None), Decimal(0))
    item = add(
        group,
        "ReceiptItem",
        receiptLineNumber=line.position,
        quantity=number(quantity),
        type="returned" if is_returned else "received",
    )
    at = add(item, "ReceiptItemReference")
    at.set("lineNumber", (line.order_line.line if line.order_line else "") or line.position)
    if line.ids.sku or line.ids.gtin or line.ids.buyer_sku:
        write_item_id(at, line.ids)
    if line.name:
        write_description(at, line.name)
    if line.ids.manufacturer_sku:
        add(at, "ManufacturerPartID", line.ids.manufacturer_sku)
        add(at, "ManufacturerName")
    if line.despatch_line:
        add(at, "ShipNoticeLineItemReference", shipNoticeLineNumber=line.despatch_line)
    rate = write_money(item, "UnitRate", Decimal(0), NO_CURRENCY)
    if rate is not None:
        add(rate, "UnitOfMeasure", line.unit or "EA")
    write_money(item, "ReceivedAmount", Decimal(0), NO_CURRENCY)
    one_comment(item, line.notes)
    for name, word in _COUNTS.items():
        leaf(item, "Extrinsic", number(getattr(line, name)), name=word)
    if not is_returned:
        leaf(item, "Extrinsic", number(line.refused), name="refusedQuantity")
    leaf(item, "Extrinsic", line.reason, name="reason")
    leaf(item, "Extrinsic", line.reason_code, name="reasonCode")
