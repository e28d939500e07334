"""What an order, a change of one and a request for prices have in common: lines that name articles and quantities."""

from __future__ import annotations

from typing import Any

from app.documents.model.order import Order, OrderLine
from app.documents.model.order_change import OrderChange
from app.documents.model.quotation import RequestForQuotation


def number_of(document: Any) -> str:
    """What tells a document from others of its kind: of a change that has no number of its own, its place in a row."""
    number = str(getattr(document, "number", "") or "")
    if isinstance(document, OrderChange) and number in ("", document.order.number):
        return "/".join(part for part in (document.order.number, document.what.value, document.sequence) if part)
    return number


def order_of(document: Any) -> Order:
    """An order itself, the content of a change, the lines of a request."""
    if isinstance(document, OrderChange):
        return document.content
    if isinstance(document, RequestForQuotation):
        return Order(
            number=document.number, issue_date=document.issue_date, currency=document.currency, buyer=document.buyer,
            seller=document.seller, ship_to=document.ship_to, delivery=document.delivery, notes=document.notes,
            lines=tuple(
                OrderLine(
                    position=line.position, quantity=line.quantity, unit=line.unit, sku=line.ids.sku,
                    buyer_sku=line.ids.buyer_sku, gtin=line.ids.gtin, manufacturer_sku=line.ids.manufacturer_sku,
                    name=line.name, unit_price=line.target_price, delivery=line.delivery, notes=line.notes,
                )
                for line in document.lines
            ),
        )  # fmt: skip
    order: Order = document
    return order
