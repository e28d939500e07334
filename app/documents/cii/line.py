"""Invoice lines."""

from __future__ import annotations

from app.core.xml import XmlWriter
from app.documents.cii.amounts import read_allowances, write_allowance
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
        write_id(writer, "ram:ReceivableSpecifiedTradeAccountingAccount", line.accounting_reference)


def read_lines(trade: Node) -> tuple[Line, ...]:
    """The lines that carry amounts; headings and subtotals of the profile EXTENDED only repeat those."""
    lines = trade.all("ram:IncludedSupplyChainTradeLineItem")
    return tuple(_read_line(line) for line in lines if line.text(_STATUS) not in _HEADINGS)


def _read_line(node: Node) -> Line:
    product = node.need("ram:SpecifiedTradeProduct")
    agreement = node.need("ram:SpecifiedLineTradeAgreement")
    settlement = node.need("ram:SpecifiedLineTradeSettlement")
    price, quantity = (
        agreement.need("ram:NetPriceProductTradePrice"),
        "ram:SpecifiedLineTradeDelivery/ram:BilledQuantity",
    )
    return Line(
        position=node.need_text("ram:AssociatedDocumentLineDocument/ram:LineID"),
        name=product.text("ram:Name"),
        quantity=node.need_number(quantity),
        unit=node.attribute(quantity, "unitCode"),
        unit_price=price.need_number("ram:ChargeAmount"),
        net=settlement.need_number("ram:SpecifiedTradeSettlementLineMonetarySummation/ram:LineTotalAmount"),
        vat_category=read_category(settlement, "ram:ApplicableTradeTax/ram:CategoryCode"),
        vat_rate=settlement.number("ram:ApplicableTradeTax/ram:RateApplicablePercent"),
        price_base_quantity=price.number("ram:BasisQuantity"),
        list_price=agreement.number("ram:GrossPriceProductTradePrice/ram:ChargeAmount"),
        description=product.text("ram:Description"),
        sku=product.text("ram:SellerAssignedID"),
        buyer_sku=product.text("ram:BuyerAssignedID"),
        gtin=read_gtin(product.text("ram:GlobalID")),
        order_line=agreement.text("ram:BuyerOrderReferencedDocument/ram:LineID"),
        note=node.text("ram:AssociatedDocumentLineDocument/ram:IncludedNote/ram:Content"),
        accounting_reference=settlement.text("ram:ReceivableSpecifiedTradeAccountingAccount/ram:ID"),
        period=read_period(settlement),
        country_of_origin=product.text("ram:OriginTradeCountry/ram:ID"),
        allowances_charges=read_allowances(settlement),
        classifications=tuple(
            _read_classification(part) for part in product.all("ram:DesignatedProductClassification")
        ),
        attributes=tuple(
            Attribute(part.text("ram:Description"), part.text("ram:Value"))
            for part in product.all("ram:ApplicableProductCharacteristic")
        ),
    )


def _read_classification(part: Node) -> Classification:
    path = "ram:ClassCode"
    return Classification(part.text(path), part.attribute(path, "listID"), part.attribute(path, "listVersionID"))
