"""What an answer to a partner tells of an order: its lines as they stand now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
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
class Proposed:
    """What was proposed in the place of a line and waits for the buyer's yes; `sku` is that of another article."""

    quantity: Decimal
    unit_price: Decimal | None
    promised_on: date | None
    reason: str
    sku: str
    name: str


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
    reason: str = ""
    proposed: Proposed | None = None


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
        ON d.id = p.delivery_id WHERE p.order_line_id = l.id)) AS promised_on, l.cancelled_quantity,
    coalesce(o.reason, '') AS reason, o.state AS offer, o.quantity AS offered, o.unit_price AS offered_price,
    o.promised_on AS offered_on, coalesce(s.sku, '') AS other_sku, coalesce(s.name, '') AS other_name
FROM order_lines l
LEFT JOIN LATERAL (SELECT * FROM order_proposals x WHERE x.order_line_id = l.id ORDER BY x.id DESC LIMIT 1) o ON true
LEFT JOIN articles s ON s.id = o.substitute_id
WHERE l.order_id = :order ORDER BY l.position""")


def order_facts(actor: Actor, order_id: int) -> OrderFacts:
    order = db.session.scalar(visible(actor, select(Order).where(Order.id == order_id), Order))
    if order is None:
        raise NotFound(N_("There is no such order."))
    lines: dict[tuple[int, str], FactLine] = {}
    for row in db.session.execute(_LINES, {"order": order_id}):
        line = _line(row)
        lines.setdefault((line.article_id, line.unit), line)
    return OrderFacts(
        order.id, order.company_id, order.number, order.placed_at.date(), order.state, order.currency, order.po_number,
        order.net_total, order.vat_total, order.gross_total, order.client_ref, order.version, order.ship_to, lines,
    )  # fmt: skip


_COLUMNS = [one.name for one in fields(FactLine)][:-2]


def _line(row: Any) -> FactLine:
    proposed = None
    if row.offer == "waiting":
        proposed = Proposed(row.offered, row.offered_price, row.offered_on, row.reason, row.other_sku, row.other_name)
    given: dict[str, Any] = dict(zip(_COLUMNS, row, strict=False))
    return FactLine(**given, reason=row.reason, proposed=proposed)
