"""The one way into the stock ledger: a row for each change, and the sums it stands for, in the same command."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from sqlalchemy import text

from app.core.actor import Actor
from app.core.db import db
from app.core.locks import note_lock
from app.inventory.domain.piles import ZERO

Condition = Literal["stock", "quarantine", "transit", "scrap"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the ledger, in base units: more is positive. With `bin_id` it changes what lies in that bin."""

    article_id: int
    warehouse_id: int
    quantity: Decimal
    reason: str
    condition: Condition = "stock"
    batch: str = ""
    expires_on: date | None = None
    bin_id: int | None = None
    order_line_id: int | None = None
    customer_id: int | None = None


@dataclass(slots=True)
class Shelf:
    """What a warehouse holds of an article; the row is locked."""

    id: int
    on_hand: Decimal
    reserved: Decimal
    quarantined: Decimal

    @property
    def free(self) -> Decimal:
        return self.on_hand - self.reserved


_OPEN = text("""
INSERT INTO stock (article_id, warehouse_id)
SELECT DISTINCT article, warehouse
FROM unnest(CAST(:articles AS bigint[]), CAST(:warehouses AS bigint[])) AS v (article, warehouse)
WHERE NOT EXISTS (SELECT FROM stock s WHERE s.article_id = article AND s.warehouse_id = warehouse)
ORDER BY article, warehouse
ON CONFLICT (article_id, warehouse_id) DO NOTHING""")
_LOCK = text("""
SELECT article_id, warehouse_id, id, on_hand, reserved, quarantined FROM stock
WHERE article_id = ANY(CAST(:articles AS bigint[])) OR article_id IN (
    SELECT article_id FROM reservations WHERE order_line_id = ANY(CAST(:lines AS bigint[])) AND released_at IS NULL)
ORDER BY id FOR UPDATE""")
_WRITE = text("""
INSERT INTO stock_moves (article_id, warehouse_id, quantity, reason, reference, user_id, condition, batch, bin_id,
    order_line_id, customer_id)
SELECT v.article, v.warehouse, v.quantity, v.reason, :reference, :user, v.condition, v.batch, v.bin, v.line, v.customer
FROM unnest(CAST(:articles AS bigint[]), CAST(:warehouses AS bigint[]), CAST(:quantities AS numeric[]),
    CAST(:reasons AS text[]), CAST(:conditions AS text[]), CAST(:batches AS text[]), CAST(:bins AS bigint[]),
    CAST(:lines AS bigint[]), CAST(:customers AS bigint[])) WITH ORDINALITY
    AS v (article, warehouse, quantity, reason, condition, batch, bin, line, customer, place)
ORDER BY v.place RETURNING id""")
_SUM_UP = text("""
UPDATE stock s SET on_hand = s.on_hand + v.on_hand, quarantined = s.quarantined + v.quarantined, updated_at = now()
FROM unnest(CAST(:articles AS bigint[]), CAST(:warehouses AS bigint[]), CAST(:on_hand AS numeric[]),
    CAST(:quarantined AS numeric[])) AS v (article, warehouse, on_hand, quarantined)
WHERE s.article_id = v.article AND s.warehouse_id = v.warehouse""")
_SUM_UP_BATCHES = text("""
INSERT INTO stock_batches AS b (article_id, warehouse_id, number, quantity, expires_on)
SELECT v.article, v.warehouse, v.number, coalesce(h.quantity, 0) + v.quantity, coalesce(h.expires_on, v.day)
FROM unnest(CAST(:articles AS bigint[]), CAST(:warehouses AS bigint[]), CAST(:numbers AS text[]),
    CAST(:quantities AS numeric[]), CAST(:days AS date[])) AS v (article, warehouse, number, quantity, day)
LEFT JOIN stock_batches h ON h.article_id = v.article AND h.warehouse_id = v.warehouse AND h.number = v.number
ON CONFLICT (article_id, warehouse_id, number) DO UPDATE
SET quantity = excluded.quantity, expires_on = excluded.expires_on, updated_at = now()""")
_SUM_UP_BINS = text("""
INSERT INTO bin_stock AS b (bin_id, warehouse_id, article_id, batch, quantity)
SELECT v.bin, v.warehouse, v.article, v.batch, coalesce(h.quantity, 0) + v.quantity
FROM unnest(CAST(:bins AS bigint[]), CAST(:warehouses AS bigint[]), CAST(:articles AS bigint[]), CAST(:batches AS text[]),
    CAST(:quantities AS numeric[])) AS v (bin, warehouse, article, batch, quantity)
LEFT JOIN bin_stock h ON h.bin_id = v.bin AND h.article_id = v.article AND h.batch = v.batch
ON CONFLICT (bin_id, article_id, batch) DO UPDATE SET quantity = excluded.quantity""")


def lock_shelves(places: Collection[tuple[int, int]], *, lines: Iterable[int] = ()) -> dict[tuple[int, int], Shelf]:
    """The shelves of all warehouses for the articles of places (article, warehouse), locked in the order of ids.

    A place that has no shelf gets one. With order lines the shelves of what they hold are locked, too.
    """
    note_lock("stock")
    ordered = sorted(set(places))
    articles = [place[0] for place in ordered]
    db.session.execute(_OPEN, {"articles": articles, "warehouses": [place[1] for place in ordered]})
    rows = db.session.execute(_LOCK, {"articles": articles, "lines": list(lines)})
    return {(article, warehouse): Shelf(*rest) for article, warehouse, *rest in rows}


def write(actor: Actor, entries: Sequence[Entry], reference: str) -> list[int]:
    """Write rows of the ledger and the sums behind them; the shelves are locked already. Returns the rows' ids."""
    if not entries:
        return []
    ids = db.session.scalars(_WRITE, {
        "articles": [entry.article_id for entry in entries],
        "warehouses": [entry.warehouse_id for entry in entries],
        "quantities": [entry.quantity for entry in entries],
        "reasons": [entry.reason for entry in entries],
        "conditions": [entry.condition for entry in entries],
        "batches": [entry.batch for entry in entries],
        "bins": [entry.bin_id for entry in entries],
        "lines": [entry.order_line_id for entry in entries],
        "customers": [entry.customer_id for entry in entries],
        "reference": reference[:80], "user": actor.user_id,
    }).all()  # fmt: skip
    _sum_up(entries)
    in_stock = [entry for entry in entries if entry.condition == "stock"]
    _sum_up_batches([entry for entry in in_stock if entry.batch])
    _sum_up_bins([entry for entry in in_stock if entry.bin_id is not None])
    return sorted(ids)


def _sum_up(entries: Iterable[Entry]) -> None:
    sums: dict[tuple[int, int], list[Decimal]] = {}
    for entry in entries:
        if entry.condition in ("stock", "quarantine"):
            place = sums.setdefault((entry.article_id, entry.warehouse_id), [ZERO, ZERO])
            place[entry.condition == "quarantine"] += entry.quantity
    if sums:
        db.session.execute(_SUM_UP, {
            "articles": [key[0] for key in sums], "warehouses": [key[1] for key in sums],
            "on_hand": [one[0] for one in sums.values()], "quarantined": [one[1] for one in sums.values()],
        })  # fmt: skip


def _sum_up_batches(entries: Iterable[Entry]) -> None:
    sums: dict[tuple[int, int, str], Decimal] = {}
    days: dict[tuple[int, int, str], date] = {}
    for entry in entries:
        key = (entry.article_id, entry.warehouse_id, entry.batch)
        sums[key] = sums.get(key, ZERO) + entry.quantity
        if entry.expires_on is not None:
            days[key] = entry.expires_on
    if sums:
        db.session.execute(_SUM_UP_BATCHES, {
            "articles": [key[0] for key in sums], "warehouses": [key[1] for key in sums],
            "numbers": [key[2] for key in sums], "quantities": list(sums.values()),
            "days": [days.get(key) for key in sums],
        })  # fmt: skip


def _sum_up_bins(entries: Iterable[Entry]) -> None:
    sums: dict[tuple[int | None, int, int, str], Decimal] = {}
    for entry in entries:
        key = (entry.bin_id, entry.warehouse_id, entry.article_id, entry.batch)
        sums[key] = sums.get(key, ZERO) + entry.quantity
    if sums:
        db.session.execute(_SUM_UP_BINS, {
            "bins": [key[0] for key in sums], "warehouses": [key[1] for key in sums],
            "articles": [key[2] for key in sums], "batches": [key[3] for key in sums],
            "quantities": list(sums.values()),
        })  # fmt: skip
