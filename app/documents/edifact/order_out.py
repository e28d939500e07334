"""A neutral order as ORDERS; a response, a change, a request and a quotation stand on the same lines."""

from __future__ import annotations

from app.documents.edifact import parts_out as out
from app.documents.edifact.writer import D96A, Body, Directory, number
from app.documents.model.order import Order, OrderLine, OrderTotals
from app.documents.model.reference import ItemIds

_FUNCTIONS = {"00": "9", "01": "1", "04": "4", "05": "5", "06": "31", "07": "7"}


def write_order(order: Order, directory: Directory = D96A, kind: str = "ORDERS", type_code: str = "220") -> Body:
    body = Body(kind, directory)
    code = order.type_code if order.type_code.isdecimal() else type_code
    function = _FUNCTIONS.get(order.function, order.function or ("" if order.type_code else "9"))
    body.add("BGM", code, order.number, function)
    body.day("137", order.issue_date)
    out.delivery(body, order.delivery)
    out.notes(body, order.notes)
    out.references(body, order.references)
    named = (("BY", order.buyer), ("SU", order.seller), ("DP", order.ship_to), ("IV", order.invoicee))
    out.parties(body, named, order.other_parties)
    if order.currency:
        body.add("CUX", ("2", order.currency, "9"))
    out.terms(body, "PAT", "1", order.payment_terms)
    out.terms(body, "TOD", "6", order.delivery_terms)
    out.allowances(body, order.allowances_charges)
    for line in order.lines:
        _line(body, line)
    summary(body, order.totals)
    return body


def summary(body: Body, totals: OrderTotals) -> None:
    body.add("UNS", "S")
    for qualifier, amount in (("79", totals.net), ("176", totals.tax), ("86", totals.total)):
        out.money(body, qualifier, amount)
    if totals.quantity is not None:
        body.add("CNT", ("1", number(totals.quantity)))
    if totals.lines is not None:
        body.add("CNT", ("2", str(totals.lines)))


def _line(body: Body, line: OrderLine) -> None:
    ids = ItemIds(
        sku=line.sku, buyer_sku=line.buyer_sku, gtin=line.gtin, manufacturer_sku=line.manufacturer_sku
    )  # fmt: skip
    out.article(body, line.position, ids, line.action)
    out.texts(body, line.name, line.description)
    out.quantity(body, "21", line.quantity, line.unit)
    out.delivery(body, line.delivery)
    out.money(body, "203", line.net)
    out.notes(body, line.notes)
    if line.unit_price is not None:
        out.price(body, "AAA", line.unit_price, line.price_base_quantity, line.price_unit)
        out.price(body, "AAB", line.list_price)
    else:
        out.price(body, "AAB", line.list_price, line.price_base_quantity, line.price_unit)
    out.references(body, line.references)
    out.tax(body, line.vat_rate, line.vat_category)
    out.party(body, "DP", line.ship_to)
    out.allowances(body, line.allowances_charges)
