"""Goods on their way: announced, moved to another day, cancelled, received."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from app.core import audit, clock
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Invalid, NotFound
from app.core.texts import N_, Message
from app.inventory.service.backorders import serve_waiting
from app.inventory.service.ledger import Condition, Entry, lock_shelves, write
from app.inventory.service.lookups import known
from app.inventory.service.serials import SerialStep, check_serials, follow
from app.inventory.service.stock import Outcome, StockResult

_LARGEST = Decimal(10) ** 12


@dataclass(frozen=True, slots=True)
class IncomingRow:
    """One line of a purchase, in base units; known by reference, line, article and warehouse."""

    sku: str
    warehouse: str
    quantity: Decimal
    expected_on: date
    reference: str
    line: str = ""
    supplier: str = ""


_UPSERT = text("""
WITH given AS (
    SELECT * FROM unnest(CAST(:articles AS bigint[]), CAST(:warehouses AS bigint[]), CAST(:quantities AS numeric[]),
        CAST(:days AS date[]), CAST(:references AS text[]), CAST(:lines AS text[]), CAST(:suppliers AS bigint[]))
        WITH ORDINALITY AS v (article, warehouse, quantity, day, reference, line, supplier, place)
), before AS (
    SELECT g.place, i.id, i.state, i.received,
        (i.quantity, i.expected_on, i.supplier_id) IS NOT DISTINCT FROM (g.quantity, g.day, g.supplier) AS is_same
    FROM given g JOIN incoming_goods i ON i.reference = g.reference AND i.line = g.line
        AND i.article_id = g.article AND i.warehouse_id = g.warehouse
), written AS (
    INSERT INTO incoming_goods AS i (article_id, warehouse_id, quantity, expected_on, reference, line, supplier_id)
    SELECT g.article, g.warehouse, g.quantity, g.day, g.reference, g.line, g.supplier FROM given g
    WHERE NOT EXISTS (SELECT FROM before b WHERE b.place = g.place AND (b.is_same OR b.state <> 'open'))
    ORDER BY g.article, g.warehouse
    ON CONFLICT (reference, line, article_id, warehouse_id) DO UPDATE
        SET quantity = excluded.quantity, expected_on = excluded.expected_on, supplier_id = excluded.supplier_id
        WHERE i.state = 'open'
)
SELECT g.place, b.id, b.state, b.is_same FROM given g LEFT JOIN before b ON b.place = g.place ORDER BY g.place""")
_PLACE = text("SELECT article_id, warehouse_id FROM incoming_goods WHERE id = :id")
_LOCK_LINE = text("SELECT i.*, CAST(:shelf AS bigint) AS shelf_id FROM incoming_goods i WHERE i.id = :id FOR UPDATE")
_GIVE = text("UPDATE stock SET reserved = reserved + :given, updated_at = now() WHERE id = :id")
_BOUND = text("SELECT id, quantity FROM reservations WHERE incoming_id = :id AND released_at IS NULL"
              " ORDER BY id FOR UPDATE")  # fmt: skip
_SERVE = text("UPDATE reservations SET warehouse_id = :warehouse, incoming_id = NULL, expected_on = NULL"
              " WHERE id = ANY(CAST(:ids AS bigint[]))")  # fmt: skip
_SHRINK = text("UPDATE reservations SET quantity = quantity - :quantity WHERE id = :id")
_SPLIT = text("""
INSERT INTO reservations (company_id, order_line_id, article_id, warehouse_id, quantity, created_at)
SELECT company_id, order_line_id, article_id, :warehouse, :quantity, created_at FROM reservations WHERE id = :id""")
_SETTLE = text("UPDATE incoming_goods SET received = received + :quantity, reserved = reserved - :given, state = :state"
               " WHERE id = :id")  # fmt: skip
_UNBIND = text("UPDATE reservations SET incoming_id = NULL, expected_on = NULL"
               " WHERE incoming_id = :id AND released_at IS NULL")  # fmt: skip
_CLOSE = text("UPDATE incoming_goods SET reserved = 0, state = :state WHERE id = :id")


@command
def set_incoming(actor: Actor, rows: Sequence[IncomingRow]) -> list[StockResult]:
    """Announce goods or change what was announced; two statements for any number of rows.

    What is received or cancelled stays as it is, and says so. Rows that say nothing new are not touched.
    """
    names = known((row.sku for row in rows), {row.supplier for row in rows if row.supplier})
    results: list[StockResult | None] = []
    seen: set[tuple[Any, ...]] = set()
    good: list[int] = []
    for index, row in enumerate(rows):
        key = (row.reference, row.line, names.article(row.sku), row.warehouse)
        problem = names.problem(row.sku, row.warehouse, row.supplier) or _problem(row)
        if problem is None and key in seen:
            problem = N_("This line of {reference} stands in the file twice.", reference=row.reference)
        seen.add(key)
        results.append(StockResult("refused", problem=problem) if problem else None)
        if problem is None:
            good.append(index)
    chosen = [rows[index] for index in good]
    written = db.session.execute(_UPSERT, {
        "articles": [names.article(row.sku) for row in chosen],
        "warehouses": [names.warehouses[row.warehouse] for row in chosen],
        "quantities": [row.quantity for row in chosen],
        "days": [row.expected_on for row in chosen],
        "references": [row.reference for row in chosen],
        "lines": [row.line for row in chosen],
        "suppliers": [names.suppliers.get(row.supplier) for row in chosen],
    }).all() if chosen else []  # fmt: skip
    for index, (_place, known_id, state, is_same) in zip(good, written, strict=True):
        if known_id is not None and not is_same and state != "open":
            results[index] = StockResult("refused", problem=N_("These goods are received or cancelled already."))
        else:
            outcome: Outcome = "created" if known_id is None else "same" if is_same else "changed"
            results[index] = StockResult(outcome)
    counts = {name: sum(1 for one in results if one and one.outcome == name) for name in ("created", "changed")}
    if any(counts.values()):
        audit.record(
            actor, "incoming", 0, "announced", counts | {"references": sorted({r.reference for r in chosen})[:20]}
        )
    return [result for result in results if result is not None]


def _problem(row: IncomingRow) -> Message | None:
    if not row.reference.strip() or len(row.reference) > 80 or len(row.line) > 20:
        return N_("Give the number of the purchase, at most {length} characters.", length=80)
    if not 0 < row.quantity < _LARGEST:
        return N_("The quantity must be more than zero.")
    return None


@command
def change_incoming(actor: Actor, incoming_id: int, *, quantity: Decimal, expected_on: date) -> None:
    """Another quantity or day; orders that were promised from it stay with it."""
    line = _locked(incoming_id)
    if not 0 < quantity < _LARGEST:
        raise Invalid("quantity", N_("The quantity must be more than zero."))
    if quantity <= line.received:
        raise Invalid("quantity", N_("{received} were received already.", received=line.received))
    statement = text("UPDATE incoming_goods SET quantity = :quantity, expected_on = :day WHERE id = :id")
    db.session.execute(statement, {"quantity": quantity, "day": expected_on, "id": incoming_id})
    changes = {"reference": line.reference, "quantity": [line.quantity, quantity],
               "expected_on": [line.expected_on, expected_on]}  # fmt: skip
    audit.record(actor, "incoming", incoming_id, "changed", changes)


@command
def cancel_incoming(actor: Actor, incoming_id: int) -> None:
    """The goods do not come; orders promised from them wait without a day."""
    line = _locked(incoming_id)
    db.session.execute(_UNBIND, {"id": incoming_id})
    db.session.execute(_CLOSE, {"id": incoming_id, "state": "cancelled"})
    audit.record(actor, "incoming", incoming_id, "cancelled", {"reference": line.reference})


@dataclass(frozen=True, slots=True)
class Arrival:
    """What has come of an announced line, in base units; `damaged` goes into quarantine and is not counted as come.

    `is_last`: nothing more comes, even when less came than was announced.
    """

    quantity: Decimal
    damaged: Decimal = Decimal(0)
    is_last: bool = False
    batch: str = ""
    expires_on: date | None = None
    bin_id: int | None = None
    serials: tuple[str, ...] = ()


@command
def receive(actor: Actor, incoming_id: int, quantity: Decimal, *, is_last: bool = False) -> None:
    """Put goods into their warehouse: a move in the ledger, then to the orders that were promised from them.

    What is left serves other orders that wait. `is_last`: nothing more comes, even when less came than was announced.
    """
    if not 0 < quantity < _LARGEST:
        raise Invalid("quantity", N_("The quantity must be more than zero."))
    take_in(actor, incoming_id, [Arrival(quantity, is_last=is_last)])


@command
def take_in(actor: Actor, incoming_id: int, arrivals: Sequence[Arrival], *, reference: str = "") -> None:
    """Put what has come of one announced line into its warehouse, batch by batch.

    `reference` is the receipt's number; without it the ledger names the purchase. Raises Conflict when the line is
    received or cancelled already, or a serial number is in a warehouse already; Invalid("serials").
    """
    line = _locked(incoming_id)
    quantity = sum((one.quantity for one in arrivals), Decimal(0))
    put_in(actor, [(line.article_id, line.warehouse_id, one) for one in arrivals], reference or line.reference)
    given = _serve_bound(line, quantity)
    received = line.received + quantity
    is_done = any(one.is_last for one in arrivals) or received >= line.quantity
    db.session.execute(_GIVE, {"id": line.shelf_id, "given": given})
    state = "received" if is_done else "open"
    db.session.execute(_SETTLE, {"id": incoming_id, "quantity": quantity, "given": given, "state": state})
    if is_done:
        db.session.execute(_UNBIND, {"id": incoming_id})
        db.session.execute(_CLOSE, {"id": incoming_id, "state": state})
    serve_waiting(actor, line.article_id, on=clock.today())
    changes = {"reference": line.reference, "received": [line.received, received], "state": state}
    audit.record(actor, "incoming", incoming_id, "received", changes)


def put_in(actor: Actor, goods: Sequence[tuple[int, int, Arrival]], reference: str) -> None:
    """Rows of the ledger for what came: (article, warehouse, what); the shelves are locked already."""
    check_serials((article, one.quantity + one.damaged, one.serials) for article, _, one in goods)
    entries: list[Entry] = []
    steps = []
    for article, warehouse, one in goods:
        whole = one.serials[: int(one.quantity)]
        parts: list[tuple[Decimal, Condition, tuple[str, ...]]] = [
            (one.quantity, "stock", whole), (one.damaged, "quarantine", one.serials[len(whole) :]),
        ]  # fmt: skip
        for quantity, condition, numbers in parts:
            if quantity > 0:
                bin_id = one.bin_id if condition == "stock" else None
                entries.append(
                    Entry(article, warehouse, quantity, "receipt", condition, one.batch, one.expires_on, bin_id)
                )
                steps.append((article, warehouse, one.batch, condition, numbers))
    moves = write(actor, entries, reference)
    follow(actor, [
        SerialStep(article, numbers, condition, move, ("", "issued", "lost", "scrapped"), warehouse, batch=batch)
        for (article, warehouse, batch, condition, numbers), move in zip(steps, moves, strict=True)
    ])  # fmt: skip


def _serve_bound(line: Any, quantity: Decimal) -> Decimal:
    """Turn reservations of these goods into reservations of the shelf, the oldest first; returns how much."""
    left, whole = quantity, []
    for row in db.session.execute(_BOUND, {"id": line.id}).all():
        if row.quantity <= left:
            whole.append(row.id)
            left -= row.quantity
        elif left > 0:
            values = {"id": row.id, "quantity": left, "warehouse": line.warehouse_id}
            db.session.execute(_SHRINK, values)
            db.session.execute(_SPLIT, values)
            left = Decimal(0)
    if whole:
        db.session.execute(_SERVE, {"ids": whole, "warehouse": line.warehouse_id})
    return quantity - left


def _locked(incoming_id: int) -> Any:
    """An open line with its shelf, which is made when there is none; both locked, the shelf first."""
    place = db.session.execute(_PLACE, {"id": incoming_id}).one_or_none()
    if place is None:
        raise NotFound(N_("There are no such incoming goods."))
    shelf = lock_shelves([(place.article_id, place.warehouse_id)])[place.article_id, place.warehouse_id]
    line = db.session.execute(_LOCK_LINE, {"id": incoming_id, "shelf": shelf.id}).one()
    if line.state != "open":
        raise Conflict(N_("These goods are received or cancelled already."))
    return line
