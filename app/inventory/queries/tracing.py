"""From a batch, a piece, a receipt or a shipment to everything that happened with it, and back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import text

from app.catalog.domain.article import key_of
from app.core.actor import Actor
from app.core.db import db


@dataclass(frozen=True, slots=True)
class Lot:
    """A batch or a piece with a serial number. `quantity` is what is in stock of it, in base units."""

    kind: str
    sku: str
    name: str
    unit: str
    number: str
    batch: str
    expires_on: date | None
    state: str
    place: str
    customer: str
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class TraceMove:
    """One row of the ledger about it. `receipt_id` and `supplier` where it came, `customer` to or from whom it went."""

    id: int
    at: datetime
    sku: str
    unit: str
    batch: str
    serials: str
    warehouse: str
    bin: str
    quantity: Decimal
    condition: str
    reason: str
    reference: str
    receipt_id: int | None
    supplier: str
    customer: str
    order_line_id: int | None
    user_name: str


@dataclass(frozen=True, slots=True)
class Trace:
    """What was found, and its way, the oldest first; `has_more`: the way is longer than what is shown."""

    lots: list[Lot]
    moves: list[TraceMove]
    has_more: bool


@dataclass(frozen=True, slots=True)
class Needs:
    """What receipts and shipments must say of an article."""

    sku: str
    needs_batch: bool
    needs_expiry: bool
    needs_serial: bool


LIMIT = 500
_LOTS = text("""
SELECT * FROM (
    SELECT 'batch' AS kind, a.sku, coalesce(a.names ->> :locale, a.name), a.base_unit, b.number, b.number AS batch,
        max(b.expires_on), '', string_agg(DISTINCT w.code, ', ') FILTER (WHERE b.quantity > 0), '', sum(b.quantity)
    FROM stock_batches b JOIN articles a ON a.id = b.article_id JOIN warehouses w ON w.id = b.warehouse_id
    WHERE b.number = :words OR a.sku_key = :key
    GROUP BY a.sku, a.names, a.name, a.base_unit, b.number
    UNION ALL
    SELECT 'serial', a.sku, coalesce(a.names ->> :locale, a.name), a.base_unit, s.number, s.batch, NULL::date, s.state,
        w.code, coalesce(c.name, ''), CASE WHEN s.state = 'stock' THEN 1 ELSE 0 END
    FROM serial_numbers s JOIN articles a ON a.id = s.article_id LEFT JOIN warehouses w ON w.id = s.warehouse_id
    LEFT JOIN companies c ON c.id = s.customer_id
    WHERE s.number = :words OR a.sku_key = :key OR (s.batch <> '' AND s.batch = :words)
) lots ORDER BY 1, 2, 5 LIMIT :limit""")
_MOVES = text("""
WITH chosen AS (
    SELECT id FROM stock_moves WHERE batch = :words AND batch <> ''
    UNION SELECT id FROM stock_moves WHERE reference = :words AND reference <> ''
    UNION SELECT f.move_id FROM serial_moves f JOIN serial_numbers s ON s.id = f.serial_id WHERE s.number = :words
)
SELECT m.id, m.at, a.sku, a.base_unit, m.batch, coalesce((
        SELECT string_agg(s.number, ', ' ORDER BY s.number) FROM serial_moves f JOIN serial_numbers s ON s.id = f.serial_id
        WHERE f.move_id = m.id), ''),
    w.code, coalesce(b.code, ''), m.quantity, m.condition, m.reason, m.reference, r.id, coalesce(v.name, ''),
    coalesce(c.name, ''), m.order_line_id, coalesce(u.name, '')
FROM chosen JOIN stock_moves m ON m.id = chosen.id JOIN articles a ON a.id = m.article_id
JOIN warehouses w ON w.id = m.warehouse_id LEFT JOIN bins b ON b.id = m.bin_id
LEFT JOIN goods_receipts r ON r.number = m.reference AND m.reason = 'receipt'
LEFT JOIN companies v ON v.id = r.supplier_id LEFT JOIN companies c ON c.id = m.customer_id
LEFT JOIN users u ON u.id = m.user_id
ORDER BY m.id LIMIT :limit""")
_NEEDS = text("""
SELECT a.sku, coalesce(t.needs_batch, false), coalesce(t.needs_expiry, false), coalesce(t.needs_serial, false)
FROM articles a LEFT JOIN article_tracking t ON t.article_id = a.id WHERE a.sku_key = :key""")


def trace(actor: Actor, words: str) -> Trace:
    """All about a batch, a serial number, a receipt, transfer, count or shipment by its number; lots of an article.

    Two statements.
    """
    values = {"words": words, "key": key_of(words), "locale": actor.locale}
    lots = [Lot(*row) for row in db.session.execute(_LOTS, values | {"limit": LIMIT})]
    moves = [TraceMove(*row) for row in db.session.execute(_MOVES, values | {"limit": LIMIT + 1})]
    return Trace(lots, moves[:LIMIT], len(moves) > LIMIT)


def needs_of(actor: Actor, sku: str) -> Needs | None:
    """What is asked of an article; None for a number that is no article's."""
    row = db.session.execute(_NEEDS, {"key": key_of(sku)}).one_or_none()
    return None if row is None else Needs(*row)
