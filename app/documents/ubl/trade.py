"""What orders, answers, requests and quotations of UBL share: parties, delivery, items, prices, references."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from app.core.xml import XmlWriter
from app.documents.codes import GLN, GTIN, number
from app.documents.model.line import Attribute, Classification
from app.documents.model.order import DeliveryDates, Reference
from app.documents.model.party import Party
from app.documents.model.reference import ItemIds, OrderRef
from app.documents.ubl.party import read_address, read_party, write_address, write_party
from app.documents.ubl.values import day, write_reference
from app.documents.xml_node import Node

# References with an element of their own, by their code (UNTDID 1153); others say theirs as type of the document.
QUOTATION, CONTRACT, ORDER, PROJECT = "PR", "CT", "ON", "AEP"


def write_role(writer: XmlWriter, tag: str, party: Party | None, *, keep: bool = False) -> None:
    """`keep`: the schema demands the role, also where nobody is known to have it."""
    if party is not None:
        with writer.group(tag):
            write_party(writer, party)
    elif keep:
        with writer.group(tag, keep=True):
            pass


def read_role(node: Node, tag: str) -> Party | None:
    found = node.find(f"{tag}/cac:Party")
    return None if found is None else read_party(found)


def write_delivery(
    writer: XmlWriter, ship_to: Party | None, dates: DeliveryDates, *, promised: bool = False, days: int | None = None
) -> None:
    """A day alone is a period that begins and ends on it; `days` is how long it takes."""
    tag = "cac:PromisedDeliveryPeriod" if promised else "cac:RequestedDeliveryPeriod"
    with writer.group("cac:Delivery"):
        if ship_to is not None:
            with writer.group("cac:DeliveryLocation"):
                writer.leaf("cbc:ID", ship_to.gln, schemeID=GLN)
                write_address(writer, "cac:Address", ship_to.address)
        with writer.group(tag):
            writer.leaf("cbc:StartDate", day(dates.requested or dates.earliest))
            writer.leaf("cbc:EndDate", day(dates.requested or dates.latest))
            writer.leaf("cbc:DurationMeasure", "" if days is None else str(days), unitCode="DAY")
        if ship_to is not None:
            with writer.group("cac:DeliveryParty"), writer.group("cac:PartyName"):
                writer.leaf("cbc:Name", ship_to.name)


def read_ship_to(node: Node) -> Party | None:
    """Where the goods go: by name, place or number."""
    found = node.find("cac:Delivery")
    if found is None:
        return None
    name = found.text("cac:DeliveryParty/cac:PartyName/cbc:Name") or found.text(
        "cac:DeliveryParty/cac:PartyLegalEntity/cbc:RegistrationName"
    )
    place = read_address(found, "cac:DeliveryLocation/cac:Address") or read_address(found, "cac:DeliveryAddress")
    gln = found.text("cac:DeliveryLocation/cbc:ID")
    party = Party(name=name, address=place, gln=gln if gln.isdigit() and len(gln) == len("4012345000009") else "")
    return None if party == Party(name="", address=None) else party


def read_dates(node: Node, *, promised: bool = False) -> DeliveryDates:
    path = f"cac:Delivery/cac:{'Promised' if promised else 'Requested'}DeliveryPeriod"
    start, end = node.day(f"{path}/cbc:StartDate"), node.day(f"{path}/cbc:EndDate")
    if start is not None and start == end:
        return DeliveryDates(requested=start)
    return DeliveryDates(earliest=start, latest=end)


def read_days(node: Node) -> int | None:
    """How many days the seller needs, where he says it in days."""
    path = "cac:Delivery/cac:PromisedDeliveryPeriod/cbc:DurationMeasure"
    found = node.number(path)
    is_days = node.attribute(path, "unitCode") == "DAY"
    return int(found) if found is not None and is_days and found == found.to_integral_value() else None


def write_item(
    writer: XmlWriter, ids: ItemIds, name: str, description: str, *, category: str, rate: Decimal | None,
    classifications: Iterable[Classification] = (), properties: Iterable[Attribute] = (),
) -> None:  # fmt: skip
    with writer.group("cac:Item", keep=True):
        write_item_head(writer, ids, name, description)
        for item in classifications:
            with writer.group("cac:CommodityClassification"):
                writer.leaf("cbc:ItemClassificationCode", item.code, listID=item.scheme, listVersionID=item.version)
        if category or rate is not None:
            with writer.group("cac:ClassifiedTaxCategory"):
                writer.leaf("cbc:ID", category)
                writer.leaf("cbc:Percent", number(rate))
                with writer.group("cac:TaxScheme"):
                    writer.leaf("cbc:ID", "VAT")
        for one in properties:
            with writer.group("cac:AdditionalItemProperty"):
                writer.leaf("cbc:Name", one.name)
                writer.leaf("cbc:Value", one.value)


def read_classifications(item: Node) -> tuple[Classification, ...]:
    path = "cbc:ItemClassificationCode"
    found = (
        Classification(part.text(path), part.attribute(path, "listID"), part.attribute(path, "listVersionID"))
        for part in item.all("cac:CommodityClassification")
    )
    return tuple(one for one in found if one.code)


def read_properties(item: Node) -> tuple[Attribute, ...]:
    return tuple(
        Attribute(part.text("cbc:Name"), part.text("cbc:Value")) for part in item.all("cac:AdditionalItemProperty")
    )


def write_item_head(writer: XmlWriter, ids: ItemIds, name: str, description: str = "") -> None:
    """What stands first inside `cac:Item`."""
    writer.leaf("cbc:Description", description)
    writer.leaf("cbc:Name", name)
    write_reference(writer, "cac:BuyersItemIdentification", ids.buyer_sku)
    write_reference(writer, "cac:SellersItemIdentification", ids.sku)
    write_reference(writer, "cac:ManufacturersItemIdentification", ids.manufacturer_sku)
    if ids.gtin:
        with writer.group("cac:StandardItemIdentification"):
            writer.leaf("cbc:ID", ids.gtin, schemeID=GTIN)


def read_ids(item: Node) -> ItemIds:
    return ItemIds(
        sku=item.text("cac:SellersItemIdentification/cbc:ID"),
        buyer_sku=item.text("cac:BuyersItemIdentification/cbc:ID"),
        gtin=item.text("cac:StandardItemIdentification/cbc:ID"),
        manufacturer_sku=item.text("cac:ManufacturersItemIdentification/cbc:ID"),
    )


def read_description(item: Node) -> str:
    return "\n".join(text for one in item.all("cbc:Description") if (text := one.own_text()))


def write_price(writer: XmlWriter, price: Decimal | None, base: Decimal | None, unit: str, currency: str) -> None:
    if price is not None:
        with writer.group("cac:Price"):
            writer.leaf("cbc:PriceAmount", number(price), currencyID=currency)
            writer.leaf("cbc:BaseQuantity", number(base), unitCode=unit)


def write_references(writer: XmlWriter, references: Iterable[Reference], tags: Mapping[str, str]) -> None:
    """`tags`: the elements the document has, in its order, by code; the code "" takes all that have none of their own."""
    every = list(references)
    for code, tag in tags.items():
        for one in every:
            if code == one.kind or (not code and one.kind not in tags):
                with writer.group(tag):
                    writer.leaf("cbc:ID", one.number)
                    writer.leaf("cbc:IssueDate", day(one.date))
                    writer.leaf("cbc:DocumentTypeCode", one.kind if not code else "")


def read_references(node: Node, tags: Mapping[str, str]) -> tuple[Reference, ...]:
    return tuple(_references(node, tags))


def _references(node: Node, tags: Mapping[str, str]) -> Iterator[Reference]:
    for code, tag in tags.items():
        for one in node.all(tag):
            found = one.text("cbc:ID")
            if found:
                kind = code or one.text("cbc:DocumentTypeCode") or one.text("cbc:DocumentType")
                yield Reference(kind, found, date=one.day("cbc:IssueDate"))


def write_order_reference(writer: XmlWriter, order: OrderRef) -> None:
    with writer.group("cac:OrderReference"):
        writer.leaf("cbc:ID", order.number)
        writer.leaf("cbc:SalesOrderID", order.sales_number)
        writer.leaf("cbc:IssueDate", day(order.date))


def write_order_line(writer: XmlWriter, order: OrderRef | None) -> None:
    """Which line of which order; the document's own order need not be named again."""
    if order is not None and order.line:
        with writer.group("cac:OrderLineReference"):
            writer.leaf("cbc:LineID", order.line)
            if order.number:
                write_order_reference(writer, order)


def read_order_line(node: Node) -> OrderRef | None:
    found = node.find("cac:OrderLineReference")
    if found is None or not found.text("cbc:LineID"):
        return None
    path = "cac:OrderReference/cbc:"
    return OrderRef(
        number=found.text(f"{path}ID"), line=found.text("cbc:LineID"), date=found.day(f"{path}IssueDate"),
        sales_number=found.text(f"{path}SalesOrderID"),
    )  # fmt: skip


def write_terms(writer: XmlWriter, delivery_terms: str) -> None:
    if delivery_terms:
        with writer.group("cac:DeliveryTerms"):
            writer.leaf("cbc:SpecialTerms", delivery_terms)


def read_delivery_terms(node: Node) -> str:
    found = (one.text("cbc:SpecialTerms") or one.text("cbc:ID") for one in node.all("cac:DeliveryTerms"))
    return "\n".join(filter(None, found))
