"""ConfirmationRequest: the seller's answer to an order, as a whole (accept, reject) or line by line (detail)."""

from __future__ import annotations

from decimal import Decimal

from lxml import etree

from app.core.texts import N_
from app.documents.codes import number
from app.documents.cxml.envelope import begin, document_node, finish, read_envelope, sender_party
from app.documents.cxml.parties import is_number_only, read_place, write_contact
from app.documents.cxml.parts import (
    currency_of,
    extrinsic,
    pass_no_class,
    read_basis,
    read_comments,
    read_description,
    read_id_references,
    read_item_id,
    read_money,
    read_vat,
    tax_of,
    write_basis,
    write_classes,
    write_comments,
    write_description,
    write_item_id,
    write_money,
    write_vat,
)
from app.documents.cxml.tree import Node, add, leaf, moment, read_source
from app.documents.formats import FormatError
from app.documents.model.order import DeliveryDates, OrderTotals, OtherParty
from app.documents.model.order_response import Answer, LineAnswer, OrderResponse, OrderResponseLine
from app.documents.model.party import Party
from app.documents.model.reference import ItemIds, OrderRef
from app.documents.reading import Reading

_ANSWERS = {
    "accept": Answer.ACCEPTED, "reject": Answer.REJECTED, "except": Answer.CHANGED, "detail": Answer.CHANGED,
    "allDetail": Answer.CHANGED, "backordered": Answer.CHANGED, "replace": Answer.CHANGED, "requestToPay": Answer.RECEIVED,
}  # fmt: skip
_LINE_ANSWERS = {
    "accept": LineAnswer.ACCEPTED, "allDetail": LineAnswer.CHANGED, "detail": LineAnswer.CHANGED, "reject": LineAnswer.REJECTED,
    "backordered": LineAnswer.BACKORDERED, "unknown": LineAnswer.CHANGED, "requestToPay": LineAnswer.CHANGED,
}  # fmt: skip
_LINE_TYPES = {
    LineAnswer.ACCEPTED: "accept", LineAnswer.CHANGED: "detail", LineAnswer.BACKORDERED: "backordered",
    LineAnswer.REJECTED: "reject", LineAnswer.ADDED: "detail", LineAnswer.SUBSTITUTED: "detail",
}  # fmt: skip
# cXML wants the whole article where the type is detail.
_WITH_ITEM = frozenset({LineAnswer.CHANGED, LineAnswer.ADDED, LineAnswer.SUBSTITUTED})
_SKU = "SupplierPartID"
_PRICE_BASE = "priceBasisQuantity"
_TYPE, _CHANGE = "responseType", "orderChange"


def read_confirmation(data: bytes) -> Reading[OrderResponse]:
    source = read_source(data)
    node = document_node(source, "ConfirmationRequest")
    envelope = read_envelope(source)
    header = node.find("ConfirmationHeader")
    if header is None:
        raise FormatError(N_("{path} is missing.", path="ConfirmationHeader"), node.element.sourceline or 0)
    kind = header.need("", "type")
    if kind and kind not in _ANSWERS:
        header.fault("VALUE", N_("{value} is not known here.", value=kind), "", "type")
    header.get("operation")
    order = OrderRef(
        number=node.get("orderID", "OrderReference"), date=node.day("orderDate", "OrderReference"),
        payload=node.get("payloadID", "OrderReference/DocumentReference"),
    )  # fmt: skip
    if not order.number:
        order = OrderRef(number=order.payload, date=order.date)
    if not order.number:
        node.fault("MISSING", N_("{path} is missing.", path="OrderReference/@orderID"))
    people, others = _people(header)
    lines = tuple(_lines(node))
    answer = _ANSWERS.get(kind, Answer.RECEIVED)
    if kind in ("detail", "allDetail", "except") and lines and all(one.answer is LineAnswer.ACCEPTED for one in lines):
        answer = Answer.ACCEPTED
    said = extrinsic(header, _TYPE)
    document = OrderResponse(
        number=header.get("confirmID") or header.get("invoiceID"), issue_date=header.day("noticeDate"), order=order,
        answer=Answer(said) if said in Answer.__members__.values() else answer, lines=lines,
        is_to_change=extrinsic(header, _CHANGE) == "yes", currency=currency_of(source),
        buyer=sender_party(people.get("buyer"), envelope.recipients), seller=sender_party(people.get("seller"), envelope.senders),
        ship_to=people.get("shipTo"), other_parties=others, notes=read_comments(header), references=read_id_references(header),
        totals=OrderTotals(net=read_money(header.find("Total"))[0], tax=read_money(header.find("Tax"))[0]),
    )  # fmt: skip
    header.text("Tax/Description")
    return Reading(document, tuple(source.faults), source.leftovers(node.element))


def _people(header: Node) -> tuple[dict[str, Party], tuple[OtherParty, ...]]:
    people: dict[str, Party] = {}
    others = []
    for contact in header.all("Contact"):
        role, party = contact.get("role"), read_place(contact, is_contact=True)
        if party is None:
            continue
        if role in ("buyer", "seller", "shipTo") and role not in people:
            people[role] = party
        else:
            others.append(OtherParty(role, party))
    return people, tuple(others)


def _lines(node: Node) -> list[OrderResponseLine]:
    """One line an item; what comes later of the same item is its backorder."""
    found: list[OrderResponseLine] = []
    for item in node.all("ConfirmationItem"):
        ordered, unit = item.number(attribute="quantity"), item.text("UnitOfMeasure")
        position = item.need("", "lineNumber")
        states = list(item.all("ConfirmationStatus"))
        if not states:
            item.fault("MISSING", N_("{path} is missing.", path="ConfirmationStatus"))
        later = sum(
            (
                one.number(attribute="quantity") or Decimal(0)
                for one in states
                if one.element.get("type") == "backordered"
            ),
            Decimal(0),
        )
        kept = [one for one in states if one.element.get("type") != "backordered"]
        shown = kept or states[:1]
        found += [_line(state, position, unit, ordered, Decimal(0) if at else later) for at, state in enumerate(shown)]
        for state in states:
            if kept and state.element.get("type") == "backordered":
                state.get("type")
                state.text("UnitOfMeasure")
    return found


def _line(state: Node, position: str, unit: str, ordered: Decimal | None, later: Decimal) -> OrderResponseLine:
    kind = state.need("", "type")
    if kind and kind not in _LINE_ANSWERS:
        state.fault("VALUE", N_("{value} is not known here.", value=kind), "", "type")
    answer = _LINE_ANSWERS.get(kind, LineAnswer.CHANGED)
    inside = state.find("ItemIn")
    at = inside or state
    substitute, _ = read_item_id(inside.find("ItemID") if inside else None)
    detail = inside.find("ItemDetail") if inside else None
    name = read_description(detail)[0] if detail else ""
    price_at = detail or state
    own_unit = state.text("UnitOfMeasure") or unit
    base, price_unit = read_basis(detail, own_unit) if detail else (_price_base(state), "")
    if detail:
        pass_no_class(detail)
    category, rate = read_vat(at.find("Tax/TaxDetail"))
    for money in ("Tax", "Tax/TaxDetail/TaxAmount"):
        read_money(at.find(money))
    at.text("Tax/Description")
    quantity = state.number(attribute="quantity")
    if inside:
        inside.get("quantity")
        inside.text("ItemDetail/UnitOfMeasure")
    ids = ItemIds(sku=extrinsic(state, _SKU), gtin=extrinsic(state, "GTIN"), buyer_sku=extrinsic(state, "BuyerPartID"))
    is_other = substitute != ItemIds() and substitute != ids
    return OrderResponseLine(
        position=position, answer=LineAnswer.SUBSTITUTED if is_other and answer is LineAnswer.CHANGED else answer,
        order_line=OrderRef(number="", line=position), ids=ids if ids != ItemIds() or is_other else substitute,
        name="" if is_other else name, quantity=Decimal(0) if answer in (LineAnswer.REJECTED, LineAnswer.BACKORDERED) else quantity,
        unit=own_unit, ordered=ordered, backordered=later or None,
        unit_price=read_money(price_at.find("UnitPrice"))[0], price_base_quantity=base, price_unit=price_unit,
        net=read_money(at.find("Tax/TaxDetail/TaxableAmount"))[0], vat_rate=rate, vat_category=category,
        promised=DeliveryDates(requested=state.day("deliveryDate")), substitute=substitute if is_other else None,
        substitute_name=name if is_other else "", reason=extrinsic(state, "reason"), notes=read_comments(state),
    )  # fmt: skip


def _price_base(state: Node) -> Decimal | None:
    text = extrinsic(state, _PRICE_BASE)
    return Decimal(text) if text.isascii() and text.isdigit() else None


def write_confirmation(response: OrderResponse) -> bytes:
    root, place = begin("ConfirmationRequest")
    kind = {Answer.REJECTED: "reject", Answer.RECEIVED: "detail", Answer.CHANGED: "except"}.get(
        response.answer, "accept"
    )
    if kind == "accept" and response.lines:
        kind = "detail"
    header = add(place, "ConfirmationHeader", confirmID=response.number, operation="new", type=kind)
    header.set("noticeDate", moment(response.issue_date))
    currency, totals = response.currency, response.totals
    write_money(header, "Total", totals.net if totals.net is not None else totals.total, currency)
    tax = write_money(header, "Tax", totals.tax, currency)
    if tax is not None:
        write_description(tax, "VAT")
    for role, party in (("buyer", response.buyer), ("seller", response.seller), ("shipTo", response.ship_to)):
        if party is not None and not is_number_only(party):
            write_contact(header, role, party)
    for other in response.other_parties:
        write_contact(header, other.role, other.party)
    write_comments(header, response.notes)
    for one in response.references:
        add(header, "IdReference", domain=one.kind or "reference", identifier=one.number)
    if response.answer is Answer.RECEIVED:
        add(header, "Extrinsic", response.answer.value, name=_TYPE)
    if response.is_to_change:
        add(header, "Extrinsic", "yes", name=_CHANGE)
    order = add(place, "OrderReference", orderID=response.order.number, orderDate=moment(response.order.date))
    add(order, "DocumentReference").set("payloadID", response.order.payload)
    for line in response.lines:
        _write_line(place, line, currency)
    return finish(root, response.seller, response.buyer, response.issue_date, response.number)


def _write_line(place: etree._Element, line: OrderResponseLine, currency: str) -> None:
    unit = line.unit or "EA"
    coming, later = line.quantity, line.backordered
    ordered = line.ordered if line.ordered is not None else (coming or Decimal(0)) + (later or Decimal(0))
    position = line.order_line.line if line.order_line and line.order_line.line else line.position
    item = add(place, "ConfirmationItem", lineNumber=position, quantity=number(ordered))
    add(item, "UnitOfMeasure", unit)
    is_none = line.answer in (LineAnswer.REJECTED, LineAnswer.BACKORDERED)
    main = (
        (later if later is not None else ordered)
        if line.answer is LineAnswer.BACKORDERED
        else ordered
        if is_none
        else coming
    )
    state = add(
        item, "ConfirmationStatus", type=_LINE_TYPES[line.answer], quantity=number(main if main is not None else ordered),
        deliveryDate=moment(line.promised.requested or line.promised.latest or line.promised.earliest),
    )  # fmt: skip
    add(state, "UnitOfMeasure", unit)
    _write_content(state, line, unit, currency)
    write_comments(state, line.notes)
    if line.reason:
        add(state, "Extrinsic", line.reason, name="reason")
    for name, text in ((_SKU, line.ids.sku), ("GTIN", line.ids.gtin), ("BuyerPartID", line.ids.buyer_sku)):
        leaf(state, "Extrinsic", text, name=name)
    if line.substitute is None and line.price_base_quantity not in (None, Decimal(1)) and line.answer not in _WITH_ITEM:
        leaf(state, "Extrinsic", number(line.price_base_quantity), name=_PRICE_BASE)
    if later and not is_none:
        rest = add(item, "ConfirmationStatus", type="backordered", quantity=number(later))
        add(rest, "UnitOfMeasure", unit)


def _write_content(state: etree._Element, line: OrderResponseLine, unit: str, currency: str) -> None:
    place = state
    ids = line.substitute or line.ids
    if line.answer in _WITH_ITEM and (ids.sku or ids.gtin):
        place = add(state, "ItemIn")
        place.set("quantity", number(line.quantity if line.quantity is not None else line.ordered))
        write_item_id(place, ids)
        detail = add(place, "ItemDetail")
        write_money(detail, "UnitPrice", line.unit_price if line.unit_price is not None else Decimal(0), currency)
        write_description(detail, (line.substitute_name if line.substitute else line.name) or ids.sku or "-")
        add(detail, "UnitOfMeasure", unit)
        write_basis(detail, line.price_base_quantity, line.price_unit, unit, line.position)
        write_classes(detail, ())
    else:
        write_money(state, "UnitPrice", line.unit_price, currency)
    if line.net is not None and (line.vat_rate is not None or line.vat_category):
        tax = tax_of(line.net, line.vat_rate)
        group = write_money(place, "Tax", tax, currency)
        if group is not None:
            write_description(group, "VAT")
            write_vat(group, line.vat_category, line.vat_rate, base=line.net, tax=tax, currency=currency)
