"""Whether stock adds up: every sum that is kept, against the rows it stands for."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import text

from app.core.actor import Actor
from app.core.db import db


@dataclass(frozen=True, slots=True)
class Fault:
    """A sum that differs from its rows. `place` is a warehouse, a bin or the row that keeps the sum."""

    check: str
    sku: str
    place: str
    kept: Decimal
    by_rows: Decimal


@dataclass(frozen=True, slots=True)
class Verification:
    """`faults` must not be; `notes` are true of the warehouse and want a person: counts differ, more is promised."""

    shelves: int
    moves: int
    faults: list[Fault]
    notes: list[Fault]


# Each: what it is called, then a statement of article, place, the sum that is kept, the sum of its rows.
_LEDGER = """
SELECT coalesce(s.article_id, m.article_id), coalesce(s.warehouse_id, m.warehouse_id)::text,
    coalesce(s.{column}, 0), coalesce(m.quantity, 0)
FROM stock s FULL JOIN (
    SELECT article_id, warehouse_id, sum(quantity) AS quantity FROM stock_moves WHERE condition = '{condition}' GROUP BY 1, 2
) m ON m.article_id = s.article_id AND m.warehouse_id = s.warehouse_id
WHERE coalesce(s.{column}, 0) <> coalesce(m.quantity, 0)"""
_HELD = """
SELECT {article}, {place}, t.reserved, coalesce(r.quantity, 0)
FROM {table} t LEFT JOIN (
    SELECT {key} AS key, sum(quantity) AS quantity FROM reservations
    WHERE released_at IS NULL AND {key} IS NOT NULL GROUP BY 1
) r ON r.key = t.id WHERE t.reserved <> coalesce(r.quantity, 0)"""
_FAULTS = {
    "on_hand": _LEDGER.format(column="on_hand", condition="stock"),
    "quarantined": _LEDGER.format(column="quarantined", condition="quarantine"),
    "reserved": """
SELECT coalesce(s.article_id, r.article_id), coalesce(s.warehouse_id, r.warehouse_id)::text, coalesce(s.reserved, 0),
    coalesce(r.quantity, 0)
FROM stock s FULL JOIN (
    SELECT article_id, warehouse_id, sum(quantity) AS quantity FROM reservations
    WHERE released_at IS NULL AND warehouse_id IS NOT NULL GROUP BY 1, 2
) r ON r.article_id = s.article_id AND r.warehouse_id = s.warehouse_id
WHERE coalesce(s.reserved, 0) <> coalesce(r.quantity, 0)""",
    "promised_of_goods_to_come": _HELD.format(
        table="incoming_goods", key="incoming_id", article="t.article_id", place="'purchase ' || t.reference"
    ),
    "promised_of_suppliers": _HELD.format(
        table="supplier_stock", key="supplier_stock_id", article="t.article_id", place="'supplier ' || t.supplier_id"
    ),
    "backordered": _HELD.format(
        table="backorder_rules", key="backorder_rule_id", article="t.article_id", place="'rule ' || t.id"
    ),
    "in_transit": """
SELECT coalesce(t.article_id, m.article_id), coalesce(t.warehouse_id, m.warehouse_id)::text, coalesce(t.sent, 0),
    coalesce(m.quantity, 0)
FROM (
    SELECT l.article_id, t.target_id AS warehouse_id, sum(l.sent) AS sent
    FROM stock_transfer_lines l JOIN stock_transfers t ON t.id = l.transfer_id WHERE t.state = 'sent' GROUP BY 1, 2
) t FULL JOIN (
    SELECT article_id, warehouse_id, sum(quantity) AS quantity FROM stock_moves WHERE condition = 'transit' GROUP BY 1, 2
) m ON m.article_id = t.article_id AND m.warehouse_id = t.warehouse_id
WHERE coalesce(t.sent, 0) <> coalesce(m.quantity, 0)""",
    "bins": """
SELECT coalesce(b.article_id, m.article_id), 'bin ' || (SELECT code FROM bins WHERE id = coalesce(b.bin_id, m.bin_id)),
    coalesce(b.quantity, 0), coalesce(m.quantity, 0)
FROM bin_stock b FULL JOIN (
    SELECT article_id, bin_id, batch, sum(quantity) AS quantity FROM stock_moves
    WHERE bin_id IS NOT NULL AND condition = 'stock' GROUP BY 1, 2, 3
) m ON m.article_id = b.article_id AND m.bin_id = b.bin_id AND m.batch = b.batch
WHERE coalesce(b.quantity, 0) <> coalesce(m.quantity, 0)""",
    "batches": """
SELECT coalesce(b.article_id, m.article_id), 'batch ' || coalesce(b.number, m.batch), coalesce(b.quantity, 0),
    coalesce(m.quantity, 0)
FROM stock_batches b FULL JOIN (
    SELECT article_id, warehouse_id, batch, sum(quantity) AS quantity FROM stock_moves
    WHERE batch <> '' AND condition = 'stock' GROUP BY 1, 2, 3
) m ON m.article_id = b.article_id AND m.warehouse_id = b.warehouse_id AND m.batch = b.number
WHERE coalesce(b.quantity, 0) <> coalesce(m.quantity, 0)""",
    "bins_hold_more_than_the_warehouse": """
SELECT b.article_id, b.warehouse_id::text, coalesce(s.on_hand, 0), b.quantity
FROM (SELECT article_id, warehouse_id, sum(quantity) AS quantity FROM bin_stock GROUP BY 1, 2) b
LEFT JOIN stock s ON s.article_id = b.article_id AND s.warehouse_id = b.warehouse_id
WHERE b.quantity > coalesce(s.on_hand, 0)""",
    "journal": """
SELECT j.article_id, j.reference, j.quantity, m.quantity
FROM stock_adjustments j JOIN stock_moves m ON m.id = j.move_id WHERE j.quantity <> m.quantity""",
}  # fmt: skip
_NOTES = {
    "batches_hold_more_than_the_warehouse": """
SELECT b.article_id, b.warehouse_id::text, coalesce(s.on_hand, 0), b.quantity
FROM (SELECT article_id, warehouse_id, sum(quantity) AS quantity FROM stock_batches GROUP BY 1, 2) b
LEFT JOIN stock s ON s.article_id = b.article_id AND s.warehouse_id = b.warehouse_id
WHERE b.quantity > coalesce(s.on_hand, 0)""",
    "promised_more_than_is_there": """
SELECT article_id, warehouse_id::text, on_hand, reserved FROM stock WHERE reserved > greatest(on_hand, 0)""",
    "less_than_nothing": "SELECT article_id, warehouse_id::text, on_hand, 0::numeric FROM stock WHERE on_hand < 0",
    "serial_numbers": """
SELECT s.article_id, s.warehouse_id::text, s.on_hand, n.pieces
FROM stock s JOIN (
    SELECT article_id, warehouse_id, count(*)::numeric AS pieces FROM serial_numbers WHERE state = 'stock' GROUP BY 1, 2
) n ON n.article_id = s.article_id AND n.warehouse_id = s.warehouse_id
JOIN article_tracking t ON t.article_id = s.article_id AND t.needs_serial WHERE n.pieces <> s.on_hand""",
}
_NAMED = """
SELECT v.title, coalesce(a.sku, ''), coalesce(w.code, v.place), v.kept, v.summed
FROM ({checks}) v (title, article_id, place, kept, summed)
LEFT JOIN articles a ON a.id = v.article_id LEFT JOIN warehouses w ON w.id::text = v.place
ORDER BY 1, 2, 3"""


def _all(checks: dict[str, str]) -> str:
    united = " UNION ALL ".join(f"SELECT '{name}', x.* FROM ({sql}) x" for name, sql in checks.items())  # noqa: S608
    return _NAMED.format(checks=united)


_FIND_FAULTS, _FIND_NOTES = text(_all(_FAULTS)), text(_all(_NOTES))
_COUNTS = text("SELECT (SELECT count(*) FROM stock), (SELECT count(*) FROM stock_moves)")
CHECKS = (*_FAULTS, *_NOTES)


def verify(actor: Actor) -> Verification:
    """Recompute every kept sum of stock from its rows; three statements."""
    shelves, moves = db.session.execute(_COUNTS).one()
    faults = [Fault(*row) for row in db.session.execute(_FIND_FAULTS)]
    notes = [Fault(*row) for row in db.session.execute(_FIND_NOTES)]
    return Verification(shelves, moves, faults, notes)
