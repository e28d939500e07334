"""DISPATCHNOTIFICATION and RECEIPTACKNOWLEDGEMENT."""

from __future__ import annotations

from app.documents.codes import number
from app.documents.model.despatch_advice import DespatchAdvice, DespatchLine, Package, Packed
from app.documents.model.receipt_advice import ReceiptAdvice, ReceiptLine
from app.documents.model.reference import OrderRef
from app.documents.opentrans.parts import decimal_of, opened, read_goods, read_head, read_remarks
from app.documents.opentrans.parts_out import OpenTransWriter
from app.documents.reading import Reading
from app.documents.xml_taking import Part

DESPATCH, RECEIPT = "DISPATCHNOTIFICATION", "RECEIPTACKNOWLEDGEMENT"
_LEFT, _REASON, _ORDERED, _OUTSTANDING = "despatched_on", "reason", "ordered", "outstanding"
_QUANTITIES = ("despatched", "accepted", "short", "over", "damaged", "refused")


def read_despatch(data: bytes) -> Reading[DespatchAdvice]:
    taking, _, info = opened(data, DESPATCH)
    root, head = taking.root, read_head(info, _LEFT)
    root.number(f"{DESPATCH}_SUMMARY/TOTAL_ITEM_NUM")
    items = root.all(f"{DESPATCH}_ITEM_LIST/{DESPATCH}_ITEM")
    lines = tuple(_despatch_line(one) for one in items)
    left = next((one.day("") for one in info.all("REMARKS") if one.element.get("type") == _LEFT), None)
    tracking = tuple(text for name in ("SHIPMENT_ID", "TRACKING_TRACING_URL") if (text := info.text(name)))
    orders: dict[str, OrderRef] = {}
    for line in lines:
        if line.order_line and line.order_line.number:
            orders.setdefault(
                line.order_line.number, OrderRef(number=line.order_line.number, date=line.order_line.date)
            )
    document = DespatchAdvice(
        number=info.need_text(f"{DESPATCH}_ID"), issue_date=info.day(f"{DESPATCH}_DATE"), lines=lines,
        orders=tuple(orders.values()), buyer=head.roles.get("buyer"), seller=head.roles.get("seller"),
        ship_to=head.roles.get("ship_to"), invoicee=head.roles.get("invoicee"), carrier=head.roles.get("carrier"),
        other_parties=tuple(head.others), despatched_on=left,
        expected_on=head.dates.requested or head.dates.latest or head.dates.earliest, tracking=tracking,
        packages=_packages(items), notes=head.notes,
    )  # fmt: skip
    return Reading(document, tuple(taking.faults), tuple(taking.leftovers()))


def _despatch_line(item: Part) -> DespatchLine:
    goods = read_goods(item)
    notes, said = read_remarks(item, _REASON, _ORDERED, _OUTSTANDING)
    order = item.find("ORDER_REFERENCE") or item
    reference = OrderRef(number=order.text("ORDER_ID"), line=order.text("LINE_ITEM_ID"), date=order.day("ORDER_DATE"))
    if order is item:
        reference = OrderRef(number="")
    return DespatchLine(
        position=goods.position, quantity=goods.quantity, unit=goods.unit, ids=goods.ids, name=goods.name, batch=goods.batch,
        order_line=reference if reference.number else None, serials=goods.serials, notes=notes,
        is_closed=item.text("DELIVERY_COMPLETED").casefold() == "true", reason=said.get(_REASON, ""),
        ordered=decimal_of(item, said, _ORDERED), outstanding=decimal_of(item, said, _OUTSTANDING),
    )  # fmt: skip


def _packages(items: list[Part]) -> tuple[Package, ...]:
    """Packages by their number; a line names those that it is in."""
    found: dict[str, Package] = {}
    for item in items:
        position = item.text("LINE_ITEM_ID")
        for one in item.all("LOGISTIC_DETAILS/PACKAGE_INFO/PACKAGE"):
            sscc = one.text("PACKAGE_ID")
            kind = one.text("PACKAGE_ID/@type")
            packed = Packed(position=position, quantity=one.number("PACKAGE_ORDER_UNIT_QUANTITY"))
            key = sscc or f"{position}/{len(found) + 1}"
            known = found.get(key)
            found[key] = Package(
                id=key, sscc=sscc if kind in ("", "sscc") else "", kind=one.text("PACKING_UNIT_CODE"),
                contents=(*(known.contents if known else ()), packed),
            )  # fmt: skip
    return tuple(found.values())


def write_despatch(despatch: DespatchAdvice) -> bytes:
    writer = OpenTransWriter(DESPATCH)
    roles = {
        "buyer": despatch.buyer, "seller": despatch.seller, "ship_to": despatch.ship_to, "invoicee": despatch.invoicee,
        "carrier": despatch.carrier,
    }  # fmt: skip
    with writer.group(f"{DESPATCH}_HEADER"), writer.group(f"{DESPATCH}_INFO"):
        writer.leaf(f"{DESPATCH}_ID", despatch.number)
        writer.moment(f"{DESPATCH}_DATE", despatch.issue_date)
        with writer.group("DELIVERY_DATE"):
            writer.moment("DELIVERY_START_DATE", despatch.expected_on)
            writer.moment("DELIVERY_END_DATE", despatch.expected_on)
        writer.parties(roles, despatch.other_parties)
        writer.idref("bmecat:SUPPLIER_IDREF", despatch.seller, "seller")
        writer.idref("bmecat:BUYER_IDREF", despatch.buyer, "buyer")
        with writer.group("SHIPMENT_PARTIES_REFERENCE"):
            writer.idref("DELIVERY_IDREF", despatch.ship_to, "ship_to")
            writer.idref("DELIVERER_IDREF", despatch.carrier, "carrier")
        writer.leaf("SHIPMENT_ID", despatch.tracking[0] if despatch.tracking else "")
        writer.leaf("TRACKING_TRACING_URL", despatch.tracking[1] if len(despatch.tracking) > 1 else "")
        left = despatch.despatched_on
        writer.remarks(despatch.notes, {_LEFT: left.isoformat() if left else ""})
    with writer.group(f"{DESPATCH}_ITEM_LIST", keep=True):
        for line in despatch.lines:
            with writer.group(f"{DESPATCH}_ITEM"):
                _write_despatch_line(writer, line, despatch)
    with writer.group(f"{DESPATCH}_SUMMARY"):
        writer.leaf("TOTAL_ITEM_NUM", str(len(despatch.lines)))
    return writer.finish()


def _write_despatch_line(writer: OpenTransWriter, line: DespatchLine, despatch: DespatchAdvice) -> None:
    writer.leaf("LINE_ITEM_ID", line.position)
    writer.product(line.ids, line.name, batch=line.batch, serials=line.serials)
    writer.quantity(line.quantity, line.unit)
    writer.leaf("DELIVERY_COMPLETED", "true" if line.is_closed else "")
    order = line.order_line or (despatch.orders[0] if len(despatch.orders) == 1 else None)
    _order_reference(writer, order)
    with writer.group("LOGISTIC_DETAILS"), writer.group("PACKAGE_INFO"):
        for package in despatch.packages:
            for packed in package.contents:
                if packed.position == line.position:
                    with writer.group("PACKAGE"):
                        writer.leaf(
                            "PACKAGE_ID",
                            package.sscc or package.id,
                            type="sscc" if package.sscc else "supplier_specific",
                        )
                        writer.leaf("bmecat:PACKING_UNIT_CODE", package.kind)
                        writer.leaf("PACKAGE_ORDER_UNIT_QUANTITY", number(packed.quantity))
    said = {_REASON: line.reason, _ORDERED: number(line.ordered), _OUTSTANDING: number(line.outstanding)}
    writer.remarks(line.notes, said)


def _order_reference(writer: OpenTransWriter, order: OrderRef | None) -> None:
    if order is not None and order.number:
        with writer.group("ORDER_REFERENCE"):
            writer.leaf("ORDER_ID", order.number)
            writer.leaf("LINE_ITEM_ID", order.line)
            writer.moment("ORDER_DATE", order.date)


def read_receipt(data: bytes) -> Reading[ReceiptAdvice]:
    taking, _, info = opened(data, RECEIPT)
    root, head = taking.root, read_head(info)
    root.number(f"{RECEIPT}_SUMMARY/TOTAL_ITEM_NUM")
    items = root.all(f"{RECEIPT}_ITEM_LIST/{RECEIPT}_ITEM")
    lines = tuple(_receipt_line(one) for one in items)
    notes = [text for one in items if (text := one.text("DELIVERY_REFERENCE/DELIVERYNOTE_ID"))]
    numbers = dict.fromkeys(line.order_line.number for line in lines if line.order_line and line.order_line.number)
    document = ReceiptAdvice(
        number=info.need_text(f"{RECEIPT}_ID"), issue_date=info.day(f"{RECEIPT}_DATE"), lines=lines,
        despatch_number=notes[0] if notes else "", orders=tuple(OrderRef(number=one) for one in numbers),
        buyer=head.roles.get("buyer"), seller=head.roles.get("seller"), ship_to=head.roles.get("ship_to"),
        other_parties=tuple(head.others), received_on=info.day("RECEIPT_DATE"), notes=head.notes,
    )  # fmt: skip
    return Reading(document, tuple(taking.faults), tuple(taking.leftovers()))


def _receipt_line(item: Part) -> ReceiptLine:
    goods = read_goods(item)
    notes, said = read_remarks(item, _REASON, *_QUANTITIES)
    order = item.find("ORDER_REFERENCE")
    return ReceiptLine(
        position=goods.position, ids=goods.ids, name=goods.name, unit=goods.unit, received=goods.quantity,
        order_line=OrderRef(number=order.text("ORDER_ID"), line=order.text("LINE_ITEM_ID"), date=order.day("ORDER_DATE"))
        if order
        else None,
        despatch_line=item.text("DELIVERY_REFERENCE/LINE_ITEM_ID"), reason=said.get(_REASON, ""), notes=notes,
        despatched=decimal_of(item, said, "despatched"), accepted=decimal_of(item, said, "accepted"),
        short=decimal_of(item, said, "short"), over=decimal_of(item, said, "over"),
        damaged=decimal_of(item, said, "damaged"), refused=decimal_of(item, said, "refused"),
    )  # fmt: skip


def write_receipt(receipt: ReceiptAdvice) -> bytes:
    writer = OpenTransWriter(RECEIPT)
    roles = {"buyer": receipt.buyer, "seller": receipt.seller, "ship_to": receipt.ship_to}
    with writer.group(f"{RECEIPT}_HEADER"), writer.group(f"{RECEIPT}_INFO"):
        writer.leaf(f"{RECEIPT}_ID", receipt.number)
        writer.moment(f"{RECEIPT}_DATE", receipt.issue_date)
        writer.moment("RECEIPT_DATE", receipt.received_on)
        writer.parties(roles, receipt.other_parties)
        writer.idref("bmecat:SUPPLIER_IDREF", receipt.seller, "seller")
        writer.idref("bmecat:BUYER_IDREF", receipt.buyer, "buyer")
        with writer.group("SHIPMENT_PARTIES_REFERENCE"):
            writer.idref("DELIVERY_IDREF", receipt.ship_to, "ship_to")
        writer.remarks(receipt.notes)
    with writer.group(f"{RECEIPT}_ITEM_LIST", keep=True):
        for line in receipt.lines:
            with writer.group(f"{RECEIPT}_ITEM"):
                writer.leaf("LINE_ITEM_ID", line.position)
                writer.product(line.ids, line.name)
                writer.quantity(line.received, line.unit)
                _order_reference(writer, line.order_line)
                with writer.group("DELIVERY_REFERENCE"):
                    writer.leaf("DELIVERYNOTE_ID", receipt.despatch_number)
                    writer.leaf("LINE_ITEM_ID", line.despatch_line)
                said = {name: number(getattr(line, name)) for name in _QUANTITIES}
                writer.remarks(line.notes, {_REASON: line.reason, **said})
    with writer.group(f"{RECEIPT}_SUMMARY"):
        writer.leaf("TOTAL_ITEM_NUM", str(len(receipt.lines)))
    return writer.finish()
