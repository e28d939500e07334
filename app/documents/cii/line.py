"""Invoice lines."""

from __future__ import annotations

from app.core.xml import XmlWriter
from app.documents.cii.amounts import read_allowances, write_allowance
from app.documents.cii.supporting import read_object, write_object
from app.documents.cii.values import read_period, write_id, write_period
from app.documents.codes import GTIN, number, read_category, read_gtin
from app.documents.model.line import Attribute, Classification, Line
from app.documents.xml_node import Node

_STATUS = "ram:AssociatedDocumentLineDocument/ram:LineStatusReasonCode"
_HEADINGS = frozenset({"GROUP", "INFORMATION"})


def write_line(writer: XmlWriter, line: Line) -> None:
    with writer.group("ram:IncludedSupplyChainTradeLineItem"):
        with writer.group("ram:AssociatedDocumentLineDocument"):
            writer.leaf("ram:LineID", line.position)
            if line.note:
                with writer.group("ram:IncludedNote"):
                    writer.leaf("ram:Content", line.note)
        _write_product(writer, line)
        _write_price(writer, line)
        with writer.group("ram:SpecifiedLineTradeDelivery"):
            writer.leaf("ram:BilledQuantity", number(line.quantity), unitCode=line.unit)
        _write_settlement(writer, line)


def _write_product(writer: XmlWriter, line: Line) -> None:
    with writer.group("ram:SpecifiedTradeProduct"):
        writer.leaf("ram:GlobalID", line.gtin, schemeID=GTIN)
        writer.leaf("ram:SellerAssignedID", line.sku)
        writer.leaf("ram:BuyerAssignedID", line.buyer_sku)
        writer.leaf("ram:Name", line.name)
        writer.leaf("ram:Description", line.description)
        for attribute in line.attributes:
            with writer.group("ram:ApplicableProductCharacteristic"):
                writer.leaf("ram:Description", attribute.name)
                writer.leaf("ram:Value", attribute.value)
        for item in line.classifications:
            with writer.group("ram:DesignatedProductClassification"):
                writer.leaf("ram:ClassCode", item.code, listID=item.scheme, listVersionID=item.version)
        write_id(writer, "ram:OriginTradeCountry", line.country_of_origin)


def _write_price(writer: XmlWriter, line: Line) -> None:
    """The discount inside the price (BT-147) is the list price less the net price, by definition."""
    with writer.group("ram:SpecifiedLineTradeAgreement"):
        if line.order_line:
            with writer.group("ram:BuyerOrderReferencedDocument"):
                writer.leaf("ram:LineID", line.order_line)
        if line.list_price is not None:
            with writer.group("ram:GrossPriceProductTradePrice"):
                writer.leaf("ram:ChargeAmount", number(line.list_price))
                writer.leaf("ram:BasisQuantity", number(line.price_base_quantity), unitCode=line.unit)
                with writer.group("ram:AppliedTradeAllowanceCharge"):
                    with writer.group("ram:ChargeIndicator"):
                        writer.leaf("udt:Indicator", "false")
                    writer.leaf("ram:ActualAmount", number(line.list_price - line.unit_price))
        with writer.group("ram:NetPriceProductTradePrice"):
            writer.leaf("ram:ChargeAmount", number(line.unit_price))
            writer.leaf("ram:BasisQuantity", number(line.price_base_quantity), unitCode=line.unit)


def _write_settlement(writer: XmlWriter, line: Line) -> None:
    with writer.group("ram:SpecifiedLineTradeSettlement"):
        with writer.group("ram:ApplicableTradeTax"):
            writer.leaf("ram:TypeCode", "VAT")
            writer.leaf("ram:CategoryCode", line.vat_category)
            writer.leaf("ram:RateApplicablePercent", number(line.vat_rate))
        write_period(writer, line.period)
        for item in line.allowances_charges:
            write_allowance(writer, item)
        with writer.group("ram:SpecifiedTradeSettlementLineMonetarySummation"):
            writer.leaf("ram:LineTotalAmount", number(line.net))
        write_object(writer, line.object_id)
        write_id(writer, "ram:ReceivableSpecifiedTradeAccountingAccount", line.accounting_reference)


def read_lines(trade: Node) -> tuple[Line, ...]:
    """The lines that carry amounts; headings and subtotals of the profile EXTENDED only repeat those."""
    lines = trade.all("ram:IncludedSupplyChainTradeLineItem")
    return tuple(_read_line(line) for line in lines if line.text(_STATUS) not in _HEADINGS)


def _read_line(node: Node) -> Line:
    """Single values by paths from the line: that is faster than to go down in steps."""
    product, price = "ram:SpecifiedTradeProduct", "ram:SpecifiedLineTradeAgreement/ram:NetPriceProductTradePrice"
    for part in (product, price):
        node.need(part)
    settlement = node.need("ram:SpecifiedLineTradeSettlement")
    quantity = "ram:SpecifiedLineTradeDelivery/ram:BilledQuantity"
    return Line(
        position=node.need_text("ram:AssociatedDocumentLineDocument/ram:LineID"),
        name=node.text("ram:SpecifiedTradeProduct/ram:Name"),
        quantity=node.need_number(quantity),
        unit=node.attribute(quantity, "unitCode"),
        unit_price=node.need_number("ram:SpecifiedLineTradeAgreement/ram:NetPriceProductTradePrice/ram:ChargeAmount"),
        net=node.need_number(
            "ram:SpecifiedLineTradeSettlement/ram:SpecifiedTradeSettlementLineMonetarySummation/ram:LineTotalAmount"
        ),
        vat_category=read_category(node, "ram:SpecifiedLineTradeSettlement/ram:ApplicableTradeTax/ram:CategoryCode"),
        vat_rate=node.number("ram:SpecifiedLineTradeSettlement/ram:ApplicableTradeTax/ram:RateApplicablePercent"),
        price_base_quantity=node.number(
            "ram:SpecifiedLineTradeAgreement/ram:NetPriceProductTradePrice/ram:BasisQuantity"
        ),
        list_price=node.number("ram:SpecifiedLineTradeAgreement/ram:GrossPriceProductTradePrice/ram:ChargeAmount"),
        description=node.text("ram:SpecifiedTradeProduct/ram:Description"),
        sku=node.text("ram:SpecifiedTradeProduct/ram:SellerAssignedID"),
        buyer_sku=node.text("ram:SpecifiedTradeProduct/ram:BuyerAssignedID"),
        gtin=read_gtin(node.text("ram:SpecifiedTradeProduct/ram:GlobalID")),
        order_line=node.text("ram:SpecifiedLineTradeAgreement/ram:BuyerOrderReferencedDocument/ram:LineID"),
        note=node.text("ram:AssociatedDocumentLineDocument/ram:IncludedNote/ram:Content"),
        accounting_reference=node.text(
            "ram:SpecifiedLineTradeSettlement/ram:ReceivableSpecifiedTradeAccountingAccount/ram:ID"
        ),
        object_id=read_object(node, "ram:SpecifiedLineTradeSettlement/"),
        period=read_period(settlement),
        country_of_origin=node.text("ram:SpecifiedTradeProduct/ram:OriginTradeCountry/ram:ID"),
        allowances_charges=read_allowances(settlement),
        classifications=tuple(
            _read_classification(part)
            for part in node.all("ram:SpecifiedTradeProduct/ram:DesignatedProductClassification")
        ),
        attributes=tuple(
            Attribute(part.text("ram:Description"), part.text("ram:Value"))
            for part in node.all("ram:SpecifiedTradeProduct/ram:ApplicableProductCharacteristic")
        ),
    )


def _read_classification(part: Node) -> Classification:
    path = "ram:ClassCode"
    return Classification(part.text(path), part.attribute(path, "listID"), part.attribute(path, "listVersionID"))
