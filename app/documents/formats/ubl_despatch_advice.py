"""UBL 2.1 DespatchAdvice, written as Peppol BIS Despatch Advice 3 asks for it (transaction T16)."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from app.core.texts import N_
from app.core.xml import XmlWriter
from app.documents.codes import number
from app.documents.formats import Format, formats
from app.documents.model.despatch_advice import DespatchAdvice, DespatchLine, Package, Packed
from app.documents.model.party import Party
from app.documents.model.reference import OrderRef
from app.documents.ubl.notes import read_notes, write_notes
from app.documents.ubl.party import read_address, write_address
from app.documents.ubl.trade import (
    read_ids,
    read_order_line,
    read_references,
    read_role,
    write_item_head,
    write_order_line,
    write_order_reference,
    write_references,
    write_role,
)
from app.documents.ubl.values import NAMESPACES, day, root_namespace
from app.documents.xml_node import Node, Paths, read_root

CUSTOMIZATION = "urn:fdc:peppol.eu:poacc:trns:despatch_advice:3"
PROFILE = "urn:fdc:peppol.eu:poacc:bis:despatch_advice:3"
_REFERENCES = {"": "cac:AdditionalDocumentReference"}
_NO_SHIPMENT = "NA"  # the ID that the schema demands of a shipment
_NO_LINE = OrderRef(number="", line=_NO_SHIPMENT)  # the schema demands a line of an order, too
_SSCC_DIGITS = 18
_PATHS = Paths(NAMESPACES)


def dumps(advice: DespatchAdvice) -> bytes:
    writer = XmlWriter("DespatchAdvice", {"": root_namespace("DespatchAdvice"), **NAMESPACES})
    writer.leaf("cbc:CustomizationID", CUSTOMIZATION)
    writer.leaf("cbc:ProfileID", PROFILE)
    writer.leaf("cbc:ID", advice.number)
    writer.leaf("cbc:IssueDate", day(advice.issue_date))
    writer.leaf("cbc:DespatchAdviceTypeCode", advice.type_code)
    write_notes(writer, advice.notes)
    for order in advice.orders:
        write_order_reference(writer, order)
    write_references(writer, advice.references, _REFERENCES)
    write_role(writer, "cac:DespatchSupplierParty", advice.ship_from or advice.seller, keep=True)
    write_role(writer, "cac:DeliveryCustomerParty", advice.ship_to or advice.buyer, keep=True)
    write_role(writer, "cac:BuyerCustomerParty", advice.buyer)
    write_role(writer, "cac:SellerSupplierParty", advice.seller)
    _write_shipment(writer, advice)
    packed = {part.position: package for package in advice.packages for part in package.contents}
    for line in advice.lines:
        _write_line(writer, line, packed.get(line.position))
    return writer.finish()


def _write_shipment(writer: XmlWriter, advice: DespatchAdvice) -> None:
    with writer.group("cac:Shipment"):
        writer.leaf("cbc:ID", _NO_SHIPMENT)
        writer.leaf("cbc:GrossWeightMeasure", number(advice.gross_weight), unitCode=advice.weight_unit)
        writer.leaf("cbc:NetWeightMeasure", number(advice.net_weight), unitCode=advice.weight_unit)
        count = advice.package_count
        writer.leaf("cbc:TotalTransportHandlingUnitQuantity", "" if count is None else str(count))
        for tracking in advice.tracking:
            with writer.group("cac:Consignment"):
                writer.leaf("cbc:ID", tracking)
                if advice.carrier is not None:
                    with writer.group("cac:CarrierParty"), writer.group("cac:PartyName"):
                        writer.leaf("cbc:Name", advice.carrier.name)
        with writer.group("cac:ShipmentStage"):
            writer.leaf("cbc:TransportModeCode", advice.transport_mode)
        with writer.group("cac:Delivery"):
            if advice.ship_to is not None:
                with writer.group("cac:DeliveryLocation"):
                    write_address(writer, "cac:Address", advice.ship_to.address)
            with writer.group("cac:EstimatedDeliveryPeriod"):
                writer.leaf("cbc:EndDate", day(advice.expected_on))
            with writer.group("cac:Despatch"):
                writer.leaf("cbc:ActualDespatchDate", day(advice.despatched_on))
        for package in advice.packages:
            _write_package(writer, package)


def _write_package(writer: XmlWriter, package: Package) -> None:
    """The SSCC is the number of the unit, as Peppol wants it; other units go by their id."""
    with writer.group("cac:TransportHandlingUnit"):
        writer.leaf("cbc:ID", package.sscc or package.id)
        writer.leaf("cbc:TransportHandlingUnitTypeCode", package.kind)
        for mark in package.marks:
            writer.leaf("cbc:ShippingMarks", mark)
        if package.gross_weight is not None:
            with writer.group("cac:MeasurementDimension"):
                writer.leaf("cbc:AttributeID", "AAB")  # UNTDID 6313: gross weight of a unit
                writer.leaf("cbc:Measure", number(package.gross_weight), unitCode=package.weight_unit)


def _write_line(writer: XmlWriter, line: DespatchLine, package: Package | None) -> None:
    with writer.group("cac:DespatchLine"):
        writer.leaf("cbc:ID", line.position)
        write_notes(writer, line.notes)
        writer.leaf("cbc:DeliveredQuantity", number(line.quantity), unitCode=line.unit)
        writer.leaf("cbc:OutstandingQuantity", number(line.outstanding), unitCode=line.unit)
        writer.leaf("cbc:OutstandingReason", line.reason)
        write_order_line(writer, line.order_line or _NO_LINE)
        write_references(writer, line.references, {"": "cac:DocumentReference"})
        with writer.group("cac:Item", keep=True):
            _write_item(writer, line)
        if package is not None:
            with writer.group("cac:Shipment"):
                writer.leaf("cbc:ID", _NO_SHIPMENT)
                with writer.group("cac:TransportHandlingUnit"):
                    writer.leaf("cbc:ID", package.sscc or package.id)


def _write_item(writer: XmlWriter, line: DespatchLine) -> None:
    write_item_head(writer, line.ids, line.name)
    if line.country_of_origin:
        with writer.group("cac:OriginCountry"):
            writer.leaf("cbc:IdentificationCode", line.country_of_origin)
    for serial in line.serials or ("",):
        with writer.group("cac:ItemInstance"):
            writer.leaf("cbc:BestBeforeDate", day(line.best_before))
            writer.leaf("cbc:SerialID", serial)
            with writer.group("cac:LotIdentification"):
                writer.leaf("cbc:LotNumberID", line.batch)


def loads(data: bytes) -> DespatchAdvice:
    root = read_root(data, _PATHS)
    if root.element.tag != f"{{{root_namespace('DespatchAdvice')}}}DespatchAdvice":
        raise root.fault(N_("This is no UBL despatch advice."))
    shipment = root.find("cac:Shipment")
    weight, net = "cac:Shipment/cbc:GrossWeightMeasure", "cac:Shipment/cbc:NetWeightMeasure"
    delivery = "cac:Shipment/cac:Delivery/cac:"
    buyer, seller = read_role(root, "cac:BuyerCustomerParty"), read_role(root, "cac:SellerSupplierParty")
    ship_from, ship_to = read_role(root, "cac:DespatchSupplierParty"), read_role(root, "cac:DeliveryCustomerParty")
    count = root.number("cac:Shipment/cbc:TotalTransportHandlingUnitQuantity")
    carrier = root.text("cac:Shipment/cac:Consignment/cac:CarrierParty/cac:PartyName/cbc:Name")
    return DespatchAdvice(
        number=root.need_text("cbc:ID"),
        issue_date=root.day("cbc:IssueDate"),
        lines=tuple(_line(node) for node in root.all("cac:DespatchLine")),
        orders=tuple(_order(node) for node in root.all("cac:OrderReference")),
        type_code=root.text("cbc:DespatchAdviceTypeCode"),
        buyer=buyer or ship_to,
        seller=seller or ship_from,
        ship_from=ship_from,
        ship_to=_ship_to(root, ship_to),
        carrier=Party(name=carrier, address=None) if carrier else None,
        despatched_on=root.day(f"{delivery}Despatch/cbc:ActualDespatchDate"),
        expected_on=root.day(f"{delivery}EstimatedDeliveryPeriod/cbc:EndDate"),
        tracking=tuple(text for one in root.all("cac:Shipment/cac:Consignment") if (text := one.text("cbc:ID"))),
        packages=tuple(_packages(root)) if shipment else (),
        package_count=int(count) if count is not None else None,
        gross_weight=root.number(weight),
        net_weight=root.number(net),
        weight_unit=root.attribute(weight, "unitCode") or root.attribute(net, "unitCode"),
        transport_mode=root.text("cac:Shipment/cac:ShipmentStage/cbc:TransportModeCode"),
        notes=read_notes(root),
        references=read_references(root, _REFERENCES),
    )


def _ship_to(root: Node, party: Party | None) -> Party | None:
    """A place of delivery that differs from the address of the party."""
    place = read_address(root, "cac:Shipment/cac:Delivery/cac:DeliveryLocation/cac:Address")
    if party is None or place is None or place == party.address:
        return party
    return Party(name=party.name, address=place, gln=party.gln, identifiers=party.identifiers, contact=party.contact)


def _order(node: Node) -> OrderRef:
    return OrderRef(
        number=node.need_text("cbc:ID"), date=node.day("cbc:IssueDate"), sales_number=node.text("cbc:SalesOrderID")
    )


def _packages(root: Node) -> Iterator[Package]:
    contents: dict[str, list[Packed]] = {}
    for line in root.all("cac:DespatchLine"):
        unit = line.text("cac:Shipment/cac:TransportHandlingUnit/cbc:ID")
        if unit:
            part = Packed(
                position=line.text("cbc:ID"), quantity=line.number("cbc:DeliveredQuantity"),
                unit=line.attribute("cbc:DeliveredQuantity", "unitCode"),
            )  # fmt: skip
            contents.setdefault(unit, []).append(part)
    for node in root.all("cac:Shipment/cac:TransportHandlingUnit"):
        code = node.text("cbc:ID")
        yield Package(
            id=code, sscc=code if code.isdigit() and len(code) == _SSCC_DIGITS else "",
            kind=node.text("cbc:TransportHandlingUnitTypeCode"),
            marks=tuple(one.own_text() for one in node.all("cbc:ShippingMarks")),
            gross_weight=node.number("cac:MeasurementDimension/cbc:Measure"),
            weight_unit=node.attribute("cac:MeasurementDimension/cbc:Measure", "unitCode"),
            contents=tuple(contents.get(code, ())),
        )  # fmt: skip


def _line(node: Node) -> DespatchLine:
    item = node.need("cac:Item")
    outstanding = node.number("cbc:OutstandingQuantity")
    return DespatchLine(
        position=node.need_text("cbc:ID"),
        quantity=node.number("cbc:DeliveredQuantity"),
        unit=node.attribute("cbc:DeliveredQuantity", "unitCode"),
        order_line=found if (found := read_order_line(node)) != _NO_LINE else None,
        ids=read_ids(item),
        name=item.text("cbc:Name"),
        outstanding=outstanding,
        is_closed=outstanding == Decimal(0),
        reason=node.text("cbc:OutstandingReason"),
        batch=item.text("cac:ItemInstance/cac:LotIdentification/cbc:LotNumberID"),
        best_before=item.day("cac:ItemInstance/cbc:BestBeforeDate"),
        serials=tuple(text for one in item.all("cac:ItemInstance") if (text := one.text("cbc:SerialID"))),
        country_of_origin=item.text("cac:OriginCountry/cbc:IdentificationCode"),
        notes=read_notes(node),
        references=read_references(node, {"": "cac:DocumentReference"}),
    )


formats.add("ubl-despatch-advice", Format("ubl-despatch-advice", "application/xml", (DespatchAdvice,), dumps, loads))
