"""Invoice and credit note lines."""

from __future__ import annotations

from app.core.xml import XmlWriter
from app.documents.codes import GTIN, number, read_category, read_gtin
from app.documents.model.line import Attribute, Classification, Line
from app.documents.model.party import Identifier
from app.documents.ubl.amounts import read_allowances, write_allowance, write_category
from app.documents.ubl.values import (
    OBJECT_TYPE,
    read_identifier,
    read_period,
    write_identifier,
    write_period,
    write_reference,
)
from app.documents.xml_node import Node


def write_line(writer: XmlWriter, line: Line, currency: str, *, tag: str, quantity_tag: str) -> None:
    with writer.group(tag):
        writer.leaf("cbc:ID", line.position)
        writer.leaf("cbc:Note", line.note)
        writer.leaf(quantity_tag, number(line.quantity), unitCode=line.unit)
        writer.leaf("cbc:LineExtensionAmount", number(line.net), currencyID=currency)
        writer.leaf("cbc:AccountingCost", line.accounting_reference)
        write_period(writer, line.period)
        if line.order_line:
            with writer.group("cac:OrderLineReference"):
                writer.leaf("cbc:LineID", line.order_line)
        if line.object_id is not None:
            with writer.group("cac:DocumentReference"):
                write_identifier(writer, "cbc:ID", line.object_id)
                writer.leaf("cbc:DocumentTypeCode", OBJECT_TYPE)
        for item in line.allowances_charges:
            write_allowance(writer, item, currency)
        _write_item(writer, line)
        _write_price(writer, line, currency)


def _write_item(writer: XmlWriter, line: Line) -> None:
    with writer.group("cac:Item"):
        writer.leaf("cbc:Description", line.description)
        writer.leaf("cbc:Name", line.name)
        write_reference(writer, "cac:BuyersItemIdentification", line.buyer_sku)
        write_reference(writer, "cac:SellersItemIdentification", line.sku)
        if line.gtin:
            with writer.group("cac:StandardItemIdentification"):
                writer.leaf("cbc:ID", line.gtin, schemeID=GTIN)
        if line.country_of_origin:
            with writer.group("cac:OriginCountry"):
                writer.leaf("cbc:IdentificationCode", line.country_of_origin)
        for item in line.classifications:
            with writer.group("cac:CommodityClassification"):
                writer.leaf("cbc:ItemClassificationCode", item.code, listID=item.scheme, listVersionID=item.version)
        write_category(writer, "cac:ClassifiedTaxCategory", line.vat_category, line.vat_rate)
        for attribute in line.attributes:
            with writer.group("cac:AdditionalItemProperty"):
                writer.leaf("cbc:Name", attribute.name)
                writer.leaf("cbc:Value", attribute.value)


def _write_price(writer: XmlWriter, line: Line, currency: str) -> None:
    """The discount inside the price (BT-147) is the list price less the net price, by definition."""
    with writer.group("cac:Price"):
        writer.leaf("cbc:PriceAmount", number(line.unit_price), currencyID=currency)
        writer.leaf("cbc:BaseQuantity", number(line.price_base_quantity), unitCode=line.unit)
        if line.list_price is not None:
            with writer.group("cac:AllowanceCharge"):
                writer.leaf("cbc:ChargeIndicator", "false")
                writer.leaf("cbc:Amount", number(line.list_price - line.unit_price), currencyID=currency)
                writer.leaf("cbc:BaseAmount", number(line.list_price), currencyID=currency)


def read_line(node: Node, *, quantity_tag: str) -> Line:
    """All by paths from the line: that is faster than to go down in steps."""
    for part in ("cac:Item", "cac:Price"):
        node.need(part)
    return Line(
        position=node.need_text("cbc:ID"),
        name=node.text("cac:Item/cbc:Name"),
        quantity=node.need_number(quantity_tag),
        unit=node.attribute(quantity_tag, "unitCode"),
        unit_price=node.need_number("cac:Price/cbc:PriceAmount"),
        net=node.need_number("cbc:LineExtensionAmount"),
        vat_category=read_category(node, "cac:Item/cac:ClassifiedTaxCategory/cbc:ID"),
        vat_rate=node.number("cac:Item/cac:ClassifiedTaxCategory/cbc:Percent"),
        price_base_quantity=node.number("cac:Price/cbc:BaseQuantity"),
        list_price=node.number("cac:Price/cac:AllowanceCharge/cbc:BaseAmount"),
        description=node.text("cac:Item/cbc:Description"),
        sku=node.text("cac:Item/cac:SellersItemIdentification/cbc:ID"),
        buyer_sku=node.text("cac:Item/cac:BuyersItemIdentification/cbc:ID"),
        gtin=read_gtin(node.text("cac:Item/cac:StandardItemIdentification/cbc:ID")),
        order_line=node.text("cac:OrderLineReference/cbc:LineID"),
        note=node.text("cbc:Note"),
        accounting_reference=node.text("cbc:AccountingCost"),
        object_id=_read_object(node),
        period=read_period(node),
        country_of_origin=node.text("cac:Item/cac:OriginCountry/cbc:IdentificationCode"),
        allowances_charges=read_allowances(node),
        classifications=tuple(_read_classification(part) for part in node.all("cac:Item/cac:CommodityClassification")),
        attributes=tuple(
            Attribute(part.text("cbc:Name"), part.text("cbc:Value"))
            for part in node.all("cac:Item/cac:AdditionalItemProperty")
        ),
    )


def _read_object(node: Node) -> Identifier | None:
    for one in node.all("cac:DocumentReference"):
        if one.text("cbc:DocumentTypeCode") in ("", OBJECT_TYPE):
            return read_identifier(one, "cbc:ID")
    return None


def _read_classification(part: Node) -> Classification:
    path = "cbc:ItemClassificationCode"
    return Classification(part.text(path), part.attribute(path, "listID"), part.attribute(path, "listVersionID"))
