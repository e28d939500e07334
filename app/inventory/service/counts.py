"""Counts: planned, counted blind, counted again where it matters, approved into the journal of adjustments."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import func, select, text, update

from app.catalog.queries.search import MATCHES, matching
from app.core import audit, clock
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Invalid
from app.core.texts import N_
from app.inventory.domain.piles import ZERO
from app.inventory.models.bins import Bin
from app.inventory.models.counts import StockCount, StockCountLine
from app.inventory.queries.bins import piles
from app.inventory.service.adjustments import note_adjustments
from app.inventory.service.backorders import serve_waiting
from app.inventory.service.excess import give_up_excess
from app.inventory.service.ledger import Entry, lock_shelves, write
from app.inventory.service.lookups import article_id as id_of_article
from app.inventory.service.lookups import warehouse_id as id_of_warehouse
from app.inventory.service.papers import locked, made_before, number

_LARGEST = Decimal(10) ** 12
_NO_COUNT = N_("There is no such count.")
# Every pile of the part of the warehouse that is counted: what lies in bins, then what bins and batches do not say.
_PILES = text(f"""
WITH chosen AS MATERIALIZED (
    SELECT a.id FROM articles a WHERE {MATCHES}
), in_bins AS (
    SELECT x.article_id, x.batch, x.bin_id, x.quantity, b.zone FROM bin_stock x JOIN bins b ON b.id = x.bin_id
    WHERE x.warehouse_id = :warehouse AND x.quantity > 0
), whole AS (
    SELECT b.article_id, b.number AS batch, b.quantity FROM stock_batches b
    WHERE b.warehouse_id = :warehouse AND b.quantity > 0
    UNION ALL
    SELECT s.article_id, '', s.on_hand - coalesce((SELECT sum(b.quantity) FROM stock_batches b
        WHERE b.article_id = s.article_id AND b.warehouse_id = s.warehouse_id), 0)
    FROM stock s WHERE s.warehouse_id = :warehouse
), unplaced AS (
    SELECT w.article_id, w.batch, w.quantity - coalesce((SELECT sum(i.quantity) FROM in_bins i
        WHERE i.article_id = w.article_id AND i.batch = w.batch), 0) AS quantity FROM whole w
)
INSERT INTO stock_count_lines (count_id, article_id, batch, bin_id)
SELECT :count, p.article_id, p.batch, p.bin_id FROM (
    SELECT article_id, batch, bin_id FROM in_bins WHERE :zone = '' OR zone = :zone
    UNION ALL SELECT article_id, batch, NULL FROM unplaced WHERE :zone = '' AND quantity > 0
) p JOIN chosen c ON c.id = p.article_id
LEFT JOIN bins b ON b.id = p.bin_id JOIN articles a ON a.id = p.article_id
ORDER BY b.id IS NULL, b.sort_key, b.code, a.sku_key, p.batch""")  # noqa: S608


@dataclass(frozen=True, slots=True)
class NewCount:
    """What is counted: a warehouse, one `zone` of it, articles whose texts and numbers have the `words`."""

    warehouse: str
    planned_on: date
    zone: str = ""
    words: str = ""
    note: str = ""


@command
def plan_count(actor: Actor, new: NewCount, *, client_ref: str) -> int:
    """Make the list of what is counted; two statements for any number of piles. Raises Invalid("words")."""
    before = made_before(StockCount, client_ref)
    if before is not None:
        return before
    house = id_of_warehouse(new.warehouse)
    count = StockCount(
        number=number("stock_count"), warehouse_id=house, zone=new.zone, words=new.words, planned_on=new.planned_on,
        note=new.note, client_ref=client_ref, user_id=actor.user_id,
    )  # fmt: skip
    db.session.add(count)
    db.session.flush()
    values = {"count": count.id, "warehouse": house, "zone": new.zone, "locale": actor.locale, **matching(new.words)}
    db.session.execute(_PILES, values)
    lines = db.session.scalar(select(func.count()).where(StockCountLine.count_id == count.id))
    if not lines:
        raise Invalid("words", N_("Nothing lies there that could be counted."))
    audit.record(actor, "stock_count", count.id, "planned", {"number": count.number, "lines": lines})
    return count.id


@command
def enter_counts(actor: Actor, count_id: int, counted: Mapping[int, Decimal]) -> None:
    """Write down what was counted, line id -> quantity in base units; what the books say now is kept beside it."""
    count = locked(StockCount, count_id, "counting", missing=_NO_COUNT)
    for line_id, quantity in counted.items():
        if not 0 <= quantity < _LARGEST:
            raise Invalid(f"{line_id}-counted", N_("The quantity must be zero or more."))
    lines = [line for line in _lines(count_id, counted) if line.counted != counted[line.id]]
    booked = _booked(actor, count.warehouse_id, lines)
    for line in lines:
        line.counted, line.expected = counted[line.id], booked[line.id]
        line.counted_by, line.counted_at = actor.user_id, clock.now()
    if lines:
        audit.record(actor, "stock_count", count_id, "counted", {"lines": len(lines)})


@command
def add_found(actor: Actor, count_id: int, sku: str, counted: Decimal, *, bin_code: str = "", batch: str = "") -> None:
    """Goods that lie where the list names none. Raises Invalid("sku", "bin", "counted")."""
    count = locked(StockCount, count_id, "counting", missing=_NO_COUNT)
    article_id = id_of_article(sku)
    if not 0 <= counted < _LARGEST:
        raise Invalid("counted", N_("The quantity must be zero or more."))
    bin_id = None
    if bin_code:
        bin_id = db.session.scalar(
            select(Bin.id).where(Bin.warehouse_id == count.warehouse_id, Bin.code == bin_code, Bin.is_active)
        )
        if bin_id is None:
            raise Invalid("bin", N_("There is no bin {code}.", code=bin_code))
    known = select(StockCountLine).where(
        StockCountLine.count_id == count_id, StockCountLine.article_id == article_id, StockCountLine.batch == batch,
        StockCountLine.bin_id.is_not_distinct_from(bin_id),
    )  # fmt: skip
    line = db.session.scalar(known)
    if line is None:
        line = StockCountLine(count_id=count_id, article_id=article_id, batch=batch, bin_id=bin_id)
        db.session.add(line)
        db.session.flush()
    line.expected = _booked(actor, count.warehouse_id, [line])[line.id]
    line.counted, line.counted_by, line.counted_at = counted, actor.user_id, clock.now()
    audit.record(actor, "stock_count", count_id, "found", {"sku": sku, "counted": counted, "bin": bin_code})


@command
def finish_count(actor: Actor, count_id: int) -> None:
    """Counting ends; lines nobody counted stay as the books say. Raises Conflict while nothing is counted."""
    count = locked(StockCount, count_id, "counting", missing=_NO_COUNT)
    open_again = select(func.count()).where(
        StockCountLine.count_id == count_id, StockCountLine.is_recount, StockCountLine.counted.is_(None)
    )
    if db.session.scalar(open_again):
        raise Conflict(N_("Some lines must be counted again first."))
    if not db.session.scalar(select(func.count()).where(
        StockCountLine.count_id == count_id, StockCountLine.counted.is_not(None)
    )):  # fmt: skip
        raise Conflict(N_("Nothing is counted yet."))
    count.state = "review"
    audit.record(actor, "stock_count", count_id, "finished", {"number": count.number})


@command
def recount(actor: Actor, count_id: int, line_ids: Collection[int]) -> None:
    """Have lines counted again, by somebody who does not see the first result."""
    count = locked(StockCount, count_id, "review", missing=_NO_COUNT)
    if not line_ids:
        raise Invalid("lines", N_("Choose at least one line."))
    db.session.execute(
        update(StockCountLine)
        .where(StockCountLine.count_id == count_id, StockCountLine.id.in_(line_ids))
        .values(first=StockCountLine.counted, counted=None, expected=None, is_recount=True)
    )
    count.state = "counting"
    audit.record(actor, "stock_count", count_id, "recount", {"lines": len(line_ids)})


@command
def approve_count(actor: Actor, count_id: int) -> int:
    """Book the differences into stock and the journal; returns how many there were.

    A difference is what was counted less what the books said then, so goods may have moved since. Raises Conflict when
    a pile has become smaller than what would be taken from it. What is promised beyond what is there waits again.
    """
    count = locked(StockCount, count_id, "review", missing=_NO_COUNT)
    lines = [line for line in _lines(count_id) if line.counted is not None and line.counted != line.expected]
    booked = _booked(actor, count.warehouse_id, lines)
    entries = []
    for line in lines:
        difference = (line.counted or ZERO) - (line.expected or ZERO)
        if booked[line.id] + difference < 0:
            raise Conflict(N_("Goods have left since line {line} was counted. Count it again.", line=line.id))
        entries.append(
            Entry(line.article_id, count.warehouse_id, difference, "count", batch=line.batch, bin_id=line.bin_id)
        )
    moves = write(actor, entries, count.number)
    note_adjustments(
        actor, list(zip(entries, moves, strict=True)), reason="count", reference=count.number, note=count.note
    )
    count.state, count.approved_by, count.approved_at = "approved", actor.user_id, clock.now()
    articles = {line.article_id for line in lines}
    give_up_excess(actor, [(article_id, count.warehouse_id) for article_id in articles])
    for article_id in sorted(articles):
        serve_waiting(actor, article_id, on=clock.today())
    audit.record(actor, "stock_count", count_id, "approved", {"number": count.number, "differences": len(lines)})
    return len(lines)


@command
def cancel_count(actor: Actor, count_id: int) -> None:
    """Nothing of it is booked."""
    count = locked(StockCount, count_id, "counting", "review", missing=_NO_COUNT)
    count.state = "cancelled"
    audit.record(actor, "stock_count", count_id, "cancelled", {"number": count.number})


def _lines(count_id: int, ids: Collection[int] | None = None) -> list[StockCountLine]:
    statement = select(StockCountLine).where(StockCountLine.count_id == count_id).order_by(StockCountLine.id)
    return list(db.session.scalars(statement if ids is None else statement.where(StockCountLine.id.in_(ids))))


def _booked(actor: Actor, warehouse_id: int, lines: Sequence[StockCountLine]) -> dict[int, Decimal]:
    """What the books say of each line's pile now; the shelves are locked."""
    places = {(line.article_id, warehouse_id) for line in lines}
    if not places:
        return {}
    lock_shelves(places)
    there = {
        (article_id, pile.batch, pile.bin_id): pile.quantity
        for (article_id, _), found in piles(actor, places).items() for pile in found
    }  # fmt: skip
    return {line.id: there.get((line.article_id, line.batch, line.bin_id), ZERO) for line in lines}
