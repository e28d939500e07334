"""Hold stock for order lines, and let it go again."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from decimal import Decimal

from sqlalchemy import text

from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Forbidden
from app.core.locks import note_lock
from app.core.texts import N_
from app.inventory.domain.promise import Part, Shelf, Want, allot

# Rows without anything to give are left alone; those that wait for another buyer's lock are read again after it.
_LOCK = text("""
SELECT s.id, s.article_id, s.warehouse_id, w.position, s.on_hand - s.threshold - s.reserved
FROM stock s JOIN warehouses w ON w.id = s.warehouse_id
WHERE s.article_id = ANY(CAST(:ids AS bigint[])) AND s.on_hand - s.threshold - s.reserved > 0
ORDER BY s.id FOR UPDATE OF s""")
_TAKE = text("""
UPDATE stock s SET reserved = s.reserved + v.quantity, updated_at = now()
FROM unnest(CAST(:ids AS bigint[]), CAST(:quantities AS numeric[])) AS v (id, quantity)
WHERE s.id = v.id""")
_HOLD = text("""
INSERT INTO reservations (company_id, order_line_id, article_id, warehouse_id, quantity)
SELECT :company, v.line, v.article, v.warehouse, v.quantity
FROM unnest(CAST(:lines AS bigint[]), CAST(:articles AS bigint[]), CAST(:warehouses AS bigint[]),
            CAST(:quantities AS numeric[])) AS v (line, article, warehouse, quantity)""")

_LOCK_HELD = text("""
SELECT s.id FROM stock s
WHERE (s.article_id, s.warehouse_id) IN (
    SELECT r.article_id, r.warehouse_id FROM reservations r
    WHERE r.order_line_id = ANY(CAST(:lines AS bigint[])) AND r.released_at IS NULL
      AND (CAST(:company AS bigint) IS NULL OR r.company_id = :company))
ORDER BY s.id FOR UPDATE OF s""")
_RELEASE = text("""
WITH gone AS (
    UPDATE reservations r SET released_at = now()
    WHERE r.order_line_id = ANY(CAST(:lines AS bigint[])) AND r.released_at IS NULL
      AND (CAST(:company AS bigint) IS NULL OR r.company_id = :company)
    RETURNING r.article_id, r.warehouse_id, r.quantity
), given AS (
    SELECT article_id, warehouse_id, sum(quantity) AS quantity FROM gone
    WHERE warehouse_id IS NOT NULL GROUP BY article_id, warehouse_id
), back AS (
    UPDATE stock s SET reserved = s.reserved - given.quantity, updated_at = now()
    FROM given WHERE s.article_id = given.article_id AND s.warehouse_id = given.warehouse_id
)
SELECT coalesce(sum(quantity), 0) FROM gone""")


@command
def reserve(actor: Actor, company_id: int, wants: Sequence[Want]) -> list[Part]:
    """Hold stock for the lines of one account's order; three statements for any number of lines.

    Raises Conflict(details=[Shortage, ...]), one for each article that is short, and then nothing is held.
    """
    if not actor.is_operator and company_id != actor.company_id:
        raise Forbidden(N_("You have no right to do this."))
    if not wants:
        return []
    note_lock("stock")
    rows = db.session.execute(_LOCK, {"ids": sorted({want.article_id for want in wants})}).all()
    parts, shortages = allot(wants, [Shelf(*row) for row in rows])
    if shortages:
        raise Conflict(N_("There is not enough stock for everything you want."), details=shortages)
    taken: dict[int, Decimal] = {}
    for part in parts:
        if part.stock_id is not None:
            taken[part.stock_id] = taken.get(part.stock_id, Decimal(0)) + part.quantity
    if taken:
        db.session.execute(_TAKE, {"ids": list(taken), "quantities": list(taken.values())})
    db.session.execute(_HOLD, {
        "company": company_id,
        "lines": [part.order_line_id for part in parts],
        "articles": [part.article_id for part in parts],
        "warehouses": [part.warehouse_id for part in parts],
        "quantities": [part.quantity for part in parts],
    })  # fmt: skip
    return parts


@command
def release(actor: Actor, order_line_ids: Collection[int]) -> Decimal:
    """Let go what is held for order lines; returns how much in base units. Releasing again changes nothing."""
    values = {"lines": list(order_line_ids), "company": None if actor.is_operator else actor.company_id}
    note_lock("stock")
    db.session.execute(_LOCK_HELD, values)
    released: Decimal = db.session.execute(_RELEASE, values).scalar_one()
    return released
