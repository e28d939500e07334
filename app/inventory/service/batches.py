"""Batches in warehouses, as counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import text

from app.core import audit
from app.core.actor import Actor
from app.core.db import command, db
from app.core.texts import N_, Message
from app.inventory.service.ledger import lock_shelves
from app.inventory.service.lookups import known
from app.inventory.service.stock import Outcome, StockResult

_LARGEST = Decimal(10) ** 12
_NUMBER_LENGTH = 60


@dataclass(frozen=True, slots=True)
class BatchRow:
    """So much of a batch, in base units; zero: it is used up."""

    sku: str
    warehouse: str
    number: str
    quantity: Decimal
    expires_on: date | None = None


_WRITE = text("""
WITH given AS (
    SELECT * FROM unnest(CAST(:articles AS bigint[]), CAST(:warehouses AS bigint[]), CAST(:numbers AS text[]),
        CAST(:quantities AS numeric[]), CAST(:days AS date[]))
        WITH ORDINALITY AS v (article, warehouse, number, quantity, day, place)
), gone AS (
    DELETE FROM stock_batches b USING given g WHERE b.article_id = g.article AND b.warehouse_id = g.warehouse
        AND b.number = g.number AND g.quantity = 0 RETURNING g.place
), written AS (
    INSERT INTO stock_batches AS b (article_id, warehouse_id, number, quantity, expires_on)
    SELECT article, warehouse, number, quantity, day FROM given WHERE quantity > 0 ORDER BY article, warehouse, number
    ON CONFLICT (article_id, warehouse_id, number) DO UPDATE
        SET quantity = excluded.quantity, expires_on = excluded.expires_on, updated_at = now()
        WHERE (b.quantity, b.expires_on) IS DISTINCT FROM (excluded.quantity, excluded.expires_on)
    RETURNING b.article_id, b.warehouse_id, b.number, xmax = 0 AS is_new
)
SELECT g.place, CASE WHEN w.is_new THEN 'created' WHEN w.is_new = false OR gone.place IS NOT NULL THEN 'changed'
    ELSE 'same' END
FROM given g LEFT JOIN written w ON w.article_id = g.article AND w.warehouse_id = g.warehouse AND w.number = g.number
LEFT JOIN gone ON gone.place = g.place ORDER BY g.place""")
# What batches will hold more or less, out of the goods without a batch.
_MOVE = text("""
INSERT INTO stock_moves (article_id, warehouse_id, quantity, reason, reference, user_id, batch)
SELECT g.article, g.warehouse, v.sign * (g.quantity - coalesce(b.quantity, 0)), 'batch', '', :user,
    CASE v.sign WHEN 1 THEN g.number ELSE '' END
FROM unnest(CAST(:articles AS bigint[]), CAST(:warehouses AS bigint[]), CAST(:numbers AS text[]),
    CAST(:quantities AS numeric[])) AS g (article, warehouse, number, quantity)
LEFT JOIN stock_batches b ON b.article_id = g.article AND b.warehouse_id = g.warehouse AND b.number = g.number
CROSS JOIN (VALUES (-1), (1)) v (sign)
WHERE g.quantity <> coalesce(b.quantity, 0) ORDER BY g.article, g.warehouse, g.number, v.sign""")
_OVER = text("""
SELECT a.sku_key, w.code FROM (
    SELECT b.article_id, b.warehouse_id, sum(b.quantity) AS held FROM stock_batches b
    WHERE (b.article_id, b.warehouse_id) IN (
        SELECT * FROM unnest(CAST(:articles AS bigint[]), CAST(:warehouses AS bigint[])))
    GROUP BY b.article_id, b.warehouse_id
) b
JOIN articles a ON a.id = b.article_id JOIN warehouses w ON w.id = b.warehouse_id
LEFT JOIN stock s ON s.article_id = b.article_id AND s.warehouse_id = b.warehouse_id
WHERE b.held > coalesce(s.on_hand, 0)""")


@dataclass(frozen=True, slots=True)
class Batches:
    """What became of each row, and the shelves (SKU key, warehouse) whose batches now hold more than is on hand."""

    results: list[StockResult]
    over: set[tuple[str, str]]


@command
def set_batches(actor: Actor, rows: Sequence[BatchRow]) -> Batches:
    """Set what each batch holds; batches that are not named stay. A constant number of statements.

    In the ledger the difference comes out of the goods without a batch, or goes back to them.
    """
    names = known(row.sku for row in rows)
    results: list[StockResult | None] = []
    good: dict[tuple[int, str, str], int] = {}
    for index, row in enumerate(rows):
        key = (names.article(row.sku) or 0, row.warehouse, row.number)
        problem = names.problem(row.sku, row.warehouse) or _problem(row)
        if problem is None and key in good:
            problem = N_("Batch {number} stands in the file twice.", number=row.number)
        results.append(StockResult("refused", problem=problem) if problem else None)
        if problem is None:
            good[key] = index
    if not good:
        return Batches([result for result in results if result is not None], set())
    chosen = [rows[index] for index in good.values()]
    places = {
        "articles": [names.article(row.sku) for row in chosen],
        "warehouses": [names.warehouses[row.warehouse] for row in chosen],
    }
    lock_shelves({(names.article(row.sku) or 0, names.warehouses[row.warehouse]) for row in chosen})
    given = places | {
        "numbers": [row.number for row in chosen],
        "quantities": [row.quantity for row in chosen],
        "days": [row.expires_on for row in chosen],
    }  # fmt: skip
    db.session.execute(_MOVE, given | {"user": actor.user_id})
    written = db.session.execute(_WRITE, given).all()
    outcomes: list[Outcome] = [outcome for _place, outcome in written]
    for index, outcome in zip(good.values(), outcomes, strict=True):
        results[index] = StockResult(outcome)
    changed = [row for row, outcome in zip(chosen, outcomes, strict=True) if outcome != "same"]
    if changed:
        audit.record(actor, "stock_batch", 0, "set", {
            "batches": [f"{row.sku} {row.warehouse} {row.number}: {row.quantity:f}" for row in changed[:20]],
            "rows": len(changed),
        })  # fmt: skip
    over = {(key, code) for key, code in db.session.execute(_OVER, places)}
    return Batches([result for result in results if result is not None], over)


def _problem(row: BatchRow) -> Message | None:
    if not row.number or len(row.number) > _NUMBER_LENGTH:
        return N_("A batch needs a number of at most {length} characters.", length=_NUMBER_LENGTH)
    if not 0 <= row.quantity < _LARGEST:
        return N_("The quantity must be zero or more.")
    return None
