"""`cac:LineItem`, in which orders, answers, requests and quotations keep what a line is about."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from app.core.xml import XmlWriter
from app.documents.codes import number
from app.documents.model.invoice import Note
from app.documents.model.line import AllowanceCharge, Attribute, Classification
from app.documents.model.order import DeliveryDates
from app.documents.model.party import Party
from app.documents.model.reference import ItemIds
from app.documents.ubl.amounts import read_allowances, write_allowance
from app.documents.ubl.notes import read_notes, write_notes
from app.documents.ubl.trade import (
    read_classifications,
    read_dates,
    read_days,
    read_description,
    read_ids,
    read_properties,
    read_ship_to,
    write_delivery,
    write_item,
    write_price,
)
from app.documents.xml_node import Node


@dataclass(frozen=True, slots=True, kw_only=True)
class LineItem:
    """The fields of the element that Kontor's documents have; `price` is net for `base` of `price_unit`."""

    position: str
    quantity: Decimal | None = None
    unit: str = ""
    status: str = ""
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    backordered: Decimal | None = None
    net: Decimal | None = None
    accounting: str = ""
    price: Decimal | None = None
    base: Decimal | None = None
    price_unit: str = ""
    list_price: Decimal | None = None
    ids: ItemIds = ItemIds()
    name: str = ""
    description: str = ""
    vat_category: str = ""
    vat_rate: Decimal | None = None
    ship_to: Party | None = None
    dates: DeliveryDates = DeliveryDates()
    days: int | None = None
    notes: tuple[Note, ...] = ()
    allowances_charges: tuple[AllowanceCharge, ...] = ()
    classifications: tuple[Classification, ...] = ()
    properties: tuple[Attribute, ...] = ()


def write_line_item(
    writer: XmlWriter, item: LineItem, currency: str, *, promised: bool = False, tag: str = "cac:LineItem"
) -> None:
    """`promised`: the days are the seller's word, not the buyer's wish."""
    with writer.group(tag):
        writer.leaf("cbc:ID", item.position)
        write_notes(writer, item.notes)
        writer.leaf("cbc:LineStatusCode", item.status)
        writer.leaf("cbc:Quantity", number(item.quantity), unitCode=item.unit)
        writer.leaf("cbc:LineExtensionAmount", number(item.net), currencyID=currency)
        writer.leaf("cbc:MinimumQuantity", number(item.minimum), unitCode=item.unit)
        writer.leaf("cbc:MaximumQuantity", number(item.maximum), unitCode=item.unit)
        writer.leaf("cbc:MaximumBackorderQuantity", number(item.backordered), unitCode=item.unit)
        writer.leaf("cbc:AccountingCost", item.accounting)
        write_delivery(writer, item.ship_to, item.dates, promised=promised, days=item.days)
        if item.list_price is not None:
            with writer.group("cac:PricingReference"), writer.group("cac:AlternativeConditionPrice"):
                writer.leaf("cbc:PriceAmount", number(item.list_price), currencyID=currency)
                writer.leaf("cbc:PriceTypeCode", "AAB")  # UNTDID 5387: information price, excluding allowances
        for one in item.allowances_charges:
            write_allowance(writer, one, currency)
        write_price(writer, item.price, item.base, item.price_unit or item.unit, currency)
        write_item(
            writer, item.ids, item.name, item.description, category=item.vat_category, rate=item.vat_rate,
            classifications=item.classifications, properties=item.properties,
        )  # fmt: skip


def read_line_item(node: Node, *, promised: bool = False) -> LineItem:
    """From `cac:LineItem`; raises FormatError where the line has no number."""
    item, price = node.need("cac:Item"), node.find("cac:Price")
    unit = node.attribute("cbc:Quantity", "unitCode")
    price_unit = price.attribute("cbc:BaseQuantity", "unitCode") if price else ""
    return LineItem(
        position=node.need_text("cbc:ID"),
        quantity=node.number("cbc:Quantity"),
        unit=unit,
        status=node.text("cbc:LineStatusCode"),
        minimum=node.number("cbc:MinimumQuantity"),
        maximum=node.number("cbc:MaximumQuantity"),
        backordered=node.number("cbc:MaximumBackorderQuantity"),
        net=node.number("cbc:LineExtensionAmount"),
        accounting=node.text("cbc:AccountingCost"),
        price=price.number("cbc:PriceAmount") if price else None,
        base=price.number("cbc:BaseQuantity") if price else None,
        price_unit="" if price_unit == unit else price_unit,
        list_price=node.number("cac:PricingReference/cac:AlternativeConditionPrice/cbc:PriceAmount"),
        ids=read_ids(item),
        name=item.text("cbc:Name"),
        description=read_description(item),
        vat_category=item.text("cac:ClassifiedTaxCategory/cbc:ID"),
        vat_rate=item.number("cac:ClassifiedTaxCategory/cbc:Percent"),
        ship_to=read_ship_to(node),
        dates=read_dates(node, promised=promised),
        days=read_days(node) if promised else None,
        notes=read_notes(node),
        allowances_charges=read_allowances(node),
        classifications=read_classifications(item),
        properties=read_properties(item),
    )


def currency_of(root: Node, *tags: str) -> str:
    """The currency the document names, else that of its first price."""
    for tag in tags:
        if found := root.text(tag):
            return found
    for line in ("cac:OrderLine", "cac:QuotationLine", "cac:RequestForQuotationLine"):
        for one in root.all(line):
            for path in ("cac:LineItem/cac:Price/cbc:PriceAmount", "cac:LineItem/cbc:LineExtensionAmount"):
                if found := one.attribute(path, "currencyID"):
                    return found
    return ""
