"""UBL 2.1 Order, written as Peppol BIS Ordering 3 asks for it (transaction T01)."""

from __future__ import annotations

from app.core.texts import N_
from app.core.xml import XmlWriter
from app.documents.formats import Format, formats
from app.documents.model.order import Order
from app.documents.ubl.amounts import read_allowances
from app.documents.ubl.line_item import currency_of
from app.documents.ubl.notes import read_notes, write_notes
from app.documents.ubl.order_body import write_body
from app.documents.ubl.order_lines import read_line, read_totals
from app.documents.ubl.trade import (
    CONTRACT,
    ORDER,
    PROJECT,
    QUOTATION,
    read_dates,
    read_delivery_terms,
    read_references,
    read_role,
    read_ship_to,
    write_references,
    write_role,
)
from app.documents.ubl.values import NAMESPACES, day, root_namespace
from app.documents.xml_node import Paths, read_root

CUSTOMIZATION = "urn:fdc:peppol.eu:poacc:trns:order:3"
PROFILE = "urn:fdc:peppol.eu:poacc:bis:ordering:3"
_REFERENCES = {
    QUOTATION: "cac:QuotationDocumentReference", ORDER: "cac:OrderDocumentReference",
    "": "cac:AdditionalDocumentReference", CONTRACT: "cac:Contract", PROJECT: "cac:ProjectReference",
}  # fmt: skip
_PATHS = Paths(NAMESPACES)


def dumps(order: Order) -> bytes:
    """The order as UTF-8 XML, in the element order of the schema."""
    writer, currency = XmlWriter("Order", {"": root_namespace("Order"), **NAMESPACES}), order.currency
    writer.leaf("cbc:CustomizationID", CUSTOMIZATION)
    writer.leaf("cbc:ProfileID", PROFILE)
    writer.leaf("cbc:ID", order.number)
    writer.leaf("cbc:IssueDate", day(order.issue_date))
    writer.leaf("cbc:OrderTypeCode", order.type_code)
    write_notes(writer, order.notes)
    writer.leaf("cbc:DocumentCurrencyCode", currency)
    writer.leaf("cbc:LineCountNumeric", str(order.totals.lines) if order.totals.lines is not None else "")
    write_references(writer, order.references, _REFERENCES)
    write_role(writer, "cac:BuyerCustomerParty", order.buyer, keep=True)
    write_role(writer, "cac:SellerSupplierParty", order.seller, keep=True)
    write_body(writer, order)
    return writer.finish()


def loads(data: bytes) -> Order:
    root = read_root(data, _PATHS)
    if root.element.tag != f"{{{root_namespace('Order')}}}Order":
        raise root.fault(N_("This is no UBL order."))
    return Order(
        number=root.need_text("cbc:ID"),
        issue_date=root.day("cbc:IssueDate"),
        lines=tuple(read_line(node) for node in root.all("cac:OrderLine")),
        currency=currency_of(root, "cbc:DocumentCurrencyCode", "cbc:PricingCurrencyCode"),
        type_code=root.text("cbc:OrderTypeCode"),
        buyer=read_role(root, "cac:BuyerCustomerParty"),
        seller=read_role(root, "cac:SellerSupplierParty"),
        ship_to=read_ship_to(root),
        invoicee=read_role(root, "cac:AccountingCustomerParty"),
        delivery=read_dates(root),
        payment_terms="\n".join(text for one in root.all("cac:PaymentTerms") if (text := one.text("cbc:Note"))),
        delivery_terms=read_delivery_terms(root),
        notes=read_notes(root),
        references=read_references(root, _REFERENCES),
        allowances_charges=read_allowances(root),
        totals=read_totals(root),
    )


formats.add("ubl-order", Format("ubl-order", "application/xml", (Order,), dumps, loads))
