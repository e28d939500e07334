"""UBL 2.1 StockAvailabilityReport; where lines name places an InventoryReport, which has room for them. Both are read."""

from __future__ import annotations

from app.core.texts import N_
from app.core.xml import XmlWriter
from app.documents.codes import number
from app.documents.formats import Format, formats
from app.documents.model.order import Reference
from app.documents.model.stock_report import StockLine, StockReport
from app.documents.ubl.party import read_party, write_party
from app.documents.ubl.trade import read_description, read_ids, read_references, read_role, write_item_head, write_role
from app.documents.ubl.values import NAMESPACES, day, root_namespace
from app.documents.xml_node import Node, Paths, read_root

_AVAILABLE, _INVENTORY = "StockAvailabilityReport", "InventoryReport"
_REFERENCES = {"": "cac:DocumentReference"}
_ROOTS = {f"{{{root_namespace(name)}}}{name}": name for name in (_AVAILABLE, _INVENTORY)}
_PATHS = Paths(NAMESPACES)


def dumps(report: StockReport) -> bytes:
    """Who reports is the seller."""
    name = _INVENTORY if any(line.place for line in report.lines) else _AVAILABLE
    writer = XmlWriter(name, {"": root_namespace(name), **NAMESPACES})
    writer.leaf("cbc:ID", report.number)
    writer.leaf("cbc:IssueDate", day(report.issue_date))
    with writer.group("cac:InventoryPeriod"):
        writer.leaf("cbc:StartDate", day(report.start))
        writer.leaf("cbc:EndDate", day(report.end))
    _write_references(writer, report.references)
    if name == _INVENTORY:
        write_role(writer, "cac:RetailerCustomerParty", report.buyer, keep=True)
        _write_reporter(writer, report)
        write_role(writer, "cac:SellerSupplierParty", report.seller)
    else:
        write_role(writer, "cac:SellerSupplierParty", report.seller, keep=True)
        write_role(writer, "cac:RetailerCustomerParty", report.buyer)
        _write_reporter(writer, report)
    for line in report.lines:
        _write_line(writer, line, f"cac:{name}Line")
    return writer.finish()


def _write_references(writer: XmlWriter, references: tuple[Reference, ...]) -> None:
    for one in references:
        with writer.group("cac:DocumentReference"):
            writer.leaf("cbc:ID", one.number)
            writer.leaf("cbc:IssueDate", day(one.date))
            writer.leaf("cbc:DocumentTypeCode", one.kind)


def _write_reporter(writer: XmlWriter, report: StockReport) -> None:
    """The schema demands one; where it is one of the two parties it is written again."""
    party = report.seller or report.buyer
    if party is not None:
        write_party(writer, party, tag="cac:InventoryReportingParty")
    else:
        with writer.group("cac:InventoryReportingParty", keep=True):
            pass


def _write_line(writer: XmlWriter, line: StockLine, tag: str) -> None:
    with writer.group(tag):
        writer.leaf("cbc:ID", line.position)
        writer.leaf("cbc:Quantity", number(line.quantity) or "0", unitCode=line.unit)
        writer.leaf("cbc:AvailabilityDate", day(line.available_on))
        writer.leaf("cbc:AvailabilityStatusCode", line.status)
        with writer.group("cac:Item", keep=True):
            write_item_head(writer, line.ids, line.name)
        if line.place:
            with writer.group("cac:InventoryLocation"):
                writer.leaf("cbc:ID", line.place)


def loads(data: bytes) -> StockReport:
    root = read_root(data, _PATHS)
    name = _ROOTS.get(str(root.element.tag))
    if name is None:
        raise root.fault(N_("This is no stock report in UBL."))
    reporter = root.find("cac:InventoryReportingParty")
    seller = read_role(root, "cac:SellerSupplierParty")
    return StockReport(
        number=root.need_text("cbc:ID"),
        issue_date=root.day("cbc:IssueDate"),
        lines=tuple(_line(node) for node in root.all(f"cac:{name}Line")),
        seller=seller or (read_party(reporter) if reporter else None),
        buyer=read_role(root, "cac:RetailerCustomerParty"),
        start=root.day("cac:InventoryPeriod/cbc:StartDate"),
        end=root.day("cac:InventoryPeriod/cbc:EndDate"),
        references=read_references(root, _REFERENCES),
    )


def _line(node: Node) -> StockLine:
    item = node.need("cac:Item")
    place = "cac:InventoryLocation/cbc:"
    return StockLine(
        position=node.need_text("cbc:ID"),
        ids=read_ids(item),
        quantity=node.number("cbc:Quantity"),
        unit=node.attribute("cbc:Quantity", "unitCode"),
        name=item.text("cbc:Name") or read_description(item),
        place=node.text(f"{place}ID") or node.text(f"{place}Name"),
        status=node.text("cbc:AvailabilityStatusCode"),
        available_on=node.day("cbc:AvailabilityDate"),
    )


formats.add("ubl-stock-report", Format("ubl-stock-report", "application/xml", (StockReport,), dumps, loads))
