"""Transaction set 850 (004010, 005010) into a neutral order and back."""

from __future__ import annotations

from typing import Any

from app.documents.model.order import Order, OrderLine, OrderTotals
from app.documents.model.reference import ItemIds
from app.documents.reading import Reading
from app.documents.x12 import parts_out as out
from app.documents.x12.content import ContentReader
from app.documents.x12.envelope import TransactionSet
from app.documents.x12.party import PartyReader
from app.documents.x12.raw_line import RawLine
from app.documents.x12.writer import Body, day, number

FUNCTIONS = {"9": "00", "1": "01", "4": "04", "5": "05", "7": "07", "31": "06"}
_LINE_FIELDS = frozenset((
    "unit", "sku", "buyer_sku", "gtin", "manufacturer_sku", "name", "description", "unit_price",
    "price_base_quantity", "list_price", "net", "vat_rate", "vat_category", "action",
))  # fmt: skip
_HEAD_FIELDS = ("currency", "type_code", "function", "payment_terms", "delivery_terms")


def read_order(one: TransactionSet) -> Reading[Order]:
    """Whatever the set says of an order; what is missing or wrong is a fault with its place."""
    reader = ContentReader(one)
    reader.walk()
    reader.name_parties()
    return Reading(order_of(reader), tuple(reader.faults), reader.rest())


def order_of(reader: ContentReader) -> Order:
    """The neutral order of what was read; `name_parties` has been called."""
    head = reader.head
    values = {name: head.values[name] for name in _HEAD_FIELDS if name in head.values}
    return Order(
        number=head.get("number"), issue_date=reader.day_of_head, lines=tuple(order_line(reader, raw) for raw in reader.lines),
        **values, **reader.named, other_parties=reader.others, delivery=reader.delivery(head), notes=tuple(head.notes),
        references=tuple(head.references), allowances_charges=tuple(head.allowances), totals=reader.sums(),
    )  # fmt: skip


def order_line(reader: ContentReader, raw: RawLine) -> OrderLine:
    values: dict[str, Any] = {name: value for name, value in raw.values.items() if name in _LINE_FIELDS}
    party = raw.values.get("ship_to")
    return OrderLine(
        position=raw.get("position"), quantity=raw.values.get("quantity"), **values,
        ship_to=party.party() if isinstance(party, PartyReader) else None, delivery=reader.delivery(raw),
        notes=tuple(raw.notes), references=tuple(raw.references), allowances_charges=tuple(raw.allowances),
    )  # fmt: skip


def write_order(order: Order) -> Body:
    body = Body("850")
    body.add("BEG", function(order.function), kind(order.type_code), order.number, "", day(order.issue_date))
    write_head(body, order)
    for line in order.lines:
        write_line(body, line, "PO1")
    write_sums(body, order.totals, len(order.lines))
    return body


def function(code: str) -> str:
    """Element 353; the codes of EDIFACT are the same without the leading zero."""
    return FUNCTIONS.get(code, code or "00")


def kind(code: str) -> str:
    """Element 92: SA is the order that stands alone."""
    return code if len(code) == 2 else "SA"


def write_head(body: Body, order: Order, reason: str = "") -> None:
    """Heading as 850 and 860 have it."""
    if order.currency:
        body.add("CUR", "BY", order.currency)
    dated = next((at for at, item in enumerate(order.references) if item.date), len(order.references))
    out.references(body, order.references[:dated])
    out.terms(body, "", order.delivery_terms)
    out.allowances(body, order.allowances_charges)
    out.terms(body, order.payment_terms, "")
    out.delivery(body, order.delivery)
    if order.totals.tax is not None:
        body.add("TXI", "VA", number(order.totals.tax))
    out.references(body, order.references[dated:])
    out.notes(body, order.notes, reason)
    named = (("BY", order.buyer), ("SE", order.seller), ("ST", order.ship_to), ("BT", order.invoicee))
    out.parties(body, named, order.other_parties)


def write_line(body: Body, line: OrderLine, tag: str) -> None:
    ids = ItemIds(sku=line.sku, buyer_sku=line.buyer_sku, gtin=line.gtin, manufacturer_sku=line.manufacturer_sku)
    amount, basis = out.price(line.unit_price, line.price_base_quantity)
    first = (
        ("POC", line.position, line.action, number(line.quantity), "")
        if tag == "POC"
        else (tag, line.position, number(line.quantity))
    )
    body.add(*first, out.unit(line.unit), amount, basis, *out.id_pairs(ids))
    if line.list_price is not None:
        body.add("CTP", "", "LPR", number(line.list_price))
    out.texts(body, line.name, line.description)
    dated = next((at for at, item in enumerate(line.references) if item.date), len(line.references))
    out.references(body, line.references[:dated])
    out.allowances(body, line.allowances_charges)
    out.delivery(body, line.delivery)
    out.tax(body, line.vat_rate, line.vat_category)
    out.references(body, line.references[dated:])
    out.notes(body, line.notes)
    out.party(body, "ST", line.ship_to)
    if line.net is not None:
        body.add("AMT", "1", number(line.net))
    body.lose(f"line {line.position}/price_unit", line.price_unit if line.price_unit != line.unit else "")


def write_sums(body: Body, totals: OrderTotals, lines: int) -> None:
    """CTT with what stands under it, unless no sum is given at all."""
    if totals == OrderTotals(tax=totals.tax):
        return
    body.add("CTT", str(totals.lines if totals.lines is not None else lines), number(totals.quantity))
    for code, amount in (("1", totals.net), ("TT", totals.total)):
        if amount is not None:
            body.add("AMT", code, number(amount))
