"""Goods that lie in quarantine, by batch, until somebody decides."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import text

from app.core.actor import Actor
from app.core.db import db

_ROWS = text("""
SELECT m.article_id, a.sku, a.name, a.base_unit, m.warehouse_id, w.code, w.name AS place, m.batch, sum(m.quantity) AS quantity,
    min(m.at) AS since, coalesce((
        SELECT string_agg(s.number, ', ' ORDER BY s.number) FROM serial_numbers s
        WHERE s.article_id = m.article_id AND s.warehouse_id = m.warehouse_id AND s.batch = m.batch AND s.state = 'quarantine'
    ), '') AS serials
FROM stock_moves m JOIN articles a ON a.id = m.article_id JOIN warehouses w ON w.id = m.warehouse_id
WHERE m.condition = 'quarantine'
GROUP BY m.article_id, a.sku, a.name, a.base_unit, m.warehouse_id, w.code, w.name, m.batch
HAVING sum(m.quantity) > 0 ORDER BY min(m.at), a.sku, m.batch LIMIT :limit""")


@dataclass(frozen=True, slots=True)
class Quarantined:
    """So much of an article, in base units, and of a batch where it has one; `serials` are the pieces' numbers."""

    article_id: int
    sku: str
    name: str
    unit: str
    warehouse_id: int
    warehouse: str
    warehouse_name: str
    batch: str
    quantity: Decimal
    since: datetime
    serials: str


def quarantined(actor: Actor, *, limit: int = 200) -> list[Quarantined]:
    """What waits longest first; one statement."""
    return [Quarantined(*row) for row in db.session.execute(_ROWS, {"limit": limit})]
