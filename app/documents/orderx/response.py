"""Order-X 231: the seller's answer to an order."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from app.core.texts import N_
from app.core.xml import XmlWriter
from app.documents.cii.amounts import read_allowances
from app.documents.cii.values import read_day
from app.documents.codes import number
from app.documents.model.invoice import Note
from app.documents.model.order_response import Answer, LineAnswer, OrderResponse, OrderResponseLine
from app.documents.model.reference import OrderRef
from app.documents.orderx import parts
from app.documents.orderx.line import Product, read_product, write_net, write_price, write_product, write_tax
from app.documents.orderx.values import REASON, RESPONSE, OrderWriter, demand, line_net, read_document
from app.documents.xml_node import Node

# StatusCode is UNTDID 1373, PurposeCode UNTDID 1225; senders put codes of the one into the other.
_STATUS = {Answer.ACCEPTED: "1", Answer.CHANGED: "3", Answer.REJECTED: "8"}
_PURPOSE = {Answer.ACCEPTED: "29", Answer.CHANGED: "34", Answer.REJECTED: "27", Answer.RECEIVED: "9"}
_ANSWERS = {
    "1": Answer.ACCEPTED, "29": Answer.ACCEPTED, "3": Answer.CHANGED, "4": Answer.CHANGED, "34": Answer.CHANGED,
    "8": Answer.REJECTED, "27": Answer.REJECTED, "9": Answer.RECEIVED,
}  # fmt: skip
# UNTDID 1229
_LINES = {
    "5": LineAnswer.ACCEPTED, "3": LineAnswer.CHANGED, "6": LineAnswer.CHANGED, "7": LineAnswer.REJECTED,
    "1": LineAnswer.ADDED,
}  # fmt: skip
_CODES = {
    LineAnswer.ACCEPTED: "5", LineAnswer.CHANGED: "3", LineAnswer.BACKORDERED: "3", LineAnswer.SUBSTITUTED: "3",
    LineAnswer.REJECTED: "7", LineAnswer.ADDED: "1",
}  # fmt: skip
_SUBSTITUTED = "ram:SubstitutedReferencedProduct"


def write_response(response: OrderResponse) -> bytes:
    demand(_missing(response))
    writer, currency = OrderWriter(), response.currency
    answer = response.answer
    parts.write_head(
        writer, (response.number, response.issue_date), RESPONSE, _PURPOSE[answer], response.notes,
        status=_STATUS.get(answer, ""),
    )  # fmt: skip
    nets = [
        line_net(one.net, one.quantity, one.unit_price, one.price_base_quantity, currency) for one in response.lines
    ]  # fmt: skip
    with writer.group("rsm:SupplyChainTradeTransaction"):
        for line, net in zip(response.lines, nets, strict=True):
            _write_line(writer, line, net)
        with writer.group("ram:ApplicableHeaderTradeAgreement"):
            parts.write_parties(writer, response.seller, response.buyer)
            parts.write_references(writer, response.order, response.references)
        with writer.group("ram:ApplicableHeaderTradeDelivery", keep=True):
            parts.write_place(writer, "ram:ShipToTradeParty", response.ship_to)
            parts.write_dates(writer, response.promised)
        with writer.group("ram:ApplicableHeaderTradeSettlement"):
            writer.leaf("ram:OrderCurrencyCode", currency)
            parts.write_place(writer, "ram:InvoiceeTradeParty", response.invoicee)
            parts.write_allowances(writer, response.allowances_charges)
            parts.write_totals(writer, response.totals, nets, response.allowances_charges, currency)
    return writer.finish()


def _missing(response: OrderResponse) -> Iterator[str]:
    for name in ("issue_date", "currency", "seller", "buyer"):
        if not getattr(response, name):
            yield name
    for at, line in enumerate(response.lines, 1):
        if line.unit_price is None:
            yield f"lines[{at}].unit_price"
        if line.quantity is None and line.ordered is None:
            yield f"lines[{at}].quantity"


def _write_line(writer: XmlWriter, line: OrderResponseLine, net: Decimal) -> None:
    with writer.group("ram:IncludedSupplyChainTradeLineItem"):
        with writer.group("ram:AssociatedDocumentLineDocument"):
            writer.leaf("ram:LineID", line.position)
            writer.leaf("ram:LineStatusCode", _CODES[line.answer])
            reason = (Note(line.reason, REASON),) if line.reason else ()
            parts.write_notes(writer, (*line.notes, *reason))
        ordered = Product(ids=line.ids, name=line.name)
        if line.substitute is not None:
            substitute = Product(ids=line.substitute, name=line.substitute_name)
            write_product(writer, "ram:SpecifiedTradeProduct", substitute)
            write_product(writer, _SUBSTITUTED, ordered)
        else:
            write_product(writer, "ram:SpecifiedTradeProduct", ordered)
        unit = line.price_unit or line.unit
        with writer.group("ram:SpecifiedLineTradeAgreement"):
            with writer.group("ram:BuyerOrderReferencedDocument"):
                writer.leaf("ram:LineID", line.order_line.line if line.order_line else "")
            write_price(writer, "ram:NetPriceProductTradePrice", line.unit_price, line.price_base_quantity, unit)
        with writer.group("ram:SpecifiedLineTradeDelivery"):
            asked = line.ordered if line.ordered is not None else line.quantity
            writer.leaf("ram:RequestedQuantity", number(asked), unitCode=line.unit)
            writer.leaf("ram:AgreedQuantity", number(line.quantity), unitCode=line.unit)
            parts.write_dates(writer, line.promised)
        with writer.group("ram:SpecifiedLineTradeSettlement"):
            write_tax(writer, line.vat_category, line.vat_rate)
            write_net(writer, net)


def read_response(data: bytes) -> OrderResponse:
    root = read_document(data, RESPONSE)
    head, trade = root.need("rsm:ExchangedDocument"), root.need("rsm:SupplyChainTradeTransaction")
    agreement = trade.need("ram:ApplicableHeaderTradeAgreement")
    delivery = trade.need("ram:ApplicableHeaderTradeDelivery")
    settlement = trade.need("ram:ApplicableHeaderTradeSettlement")
    order = parts.read_order_reference(agreement)
    return OrderResponse(
        number=head.need_text("ram:ID"),
        issue_date=read_day(head, "ram:IssueDateTime"),
        order=order,
        answer=_answer(head),
        lines=tuple(_read_line(node) for node in trade.all("ram:IncludedSupplyChainTradeLineItem")),
        currency=settlement.text("ram:OrderCurrencyCode"),
        type_code=RESPONSE,
        buyer=parts.read_role(agreement, "ram:BuyerTradeParty"),
        seller=parts.read_role(agreement, "ram:SellerTradeParty"),
        ship_to=parts.read_role(delivery, "ram:ShipToTradeParty"),
        invoicee=parts.read_role(settlement, "ram:InvoiceeTradeParty"),
        promised=parts.read_dates(delivery),
        notes=parts.read_notes(head),
        references=parts.read_references(agreement),
        allowances_charges=read_allowances(settlement),
        totals=parts.read_totals(settlement),
    )


def _answer(head: Node) -> Answer:
    codes = (head.text("ram:StatusCode"), head.text("ram:PurposeCode"))
    if not any(codes):
        return Answer.RECEIVED
    found = next((_ANSWERS[code] for code in codes if code in _ANSWERS), None)
    if found is None:
        path, value = "ram:StatusCode", codes[0] or codes[1]
        raise head.fault(N_("{path}: {value} is no answer to an order.", path=path, value=value), path)
    return found


def _read_line(node: Node) -> OrderResponseLine:
    document = node.need("ram:AssociatedDocumentLineDocument")
    agreement, settlement = node.need("ram:SpecifiedLineTradeAgreement"), node.need("ram:SpecifiedLineTradeSettlement")
    delivery = node.need("ram:SpecifiedLineTradeDelivery")
    product = read_product(node.find("ram:SpecifiedTradeProduct"))
    replaced = node.find(_SUBSTITUTED)
    ordered = read_product(replaced) if replaced else product
    answer = LineAnswer.SUBSTITUTED if replaced else _line_answer(document)
    price = "ram:NetPriceProductTradePrice/ram:"
    unit, price_unit = (
        delivery.attribute("ram:RequestedQuantity", "unitCode"),
        agreement.attribute(f"{price}BasisQuantity", "unitCode"),
    )
    asked, agreed = delivery.number("ram:RequestedQuantity"), delivery.number("ram:AgreedQuantity")
    line = agreement.text("ram:BuyerOrderReferencedDocument/ram:LineID")
    notes = parts.read_notes(document)
    return OrderResponseLine(
        position=document.need_text("ram:LineID"),
        answer=answer,
        order_line=OrderRef(number="", line=line) if line else None,
        ids=ordered.ids,
        name=ordered.name,
        quantity=asked if agreed is None and answer is LineAnswer.ACCEPTED else agreed,
        unit=unit,
        ordered=asked,
        unit_price=agreement.number(f"{price}ChargeAmount"),
        price_base_quantity=agreement.number(f"{price}BasisQuantity"),
        price_unit="" if price_unit == unit else price_unit,
        net=settlement.number("ram:SpecifiedTradeSettlementLineMonetarySummation/ram:LineTotalAmount"),
        vat_rate=settlement.number("ram:ApplicableTradeTax/ram:RateApplicablePercent"),
        vat_category=settlement.text("ram:ApplicableTradeTax/ram:CategoryCode"),
        promised=parts.read_dates(delivery),
        substitute=product.ids if replaced else None,
        substitute_name=product.name if replaced else "",
        reason="\n".join(note.text for note in notes if note.subject == REASON),
        notes=tuple(note for note in notes if note.subject != REASON),
    )


def _line_answer(document: Node) -> LineAnswer:
    path = "ram:LineStatusCode"
    code = document.text(path)
    if code and code not in _LINES:
        raise document.fault(N_("{path}: {value} is no answer to an order.", path=path, value=code), path)
    return _LINES[code or "5"]
