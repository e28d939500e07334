"""What an answer to a partner tells of an order: its lines as they stand now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select, text

from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.core.tenancy import visible
from app.core.texts import N_
from app.ordering.models.orders import Order


@dataclass(frozen=True, slots=True)
class FactLine:
    """A line of ours; `promised_on` as confirmed, else as it was promised when it was placed."""

    id: int
    position: int
    article_id: int
    sku: str
    customer_number: str
    gtin: str
    name: str
    quantity: Decimal
    unit: str
    base_quantity: Decimal
    unit_price: Decimal
    price_base_quantity: Decimal
    price_unit: str
    net: Decimal
    vat_category: str
    vat_rate: Decimal | None
    state: str
    promised_on: date | None
    cancelled: Decimal


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """An order with its lines by article and unit."""

    id: int
    company_id: int
    number: str
    placed_on: date
    state: str
    currency: str
    po_number: str
    net_total: Decimal
    vat_total: Decimal
    gross_total: Decimal
    client_ref: str
    version: int
    ship_to: Mapping[str, Any]
    lines: Mapping[tuple[int, str], FactLine]


_LINES = text("""
SELECT l.id, l.position, l.article_id, l.sku, l.customer_number, l.gtin, l.name, l.quantity, l.unit, l.base_quantity,
    l.unit_price, l.price_base_quantity, l.price_unit, l.net, l.vat_category, l.vat_rate, l.state,
    coalesce(l.promised_on, (SELECT max(d.promised_on) FROM order_line_parts p JOIN order_deliveries d
        ON d.id = p.delivery_id WHERE p.order_line_id = l.id)) AS promised_on, l.cancelled_quantity
FROM order_lines l WHERE l.order_id = :order ORDER BY l.position""")


def order_facts(actor: Actor, order_id: int) -> OrderFacts:
    order = db.session.scalar(visible(actor, select(Order).where(Order.id == order_id), Order))
    if order is None:
        raise NotFound(N_("There is no such order."))
    lines: dict[tuple[int, str], FactLine] = {}
    for row in db.session.execute(_LINES, {"order": order_id}):
        line = FactLine(*row)
        lines.setdefault((line.article_id, line.unit), line)
    return OrderFacts(
        order.id, order.company_id, order.number, order.placed_at.date(), order.state, order.currency, order.po_number,
        order.net_total, order.vat_total, order.gross_total, order.client_ref, order.version, order.ship_to, lines,
    )  # fmt: skip
