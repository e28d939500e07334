"""ORDER, ORDERCHANGE and ORDERRESPONSE."""

from __future__ import annotations

from decimal import Decimal

from app.core.texts import N_
from app.documents.codes import number
from app.documents.model.order import Order, OrderLine, OrderTotals
from app.documents.model.order_change import ChangeKind, OrderChange
from app.documents.model.order_response import Answer, LineAnswer, OrderResponse, OrderResponseLine
from app.documents.model.reference import ItemIds, OrderRef
from app.documents.opentrans.parts import (
    PAYMENT_TERMS,
    Head,
    decimal_of,
    opened,
    read_allowances,
    read_dates,
    read_goods,
    read_head,
    read_remarks,
    read_sources,
    read_terms,
    read_transport,
)
from app.documents.opentrans.parts_out import OpenTransWriter
from app.documents.reading import Reading
from app.documents.xml_taking import Part

ORDER, CHANGE, RESPONSE = "ORDER", "ORDERCHANGE", "ORDERRESPONSE"
_ACTION, _CHANGE, _REASON, _STATUS = "action", "change", "reason", "status"
_ORDERED, _BACKORDERED = "ordered", "backordered"


def read_order(data: bytes) -> Reading[Order]:
    taking, header, info = opened(data, ORDER)
    document = _order(taking.root, header, info, read_head(info), ORDER)
    return Reading(document, tuple(taking.faults), tuple(taking.leftovers()))


def _order(root: Part, header: Part, info: Part, head: Head, kind: str) -> Order:
    count = root.number(f"{kind}_SUMMARY/TOTAL_ITEM_NUM")
    summary = root.find(f"{kind}_SUMMARY")
    net = root.number(f"{kind}_SUMMARY/TOTAL_AMOUNT")
    return Order(
        number=info.need_text("ORDER_ID"), issue_date=info.day(f"{kind}_DATE", "ORDER_DATE"),
        lines=tuple(_line(one) for one in root.all(f"{kind}_ITEM_LIST/{kind}_ITEM")),
        currency=info.text("CURRENCY"), other_parties=tuple(head.others), delivery=head.dates,
        payment_terms=read_terms(info, head.said), delivery_terms=read_transport(info), notes=head.notes,
        references=read_sources(header.find("SOURCING_INFO")), type_code=root.text("@type") if kind == ORDER else "",
        allowances_charges=read_allowances(summary, net or Decimal(0)) if summary else (),
        totals=OrderTotals(lines=int(count) if count is not None else None, net=net), buyer=head.roles.get("buyer"),
        seller=head.roles.get("seller"), ship_to=head.roles.get("ship_to"), invoicee=head.roles.get("invoicee"),
    )  # fmt: skip


def _line(item: Part) -> OrderLine:
    goods = read_goods(item)
    notes, said = read_remarks(item, _ACTION)
    return OrderLine(
        position=goods.position, quantity=goods.quantity, unit=goods.unit, sku=goods.ids.sku, buyer_sku=goods.ids.buyer_sku,
        gtin=goods.ids.gtin, manufacturer_sku=goods.ids.manufacturer_sku, name=goods.name, description=goods.description,
        unit_price=goods.price, price_base_quantity=goods.base, net=goods.net, vat_rate=goods.vat_rate,
        vat_category=goods.vat_category.value if goods.vat_category else "", action=said.get(_ACTION, ""),
        delivery=read_dates(item), notes=notes, references=read_sources(item.find("SOURCING_INFO")),
        allowances_charges=goods.allowances, properties=goods.attributes,
    )  # fmt: skip


def write_order(order: Order) -> bytes:
    writer = OpenTransWriter(ORDER)
    with writer.group("ORDER_HEADER"):
        writer.sources(order.references)
        with writer.group("ORDER_INFO"):
            writer.leaf("ORDER_ID", order.number)
            writer.moment("ORDER_DATE", order.issue_date)
            _order_info(writer, order, {PAYMENT_TERMS: order.payment_terms})
    _items(writer, order, ORDER)
    return writer.finish()


def _order_info(writer: OpenTransWriter, order: Order, said: dict[str, str]) -> None:
    roles = {"buyer": order.buyer, "seller": order.seller, "ship_to": order.ship_to, "invoicee": order.invoicee}
    writer.dates(order.delivery)
    writer.parties(roles, order.other_parties)
    writer.party_references(roles)
    writer.leaf("bmecat:CURRENCY", order.currency)
    writer.terms(order.notes)
    writer.transport(order.delivery_terms)
    writer.remarks(order.notes, said)


def _items(writer: OpenTransWriter, order: Order, kind: str) -> None:
    with writer.group(f"{kind}_ITEM_LIST", keep=True):
        for line in order.lines:
            with writer.group(f"{kind}_ITEM"):
                writer.leaf("LINE_ITEM_ID", line.position)
                ids = ItemIds(
                    sku=line.sku, buyer_sku=line.buyer_sku, gtin=line.gtin, manufacturer_sku=line.manufacturer_sku
                )
                writer.product(ids, line.name, line.description)
                writer.features(line.properties)
                writer.quantity(line.quantity, line.unit)
                writer.price(
                    line.unit_price, line.price_base_quantity, line.allowances_charges, vat_rate=line.vat_rate,
                    category=line.vat_category,
                )  # fmt: skip
                writer.leaf("PRICE_LINE_AMOUNT", number(line.net))
                writer.dates(line.delivery)
                writer.sources(line.references)
                writer.remarks(line.notes, {_ACTION: line.action})
    with writer.group(f"{kind}_SUMMARY"):
        writer.leaf("TOTAL_ITEM_NUM", str(len(order.lines)))
        writer.leaf("TOTAL_AMOUNT", number(order.totals.net))
        writer.allowances(order.allowances_charges)


def read_change(data: bytes) -> Reading[OrderChange]:
    """OpenTRANS has one number for the order and its changes, which are counted."""
    taking, header, info = opened(data, CHANGE)
    head = read_head(info, _CHANGE, _REASON)
    content = _order(taking.root, header, info, head, CHANGE)
    said = head.said.get(_CHANGE, "")
    document = OrderChange(
        order=OrderRef(number=content.number, date=info.day("ORDER_DATE"), sales_number=info.text("SUPPLIER_ORDER_ID")),
        what=ChangeKind(said) if said in list(ChangeKind) else ChangeKind.CHANGE, content=content,
        sequence=info.text("ORDERCHANGE_SEQUENCE_ID"), reason=head.said.get(_REASON, ""),
    )  # fmt: skip
    return Reading(document, tuple(taking.faults), tuple(taking.leftovers()))


def write_change(change: OrderChange) -> bytes:
    writer, order = OpenTransWriter(CHANGE), change.content
    with writer.group("ORDERCHANGE_HEADER"):
        writer.sources(order.references)
        with writer.group("ORDERCHANGE_INFO"):
            writer.leaf("ORDER_ID", change.order.number or order.number)
            writer.moment("ORDERCHANGE_DATE", order.issue_date)
            writer.moment("ORDER_DATE", change.order.date)
            writer.leaf("SUPPLIER_ORDER_ID", change.order.sales_number)
            writer.leaf("ORDERCHANGE_SEQUENCE_ID", change.sequence or "1")
            what = "" if change.what is ChangeKind.CHANGE else change.what.value
            _order_info(writer, order, {PAYMENT_TERMS: order.payment_terms, _CHANGE: what, _REASON: change.reason})
    _items(writer, order, CHANGE)
    return writer.finish()


def read_response(data: bytes) -> Reading[OrderResponse]:
    """The format has no codes for answers: they come as remarks of the type `status`, else nothing ordered is refused."""
    taking, _, info = opened(data, RESPONSE)
    root, head = taking.root, read_head(info, _STATUS)
    order = OrderRef(
        number=info.need_text("ORDER_ID"), date=info.day("ORDER_DATE"), sales_number=info.text("SUPPLIER_ORDER_ID")
    )
    lines = tuple(_answer(one, order) for one in root.all(f"{RESPONSE}_ITEM_LIST/{RESPONSE}_ITEM"))
    count = root.number(f"{RESPONSE}_SUMMARY/TOTAL_ITEM_NUM")
    said = head.said.get(_STATUS, "")
    document = OrderResponse(
        number=order.sales_number or order.number, issue_date=info.day(f"{RESPONSE}_DATE"), order=order, lines=lines,
        answer=Answer(said) if said in list(Answer) else _overall(lines), currency=info.text("CURRENCY"),
        is_to_change=bool(info.text("ORDERCHANGE_SEQUENCE_ID").strip("0")), other_parties=tuple(head.others),
        promised=head.dates, notes=head.notes,
        totals=OrderTotals(lines=int(count) if count is not None else None, net=root.number(f"{RESPONSE}_SUMMARY/TOTAL_AMOUNT")),
        buyer=head.roles.get("buyer"), seller=head.roles.get("seller"), ship_to=head.roles.get("ship_to"),
        invoicee=head.roles.get("invoicee"),
    )  # fmt: skip
    return Reading(document, tuple(taking.faults), tuple(taking.leftovers()))


def _overall(lines: tuple[OrderResponseLine, ...]) -> Answer:
    answers = {line.answer for line in lines}
    if answers <= {LineAnswer.ACCEPTED}:
        return Answer.ACCEPTED
    return Answer.REJECTED if answers == {LineAnswer.REJECTED} else Answer.CHANGED


def _answer(item: Part, order: OrderRef) -> OrderResponseLine:
    goods = read_goods(item)
    notes, said = read_remarks(item, _STATUS, _REASON, _ORDERED, _BACKORDERED)
    status = said.get(_STATUS, "")
    if status and status not in list(LineAnswer):
        item.fault("STATUS", N_("{path}: {value} is not known.", path="REMARKS/status", value=status[:40]))
    guessed = LineAnswer.REJECTED if goods.quantity == 0 else LineAnswer.ACCEPTED
    return OrderResponseLine(
        position=goods.position, answer=LineAnswer(status) if status in list(LineAnswer) else guessed,
        order_line=OrderRef(number=order.number, line=goods.position), ids=goods.ids, name=goods.name,
        quantity=goods.quantity, unit=goods.unit, ordered=decimal_of(item, said, _ORDERED),
        backordered=decimal_of(item, said, _BACKORDERED), unit_price=goods.price, price_base_quantity=goods.base,
        net=goods.net, vat_rate=goods.vat_rate, vat_category=goods.vat_category.value if goods.vat_category else "",
        promised=read_dates(item), reason=said.get(_REASON, ""), notes=notes,
    )  # fmt: skip


def write_response(response: OrderResponse) -> bytes:
    writer = OpenTransWriter(RESPONSE)
    roles = {
        "buyer": response.buyer,
        "seller": response.seller,
        "ship_to": response.ship_to,
        "invoicee": response.invoicee,
    }
    with writer.group("ORDERRESPONSE_HEADER"), writer.group("ORDERRESPONSE_INFO"):
        writer.leaf("ORDER_ID", response.order.number)
        writer.moment("ORDERRESPONSE_DATE", response.issue_date)
        writer.moment("ORDER_DATE", response.order.date)
        writer.leaf("SUPPLIER_ORDER_ID", response.order.sales_number or response.number)
        writer.leaf("ORDERCHANGE_SEQUENCE_ID", "1" if response.is_to_change else "")
        writer.dates(response.promised)
        writer.parties(roles, response.other_parties)
        writer.party_references(roles)
        writer.leaf("bmecat:CURRENCY", response.currency)
        writer.remarks(response.notes, {_STATUS: response.answer.value})
    with writer.group("ORDERRESPONSE_ITEM_LIST", keep=True):
        for line in response.lines:
            with writer.group("ORDERRESPONSE_ITEM"):
                writer.leaf(
                    "LINE_ITEM_ID", line.order_line.line if line.order_line and line.order_line.line else line.position
                )
                writer.product(line.ids, line.name)
                writer.quantity(line.quantity, line.unit)
                writer.price(
                    line.unit_price, line.price_base_quantity, vat_rate=line.vat_rate, category=line.vat_category
                )
                writer.leaf("PRICE_LINE_AMOUNT", number(line.net))
                writer.dates(line.promised)
                said = {_STATUS: line.answer.value, _REASON: line.reason, _ORDERED: number(line.ordered)}
                writer.remarks(line.notes, said | {_BACKORDERED: number(line.backordered)})
    with writer.group("ORDERRESPONSE_SUMMARY"):
        writer.leaf("TOTAL_ITEM_NUM", str(len(response.lines)))
        writer.leaf("TOTAL_AMOUNT", number(response.totals.net))
    return writer.finish()
