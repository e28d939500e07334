"""UBL 2.1 RequestForQuotation: the buyer's question for prices."""

from __future__ import annotations

from app.core.texts import N_
from app.core.xml import XmlWriter
from app.documents.formats import Format, formats
from app.documents.model.quotation import RequestForQuotation, RequestLine
from app.documents.ubl.line_item import LineItem, currency_of, read_line_item, write_line_item
from app.documents.ubl.notes import read_notes, write_notes
from app.documents.ubl.trade import (
    CONTRACT,
    read_dates,
    read_delivery_terms,
    read_references,
    read_role,
    read_ship_to,
    write_delivery,
    write_references,
    write_role,
    write_terms,
)
from app.documents.ubl.values import NAMESPACES, day, root_namespace
from app.documents.xml_node import Node, Paths, read_root

_NAME = "RequestForQuotation"
_MIDNIGHT = "00:00:00"  # the schema wants a time of issue, which requests do not have
_REFERENCES = {"": "cac:AdditionalDocumentReference", CONTRACT: "cac:Contract"}
_PATHS = Paths(NAMESPACES)


def dumps(request: RequestForQuotation) -> bytes:
    """As UTF-8 XML. The target price of a line is its price."""
    writer = XmlWriter(_NAME, {"": root_namespace(_NAME), **NAMESPACES})
    writer.leaf("cbc:ID", request.number)
    writer.leaf("cbc:IssueDate", day(request.issue_date))
    writer.leaf("cbc:IssueTime", _MIDNIGHT)
    writer.leaf("cbc:SubmissionDueDate", day(request.answer_by))
    write_notes(writer, request.notes)
    writer.leaf("cbc:PricingCurrencyCode", request.currency)
    write_references(writer, [one for one in request.references if one.kind != CONTRACT], _REFERENCES)
    write_role(writer, "cac:SellerSupplierParty", request.seller, keep=True)
    write_role(writer, "cac:BuyerCustomerParty", request.buyer)
    write_delivery(writer, request.ship_to, request.delivery)
    write_terms(writer, request.delivery_terms)
    write_references(writer, [one for one in request.references if one.kind == CONTRACT], {CONTRACT: "cac:Contract"})
    for line in request.lines:
        with writer.group("cac:RequestForQuotationLine"):
            writer.leaf("cbc:ID", line.position)
            write_line_item(writer, _item(line), request.currency)
    return writer.finish()


def _item(line: RequestLine) -> LineItem:
    return LineItem(
        position=line.position, quantity=line.quantity, unit=line.unit, price=line.target_price, ids=line.ids,
        name=line.name, description=line.description, dates=line.delivery, notes=line.notes,
    )  # fmt: skip


def loads(data: bytes) -> RequestForQuotation:
    root = read_root(data, _PATHS)
    if root.element.tag != f"{{{root_namespace(_NAME)}}}{_NAME}":
        raise root.fault(N_("This is no UBL request for quotation."))
    return RequestForQuotation(
        number=root.text("cbc:ID"),
        issue_date=root.day("cbc:IssueDate"),
        lines=tuple(_line(node) for node in root.all("cac:RequestForQuotationLine")),
        answer_by=root.day("cbc:SubmissionDueDate"),
        currency=currency_of(root, "cbc:PricingCurrencyCode"),
        buyer=read_role(root, "cac:BuyerCustomerParty") or read_role(root, "cac:OriginatorCustomerParty"),
        seller=read_role(root, "cac:SellerSupplierParty"),
        ship_to=read_ship_to(root),
        delivery=read_dates(root),
        delivery_terms=read_delivery_terms(root),
        notes=read_notes(root),
        references=read_references(root, _REFERENCES),
    )


def _line(node: Node) -> RequestLine:
    item = read_line_item(node.need("cac:LineItem"))
    return RequestLine(
        position=node.text("cbc:ID") or item.position, quantity=item.quantity, unit=item.unit, ids=item.ids,
        name=item.name, description=item.description, target_price=item.price, delivery=item.dates,
        notes=(*read_notes(node), *item.notes),
    )  # fmt: skip


formats.add("ubl-request", Format("ubl-request", "application/xml", (RequestForQuotation,), dumps, loads))
