"""Warehouses, counted stock and its ledger."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from sqlalchemy import text

from app.catalog.domain.article import key_of
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Invalid
from app.core.locks import note_lock
from app.core.texts import N_, Message
from app.inventory.service.adjustments import note_adjustments
from app.inventory.service.excess import fit_bins
from app.inventory.service.ledger import Entry

Outcome = Literal["created", "changed", "same", "refused"]
_LARGEST = Decimal(10) ** 12  # what numeric(18, 6) holds


@dataclass(frozen=True, slots=True)
class WarehouseRow:
    """A warehouse; a lower position gives first."""

    code: str
    name: str
    position: int = 0


@dataclass(frozen=True, slots=True)
class StockRow:
    """What was counted of an article, in base units. A threshold of None stays as it is, own or inherited."""

    sku: str
    warehouse: str
    on_hand: Decimal
    threshold: Decimal | None = None


@dataclass(frozen=True, slots=True)
class StockResult:
    """What became of a row, in the order of the rows. `moved` is the change of what is on hand."""

    outcome: Outcome
    moved: Decimal = Decimal(0)
    problem: Message | None = None


_WAREHOUSE = text("""
INSERT INTO warehouses AS w (code, name, position) VALUES (:code, :name, :position)
ON CONFLICT (code) DO UPDATE SET name = excluded.name, position = excluded.position
WHERE (w.name, w.position) IS DISTINCT FROM (excluded.name, excluded.position)
RETURNING xmax = 0""")

_PLACES = text("""
SELECT (SELECT json_object_agg(a.sku_key, a.id) FROM articles a WHERE a.sku_key = ANY(CAST(:keys AS text[]))),
       (SELECT json_object_agg(w.code, w.id) FROM warehouses w)""")
_DIFFERS = text("""
SELECT v.place FROM unnest(CAST(:articles AS bigint[]), CAST(:warehouses AS bigint[]), CAST(:on_hand AS numeric[]),
    CAST(:thresholds AS numeric[])) WITH ORDINALITY AS v (article, warehouse, on_hand, threshold, place)
LEFT JOIN stock s ON s.article_id = v.article AND s.warehouse_id = v.warehouse
WHERE s.id IS NULL OR s.on_hand <> v.on_hand
   OR (v.threshold IS NOT NULL AND (s.inherits_threshold OR s.threshold <> v.threshold))
ORDER BY v.place""")
_OPEN = text("""
INSERT INTO stock (article_id, warehouse_id)
SELECT v.article, v.warehouse
FROM unnest(CAST(:articles AS bigint[]), CAST(:warehouses AS bigint[])) AS v (article, warehouse)
ORDER BY v.article, v.warehouse
ON CONFLICT (article_id, warehouse_id) DO NOTHING
RETURNING id""")
_LOCK = text("""
SELECT s.id, s.article_id, s.warehouse_id, s.on_hand, CASE WHEN NOT s.inherits_threshold THEN s.threshold END
FROM stock s
JOIN unnest(CAST(:articles AS bigint[]), CAST(:warehouses AS bigint[])) AS v (article, warehouse)
  ON s.article_id = v.article AND s.warehouse_id = v.warehouse
ORDER BY s.id FOR UPDATE OF s""")
_SET = text("""
UPDATE stock s SET on_hand = v.on_hand, threshold = coalesce(v.threshold, 0),
    inherits_threshold = v.threshold IS NULL, updated_at = now()
FROM unnest(CAST(:ids AS bigint[]), CAST(:on_hand AS numeric[]), CAST(:threshold AS numeric[]))
     AS v (id, on_hand, threshold)
WHERE s.id = v.id""")
_MOVE = text("""
INSERT INTO stock_moves (article_id, warehouse_id, quantity, reason, reference, user_id)
SELECT v.article, v.warehouse, v.quantity, :reason, :reference, :user
FROM unnest(CAST(:articles AS bigint[]), CAST(:warehouses AS bigint[]), CAST(:quantities AS numeric[]))
     AS v (article, warehouse, quantity)""")

_LAST = text("""
SELECT m.id, m.article_id, m.warehouse_id FROM stock_moves m
JOIN articles a ON a.id = m.article_id JOIN warehouses w ON w.id = m.warehouse_id
WHERE a.sku_key = :sku AND w.code = :warehouse AND m.reason = 'adjustment' ORDER BY m.id DESC LIMIT 1""")


@command
def upsert_warehouses(actor: Actor, rows: Iterable[WarehouseRow]) -> list[Outcome]:
    """Create warehouses and change what differs, by code."""
    outcomes: list[Outcome] = []
    for row in rows:
        if not row.code or len(row.code) > 40:
            raise Invalid("code", N_("A warehouse needs a code of at most {length} characters.", length=40))
        values = {"code": row.code, "name": row.name or row.code, "position": row.position}
        is_new = db.session.execute(_WAREHOUSE, values).scalar_one_or_none()
        outcomes.append("same" if is_new is None else "created" if is_new else "changed")
    return outcomes


@command
def set_stock(
    actor: Actor, rows: Sequence[StockRow], *, reason: str = "import", reference: str = ""
) -> list[StockResult]:
    """Set what is on hand to what was counted; the difference goes into the ledger.

    A constant number of statements for any number of rows; rows that say nothing new are neither written nor locked.
    Where an article and warehouse stand twice, the later row is refused.
    """
    articles, warehouses = db.session.execute(_PLACES, {"keys": [key_of(row.sku) for row in rows]}).one()
    results: list[StockResult | None] = []
    wanted: dict[tuple[int, int], int] = {}
    for index, row in enumerate(rows):
        place = ((articles or {}).get(key_of(row.sku)), (warehouses or {}).get(row.warehouse))
        problem = _problem(row, place, wanted)
        results.append(StockResult("refused", problem=problem) if problem else None)
        if problem is None:
            wanted[place] = index  # type: ignore[index]  # both are known, or there was a problem
    differing = _differing(rows, wanted)
    for place, index in wanted.items():
        if place not in differing:
            results[index] = StockResult("same")
    if not differing:
        return [result for result in results if result is not None]
    keys = {"articles": [place[0] for place in differing], "warehouses": [place[1] for place in differing]}
    note_lock("stock")
    opened = set(db.session.execute(_OPEN, keys).scalars())
    changed: list[tuple[int, StockRow, Decimal]] = []
    moves: list[tuple[int, int, Decimal]] = []
    for stock_id, article_id, warehouse_id, on_hand, threshold in db.session.execute(_LOCK, keys):
        index = wanted[article_id, warehouse_id]
        row = rows[index]
        kept = threshold if row.threshold is None else row.threshold
        moved = row.on_hand - on_hand
        if moved:
            moves.append((article_id, warehouse_id, moved))
        if moved or kept != threshold:
            changed.append((stock_id, row, kept))
        outcome: Outcome = "created" if stock_id in opened else "changed" if moved or kept != threshold else "same"
        results[index] = StockResult(outcome, moved)
    if changed:
        db.session.execute(_SET, {
            "ids": [stock_id for stock_id, _, _ in changed],
            "on_hand": [row.on_hand for _, row, _ in changed],
            "threshold": [kept for _, _, kept in changed],
        })  # fmt: skip
    if moves:
        db.session.execute(_MOVE, {
            "articles": [move[0] for move in moves],
            "warehouses": [move[1] for move in moves],
            "quantities": [move[2] for move in moves],
            "reason": reason, "reference": reference[:80], "user": actor.user_id,
        })  # fmt: skip
        fit_bins(actor, [move[:2] for move in moves if move[2] < 0])
    return [result for result in results if result is not None]


def _differing(rows: Sequence[StockRow], wanted: dict[tuple[int, int], int]) -> list[tuple[int, int]]:
    """Articles and warehouses whose row says something new; read without a lock, because most say nothing."""
    places = list(wanted)
    chosen = [rows[index] for index in wanted.values()]
    found = db.session.execute(_DIFFERS, {
        "articles": [place[0] for place in places],
        "warehouses": [place[1] for place in places],
        "on_hand": [row.on_hand for row in chosen],
        "thresholds": [row.threshold for row in chosen],
    }).scalars()  # fmt: skip
    return [places[number - 1] for number in found]


def _problem(row: StockRow, place: tuple[int | None, int | None], seen: dict[tuple[int, int], int]) -> Message | None:
    if place[0] is None:
        return N_("There is no article {sku}.", sku=row.sku)
    if place[1] is None:
        return N_("There is no warehouse {code}.", code=row.warehouse)
    if (place[0], place[1]) in seen:
        return N_("{sku} in {code} stands in the file twice.", sku=row.sku, code=row.warehouse)
    if abs(row.on_hand) >= _LARGEST:
        return N_("{quantity} is too large.", quantity=row.on_hand)
    if row.threshold is not None and not 0 <= row.threshold < _LARGEST:
        return N_("A threshold is zero or more.")
    return None


@command
def adjust_stock(actor: Actor, row: StockRow, *, reason: str) -> StockResult:
    """Correct one count by hand; a reason in words is needed and kept. Raises Invalid for what is refused."""
    if not reason.strip():
        raise Invalid("reason", N_("Say why the stock changes."))
    result = set_stock(actor, [row], reason="adjustment", reference=reason.strip())[0]
    if result.problem is not None:
        raise Invalid("on_hand", result.problem)
    if result.moved:
        last = db.session.execute(_LAST, {"sku": key_of(row.sku), "warehouse": row.warehouse}).one()
        entry = Entry(last.article_id, last.warehouse_id, result.moved, "adjustment")
        note_adjustments(actor, [(entry, last.id)], reason="manual", reference="", note=reason.strip())
    return result
