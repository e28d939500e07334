"""UBL 2.1 Order, written as Peppol BIS Ordering 3 asks for it (transaction T01)."""

from __future__ import annotations

from app.core.texts import N_
from app.core.xml import XmlWriter
from app.documents.codes import number
from app.documents.formats import Format, formats
from app.documents.model.order import Order, OrderLine, OrderTotals
from app.documents.model.reference import ItemIds
from app.documents.ubl.amounts import read_allowances, write_allowance
from app.documents.ubl.line_item import LineItem, currency_of, read_line_item, write_line_item
from app.documents.ubl.notes import read_notes, write_notes
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
    write_delivery,
    write_references,
    write_role,
    write_terms,
)
from app.documents.ubl.values import NAMESPACES, day, root_namespace
from app.documents.xml_node import Node, Paths, read_root

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
    write_role(writer, "cac:BuyerCustomerParty", order.buyer)
    write_role(writer, "cac:SellerSupplierParty", order.seller)
    write_role(writer, "cac:AccountingCustomerParty", order.invoicee)
    write_delivery(writer, order.ship_to, order.delivery)
    write_terms(writer, order.delivery_terms)
    with writer.group("cac:PaymentTerms"):
        writer.leaf("cbc:Note", order.payment_terms)
    for one in order.allowances_charges:
        write_allowance(writer, one, currency)
    with writer.group("cac:TaxTotal"):
        writer.leaf("cbc:TaxAmount", number(order.totals.tax), currencyID=currency)
    with writer.group("cac:AnticipatedMonetaryTotal"):
        writer.leaf("cbc:LineExtensionAmount", number(order.totals.net), currencyID=currency)
        writer.leaf("cbc:PayableAmount", number(order.totals.total), currencyID=currency)
    for line in order.lines:
        with writer.group("cac:OrderLine"):
            write_line_item(writer, _item(line), currency)
    return writer.finish()


def _item(line: OrderLine) -> LineItem:
    return LineItem(
        position=line.position, quantity=line.quantity, unit=line.unit, status=line.action, net=line.net,
        price=line.unit_price, base=line.price_base_quantity, price_unit=line.price_unit, list_price=line.list_price,
        ids=ItemIds(sku=line.sku, buyer_sku=line.buyer_sku, gtin=line.gtin, manufacturer_sku=line.manufacturer_sku),
        name=line.name, description=line.description, vat_category=line.vat_category, vat_rate=line.vat_rate,
        ship_to=line.ship_to, dates=line.delivery, notes=line.notes, allowances_charges=line.allowances_charges,
    )  # fmt: skip


def loads(data: bytes) -> Order:
    root = read_root(data, _PATHS)
    if root.element.tag != f"{{{root_namespace('Order')}}}Order":
        raise root.fault(N_("This is no UBL order."))
    count = root.number("cbc:LineCountNumeric")
    sums = "cac:AnticipatedMonetaryTotal/cbc:"
    return Order(
        number=root.need_text("cbc:ID"),
        issue_date=root.day("cbc:IssueDate"),
        lines=tuple(_line(node) for node in root.all("cac:OrderLine")),
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
        totals=OrderTotals(
            lines=int(count) if count is not None else None,
            net=root.number(f"{sums}LineExtensionAmount"),
            tax=root.number("cac:TaxTotal/cbc:TaxAmount"),
            total=root.number(f"{sums}PayableAmount"),
        ),
    )


def _line(node: Node) -> OrderLine:
    item = read_line_item(node.need("cac:LineItem"))
    return OrderLine(
        position=item.position, quantity=item.quantity, unit=item.unit, sku=item.ids.sku,
        buyer_sku=item.ids.buyer_sku, gtin=item.ids.gtin, manufacturer_sku=item.ids.manufacturer_sku, name=item.name,
        description=item.description, unit_price=item.price, price_base_quantity=item.base,
        price_unit=item.price_unit, list_price=item.list_price, net=item.net, vat_rate=item.vat_rate,
        vat_category=item.vat_category, action=item.status, delivery=item.dates, ship_to=item.ship_to,
        notes=(*read_notes(node), *item.notes), allowances_charges=item.allowances_charges,
    )  # fmt: skip


formats.add("ubl-order", Format("ubl-order", "application/xml", (Order,), dumps, loads))
