"""UBL 2.1 ProductActivity: what a partner sold or moved, place by place."""

from __future__ import annotations

from collections.abc import Iterator

from app.core.texts import N_
from app.core.xml import XmlWriter
from app.documents.codes import number
from app.documents.formats import Format, formats
from app.documents.model.stock_report import SalesReport, StockLine
from app.documents.ubl.party import read_party, write_party
from app.documents.ubl.trade import read_description, read_ids, read_references, write_item_head, write_references
from app.documents.ubl.values import NAMESPACES, day, root_namespace
from app.documents.xml_node import Node, Paths, read_root

_NAME = "ProductActivity"
_SALES = "SALES"
_REFERENCES = {"": "cac:DocumentReference"}
_PATHS = Paths(NAMESPACES)


def dumps(report: SalesReport) -> bytes:
    """The sender is who sold: the buyer of our goods."""
    writer = XmlWriter(_NAME, {"": root_namespace(_NAME), **NAMESPACES})
    writer.leaf("cbc:ID", report.number)
    writer.leaf("cbc:IssueDate", day(report.issue_date))
    writer.leaf("cbc:DocumentCurrencyCode", report.currency)
    with writer.group("cac:ActivityPeriod", keep=True):
        writer.leaf("cbc:StartDate", day(report.start))
        writer.leaf("cbc:EndDate", day(report.end))
    write_references(writer, report.references, _REFERENCES)
    for tag, party in (("cac:SenderParty", report.buyer), ("cac:ReceiverParty", report.seller)):
        if party is not None:
            write_party(writer, party, tag=tag)
        else:
            with writer.group(tag, keep=True):
                pass
    for line in report.lines:
        _write_line(writer, line, report.currency)
    return writer.finish()


def _write_line(writer: XmlWriter, line: StockLine, currency: str) -> None:
    with writer.group("cac:SupplyChainActivityDataLine"):
        writer.leaf("cbc:ID", line.position)
        writer.leaf("cbc:SupplyChainActivityTypeCode", line.status or _SALES)
        with writer.group("cac:ActivityOriginLocation", keep=True):
            writer.leaf("cbc:ID", line.place)
        with writer.group("cac:SalesItem"):
            writer.leaf("cbc:Quantity", number(line.quantity) or "0", unitCode=line.unit)
            if line.price is not None:
                with writer.group("cac:TaxExclusivePrice"):
                    writer.leaf("cbc:PriceAmount", number(line.price), currencyID=currency)
            with writer.group("cac:Item", keep=True):
                write_item_head(writer, line.ids, line.name)


def loads(data: bytes) -> SalesReport:
    root = read_root(data, _PATHS)
    if root.element.tag != f"{{{root_namespace(_NAME)}}}{_NAME}":
        raise root.fault(N_("This is no product activity in UBL."))
    sender, receiver = root.find("cac:SenderParty"), root.find("cac:ReceiverParty")
    return SalesReport(
        number=root.need_text("cbc:ID"),
        issue_date=root.day("cbc:IssueDate"),
        lines=tuple(line for node in root.all("cac:SupplyChainActivityDataLine") for line in _lines(node)),
        seller=read_party(receiver) if receiver else None,
        buyer=read_party(sender) if sender else None,
        start=root.day("cac:ActivityPeriod/cbc:StartDate"),
        end=root.day("cac:ActivityPeriod/cbc:EndDate"),
        currency=root.text("cbc:DocumentCurrencyCode"),
        references=read_references(root, _REFERENCES),
    )


def _lines(node: Node) -> Iterator[StockLine]:
    """One for each article; those of one place have its number."""
    position, kind = node.need_text("cbc:ID"), node.text("cbc:SupplyChainActivityTypeCode")
    for sold in node.all("cac:SalesItem"):
        item = sold.need("cac:Item")
        yield StockLine(
            position=position, ids=read_ids(item), quantity=sold.number("cbc:Quantity"),
            unit=sold.attribute("cbc:Quantity", "unitCode"), name=item.text("cbc:Name") or read_description(item),
            place=_place(node), status="" if kind == _SALES else kind,
            price=sold.number("cac:TaxExclusivePrice/cbc:PriceAmount"),
        )  # fmt: skip


def _place(node: Node) -> str:
    """By its number or name, else by its address."""
    here, address = "cac:ActivityOriginLocation/cbc:", "cac:ActivityOriginLocation/cac:Address/cbc:"
    known = node.text(f"{here}ID") or node.text(f"{here}Name") or node.text(f"{here}Description")
    parts = (node.text(f"{address}{name}") for name in ("StreetName", "BuildingNumber", "PostalZone", "CityName"))
    return known or " ".join(filter(None, parts))


_CODE = "ubl-product-activity"
formats.add(_CODE, Format(_CODE, "application/xml", (SalesReport,), dumps, loads))
