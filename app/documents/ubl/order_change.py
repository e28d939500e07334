"""OrderChange and OrderCancellation, written as Peppol BIS Advanced Ordering 3 asks for them (T114, T115)."""

from __future__ import annotations

from app.core.texts import N_
from app.core.xml import XmlWriter
from app.documents.model.order import Order
from app.documents.model.order_change import ChangeKind, OrderChange
from app.documents.model.reference import OrderRef
from app.documents.ubl.amounts import read_allowances
from app.documents.ubl.line_item import currency_of
from app.documents.ubl.notes import read_notes, write_notes
from app.documents.ubl.order_body import write_body
from app.documents.ubl.order_lines import read_line, read_totals
from app.documents.ubl.trade import (
    CONTRACT,
    QUOTATION,
    read_dates,
    read_delivery_terms,
    read_references,
    read_role,
    read_ship_to,
    write_order_reference,
    write_references,
    write_role,
)
from app.documents.ubl.values import NAMESPACES, day, root_namespace
from app.documents.xml_node import Node, Paths, read_root

_TRANSACTION = "urn:fdc:peppol.eu:poacc:trns:"
_PROFILE = "urn:fdc:peppol.eu:poacc:bis:advanced_ordering:3"
_FIRST = "1"  # the number in a row that the schema demands
_NO_REASON = "NA"  # it demands a reason, too
_REFERENCES = {
    QUOTATION: "cac:QuotationDocumentReference", "": "cac:AdditionalDocumentReference", CONTRACT: "cac:Contract",
}  # fmt: skip
_CANCELLATION_REFERENCES = {"": "cac:AdditionalDocumentReference", CONTRACT: "cac:Contract"}
_ROOTS = {f"{{{root_namespace(name)}}}{name}": name for name in ("OrderChange", "OrderCancellation")}
_PATHS = Paths(NAMESPACES)


def write_change(change: OrderChange) -> bytes:
    """A change or replacement: the lines say what is done with them (UNTDID 1229)."""
    writer, order = _start("OrderChange", "order_change"), change.content
    currency = order.currency
    writer.leaf("cbc:ID", order.number)
    writer.leaf("cbc:IssueDate", day(order.issue_date))
    writer.leaf("cbc:SequenceNumberID", change.sequence or _FIRST)
    write_notes(writer, order.notes)
    writer.leaf("cbc:DocumentCurrencyCode", currency)
    writer.leaf("cbc:LineCountNumeric", str(order.totals.lines) if order.totals.lines is not None else "")
    write_order_reference(writer, change.order)
    write_references(writer, order.references, _REFERENCES)
    _write_parties(writer, order)
    write_body(writer, order)
    return writer.finish()


def write_cancellation(change: OrderChange) -> bytes:
    writer, order = _start("OrderCancellation", "order_cancellation"), change.content
    writer.leaf("cbc:ID", order.number)
    writer.leaf("cbc:IssueDate", day(order.issue_date))
    write_notes(writer, order.notes)
    writer.leaf("cbc:CancellationNote", change.reason or _NO_REASON)
    write_order_reference(writer, change.order)
    write_references(writer, order.references, _CANCELLATION_REFERENCES)
    _write_parties(writer, order)
    return writer.finish()


def _start(name: str, transaction: str) -> XmlWriter:
    writer = XmlWriter(name, {"": root_namespace(name), **NAMESPACES})
    writer.leaf("cbc:CustomizationID", f"{_TRANSACTION}{transaction}:3")
    writer.leaf("cbc:ProfileID", _PROFILE)
    return writer


def _write_parties(writer: XmlWriter, order: Order) -> None:
    write_role(writer, "cac:BuyerCustomerParty", order.buyer, keep=True)
    write_role(writer, "cac:SellerSupplierParty", order.seller, keep=True)


def read_change(data: bytes) -> OrderChange:
    """From either document."""
    root = read_root(data, _PATHS)
    name = _ROOTS.get(str(root.element.tag))
    if name is None:
        raise root.fault(N_("This is no change or cancellation of an order in UBL."))
    return _cancellation(root) if name == "OrderCancellation" else _change(root)


def _change(root: Node) -> OrderChange:
    content = Order(
        number=root.text("cbc:ID"),
        issue_date=root.day("cbc:IssueDate"),
        lines=tuple(read_line(node) for node in root.all("cac:OrderLine")),
        currency=currency_of(root, "cbc:DocumentCurrencyCode", "cbc:PricingCurrencyCode"),
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
    return OrderChange(
        order=_order(root), what=ChangeKind.CHANGE, content=content, sequence=root.text("cbc:SequenceNumberID")
    )


def _cancellation(root: Node) -> OrderChange:
    content = Order(
        number=root.need_text("cbc:ID"),
        issue_date=root.day("cbc:IssueDate"),
        lines=(),
        buyer=read_role(root, "cac:BuyerCustomerParty"),
        seller=read_role(root, "cac:SellerSupplierParty"),
        notes=read_notes(root),
        references=read_references(root, _CANCELLATION_REFERENCES),
    )
    reasons = (text for one in root.all("cbc:CancellationNote") if (text := one.own_text()) not in ("", _NO_REASON))
    return OrderChange(order=_order(root), what=ChangeKind.CANCELLATION, content=content, reason="\n".join(reasons))


def _order(root: Node) -> OrderRef:
    path = "cac:OrderReference/cbc:"
    return OrderRef(
        number=root.need_text(f"{path}ID"), date=root.day(f"{path}IssueDate"),
        sales_number=root.text(f"{path}SalesOrderID"),
    )  # fmt: skip
