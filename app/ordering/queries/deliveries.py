"""The deliveries and charges of an order; of each delivery the first lines, because it may have thousands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select, text

from app.accounts.domain.company import PostalAddress
from app.core.actor import Actor
from app.core.db import db
from app.core.tenancy import visible
from app.ordering.models.deliveries import OrderCharge, OrderDelivery

LINES_SHOWN = 200  # of one delivery


@dataclass(frozen=True, slots=True)
class DeliveryLine:
    """A part of a line that a delivery brings."""

    sku: str
    name: str
    quantity: Decimal
    unit: str
    net: Decimal
    cost_centre: str


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """One delivery; `promised_on` is the day it could leave when it was ordered, `cost` and `net` are net."""

    id: int
    number: str
    position: int
    ship_to: PostalAddress
    requested_on: date | None
    promised_on: date | None
    latest_on: date | None
    is_complete: bool
    method_name: str
    cost: Decimal
    line_count: int
    net: Decimal
    lines: tuple[DeliveryLine, ...]


@dataclass(frozen=True, slots=True)
class ChargeRow:
    """Something charged beside the goods, over all VAT rates."""

    kind: str
    code: str
    name: str
    amount: Decimal


_PARTS = text("""
SELECT delivery_id, lines, total, sku, name, quantity, unit, net, centre
FROM (
    SELECT p.delivery_id, count(*) OVER w AS lines, sum(p.net) OVER w AS total, l.sku, l.name, p.quantity, l.unit, p.net,
        coalesce(c.code || ' ' || c.name, '') AS centre,
        row_number() OVER (PARTITION BY p.delivery_id ORDER BY l.position, p.position) AS place
    FROM order_lines l
    JOIN order_line_parts p ON p.order_line_id = l.id
    LEFT JOIN cost_centres c ON c.id = p.cost_centre_id
    WHERE l.order_id = :order
    WINDOW w AS (PARTITION BY p.delivery_id)
) ranked
WHERE place <= :most ORDER BY delivery_id, place""")


def order_deliveries(actor: Actor, order_id: int) -> list[DeliveryRow]:
    """All deliveries of an order in their order; two statements."""
    found = db.session.scalars(
        visible(actor, select(OrderDelivery).where(OrderDelivery.order_id == order_id), OrderDelivery).order_by(
            OrderDelivery.position
        )
    ).all()
    if not found:
        return []
    brought: dict[int, list[Any]] = {}
    for row in db.session.execute(_PARTS, {"order": order_id, "most": LINES_SHOWN}):
        brought.setdefault(row.delivery_id, []).append(row)
    return [_delivery(one, brought.get(one.id, [])) for one in found]


def _delivery(one: OrderDelivery, rows: list[Any]) -> DeliveryRow:
    lines = tuple(DeliveryLine(row.sku, row.name, row.quantity, row.unit, row.net, row.centre) for row in rows)
    count, net = (rows[0].lines, rows[0].total) if rows else (0, Decimal(0))
    return DeliveryRow(
        one.id, one.number, one.position, PostalAddress.from_json(one.ship_to), one.requested_on, one.promised_on,
        one.latest_on, one.is_complete, one.method_name, one.cost, count, net, lines,
    )  # fmt: skip


def order_charges(actor: Actor, order_id: int) -> list[ChargeRow]:
    """What was charged beside the goods; one statement."""
    statement = (
        select(OrderCharge.kind, OrderCharge.code, OrderCharge.name, func.sum(OrderCharge.amount))
        .where(OrderCharge.order_id == order_id)
        .group_by(OrderCharge.kind, OrderCharge.code, OrderCharge.name)
        .order_by(func.min(OrderCharge.position))
    )
    return [ChargeRow(*row) for row in db.session.execute(visible(actor, statement, OrderCharge))]
