"""Order-X 220 and 230: an order, and the change or cancellation of one."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from app.core.xml import XmlWriter
from app.documents.cii.amounts import read_allowances
from app.documents.cii.values import read_day
from app.documents.codes import number
from app.documents.model.invoice import Note
from app.documents.model.order import Order, OrderLine
from app.documents.model.order_change import ChangeKind, OrderChange
from app.documents.model.reference import ItemIds, OrderRef
from app.documents.orderx import parts
from app.documents.orderx.line import Product, read_product, write_net, write_price, write_product, write_tax
from app.documents.orderx.values import CHANGE, ORDER, REASON, OrderWriter, demand, line_net, read_document
from app.documents.xml_node import Node

_KINDS = {"1": ChangeKind.CANCELLATION, "5": ChangeKind.REPLACEMENT, "4": ChangeKind.CHANGE}  # UNTDID 1225
_FUNCTIONS = {kind: code for code, kind in _KINDS.items()}
_MESSAGE_FUNCTIONS = range(1, 70)


def write_order(order: Order) -> bytes:
    function = order.function if order.function.isdigit() and int(order.function) in _MESSAGE_FUNCTIONS else ""
    return _write(order, ORDER, function, OrderRef(number=""), order.notes)


def write_change(change: OrderChange) -> bytes:
    reason = (Note(change.reason, REASON),) if change.reason else ()
    return _write(change.content, CHANGE, _FUNCTIONS[change.what], change.order, (*change.content.notes, *reason))


def _write(order: Order, kind: str, function: str, earlier: OrderRef, notes: tuple[Note, ...]) -> bytes:
    demand(_missing(order))
    writer, currency = OrderWriter(), order.currency
    parts.write_head(writer, (order.number, order.issue_date), kind, function, notes)
    nets = [
        line_net(one.net, one.quantity, one.unit_price, one.price_base_quantity, currency) for one in order.lines
    ]  # fmt: skip
    with writer.group("rsm:SupplyChainTradeTransaction"):
        for line, net in zip(order.lines, nets, strict=True):
            _write_line(writer, line, net)
        with writer.group("ram:ApplicableHeaderTradeAgreement"):
            parts.write_parties(writer, order.seller, order.buyer)
            parts.write_terms(writer, order.delivery_terms)
            parts.write_references(writer, earlier, order.references)
        with writer.group("ram:ApplicableHeaderTradeDelivery", keep=True):
            parts.write_place(writer, "ram:ShipToTradeParty", order.ship_to)
            parts.write_dates(writer, order.delivery)
        with writer.group("ram:ApplicableHeaderTradeSettlement"):
            writer.leaf("ram:OrderCurrencyCode", currency)
            parts.write_place(writer, "ram:InvoiceeTradeParty", order.invoicee)
            parts.write_allowances(writer, order.allowances_charges)
            with writer.group("ram:SpecifiedTradePaymentTerms"):
                writer.leaf("ram:Description", order.payment_terms)
            parts.write_totals(writer, order.totals, nets, order.allowances_charges, currency)
    return writer.finish()


def _missing(order: Order) -> Iterator[str]:
    for name in ("issue_date", "currency", "seller", "buyer"):
        if not getattr(order, name):
            yield name
    for at, line in enumerate(order.lines, 1):
        for name in ("quantity", "unit_price"):
            if getattr(line, name) is None:
                yield f"lines[{at}].{name}"


def _write_line(writer: XmlWriter, line: OrderLine, net: Decimal) -> None:
    with writer.group("ram:IncludedSupplyChainTradeLineItem"):
        with writer.group("ram:AssociatedDocumentLineDocument"):
            writer.leaf("ram:LineID", line.position)
            writer.leaf("ram:LineStatusCode", line.action)
            parts.write_notes(writer, line.notes)
        ids = ItemIds(sku=line.sku, buyer_sku=line.buyer_sku, gtin=line.gtin)
        product = Product(
            ids=ids, name=line.name, description=line.description, classifications=line.classifications,
            properties=line.properties,
        )  # fmt: skip
        write_product(writer, "ram:SpecifiedTradeProduct", product)
        unit = line.price_unit or line.unit
        with writer.group("ram:SpecifiedLineTradeAgreement"):
            write_price(writer, "ram:GrossPriceProductTradePrice", line.list_price, line.price_base_quantity, unit)
            write_price(writer, "ram:NetPriceProductTradePrice", line.unit_price, line.price_base_quantity, unit)
        with writer.group("ram:SpecifiedLineTradeDelivery"):
            writer.leaf("ram:RequestedQuantity", number(line.quantity), unitCode=line.unit)
            parts.write_place(writer, "ram:ShipToTradeParty", line.ship_to)
            parts.write_dates(writer, line.delivery)
        with writer.group("ram:SpecifiedLineTradeSettlement"):
            write_tax(writer, line.vat_category, line.vat_rate)
            parts.write_allowances(writer, line.allowances_charges)
            write_net(writer, net)


def read_order(data: bytes) -> Order:
    return _read(read_document(data, ORDER))


def read_change(data: bytes) -> OrderChange:
    root = read_document(data, CHANGE)
    content = _read(root)
    agreement = root.need("rsm:SupplyChainTradeTransaction/ram:ApplicableHeaderTradeAgreement")
    kind = root.text("rsm:ExchangedDocument/ram:PurposeCode")
    reasons = parts.read_notes(root.need("rsm:ExchangedDocument"))
    return OrderChange(
        order=parts.read_order_reference(agreement), what=_KINDS.get(kind, ChangeKind.CHANGE), content=content,
        reason="\n".join(note.text for note in reasons if note.subject == REASON),
    )  # fmt: skip


def _read(root: Node) -> Order:
    head, trade = root.need("rsm:ExchangedDocument"), root.need("rsm:SupplyChainTradeTransaction")
    agreement = trade.need("ram:ApplicableHeaderTradeAgreement")
    delivery = trade.need("ram:ApplicableHeaderTradeDelivery")
    settlement = trade.need("ram:ApplicableHeaderTradeSettlement")
    is_change = head.text("ram:TypeCode") == CHANGE
    notes = parts.read_notes(head)
    function = head.text("ram:PurposeCode")
    return Order(
        number=head.need_text("ram:ID"),
        issue_date=read_day(head, "ram:IssueDateTime"),
        lines=tuple(_read_line(node) for node in trade.all("ram:IncludedSupplyChainTradeLineItem")),
        currency=settlement.text("ram:OrderCurrencyCode"),
        type_code="" if is_change else ORDER,
        function="" if is_change else function,
        buyer=parts.read_role(agreement, "ram:BuyerTradeParty"),
        seller=parts.read_role(agreement, "ram:SellerTradeParty"),
        ship_to=parts.read_role(delivery, "ram:ShipToTradeParty"),
        invoicee=parts.read_role(settlement, "ram:InvoiceeTradeParty"),
        delivery=parts.read_dates(delivery),
        payment_terms="\n".join(
            one.text("ram:Description") for one in settlement.all("ram:SpecifiedTradePaymentTerms")
        ),
        delivery_terms=parts.read_terms(agreement),
        notes=tuple(note for note in notes if not is_change or note.subject != REASON),
        references=parts.read_references(agreement),
        allowances_charges=read_allowances(settlement),
        totals=parts.read_totals(settlement),
    )


def _read_line(node: Node) -> OrderLine:
    document = node.need("ram:AssociatedDocumentLineDocument")
    agreement, settlement = node.need("ram:SpecifiedLineTradeAgreement"), node.need("ram:SpecifiedLineTradeSettlement")
    delivery = node.need("ram:SpecifiedLineTradeDelivery")
    product = read_product(node.find("ram:SpecifiedTradeProduct"))
    price, gross = "ram:NetPriceProductTradePrice/ram:", "ram:GrossPriceProductTradePrice/ram:ChargeAmount"
    unit, price_unit = (
        delivery.attribute("ram:RequestedQuantity", "unitCode"),
        agreement.attribute(f"{price}BasisQuantity", "unitCode"),
    )
    return OrderLine(
        position=document.need_text("ram:LineID"),
        quantity=delivery.number("ram:RequestedQuantity"),
        unit=unit,
        sku=product.ids.sku,
        buyer_sku=product.ids.buyer_sku,
        gtin=product.ids.gtin,
        name=product.name,
        description=product.description,
        unit_price=agreement.number(f"{price}ChargeAmount"),
        price_base_quantity=agreement.number(f"{price}BasisQuantity"),
        price_unit="" if price_unit == unit else price_unit,
        list_price=agreement.number(gross),
        net=settlement.number("ram:SpecifiedTradeSettlementLineMonetarySummation/ram:LineTotalAmount"),
        vat_rate=settlement.number("ram:ApplicableTradeTax/ram:RateApplicablePercent"),
        vat_category=settlement.text("ram:ApplicableTradeTax/ram:CategoryCode"),
        action=document.text("ram:LineStatusCode"),
        delivery=parts.read_dates(delivery),
        ship_to=parts.read_role(delivery, "ram:ShipToTradeParty"),
        notes=parts.read_notes(document),
        allowances_charges=read_allowances(settlement),
        classifications=product.classifications,
        properties=product.properties,
    )
