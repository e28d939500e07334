"""Products and prices of lines, which orders, changes and answers have in common."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from app.core.xml import XmlWriter
from app.documents.codes import GTIN, number
from app.documents.model.line import Attribute, Classification
from app.documents.model.reference import ItemIds
from app.documents.xml_node import Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    ids: ItemIds = ItemIds()
    name: str = ""
    description: str = ""
    classifications: tuple[Classification, ...] = ()
    properties: tuple[Attribute, ...] = ()


def write_product(writer: XmlWriter, tag: str, product: Product) -> None:
    with writer.group(tag):
        writer.leaf("ram:GlobalID", product.ids.gtin, schemeID=GTIN)
        writer.leaf("ram:SellerAssignedID", product.ids.sku)
        writer.leaf("ram:BuyerAssignedID", product.ids.buyer_sku)
        writer.leaf("ram:Name", product.name)
        writer.leaf("ram:Description", product.description)
        for one in product.properties:
            with writer.group("ram:ApplicableProductCharacteristic"):
                writer.leaf("ram:Description", one.name)
                writer.leaf("ram:Value", one.value)
        for item in product.classifications:
            with writer.group("ram:DesignatedProductClassification"):
                writer.leaf("ram:ClassCode", item.code, listID=item.scheme, listVersionID=item.version)


def read_product(node: Node | None) -> Product:
    if node is None:
        return Product()
    return Product(
        ids=ItemIds(
            sku=node.text("ram:SellerAssignedID"), buyer_sku=node.text("ram:BuyerAssignedID"), gtin=node.text("ram:GlobalID")
        ),
        name=node.text("ram:Name"),
        description=node.text("ram:Description"),
        classifications=tuple(_classes(node.all("ram:DesignatedProductClassification"))),
        properties=tuple(
            Attribute(one.text("ram:Description"), one.text("ram:Value"))
            for one in node.all("ram:ApplicableProductCharacteristic")
        ),
    )  # fmt: skip


def _classes(parts: Iterable[Node]) -> Iterable[Classification]:
    path = "ram:ClassCode"
    for part in parts:
        if code := part.text(path):
            yield Classification(code, part.attribute(path, "listID"), part.attribute(path, "listVersionID"))


def write_price(writer: XmlWriter, tag: str, price: Decimal | None, base: Decimal | None, unit: str) -> None:
    if price is not None:
        with writer.group(tag):
            writer.leaf("ram:ChargeAmount", number(price))
            writer.leaf("ram:BasisQuantity", number(base), unitCode=unit)


def write_tax(writer: XmlWriter, category: str, rate: Decimal | None) -> None:
    if category or rate is not None:
        with writer.group("ram:ApplicableTradeTax"):
            writer.leaf("ram:TypeCode", "VAT")
            writer.leaf("ram:CategoryCode", category or ("S" if rate else "Z"))
            writer.leaf("ram:RateApplicablePercent", number(rate))


def write_net(writer: XmlWriter, net: Decimal) -> None:
    with writer.group("ram:SpecifiedTradeSettlementLineMonetarySummation"):
        writer.leaf("ram:LineTotalAmount", number(net))
