"""Lines of orders and of their changes."""

from __future__ import annotations

from app.core.xml import XmlWriter
from app.documents.codes import number
from app.documents.model.order import OrderLine, OrderTotals
from app.documents.model.reference import ItemIds
from app.documents.ubl.line_item import LineItem, read_line_item, write_line_item
from app.documents.ubl.notes import read_notes
from app.documents.xml_node import Node

_SUMS = "cac:AnticipatedMonetaryTotal/cbc:"


def write_line(writer: XmlWriter, line: OrderLine, currency: str) -> None:
    item = LineItem(
        position=line.position, quantity=line.quantity, unit=line.unit, status=line.action, net=line.net,
        price=line.unit_price, base=line.price_base_quantity, price_unit=line.price_unit, list_price=line.list_price,
        ids=ItemIds(sku=line.sku, buyer_sku=line.buyer_sku, gtin=line.gtin, manufacturer_sku=line.manufacturer_sku),
        name=line.name, description=line.description, vat_category=line.vat_category, vat_rate=line.vat_rate,
        ship_to=line.ship_to, dates=line.delivery, notes=line.notes, allowances_charges=line.allowances_charges,
        classifications=line.classifications, properties=line.properties,
    )  # fmt: skip
    with writer.group("cac:OrderLine"):
        write_line_item(writer, item, currency)


def read_line(node: Node) -> OrderLine:
    item = read_line_item(node.need("cac:LineItem"))
    return OrderLine(
        position=item.position, quantity=item.quantity, unit=item.unit, sku=item.ids.sku,
        buyer_sku=item.ids.buyer_sku, gtin=item.ids.gtin, manufacturer_sku=item.ids.manufacturer_sku, name=item.name,
        description=item.description, unit_price=item.price, price_base_quantity=item.base,
        price_unit=item.price_unit, list_price=item.list_price, net=item.net, vat_rate=item.vat_rate,
        vat_category=item.vat_category, action=item.status, delivery=item.dates, ship_to=item.ship_to,
        notes=(*read_notes(node), *item.notes), allowances_charges=item.allowances_charges,
        classifications=item.classifications, properties=item.properties,
    )  # fmt: skip


def write_totals(writer: XmlWriter, totals: OrderTotals, currency: str) -> None:
    """The sums stand only with the amount to pay, which the schema demands."""
    with writer.group("cac:TaxTotal"):
        writer.leaf("cbc:TaxAmount", number(totals.tax), currencyID=currency)
    if totals.total is not None:
        with writer.group("cac:AnticipatedMonetaryTotal"):
            writer.leaf("cbc:LineExtensionAmount", number(totals.net), currencyID=currency)
            writer.leaf("cbc:PayableAmount", number(totals.total), currencyID=currency)


def read_totals(root: Node) -> OrderTotals:
    count = root.number("cbc:LineCountNumeric")
    return OrderTotals(
        lines=int(count) if count is not None else None,
        net=root.number(f"{_SUMS}LineExtensionAmount"),
        tax=root.number("cac:TaxTotal/cbc:TaxAmount"),
        total=root.number(f"{_SUMS}PayableAmount"),
    )
