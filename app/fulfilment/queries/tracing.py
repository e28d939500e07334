"""The shipments and orders behind numbers that the stock ledger names."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from app.core.actor import Actor
from app.core.db import db

_SHIPMENTS = text("""
SELECT s.number, s.state, s.packed_at, c.code, c.name, array_agg(DISTINCT o.number ORDER BY o.number)
FROM shipments s JOIN companies c ON c.id = s.company_id
JOIN shipment_lines l ON l.shipment_id = s.id JOIN order_lines x ON x.id = l.order_line_id JOIN orders o ON o.id = x.order_id
WHERE s.number = ANY(CAST(:numbers AS text[])) AND (CAST(:company AS bigint) IS NULL OR s.company_id = :company)
GROUP BY s.id, c.id ORDER BY s.id LIMIT 200""")


@dataclass(frozen=True, slots=True)
class TracedShipment:
    """A shipment that carried traced goods, and the orders it was for."""

    number: str
    state: str
    packed_at: datetime
    account: str
    customer: str
    orders: list[str]


def shipments_named(actor: Actor, numbers: Collection[str]) -> list[TracedShipment]:
    """Shipments by their numbers, the oldest first; one statement."""
    values = {"numbers": sorted(set(numbers)), "company": None if actor.is_operator else actor.company_id}
    return [TracedShipment(*row) for row in db.session.execute(_SHIPMENTS, values)]
