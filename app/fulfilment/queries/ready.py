"""What can be picked in a warehouse now: deliveries of released orders, as far as stock is held for them there."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from app.accounts.domain.company import PostalAddress
from app.core.actor import Actor
from app.core.db import db
from app.core.money import Money
from app.core.texts import N_, Message
from app.fulfilment.domain.quantities import LineUnit

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class ReadyLine:
    """A share of an order line that can be taken now: `base` in base units, `units` in the line's unit."""

    order_id: int
    order_line_id: int
    delivery_id: int
    article_id: int
    base: Decimal
    units: Decimal
    unit: LineUnit


@dataclass(slots=True)
class ReadyDelivery:
    """A delivery of an order. `missing` counts the lines of which not everything is there.

    `hold` says why it must not be picked now; None when it may.
    """

    id: int
    number: str
    order_id: int
    company_id: int
    account: str
    account_name: str
    ship_to: PostalAddress
    requested_on: date | None
    latest_on: date | None
    is_complete: bool
    method_name: str
    is_blocked: bool
    prepay_open: Money | None = None
    lines: list[ReadyLine] = field(default_factory=list)
    missing: int = 0

    @property
    def hold(self) -> Message | None:
        if self.is_blocked:
            return N_("The account is blocked.")
        if self.prepay_open is not None:
            return N_("Waits for a prepayment: {amount} is open.", amount=self.prepay_open)
        if self.is_complete and self.missing:
            return N_("Wished for in one piece: {n} lines are not all there.", n=self.missing)
        return None

    @property
    def address_key(self) -> str:
        """Equal for what goes to the same door."""
        to = self.ship_to
        parts = (to.name, to.street, to.street2, to.postcode, to.city, to.country, to.contact)
        return "|".join(" ".join(part.lower().split()) for part in parts)


# `here`: the least share of what a line still waits for that is held in the warehouse (a kit holds several articles);
# `busy`: what is being picked or is packed there already. Quantities of shipments without a delivery are the first's.
_READY = text("""
WITH lines AS MATERIALIZED (
    SELECT DISTINCT r.order_line_id AS id FROM reservations r
    JOIN order_lines l ON l.id = r.order_line_id
    JOIN orders o ON o.id = l.order_id
    WHERE r.warehouse_id = :warehouse AND r.released_at IS NULL AND o.released_at IS NOT NULL
      AND o.state IN ('placed', 'confirmed', 'in_delivery')
      AND l.state IN ('placed', 'confirmed', 'backordered', 'in_delivery') AND l.quantity > l.claimed_quantity
), held AS (
    SELECT order_line_id, min(here / total) AS share FROM (
        SELECT r.order_line_id, r.article_id, sum(r.quantity) AS total,
            coalesce(sum(r.quantity) FILTER (WHERE r.warehouse_id = :warehouse), 0) AS here
        FROM reservations r WHERE r.released_at IS NULL AND r.order_line_id IN (SELECT id FROM lines)
        GROUP BY 1, 2
    ) x GROUP BY 1
), picking AS (
    SELECT c.order_line_id, c.delivery_id, sum(c.quantity) AS quantity,
        sum(c.quantity) FILTER (WHERE w.warehouse_id = :warehouse) AS here
    FROM pick_claims c JOIN packings p ON p.id = c.packing_id JOIN waves w ON w.id = p.wave_id
    WHERE p.state = 'open' AND c.order_line_id IN (SELECT id FROM lines) GROUP BY 1, 2
), packed AS (
    SELECT x.order_line_id, x.delivery_id, sum(x.quantity) AS quantity,
        sum(x.quantity) FILTER (WHERE s.state = 'packed' AND s.warehouse_id = :warehouse) AS here
    FROM shipment_lines x JOIN shipments s ON s.id = x.shipment_id
    WHERE s.state <> 'discarded' AND x.order_line_id IN (SELECT id FROM lines) GROUP BY 1, 2
), busy AS (
    SELECT order_line_id, sum(here) AS quantity
    FROM (SELECT order_line_id, here FROM picking UNION ALL SELECT order_line_id, here FROM packed) x GROUP BY 1
)
SELECT d.id, d.number, o.id AS order_id, o.company_id, c.code, c.name AS account_name, c.is_blocked,
    o.prepay_open, o.currency, d.ship_to,
    d.requested_on, d.latest_on, d.is_complete, d.method_name, l.id AS line_id, l.article_id, l.quantity, l.base_quantity,
    coalesce(u.precision, CASE WHEN l.unit = a.base_unit THEN a.precision END, 0) AS precision,
    l.quantity - l.claimed_quantity AS open,
    (l.quantity - l.shipped_quantity) * held.share - coalesce(busy.quantity, 0) AS there,
    p.quantity - coalesce(picking.quantity, 0) - coalesce(own.quantity, 0)
        - CASE WHEN p.position = min(p.position) OVER (PARTITION BY l.id) THEN coalesce(any_.quantity, 0) ELSE 0 END AS wanted
FROM lines JOIN order_lines l ON l.id = lines.id
JOIN held ON held.order_line_id = l.id
JOIN orders o ON o.id = l.order_id
JOIN companies c ON c.id = o.company_id
JOIN articles a ON a.id = l.article_id
JOIN order_line_parts p ON p.order_line_id = l.id
JOIN order_deliveries d ON d.id = p.delivery_id
LEFT JOIN article_units u ON u.article_id = l.article_id AND u.unit = l.unit
LEFT JOIN busy ON busy.order_line_id = l.id
LEFT JOIN picking ON picking.order_line_id = l.id AND picking.delivery_id = d.id
LEFT JOIN packed own ON own.order_line_id = l.id AND own.delivery_id = d.id
LEFT JOIN packed any_ ON any_.order_line_id = l.id AND any_.delivery_id IS NULL
ORDER BY d.requested_on NULLS LAST, o.placed_at, o.id, d.position, l.position, p.position""")


def ready(actor: Actor, warehouse_id: int, delivery_ids: Collection[int] | None = None) -> list[ReadyDelivery]:
    """Deliveries with something to pick, the earliest day first; one statement. Only those named, if any are."""
    found: dict[int, ReadyDelivery] = {}
    left: dict[int, Decimal] = {}
    for row in db.session.execute(_READY, {"warehouse": warehouse_id}):
        if delivery_ids is not None and row.id not in delivery_ids:
            continue
        delivery = found.get(row.id) or found.setdefault(row.id, _delivery(row))
        wanted = min(row.wanted, row.open)
        if wanted <= 0:
            continue
        there = left.setdefault(row.line_id, min(row.there, row.open))
        line = _line(row, min(wanted, there))
        if line is not None:
            left[row.line_id] = there - line.units
            delivery.lines.append(line)
        if line is None or line.units < wanted:
            delivery.missing += 1
    return [one for one in found.values() if one.lines]


def _delivery(row: Any) -> ReadyDelivery:
    return ReadyDelivery(
        row.id, row.number, row.order_id, row.company_id, row.code, row.account_name,
        PostalAddress.from_json(row.ship_to), row.requested_on, row.latest_on, row.is_complete, row.method_name,
        row.is_blocked, Money(row.prepay_open, row.currency) if row.prepay_open > 0 else None,
    )  # fmt: skip


def _line(row: Any, units: Decimal) -> ReadyLine | None:
    """What of the line makes whole packs; None when that is nothing."""
    unit = LineUnit(row.quantity, row.base_quantity, row.precision)
    base = unit.whole(
        (max(units, ZERO) * row.base_quantity / row.quantity).quantize(Decimal("0.000001")).normalize() + 0
    )
    if base <= 0:
        return None
    return ReadyLine(row.order_id, row.line_id, row.id, row.article_id, base, unit.in_unit(base), unit)
