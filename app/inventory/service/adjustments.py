"""The journal of what was put right: counts, losses on the way, corrections by hand, scrap."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import text

from app.core.actor import Actor
from app.core.db import command, db
from app.core.outbox import publish
from app.inventory.events import StockAdjusted
from app.inventory.service.ledger import Entry

_WRITE = text("""
INSERT INTO stock_adjustments (reason, reference, move_id, article_id, warehouse_id, bin_id, batch, quantity, note, user_id)
SELECT :reason, :reference, v.move, v.article, v.warehouse, v.bin, v.batch, v.quantity, :note, :user
FROM unnest(CAST(:moves AS bigint[]), CAST(:articles AS bigint[]), CAST(:warehouses AS bigint[]), CAST(:bins AS bigint[]),
    CAST(:batches AS text[]), CAST(:quantities AS numeric[])) AS v (move, article, warehouse, bin, batch, quantity)
ORDER BY v.move RETURNING id""")
_UNVALUED = text("""
SELECT DISTINCT article_id FROM stock_adjustments
WHERE unit_cost IS NULL AND id BETWEEN :first AND :last ORDER BY 1""")
_VALUE = text("""
UPDATE stock_adjustments j SET unit_cost = v.cost, currency = v.currency, value = round(j.quantity * v.cost, v.digits)
FROM unnest(CAST(:articles AS bigint[]), CAST(:costs AS numeric[]), CAST(:currencies AS text[]), CAST(:digits AS int[]))
    AS v (article, cost, currency, digits)
WHERE j.article_id = v.article AND j.unit_cost IS NULL AND j.id BETWEEN :first AND :last""")


@dataclass(frozen=True, slots=True)
class Cost:
    """What one base unit of an article costs the operator, net; `digits` are the minor unit's of the currency."""

    amount: Decimal
    currency: str
    digits: int = 2


def note_adjustments(
    actor: Actor, entries: Sequence[tuple[Entry, int]], *, reason: str, reference: str, note: str = ""
) -> list[int]:
    """Put rows of the ledger (entry, its id) into the journal and tell it; they are valued later."""
    if not entries:
        return []
    ids = sorted(db.session.scalars(_WRITE, {
        "moves": [move for _, move in entries],
        "articles": [entry.article_id for entry, _ in entries],
        "warehouses": [entry.warehouse_id for entry, _ in entries],
        "bins": [entry.bin_id for entry, _ in entries],
        "batches": [entry.batch for entry, _ in entries],
        "quantities": [entry.quantity for entry, _ in entries],
        "reason": reason, "reference": reference[:80], "note": note[:200], "user": actor.user_id,
    }))  # fmt: skip
    publish(StockAdjusted(ids[0], ids[-1]))
    return ids


def articles_without_value(actor: Actor, first: int, last: int) -> list[int]:
    """Articles of journal rows from one id to another that have no value yet."""
    return list(db.session.scalars(_UNVALUED, {"first": first, "last": last}))


@command
def set_values(actor: Actor, first: int, last: int, costs: Mapping[int, Cost]) -> None:
    """Write costs (by article) into journal rows that have none; what has one keeps it."""
    if costs:
        db.session.execute(_VALUE, {
            "first": first, "last": last, "articles": list(costs), "costs": [cost.amount for cost in costs.values()],
            "currencies": [cost.currency for cost in costs.values()], "digits": [cost.digits for cost in costs.values()],
        })  # fmt: skip
