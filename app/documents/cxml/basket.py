"""PunchOutOrderMessage: the basket of a shop on its way back to the buyer's purchasing system."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from lxml import etree

from app.documents.codes import number
from app.documents.cxml.envelope import begin, document_node, finish, read_envelope, sender_party
from app.documents.cxml.parts import (
    currency_of,
    read_basis,
    read_classes,
    read_description,
    read_item_id,
    read_money,
    read_vat,
    tax_of,
    write_basis,
    write_classes,
    write_description,
    write_item_id,
    write_money,
    write_vat,
)
from app.documents.cxml.tree import Node, add, leaf, read_source
from app.documents.model.basket import Basket, BasketLine
from app.documents.model.line import Attribute
from app.documents.model.reference import ItemIds
from app.documents.reading import Reading

_ALLOWED = frozenset({"create", "edit", "inspect"})
_CENT = Decimal("0.01")
_GROUP, _CONTRACT, _CONTRACT_LINE, _QUOTE, _QUOTE_LINE = (
    "MaterialGroup", "Contract", "ContractItem", "QuoteID", "QuoteItem",
)  # fmt: skip


def read_basket(data: bytes) -> Reading[Basket]:
    source = read_source(data)
    node = document_node(source, "PunchOutOrderMessage")
    envelope = read_envelope(source)
    header = "PunchOutOrderMessageHeader"
    total, currency = read_money(node.find(f"{header}/Total"))
    for path in ("Shipping", "Tax"):
        node.text(f"{header}/{path}/Description")
    basket = Basket(
        lines=tuple(_line(item, position) for position, item in enumerate(node.all("ItemIn"), 1)),
        cookie=node.text("BuyerCookie"), currency=currency or currency_of(source), total=total,
        shipping=read_money(node.find(f"{header}/Shipping"))[0], tax=read_money(node.find(f"{header}/Tax"))[0],
        allowed=node.get("operationAllowed", header) or "create",
        buyer=sender_party(None, envelope.recipients), seller=sender_party(None, envelope.senders),
    )  # fmt: skip
    return Reading(basket, tuple(source.faults), source.leftovers(node.element))


def _line(item: Node, at: int) -> BasketLine:
    ids, auxiliary = read_item_id(item.find("ItemID"))
    quantity = item.number(attribute="quantity")
    detail = item.find("ItemDetail")
    if quantity is None:
        item.need("", "quantity")
    if detail is None:
        item.need("ItemDetail")
        return BasketLine(position=str(at), quantity=quantity or Decimal(0), ids=ids, auxiliary_id=auxiliary)
    if not ids.sku:
        item.need("ItemID/SupplierPartID")
    unit = detail.text("UnitOfMeasure")
    base, other_unit = read_basis(detail, unit)
    if other_unit and (basis := detail.find("PriceBasisQuantity/UnitOfMeasure")) is not None:
        basis.untake()
    price, currency = read_money(detail.find("UnitPrice"))
    name, description = read_description(detail)
    tax = item.find("Tax/TaxDetail")
    for path in ("Tax", "Tax/TaxDetail/TaxAmount", "Tax/TaxDetail/TaxableAmount"):
        read_money(item.find(path))
    item.text("Tax/Description")
    custom = [
        (one.get("name"), one.text())
        for one in (*detail.all("Extrinsic"), *item.all("Extrinsic"))
        if not len(one.element)
    ]
    named = dict(custom)
    return BasketLine(
        position=item.get("lineNumber") or str(at), quantity=quantity or Decimal(0), unit=unit,
        ids=ItemIds(sku=ids.sku, buyer_sku=ids.buyer_sku, gtin=ids.gtin, manufacturer_sku=detail.text("ManufacturerPartID")),
        auxiliary_id=auxiliary, name=name, description=description, unit_price=price, price_base_quantity=base,
        currency=currency, vat_rate=read_vat(tax)[1] if tax else None, lead_time_days=detail.whole("LeadTime"),
        manufacturer=detail.text("ManufacturerName"), vendor=item.text("SupplierID"),
        material_group=named.pop(_GROUP, ""), contract=named.pop(_CONTRACT, ""), contract_line=named.pop(_CONTRACT_LINE, ""),
        quote=named.pop(_QUOTE, ""), quote_line=named.pop(_QUOTE_LINE, ""),
        is_service=item.get("itemClassification") == "service", classifications=read_classes(detail),
        custom=tuple(Attribute(name, value) for name, value in named.items()),
    )  # fmt: skip


def basket_total(basket: Basket) -> Decimal:
    if basket.total is not None:
        return basket.total
    return sum((line_net(line) for line in basket.lines), Decimal(0))


def line_net(line: BasketLine) -> Decimal:
    amount = (line.unit_price or Decimal(0)) * line.quantity / (line.price_base_quantity or 1)
    return amount.quantize(_CENT, ROUND_HALF_UP)


def write_basket(basket: Basket) -> bytes:
    root, place = begin("PunchOutOrderMessage", body="Message")
    add(place, "BuyerCookie", basket.cookie)
    header = add(
        place, "PunchOutOrderMessageHeader", operationAllowed=basket.allowed if basket.allowed in _ALLOWED else "create"
    )
    write_money(header, "Total", basket_total(basket), basket.currency)
    for tag, amount in (("Shipping", basket.shipping), ("Tax", basket.tax)):
        group = write_money(header, tag, amount, basket.currency)
        if group is not None:
            write_description(group, "VAT" if tag == "Tax" else tag)
    for line in basket.lines:
        _write_line(place, line, basket)
    return finish(root, basket.seller, basket.buyer, None, basket.cookie)


def _write_line(place: etree._Element, line: BasketLine, basket: Basket) -> None:
    currency = line.currency or basket.currency
    item = add(place, "ItemIn", lineNumber=line.position, itemClassification="service" if line.is_service else "")
    item.set("quantity", number(line.quantity))
    write_item_id(item, line.ids, line.auxiliary_id)
    detail = add(item, "ItemDetail")
    write_money(detail, "UnitPrice", line.unit_price if line.unit_price is not None else Decimal(0), currency)
    write_description(detail, line.name or line.ids.sku or "-", line.description)
    unit = line.unit or "EA"
    add(detail, "UnitOfMeasure", unit)
    write_basis(detail, line.price_base_quantity, "", unit, line.position)
    write_classes(detail, line.classifications)
    if line.ids.manufacturer_sku or line.manufacturer:
        add(detail, "ManufacturerPartID", line.ids.manufacturer_sku)
        add(detail, "ManufacturerName", line.manufacturer)
    if line.lead_time_days is not None:
        add(detail, "LeadTime", str(line.lead_time_days))
    for name, value in (
        (_GROUP, line.material_group), (_CONTRACT, line.contract), (_CONTRACT_LINE, line.contract_line), (_QUOTE, line.quote),
        (_QUOTE_LINE, line.quote_line), *((one.name, one.value) for one in line.custom),
    ):  # fmt: skip
        leaf(detail, "Extrinsic", value, name=name)
    if line.vendor:
        add(item, "SupplierID", line.vendor, domain="PrivateID")
    if line.vat_rate is not None:
        net = line_net(line)
        tax = tax_of(net, line.vat_rate)
        group = write_money(item, "Tax", tax, currency)
        if group is not None:
            write_description(group, "VAT")
            write_vat(group, "S" if line.vat_rate else "Z", line.vat_rate, base=net, tax=tax, currency=currency)
