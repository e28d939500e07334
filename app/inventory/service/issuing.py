"""Goods leave for an order, and come back: stock, batches, bins, serial numbers and reservations in one command."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from sqlalchemy import text

from app.catalog.queries.families import kit_parts
from app.core import clock
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Invalid
from app.core.texts import N_
from app.inventory.domain.piles import ZERO, Pile, draw, without
from app.inventory.queries.bins import piles
from app.inventory.service.backorders import serve_waiting
from app.inventory.service.holding import Held, consume, held_by
from app.inventory.service.ledger import Entry, Shelf, lock_shelves, write
from app.inventory.service.serials import SerialStep, check_serials, follow, known_serials

_SKU = text("SELECT sku FROM articles WHERE id = :id")
_EXPIRY = text("""
SELECT article_id, number, max(expires_on) FROM stock_batches
WHERE article_id = ANY(CAST(:articles AS bigint[])) AND expires_on IS NOT NULL GROUP BY 1, 2""")
_KITS_THERE = text("""
SELECT article_id, warehouse_id FROM stock WHERE article_id = ANY(CAST(:ids AS bigint[])) AND on_hand > 0""")


@dataclass(frozen=True, slots=True)
class Issue:
    """So much of an article leaves a warehouse for an order line, in base units.

    Without a batch what expires first is taken, without a bin the first on the pickers' way. A kit without stock of its
    own leaves as its parts. `customer_id` is taken from the line's reservation when it is not given.
    """

    order_line_id: int
    article_id: int
    warehouse_id: int
    quantity: Decimal
    batch: str = ""
    serials: tuple[str, ...] = ()
    bin_id: int | None = None
    customer_id: int | None = None


@dataclass(frozen=True, slots=True)
class Issued:
    """What left, one for each pile it was taken from; `move_id` is its row in the ledger."""

    order_line_id: int
    article_id: int
    warehouse_id: int
    quantity: Decimal
    batch: str
    expires_on: date | None
    serials: tuple[str, ...]
    bin_id: int | None
    move_id: int


@dataclass(frozen=True, slots=True)
class Back:
    """So much comes back, in base units: to be sold again, to be looked at later, or thrown away."""

    article_id: int
    warehouse_id: int
    quantity: Decimal
    condition: Literal["stock", "quarantine", "scrap"] = "stock"
    batch: str = ""
    serials: tuple[str, ...] = ()
    bin_id: int | None = None
    order_line_id: int | None = None
    customer_id: int | None = None


@command
def issue(actor: Actor, issues: Sequence[Issue], reference: str) -> list[Issued]:
    """Take goods from stock for order lines, and from what these lines hold; a constant number of statements.

    What a line holds in the warehouse goes first, then what of it waits or is held elsewhere is given back. Raises
    Conflict where too little lies there that others do not hold, or only expired batches; Invalid for serial numbers.
    """
    if not issues:
        return []
    if any(one.quantity <= 0 for one in issues):
        raise Invalid("quantity", N_("The quantity must be more than zero."))
    lines = {one.order_line_id for one in issues}
    kits = kit_parts(actor, {one.article_id for one in issues})
    places = {(one.article_id, one.warehouse_id) for one in issues}
    places |= {(part.article_id, one.warehouse_id) for one in issues for part in kits.get(one.article_id, ())}
    shelves = lock_shelves(places, lines=lines)
    held = held_by(actor, lines)
    wanted = _by_batch(_broken_up(issues, kits, held))
    check_serials((one.article_id, one.quantity, one.serials) for one in wanted)
    _check_free(wanted, shelves, held)
    parts = _drawn(actor, wanted)
    companies = {row.order_line_id: row.company_id for row in held}
    customer = {one.order_line_id: one.customer_id or companies.get(one.order_line_id) for one in issues}
    moves = write(actor, [
        Entry(one.article_id, one.warehouse_id, -pile.quantity, "issue", batch=pile.batch, bin_id=pile.bin_id,
              order_line_id=one.order_line_id, customer_id=customer[one.order_line_id])
        for one, pile, _ in parts
    ], reference)  # fmt: skip
    follow(actor, [
        SerialStep(one.article_id, numbers, "issued", move, ("stock",), left_warehouse_id=one.warehouse_id,
                   customer_id=customer[one.order_line_id], order_line_id=one.order_line_id)
        for (one, _, numbers), move in zip(parts, moves, strict=True)
    ])  # fmt: skip
    consume(actor, _taken(wanted), held)
    return [
        Issued(one.order_line_id, one.article_id, one.warehouse_id, pile.quantity, pile.batch, pile.expires_on, numbers,
               pile.bin_id, move)
        for (one, pile, numbers), move in zip(parts, moves, strict=True)
    ]  # fmt: skip


def _broken_up(issues: Iterable[Issue], kits: Mapping[int, Sequence[Any]], held: Sequence[Held]) -> list[Issue]:
    """Kits that the line holds by parts, or that have no stock of their own, as their parts."""
    holding: dict[int, set[int]] = {}
    for row in held:
        holding.setdefault(row.order_line_id, set()).add(row.article_id)
    there = {tuple(row) for row in db.session.execute(_KITS_THERE, {"ids": list(kits)})} if kits else set()
    found = []
    for one in issues:
        own = holding.get(one.order_line_id, set())
        is_whole = one.article_id in own or (not own and (one.article_id, one.warehouse_id) in there)
        if one.article_id not in kits or is_whole:
            found.append(one)
        else:
            found += [
                replace(one, article_id=part.article_id, quantity=one.quantity * part.quantity, batch="", serials=(), bin_id=None)
                for part in kits[one.article_id]
            ]  # fmt: skip
    return found


def _by_batch(issues: Sequence[Issue]) -> list[Issue]:
    """Issues that name pieces and no batch, parted by the batches the pieces are of."""
    pieces = [(one.article_id, number) for one in issues if not one.batch for number in one.serials]
    rows = known_serials(pieces)
    found = []
    for one in issues:
        batches: dict[str, list[str]] = {}
        for number in one.serials if not one.batch else ():
            row = rows.get((one.article_id, number))
            batches.setdefault(row.batch if row is not None else "", []).append(number)
        if len(batches) == 1 and one.quantity == len(one.serials):
            found.append(replace(one, batch=next(iter(batches))))
        elif len(batches) > 1 and one.quantity == len(one.serials):
            found += [
                replace(one, batch=batch, serials=tuple(numbers), quantity=Decimal(len(numbers)))
                for batch, numbers in batches.items()
            ]
        else:
            found.append(one)
    return found


def _taken(wanted: Iterable[Issue]) -> dict[tuple[int, int, int], Decimal]:
    sums: dict[tuple[int, int, int], Decimal] = {}
    for one in wanted:
        key = (one.order_line_id, one.article_id, one.warehouse_id)
        sums[key] = sums.get(key, ZERO) + one.quantity
    return sums


def _check_free(wanted: Sequence[Issue], shelves: Mapping[tuple[int, int], Shelf], held: Sequence[Held]) -> None:
    """What the lines do not hold in the warehouse must lie free there: what others hold is theirs."""
    own: dict[tuple[int, int, int | None], Decimal] = {}
    for row in held:
        key = (row.order_line_id, row.article_id, row.warehouse_id)
        own[key] = own.get(key, ZERO) + row.quantity
    gone: dict[tuple[int, int], Decimal] = {}
    extra: dict[tuple[int, int], Decimal] = {}
    for (line_id, article_id, warehouse_id), quantity in _taken(wanted).items():
        place = (article_id, warehouse_id)
        gone[place] = gone.get(place, ZERO) + quantity
        beyond = max(quantity - own.get((line_id, article_id, warehouse_id), ZERO), ZERO)
        extra[place] = extra.get(place, ZERO) + beyond
    for place, quantity in gone.items():
        shelf = shelves[place]
        if quantity > shelf.on_hand or extra[place] > max(shelf.free, ZERO):
            _refuse_short(place[0], quantity, min(shelf.on_hand, quantity - extra[place] + max(shelf.free, ZERO)))


def _refuse_short(article_id: int, wanted: Decimal, there: Decimal) -> None:
    sku = db.session.scalar(_SKU, {"id": article_id})
    raise Conflict(N_(
        "{sku}: {wanted} are wanted, {there} can be taken here.",
        sku=sku, wanted=wanted.normalize() + 0, there=max(there, ZERO).normalize() + 0,
    ))  # fmt: skip


def _drawn(actor: Actor, wanted: Sequence[Issue]) -> list[tuple[Issue, Pile, tuple[str, ...]]]:
    """From which piles each is taken, with the pieces that go with it."""
    there = piles(actor, {(one.article_id, one.warehouse_id) for one in wanted})
    gone: dict[tuple[int, int], dict[tuple[str, int | None], Decimal]] = {}
    today, found = clock.today(), []
    # what names its pile goes first, so that the others do not take it away
    for one in sorted(wanted, key=lambda one: (not one.batch, one.bin_id is None)):
        place = (one.article_id, one.warehouse_id)
        own = gone.setdefault(place, {})
        taken = draw(without(there.get(place, []), own), one.quantity, today=today, batch=one.batch, bin_id=one.bin_id)
        total = sum((pile.quantity for pile in taken), ZERO)
        if total < one.quantity:
            _refuse_short(one.article_id, one.quantity, total)
        left = list(one.serials)
        for pile in taken:
            own[pile.batch, pile.bin_id] = own.get((pile.batch, pile.bin_id), ZERO) + pile.quantity
            count = int(pile.quantity) if left else 0
            found.append((one, pile, tuple(left[:count])))
            del left[:count]
    return found


@command
def take_back(actor: Actor, goods: Sequence[Back], reference: str) -> list[int]:
    """Goods come back: into stock, where they serve orders that wait, into quarantine, or only into the scrap's sum.

    Returns the ids of the rows in the ledger. Raises Conflict for a serial number that never left.
    """
    if any(one.quantity <= 0 for one in goods):
        raise Invalid("quantity", N_("The quantity must be more than zero."))
    check_serials((one.article_id, one.quantity, one.serials) for one in goods)
    lock_shelves({(one.article_id, one.warehouse_id) for one in goods})
    expiry = {
        (article, number): day
        for article, number, day in db.session.execute(_EXPIRY, {"articles": [one.article_id for one in goods]})
    }
    moves = write(actor, [
        Entry(one.article_id, one.warehouse_id, one.quantity, "return", one.condition, one.batch,
              expiry.get((one.article_id, one.batch)), one.bin_id if one.condition == "stock" else None,
              one.order_line_id, one.customer_id)
        for one in goods
    ], reference)  # fmt: skip
    follow(actor, [
        SerialStep(one.article_id, one.serials, "scrapped" if one.condition == "scrap" else one.condition, move,
                   ("issued", ""), None if one.condition == "scrap" else one.warehouse_id, batch=one.batch)
        for one, move in zip(goods, moves, strict=True)
    ])  # fmt: skip
    for article_id in sorted({one.article_id for one in goods if one.condition == "stock"}):
        serve_waiting(actor, article_id, on=clock.today())
    return moves
