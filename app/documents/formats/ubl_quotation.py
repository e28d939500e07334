"""UBL 2.1 Quotation: the seller's answer to a request for prices."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from decimal import Decimal

from app.core.texts import N_
from app.core.xml import XmlWriter
from app.documents.codes import number
from app.documents.formats import Format, formats
from app.documents.model.order import DeliveryDates, OrderTotals
from app.documents.model.quotation import Quotation, QuotationLine
from app.documents.model.reference import ScalePrice
from app.documents.ubl.amounts import read_allowances, write_allowance
from app.documents.ubl.line_item import LineItem, currency_of, read_line_item, write_line_item
from app.documents.ubl.notes import read_notes, write_notes
from app.documents.ubl.trade import (
    CONTRACT,
    read_delivery_terms,
    read_references,
    read_role,
    read_ship_to,
    write_delivery,
    write_references,
    write_role,
    write_terms,
)
from app.documents.ubl.values import NAMESPACES, day, root_namespace, write_reference
from app.documents.xml_node import Node, Paths, read_root

_REFERENCES = {"": "cac:AdditionalDocumentReference", CONTRACT: "cac:Contract"}
_PATHS = Paths(NAMESPACES)


def dumps(quotation: Quotation) -> bytes:
    """As UTF-8 XML. Prices from other quantities on are alternative items of a line; what is offered instead of it too."""
    writer, currency = XmlWriter("Quotation", {"": root_namespace("Quotation"), **NAMESPACES}), quotation.currency
    writer.leaf("cbc:ID", quotation.number)
    writer.leaf("cbc:IssueDate", day(quotation.issue_date))
    write_notes(writer, quotation.notes)
    writer.leaf("cbc:PricingCurrencyCode", currency)
    writer.leaf("cbc:LineCountNumeric", str(quotation.totals.lines) if quotation.totals.lines is not None else "")
    with writer.group("cac:ValidityPeriod"):
        writer.leaf("cbc:StartDate", day(quotation.valid_from))
        writer.leaf("cbc:EndDate", day(quotation.valid_until))
    write_reference(writer, "cac:RequestForQuotationDocumentReference", quotation.request_number)
    write_references(writer, quotation.references, _REFERENCES)
    write_role(writer, "cac:SellerSupplierParty", quotation.seller, keep=True)
    write_role(writer, "cac:BuyerCustomerParty", quotation.buyer)
    write_delivery(writer, quotation.ship_to, DeliveryDates())
    write_terms(writer, quotation.delivery_terms)
    with writer.group("cac:TransactionConditions"):
        writer.leaf("cbc:Description", quotation.payment_terms)
    for one in quotation.allowances_charges:
        write_allowance(writer, one, currency)
    with writer.group("cac:TaxTotal"):
        writer.leaf("cbc:TaxAmount", number(quotation.totals.tax), currencyID=currency)
    with writer.group("cac:QuotedMonetaryTotal", keep=True):
        writer.leaf("cbc:LineExtensionAmount", number(quotation.totals.net), currencyID=currency)
        writer.leaf("cbc:PayableAmount", number(quotation.totals.total), currencyID=currency)
    for main, substitutes in _grouped(quotation.lines):
        _write_line(writer, main, substitutes, currency)
    return writer.finish()


def _grouped(lines: Iterable[QuotationLine]) -> list[tuple[QuotationLine, list[QuotationLine]]]:
    """What is offered instead of something stands with it; without anything before it, it stands alone."""
    found: list[tuple[QuotationLine, list[QuotationLine]]] = []
    for line in lines:
        if line.is_alternative and found and found[-1][0].request_line == line.request_line:
            found[-1][1].append(line)
        else:
            found.append((line, []))
    return found


def _write_line(
    writer: XmlWriter, line: QuotationLine, substitutes: Iterable[QuotationLine], currency: str
) -> None:  # fmt: skip
    with writer.group("cac:QuotationLine"):
        writer.leaf("cbc:ID", line.position)
        writer.leaf("cbc:RequestForQuotationLineID", line.request_line)
        first, *others = line.prices or (None,)
        write_line_item(writer, _item(line, first), currency, promised=True)
        for one in substitutes:
            price = one.prices[0] if one.prices else None
            tag = "cac:SellerProposedSubstituteLineItem"
            write_line_item(writer, _item(one, price), currency, promised=True, tag=tag)
        for price in others:
            bare = QuotationLine(position=line.position, quantity=None, name=line.name)
            write_line_item(writer, _item(bare, price), currency, tag="cac:AlternativeLineItem")


def _item(line: QuotationLine, price: ScalePrice | None) -> LineItem:
    has_start = price is not None and price.from_quantity != 1
    return LineItem(
        position=line.position, quantity=line.quantity, unit=line.unit, net=line.net,
        minimum=price.from_quantity if price and has_start else None,
        price=price.amount if price else None, base=price.base_quantity if price else None,
        price_unit=price.unit if price else "", ids=line.ids, name=line.name, description=line.description,
        vat_category=line.vat_category, vat_rate=line.vat_rate, dates=line.delivery, days=line.lead_time_days,
        notes=line.notes,
    )  # fmt: skip


def loads(data: bytes) -> Quotation:
    root = read_root(data, _PATHS)
    if root.element.tag != f"{{{root_namespace('Quotation')}}}Quotation":
        raise root.fault(N_("This is no UBL quotation."))
    count = root.number("cbc:LineCountNumeric")
    terms = "cac:TransactionConditions/cbc:Description"
    return Quotation(
        number=root.text("cbc:ID"),
        issue_date=root.day("cbc:IssueDate"),
        lines=tuple(line for node in root.all("cac:QuotationLine") for line in _lines(node)),
        request_number=root.text("cac:RequestForQuotationDocumentReference/cbc:ID"),
        valid_from=root.day("cac:ValidityPeriod/cbc:StartDate"),
        valid_until=root.day("cac:ValidityPeriod/cbc:EndDate"),
        currency=currency_of(root, "cbc:PricingCurrencyCode"),
        buyer=read_role(root, "cac:BuyerCustomerParty") or read_role(root, "cac:OriginatorCustomerParty"),
        seller=read_role(root, "cac:SellerSupplierParty"),
        ship_to=read_ship_to(root),
        payment_terms=root.text(terms),
        delivery_terms=read_delivery_terms(root),
        notes=read_notes(root),
        references=read_references(root, _REFERENCES),
        allowances_charges=read_allowances(root),
        totals=OrderTotals(
            lines=int(count) if count is not None else None,
            net=root.number("cac:QuotedMonetaryTotal/cbc:LineExtensionAmount"),
            tax=root.number("cac:TaxTotal/cbc:TaxAmount"),
            total=root.number("cac:QuotedMonetaryTotal/cbc:PayableAmount"),
        ),
    )


def _lines(node: Node) -> Iterator[QuotationLine]:
    wanted = node.text("cbc:RequestForQuotationLineID") or node.text("cac:RequestLineReference/cbc:LineID")
    main = read_line_item(node.need("cac:LineItem"), promised=True)
    others = [read_line_item(one) for one in node.all("cac:AlternativeLineItem")]
    prices = tuple(price for one in (main, *others) if (price := _price(one)) is not None)
    position = node.text("cbc:ID") or main.position
    yield replace(_line(main, wanted), position=position, prices=prices, notes=(*read_notes(node), *main.notes))
    for one in node.all("cac:SellerProposedSubstituteLineItem"):
        found = read_line_item(one, promised=True)
        price = _price(found)
        yield replace(_line(found, wanted), prices=(price,) if price else (), is_alternative=True)


def _price(item: LineItem) -> ScalePrice | None:
    if item.price is None:
        return None
    return ScalePrice(
        amount=item.price, from_quantity=item.minimum or Decimal(1), base_quantity=item.base, unit=item.price_unit
    )  # fmt: skip


def _line(item: LineItem, wanted: str) -> QuotationLine:
    return QuotationLine(
        position=item.position, quantity=item.quantity, unit=item.unit, request_line=wanted, ids=item.ids,
        name=item.name, description=item.description, net=item.net, vat_rate=item.vat_rate,
        vat_category=item.vat_category, lead_time_days=item.days, delivery=item.dates, notes=item.notes,
    )  # fmt: skip


formats.add("ubl-quotation", Format("ubl-quotation", "application/xml", (Quotation,), dumps, loads))
