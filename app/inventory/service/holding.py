"""What order lines hold, read and used up when their goods leave."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import text

from app.core.actor import Actor
from app.core.db import db
from app.inventory.domain.piles import ZERO
from app.inventory.queries.supply import array_text
from app.inventory.service.reservations import lock_held

_HELD = text("""
SELECT id, company_id, order_line_id, article_id, warehouse_id, incoming_id, supplier_stock_id, backorder_rule_id, quantity
FROM reservations WHERE order_line_id = ANY(CAST(:lines AS bigint[])) AND released_at IS NULL
    AND (CAST(:company AS bigint) IS NULL OR company_id = :company)
ORDER BY id FOR UPDATE""")
# Rows used up in whole are closed, others shrink; what they held of each source is given back to it.
_USE_UP = text("""
WITH used AS (
    SELECT * FROM unnest(CAST(:ids AS bigint[]), CAST(:quantities AS numeric[])) AS v (id, gone)
), rows AS (
    UPDATE reservations r SET
        quantity = CASE WHEN used.gone = r.quantity THEN r.quantity ELSE r.quantity - used.gone END,
        released_at = CASE WHEN used.gone = r.quantity THEN now() END
    FROM used WHERE r.id = used.id
    RETURNING r.article_id, r.warehouse_id, r.incoming_id, r.supplier_stock_id, r.backorder_rule_id, used.gone
), shelves AS (
    UPDATE stock s SET reserved = s.reserved - g.gone, updated_at = now()
    FROM (SELECT article_id, warehouse_id, sum(gone) AS gone FROM rows WHERE warehouse_id IS NOT NULL GROUP BY 1, 2) g
    WHERE s.article_id = g.article_id AND s.warehouse_id = g.warehouse_id
), coming AS (
    UPDATE incoming_goods i SET reserved = i.reserved - g.gone
    FROM (SELECT incoming_id, sum(gone) AS gone FROM rows GROUP BY 1) g WHERE i.id = g.incoming_id
), suppliers AS (
    UPDATE supplier_stock x SET reserved = x.reserved - g.gone
    FROM (SELECT supplier_stock_id, sum(gone) AS gone FROM rows GROUP BY 1) g WHERE x.id = g.supplier_stock_id
)
UPDATE backorder_rules b SET reserved = b.reserved - g.gone
FROM (SELECT backorder_rule_id, sum(gone) AS gone FROM rows GROUP BY 1) g WHERE b.id = g.backorder_rule_id""")


@dataclass(frozen=True, slots=True)
class Held:
    """One open reservation; `warehouse_id` None: it waits for something."""

    id: int
    company_id: int
    order_line_id: int
    article_id: int
    warehouse_id: int | None
    incoming_id: int | None
    supplier_stock_id: int | None
    backorder_rule_id: int | None
    quantity: Decimal


def held_by(actor: Actor, lines: Collection[int]) -> list[Held]:
    """What order lines hold, with everything behind it locked; the shelves of its articles are locked already."""
    lock_held(actor, lines)
    company = None if actor.is_operator else actor.company_id
    return [Held(*row) for row in db.session.execute(_HELD, {"lines": list(lines), "company": company})]


def consume(actor: Actor, taken: Mapping[tuple[int, int, int], Decimal], held: Sequence[Held]) -> None:
    """Use up what lines hold: (order line, article, warehouse) -> quantity that left.

    In the warehouse itself first, then what waits, then what is held elsewhere. More may leave than was held.
    """
    left = {row.id: row.quantity for row in held}
    used: dict[int, Decimal] = {}
    by_line: dict[tuple[int, int], list[Held]] = {}
    for row in held:
        by_line.setdefault((row.order_line_id, row.article_id), []).append(row)
    # each first from its own warehouse, so that one does not use up what another has yet to give
    rest = dict(taken)
    for is_own in (True, False):
        for key in taken:
            rows = [row for row in by_line.get(key[:2], []) if (row.warehouse_id == key[2]) is is_own]
            for row in sorted(rows, key=lambda row: (row.warehouse_id is not None, row.id)):
                part = min(left[row.id], rest[key])
                if part > 0:
                    left[row.id] -= part
                    rest[key] -= part
                    used[row.id] = used.get(row.id, ZERO) + part
    if used:
        db.session.execute(_USE_UP, {"ids": array_text(used), "quantities": array_text(used.values())})
