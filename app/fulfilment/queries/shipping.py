"""What of an order can still be shipped, from where and whereto; and how far its lines are."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import text

from app.accounts.domain.company import PostalAddress
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.core.texts import N_
from app.inventory.queries.shelves import WarehouseLine, warehouses
from app.ordering.domain.progress import LineCounts, Stage, stage_of
from app.ordering.queries.deliveries import DeliveryRow, order_deliveries

LINES_SHOWN = 200


@dataclass(frozen=True, slots=True)
class OpenLine:
    """A line of which `open` can still be packed, in its unit."""

    id: int
    position: int
    sku: str
    name: str
    quantity: Decimal
    unit: str
    open: Decimal
    needs_serial: bool
    has_batches: bool


@dataclass(frozen=True, slots=True)
class Shippable:
    """An order as the page of shipping wants it; `lines` are those of `delivery`, or of the order as a whole."""

    lines: tuple[OpenLine, ...]
    deliveries: tuple[DeliveryRow, ...]
    delivery: DeliveryRow | None
    warehouses: tuple[WarehouseLine, ...]
    warehouse_id: int
    ship_to: PostalAddress


_OPEN = text("""
SELECT l.id, l.position, l.sku, l.name, l.quantity, l.unit,
    least(l.quantity - l.claimed_quantity, coalesce(p.quantity - coalesce(s.quantity, 0),
        l.quantity - l.claimed_quantity)) AS open,
    coalesce(t.needs_serial, false) AS needs_serial,
    EXISTS (SELECT FROM stock_batches b WHERE b.article_id = l.article_id AND b.quantity > 0) AS has_batches
FROM order_lines l
LEFT JOIN article_tracking t ON t.article_id = l.article_id
LEFT JOIN (
    SELECT order_line_id, sum(quantity) AS quantity FROM order_line_parts
    WHERE delivery_id = CAST(:delivery AS bigint) GROUP BY order_line_id
) p ON p.order_line_id = l.id
LEFT JOIN (
    SELECT x.order_line_id, sum(x.quantity) AS quantity FROM shipment_lines x JOIN shipments y ON y.id = x.shipment_id
    WHERE x.delivery_id = CAST(:delivery AS bigint) AND y.state <> 'discarded' GROUP BY x.order_line_id
) s ON s.order_line_id = l.id
WHERE l.order_id = :order AND l.quantity > l.claimed_quantity
  AND l.state IN ('placed', 'confirmed', 'backordered', 'in_delivery')
  AND (CAST(:delivery AS bigint) IS NULL OR p.quantity IS NOT NULL)
ORDER BY l.position""")
_FROM = text("""
SELECT r.warehouse_id FROM reservations r JOIN order_lines l ON l.id = r.order_line_id
WHERE l.order_id = :order AND r.company_id = l.company_id AND r.released_at IS NULL AND r.warehouse_id IS NOT NULL
GROUP BY r.warehouse_id ORDER BY count(*) DESC, r.warehouse_id LIMIT 1""")
_SHIP_TO = text("SELECT ship_to FROM orders WHERE id = :order")


def shippable(actor: Actor, order_id: int, delivery_id: int | None = None) -> Shippable:
    """What can still be packed of an order, for the operator; the delivery is the first one unless one is named.

    At most seven statements.
    """
    deliveries = order_deliveries(actor, order_id)
    delivery = next((one for one in deliveries if delivery_id in (None, one.id)), None)
    if delivery_id is not None and delivery is None:
        raise NotFound
    is_split = len(deliveries) > 1
    key = delivery.id if delivery is not None and is_split else None
    lines = [OpenLine(*row) for row in db.session.execute(_OPEN, {"order": order_id, "delivery": key})]
    stores = warehouses(actor)
    if not stores:
        raise NotFound(N_("There is no warehouse."))
    held_at = db.session.scalar(_FROM, {"order": order_id})
    if delivery is not None:
        ship_to = delivery.ship_to
    else:
        ship_to = PostalAddress.from_json(db.session.scalar(_SHIP_TO, {"order": order_id}) or {})
    return Shippable(
        tuple(line for line in lines if line.open > 0), tuple(deliveries), delivery if is_split else None,
        tuple(stores), held_at or stores[0].id, ship_to,
    )  # fmt: skip


_COUNTS = text("""
SELECT count(*) AS lines, count(*) FILTER (WHERE claimed_quantity > 0) AS claimed,
    count(*) FILTER (WHERE shipped_quantity > 0) AS shipped,
    count(*) FILTER (WHERE shipped_quantity >= quantity) AS shipped_in_full,
    count(*) FILTER (WHERE delivered_quantity > 0) AS delivered,
    count(*) FILTER (WHERE delivered_quantity + missing_quantity >= quantity) AS delivered_in_full,
    count(*) FILTER (WHERE missing_quantity > 0) AS short
FROM order_lines
WHERE order_id = :order AND quantity > 0 AND (CAST(:company AS bigint) IS NULL OR company_id = :company)""")


def order_stage(actor: Actor, order_id: int) -> tuple[Stage, LineCounts]:
    """How far the lines of an order are that still stand. One statement."""
    company = None if actor.is_operator else actor.company_id
    row = db.session.execute(_COUNTS, {"order": order_id, "company": company}).one()
    counts = LineCounts(*row)
    return stage_of(counts), counts
