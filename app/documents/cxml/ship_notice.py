"""ShipNoticeRequest: what has left the seller, in which packages, by which carrier."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal

from lxml import etree

from app.core.texts import N_
from app.documents.codes import number
from app.documents.cxml.envelope import begin, document_node, finish, read_envelope, sender_party
from app.documents.cxml.parties import is_number_only, read_place, write_contact
from app.documents.cxml.parts import (
    extrinsic,
    one_comment,
    read_comments,
    read_description,
    read_id_references,
    read_item_id,
    write_comments,
    write_description,
    write_item_id,
)
from app.documents.cxml.tree import Node, add, leaf, moment, read_source
from app.documents.formats import FormatError
from app.documents.model.despatch_advice import DespatchAdvice, DespatchLine, Package, Packed
from app.documents.model.order import OtherParty
from app.documents.model.party import Party
from app.documents.model.reference import ItemIds, OrderRef
from app.documents.reading import Reading

_ROLES = {
    "buyer": "buyer", "soldTo": "buyer", "seller": "seller", "shipFrom": "ship_from", "shipTo": "ship_to", "billTo": "invoicee",
    "carrierCorporate": "carrier",
}  # fmt: skip
_CONTACTS = {
    "buyer": "buyer", "seller": "seller", "ship_from": "shipFrom", "ship_to": "shipTo", "invoicee": "billTo",
    "carrier": "carrierCorporate",
}  # fmt: skip
_FUNCTIONS = frozenset({"update", "delete"})
_CARRIER, _COMPANY = "companyName", "SCAC"
_BACKLOG, _CLOSED = "outstandingQuantity", "isClosed"


@dataclass(slots=True)
class _Packages:
    """Packages by their SSCC or number, each with what is in it."""

    heads: dict[str, Package] = field(default_factory=dict)
    contents: dict[str, list[Packed]] = field(default_factory=dict)

    def all(self) -> tuple[Package, ...]:
        """Named by their ids; one that only holds others has no articles itself."""
        ids = {one.sscc: one.id for one in self.heads.values() if one.sscc}
        holding = {ids.get(one.parent, one.parent) for one in self.heads.values()}
        return tuple(
            replace(
                one, parent=ids.get(one.parent, one.parent),
                contents=tuple(packed for packed in self.contents[key] if packed.quantity is not None or one.id not in holding),
            )
            for key, one in self.heads.items()
        )  # fmt: skip


def read_ship_notice(data: bytes) -> Reading[DespatchAdvice]:
    source = read_source(data)
    node = document_node(source, "ShipNoticeRequest")
    envelope = read_envelope(source)
    header = node.find("ShipNoticeHeader")
    if header is None:
        raise FormatError(N_("{path} is missing.", path="ShipNoticeHeader"), node.element.sourceline or 0)
    people, others = _people(header)
    packages = _Packages()
    orders: list[OrderRef] = []
    lines: list[DespatchLine] = []
    for portion in node.all("ShipNoticePortion"):
        order = OrderRef(
            number=portion.get("orderID", "OrderReference"), date=portion.day("orderDate", "OrderReference"),
            payload=portion.get("payloadID", "OrderReference/DocumentReference"),
        )  # fmt: skip
        order = order if order.number else OrderRef(number=order.payload, date=order.date)
        orders.append(order)
        for item in portion.all("ShipNoticeItem"):
            lines.append(_line(item, len(lines) + 1, order, packages))
    carrier, tracking = _control(node)
    way = header.get("operation")
    if header.element.get("shipmentType") == "actual":
        header.get("shipmentType")
    gross, unit = _dimension(header, "grossWeight", "weight")
    document = DespatchAdvice(
        number=header.need("", "shipmentID"), issue_date=header.day("noticeDate"), lines=tuple(lines), orders=tuple(orders),
        function=way if way in _FUNCTIONS else "", buyer=sender_party(people.get("buyer"), envelope.recipients),
        seller=sender_party(people.get("seller"), envelope.senders), ship_from=people.get("ship_from"),
        ship_to=people.get("ship_to"), invoicee=people.get("invoicee"), carrier=people.get("carrier") or carrier,
        other_parties=others, despatched_on=header.day("shipmentDate"), expected_on=header.day("deliveryDate"), tracking=tracking,
        packages=packages.all(), gross_weight=gross, weight_unit=unit, notes=read_comments(header),
        references=read_id_references(header),
    )  # fmt: skip
    return Reading(document, tuple(source.faults), source.leftovers(node.element))


def _people(header: Node) -> tuple[dict[str, Party], tuple[OtherParty, ...]]:
    people: dict[str, Party] = {}
    others = []
    for contact in header.all("Contact"):
        role, party = contact.get("role"), read_place(contact, is_contact=True)
        name = _ROLES.get(role, "")
        if party is not None and name and name not in people:
            people[name] = party
        elif party is not None:
            others.append(OtherParty(role, party))
    return people, tuple(others)


def _control(node: Node) -> tuple[Party | None, tuple[str, ...]]:
    """The first carrier, and the numbers its consignments go by."""
    names: dict[str, str] = {}
    tracking: list[str] = []
    for control in node.all("ShipControl"):
        for one in control.all("CarrierIdentifier"):
            names.setdefault(one.get("domain"), one.text())
        for one in control.all("ShipmentIdentifier"):
            text = one.text()
            tracking += [text] if text and text not in tracking else []
    found = names.get(_CARRIER) or next(iter(names.values()), "")
    return (Party(name=found, address=None) if found and found != "-" else None), tuple(tracking)


def _dimension(node: Node, *kinds: str) -> tuple[Decimal | None, str]:
    for one in node.all("Packaging/Dimension"):
        if one.element.get("type") in kinds:
            one.get("type")
            return one.number(attribute="quantity"), one.text("UnitOfMeasure")
    return None, ""


def _line(item: Node, at: int, order: OrderRef, packages: _Packages) -> DespatchLine:
    ids, auxiliary = read_item_id(item.find("ItemID"))
    if auxiliary:
        aux = item.find("ItemID/SupplierPartAuxiliaryID")
        if aux is not None:
            aux.untake()
    detail, unit = item.find("ShipNoticeItemDetail"), item.text("UnitOfMeasure")
    position = item.get("shipNoticeLineNumber") or str(at)
    for one in item.all("Packaging"):
        _package(one, position, unit, packages)
    batch = item.find("Batch")
    serials = tuple(text for one in item.all("AssetInfo") if (text := one.get("serialNumber")))
    outstanding = extrinsic(item, _BACKLOG)
    item.text("OrderedQuantity/UnitOfMeasure")
    manufacturer = detail.text("ManufacturerPartID") if detail else ""
    return DespatchLine(
        position=position, quantity=item.number(attribute="quantity"), unit=unit,
        order_line=OrderRef(number=order.number, line=item.need("", "lineNumber")),
        ids=ItemIds(sku=ids.sku, buyer_sku=ids.buyer_sku, gtin=ids.gtin, manufacturer_sku=manufacturer),
        name=read_description(detail)[0] if detail else "", ordered=item.number("OrderedQuantity", "quantity"),
        outstanding=Decimal(outstanding) if outstanding.replace(".", "", 1).isdigit() else None,
        is_closed=extrinsic(item, _CLOSED) == "yes", reason=extrinsic(item, "reason"),
        batch=(batch.text("SupplierBatchID") if batch else "") or item.text("SupplierBatchID"),
        best_before=batch.day("expirationDate") if batch else None,
        country_of_origin=batch.get("originCountryCode") if batch else "", serials=serials,
        notes=read_comments(item),
    )  # fmt: skip


def _package(one: Node, position: str, unit: str, packages: _Packages) -> None:
    sscc, own = one.text("ShippingContainerSerialCode"), ""
    pack = one.find("PackageID")
    if pack is not None:
        own = pack.text("GlobalIndividualAssetID") or pack.text("PackageTrackingID")
    key = own or sscc or f"{position}.{len(packages.heads) + 1}"
    weight, weight_unit = None, ""
    for size in one.all("Dimension"):
        if size.element.get("type") in ("grossWeight", "weight", "unitGrossWeight"):
            size.get("type")
            weight, weight_unit = size.number(attribute="quantity"), size.text("UnitOfMeasure")
    kind = one.text("PackageTypeCodeIdentifierCode")
    one.text("PackagingCode")
    one.text("PackagingLevelCode")
    marks = tuple(text for mark in one.all("ShippingMark") if (text := mark.text()))
    parent = one.text("ShippingContainerSerialCodeReference")
    inside = one.number("DispatchQuantity", "quantity")
    inside_unit = one.text("DispatchQuantity/UnitOfMeasure")
    if key not in packages.heads:
        packages.heads[key] = Package(
            id=key, parent=parent, sscc=sscc, kind=kind or one.text("PackagingCode"), marks=marks, gross_weight=weight,
            weight_unit=weight_unit,
        )  # fmt: skip
        packages.contents[key] = []
    packages.contents[key].append(
        Packed(position=position, quantity=inside, unit=inside_unit or (unit if inside else ""))
    )


def write_ship_notice(advice: DespatchAdvice) -> bytes:
    root, place = begin("ShipNoticeRequest")
    header = add(
        place, "ShipNoticeHeader", shipmentID=advice.number,
        operation=advice.function if advice.function in _FUNCTIONS else "new", shipmentDate=moment(advice.despatched_on),
        deliveryDate=moment(advice.expected_on), shipmentType="actual",
    )  # fmt: skip
    header.set("noticeDate", moment(advice.issue_date))
    header.set("shipmentID", advice.number)
    for name, role in _CONTACTS.items():
        party = getattr(advice, name)
        if party is not None and not is_number_only(party) and (name != "carrier" or party.address is not None):
            write_contact(header, role, party)
    for other in advice.other_parties:
        write_contact(header, other.role, other.party)
    write_comments(header, advice.notes)
    if advice.gross_weight is not None:
        weight = add(add(header, "Packaging"), "Dimension", type="grossWeight", quantity=number(advice.gross_weight))
        add(weight, "UnitOfMeasure", advice.weight_unit or "KGM")
    for one in advice.references:
        add(header, "IdReference", domain=one.kind or "reference", identifier=one.number)
    if advice.tracking or advice.carrier is not None:
        control = add(place, "ShipControl")
        add(control, "CarrierIdentifier", advice.carrier.name if advice.carrier else "-", domain=_CARRIER)
        for tracking in advice.tracking or ("",):
            add(control, "ShipmentIdentifier", tracking)
    for order, lines in _by_order(advice):
        portion = add(place, "ShipNoticePortion")
        reference = add(portion, "OrderReference", orderID=order.number, orderDate=moment(order.date))
        add(reference, "DocumentReference").set("payloadID", order.payload)
        for line in lines:
            _write_line(portion, line, advice)
    return finish(root, advice.seller, advice.buyer, advice.issue_date, advice.number)


def _by_order(advice: DespatchAdvice) -> Iterator[tuple[OrderRef, list[DespatchLine]]]:
    """Lines under their orders; those that name none under the first."""
    known = {order.number: order for order in advice.orders}
    for line in advice.lines:
        if line.order_line is not None and line.order_line.number:
            known.setdefault(line.order_line.number, OrderRef(number=line.order_line.number))
    orders = list(known.values()) or [OrderRef(number="")]
    first = orders[0].number
    for order in orders:
        yield order, [
            line for line in advice.lines
            if ((line.order_line.number if line.order_line else "") or first) == order.number
        ]  # fmt: skip


def _write_line(portion: etree._Element, line: DespatchLine, advice: DespatchAdvice) -> None:
    unit = line.unit or "EA"
    item = add(
        portion, "ShipNoticeItem", shipNoticeLineNumber=line.position,
        lineNumber=(line.order_line.line if line.order_line else "") or line.position,
    )  # fmt: skip
    item.set("quantity", number(line.quantity))
    ids = line.ids
    if ids.sku or ids.gtin or ids.buyer_sku:
        write_item_id(item, ids)
    if line.name or ids.manufacturer_sku:
        detail = add(item, "ShipNoticeItemDetail")
        if line.name:
            write_description(detail, line.name)
        leaf(detail, "ManufacturerPartID", ids.manufacturer_sku)
    add(item, "UnitOfMeasure", unit)
    codes = {one.id: one.sscc for one in advice.packages if one.sscc}
    for package in advice.packages:
        inside = package.contents or ((Packed(position=line.position),) if line is advice.lines[0] else ())
        for packed in inside:
            if packed.position == line.position:
                _write_package(item, package, packed, unit, codes.get(package.parent, package.parent))
    if line.batch or line.best_before or line.country_of_origin:
        expires, origin = moment(line.best_before), line.country_of_origin
        leaf(add(item, "Batch", expirationDate=expires, originCountryCode=origin), "SupplierBatchID", line.batch)
    for serial in line.serials:
        add(item, "AssetInfo", serialNumber=serial)
    if line.ordered is not None:
        add(add(item, "OrderedQuantity", quantity=number(line.ordered)), "UnitOfMeasure", unit)
    one_comment(item, line.notes)
    for name, text in (
        ("reason", line.reason), (_BACKLOG, number(line.outstanding)), (_CLOSED, "yes" if line.is_closed else ""),
    ):  # fmt: skip
        leaf(item, "Extrinsic", text, name=name)


def _write_package(item: etree._Element, package: Package, packed: Packed, unit: str, parent: str) -> None:
    place = add(item, "Packaging")
    add(place, "PackagingCode", package.kind or "package", lang="en")
    if package.gross_weight is not None:
        weight = add(place, "Dimension", type="grossWeight", quantity=number(package.gross_weight))
        add(weight, "UnitOfMeasure", package.weight_unit or "KGM")
    leaf(place, "PackageTypeCodeIdentifierCode", package.kind)
    leaf(place, "ShippingContainerSerialCode", package.sscc)
    leaf(place, "ShippingContainerSerialCodeReference", parent)
    if package.id and package.id != package.sscc:
        add(add(place, "PackageID"), "PackageTrackingID", package.id)
    for mark in package.marks:
        add(place, "ShippingMark", mark)
    if packed.quantity is not None:
        add(add(place, "DispatchQuantity", quantity=number(packed.quantity)), "UnitOfMeasure", packed.unit or unit)
