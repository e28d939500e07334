"""UBL 2.1 OrderResponse, written as Peppol BIS Ordering 3 asks for it (transaction T76); OrderResponseSimple is read."""

from __future__ import annotations

from app.core.texts import N_
from app.core.xml import XmlWriter
from app.documents.codes import number
from app.documents.formats import Format, formats
from app.documents.model.invoice import Note
from app.documents.model.order import OrderTotals
from app.documents.model.order_response import Answer, LineAnswer, OrderResponse, OrderResponseLine
from app.documents.model.reference import OrderRef
from app.documents.ubl.amounts import read_allowances, write_allowance
from app.documents.ubl.line_item import LineItem, currency_of, read_line_item, write_line_item
from app.documents.ubl.notes import read_notes, write_notes
from app.documents.ubl.trade import (
    CONTRACT,
    read_dates,
    read_ids,
    read_order_line,
    read_references,
    read_role,
    read_ship_to,
    write_delivery,
    write_item,
    write_order_line,
    write_order_reference,
    write_references,
    write_role,
)
from app.documents.ubl.values import NAMESPACES, day, root_namespace
from app.documents.xml_node import Node, Paths, read_root

CUSTOMIZATION = "urn:fdc:peppol.eu:poacc:trns:order_response:3"
PROFILE = "urn:fdc:peppol.eu:poacc:bis:ordering:3"
_ANSWERS = {"AB": Answer.RECEIVED, "AP": Answer.ACCEPTED, "CA": Answer.CHANGED, "RE": Answer.REJECTED}
_CODES = {answer: code for code, answer in _ANSWERS.items()}
# UNTDID 1229. A substitute is a changed line that names what comes in its place, a back-order one with a quantity for it;
# 42, already delivered, is as good as accepted.
_LINE_ANSWERS = {
    "42": LineAnswer.ACCEPTED, "5": LineAnswer.ACCEPTED, "3": LineAnswer.CHANGED, "7": LineAnswer.REJECTED,
    "1": LineAnswer.ADDED,
}  # fmt: skip
_LINE_CODES = {
    **{answer: code for code, answer in _LINE_ANSWERS.items()}, LineAnswer.SUBSTITUTED: "3", LineAnswer.BACKORDERED: "3",
}  # fmt: skip
_REFERENCES = {"": "cac:AdditionalDocumentReference", CONTRACT: "cac:Contract"}
_PATHS = Paths(NAMESPACES)


def dumps(response: OrderResponse) -> bytes:
    writer, currency = (
        XmlWriter("OrderResponse", {"": root_namespace("OrderResponse"), **NAMESPACES}),
        response.currency,
    )
    writer.leaf("cbc:CustomizationID", CUSTOMIZATION)
    writer.leaf("cbc:ProfileID", PROFILE)
    writer.leaf("cbc:ID", response.number)
    writer.leaf("cbc:SalesOrderID", response.order.sales_number)
    writer.leaf("cbc:IssueDate", day(response.issue_date))
    writer.leaf("cbc:OrderResponseCode", _CODES[response.answer])
    write_notes(writer, response.notes)
    writer.leaf("cbc:DocumentCurrencyCode", currency)
    write_order_reference(writer, response.order)
    write_references(writer, response.references, _REFERENCES)
    write_role(writer, "cac:SellerSupplierParty", response.seller, keep=True)
    write_role(writer, "cac:BuyerCustomerParty", response.buyer, keep=True)
    write_role(writer, "cac:AccountingCustomerParty", response.invoicee)
    write_delivery(writer, response.ship_to, response.promised, promised=True)
    for one in response.allowances_charges:
        write_allowance(writer, one, currency)
    with writer.group("cac:TaxTotal"):
        writer.leaf("cbc:TaxAmount", number(response.totals.tax), currencyID=currency)
    if response.totals.total is not None:
        with writer.group("cac:LegalMonetaryTotal"):
            writer.leaf("cbc:LineExtensionAmount", number(response.totals.net), currencyID=currency)
            writer.leaf("cbc:PayableAmount", number(response.totals.total), currencyID=currency)
    for line in response.lines:
        _write_line(writer, line, currency)
    return writer.finish()


def _write_line(writer: XmlWriter, line: OrderResponseLine, currency: str) -> None:
    with writer.group("cac:OrderLine"):
        writer.leaf("cbc:Note", line.reason)
        item = LineItem(
            position=line.position, status=_LINE_CODES[line.answer], quantity=line.quantity, unit=line.unit, net=line.net,
            backordered=line.backordered, price=line.unit_price, base=line.price_base_quantity,
            price_unit=line.price_unit, ids=line.ids, name=line.name, vat_category=line.vat_category,
            vat_rate=line.vat_rate, dates=line.promised, notes=line.notes,
        )  # fmt: skip
        write_line_item(writer, item, currency, promised=True)
        if line.substitute is not None:
            with writer.group("cac:SellerSubstitutedLineItem"):
                writer.leaf("cbc:ID", line.position)
                write_item(writer, line.substitute, line.substitute_name, "", category="", rate=None)
        write_order_line(writer, line.order_line)


def loads(data: bytes) -> OrderResponse:
    root = read_root(data, _PATHS)
    name = str(root.element.tag).rpartition("}")[2]
    if name == "OrderResponseSimple" and root.element.tag == f"{{{root_namespace(name)}}}{name}":
        return _simple(root)
    if root.element.tag != f"{{{root_namespace('OrderResponse')}}}OrderResponse":
        raise root.fault(N_("This is no UBL order response."))
    sums = "cac:LegalMonetaryTotal/cbc:"
    return OrderResponse(
        number=root.need_text("cbc:ID"),
        issue_date=root.day("cbc:IssueDate"),
        order=_order(root),
        answer=_answer(root),
        lines=tuple(_line(node) for node in root.all("cac:OrderLine")),
        currency=currency_of(root, "cbc:DocumentCurrencyCode", "cbc:PricingCurrencyCode"),
        buyer=read_role(root, "cac:BuyerCustomerParty"),
        seller=read_role(root, "cac:SellerSupplierParty"),
        ship_to=read_ship_to(root),
        invoicee=read_role(root, "cac:AccountingCustomerParty"),
        promised=read_dates(root, promised=True),
        notes=read_notes(root),
        references=read_references(root, _REFERENCES),
        allowances_charges=read_allowances(root),
        totals=OrderTotals(
            net=root.number(f"{sums}LineExtensionAmount"), tax=root.number("cac:TaxTotal/cbc:TaxAmount"),
            total=root.number(f"{sums}PayableAmount"),
        ),
    )  # fmt: skip


def _order(root: Node) -> OrderRef:
    path = "cac:OrderReference/cbc:"
    return OrderRef(
        number=root.need_text(f"{path}ID"), date=root.day(f"{path}IssueDate"),
        sales_number=root.text(f"{path}SalesOrderID") or root.text("cbc:SalesOrderID"),
    )  # fmt: skip


def _answer(root: Node) -> Answer:
    code = root.text("cbc:OrderResponseCode")
    if code and code not in _ANSWERS:
        raise root.fault(N_("{path}: {value} is no answer to an order.", path="cbc:OrderResponseCode", value=code))
    if code:
        return _ANSWERS[code]
    answers = {_line_answer(node) for node in root.all("cac:OrderLine")}
    return Answer.ACCEPTED if answers <= {LineAnswer.ACCEPTED} else Answer.CHANGED


def _line_answer(node: Node) -> LineAnswer:
    path = "cac:LineItem/cbc:LineStatusCode"
    code = node.text(path)
    if code and code not in _LINE_ANSWERS:
        raise node.fault(N_("{path}: {value} is no answer to an order.", path=path, value=code), path)
    if node.find("cac:SellerSubstitutedLineItem") is not None:
        return LineAnswer.SUBSTITUTED
    if code == "3" and node.number("cac:LineItem/cbc:MaximumBackorderQuantity"):
        return LineAnswer.BACKORDERED
    return _LINE_ANSWERS[code or "5"]


def _line(node: Node) -> OrderResponseLine:
    item = read_line_item(node.need("cac:LineItem"), promised=True)
    other = node.find("cac:SellerSubstitutedLineItem/cac:Item")
    return OrderResponseLine(
        position=item.position, answer=_line_answer(node), order_line=read_order_line(node), ids=item.ids,
        name=item.name, quantity=item.quantity, unit=item.unit, backordered=item.backordered, unit_price=item.price,
        price_base_quantity=item.base, price_unit=item.price_unit, net=item.net, vat_rate=item.vat_rate,
        vat_category=item.vat_category, promised=item.dates,
        substitute=read_ids(other) if other else None, substitute_name=other.text("cbc:Name") if other else "",
        reason="\n".join(one.own_text() for one in node.all("cbc:Note")), notes=item.notes,
    )  # fmt: skip


def _simple(root: Node) -> OrderResponse:
    """Yes or no to the whole order."""
    is_yes = root.text("cbc:AcceptedIndicator") in ("true", "1")
    reasons = tuple(Note(text) for one in root.all("cbc:RejectionNote") if (text := one.own_text()))
    return OrderResponse(
        number=root.need_text("cbc:ID"), issue_date=root.day("cbc:IssueDate"), order=_order(root),
        answer=Answer.ACCEPTED if is_yes else Answer.REJECTED, buyer=read_role(root, "cac:BuyerCustomerParty"),
        seller=read_role(root, "cac:SellerSupplierParty"), notes=(*read_notes(root), *reasons),
        references=read_references(root, _REFERENCES),
    )  # fmt: skip


formats.add("ubl-order-response", Format("ubl-order-response", "application/xml", (OrderResponse,), dumps, loads))
