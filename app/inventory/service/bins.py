"""Bins of warehouses, and goods put into them, taken out, moved between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select

from app.core import audit
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Invalid, NotFound
from app.core.texts import N_
from app.inventory.domain.piles import ZERO
from app.inventory.models.bins import Bin, BinStock
from app.inventory.queries.bins import piles
from app.inventory.service.ledger import Entry, lock_shelves, write

_CODE, _ZONE = 40, 40


@dataclass(frozen=True, slots=True)
class BinRow:
    """A bin by its code; pickers walk by `sort_key`, then by code. One that is not active gets nothing new."""

    code: str
    zone: str = ""
    sort_key: int = 0
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class Relocation:
    """So much of an article, and of a batch, from one bin to another; None is no bin: unplaced."""

    article_id: int
    quantity: Decimal
    from_bin_id: int | None
    to_bin_id: int | None
    batch: str = ""


@command
def save_bins(actor: Actor, warehouse_id: int, rows: Sequence[BinRow]) -> int:
    """Create bins and change what differs, by code; returns how many were new or changed. Raises Invalid("code")."""
    known = {found.code: found for found in db.session.scalars(select(Bin).where(Bin.warehouse_id == warehouse_id))}
    changes = {}
    for row in rows:
        if not row.code or len(row.code) > _CODE or len(row.zone) > _ZONE:
            raise Invalid("code", N_("A bin needs a code of at most {length} characters.", length=_CODE))
        found = known.get(row.code)
        after = (row.zone, row.sort_key, row.is_active)
        before = (found.zone, found.sort_key, found.is_active) if found is not None else None
        if before == after:
            continue
        if found is None:
            found = known[row.code] = Bin(warehouse_id=warehouse_id, code=row.code)
            db.session.add(found)
        found.zone, found.sort_key, found.is_active = after
        changes[row.code] = [before, after]
    db.session.flush()
    if changes:
        shown = dict(list(changes.items())[:20])
        audit.record(actor, "bin", warehouse_id, "saved", {"bins": shown, "count": len(changes)})
    return len(changes)


@command
def delete_bin(actor: Actor, bin_id: int) -> None:
    """A bin that holds nothing is no longer offered; its rows in the ledger stay. Raises Conflict when it holds goods."""
    found = db.session.get(Bin, bin_id, with_for_update=True)
    if found is None:
        raise NotFound(N_("There is no such bin."))
    held = db.session.scalar(select(BinStock.id).where(BinStock.bin_id == bin_id, BinStock.quantity > 0).limit(1))
    if held is not None:
        raise Conflict(N_("Bin {code} holds goods. Move them first.", code=found.code))
    found.is_active = False
    audit.record(actor, "bin", bin_id, "closed", {"code": found.code})


@command
def relocate(actor: Actor, warehouse_id: int, moves: Sequence[Relocation], *, reference: str = "") -> None:
    """Move goods between bins of a warehouse; what is on hand stays. Raises Conflict where less lies there."""
    if any(one.quantity <= 0 for one in moves):
        raise Invalid("quantity", N_("The quantity must be more than zero."))
    bins = {one for move in moves for one in (move.from_bin_id, move.to_bin_id) if one is not None}
    statement = select(Bin.id, Bin.is_active).where(Bin.id.in_(bins), Bin.warehouse_id == warehouse_id)
    active = {key: is_active for key, is_active in db.session.execute(statement)}  # noqa: C416 -- rows are no tuples
    for one in moves:
        if not {one.from_bin_id, one.to_bin_id} - {None} <= set(active):
            raise NotFound(N_("There is no such bin."))
        if one.to_bin_id is not None and not active[one.to_bin_id]:
            raise Conflict(N_("This bin is closed."))
        if one.from_bin_id == one.to_bin_id:
            raise Invalid("bin", N_("Choose another bin than the one the goods lie in."))
    lock_shelves({(one.article_id, warehouse_id) for one in moves})
    there = {
        (article_id, pile.batch, pile.bin_id): pile
        for (article_id, _), found in piles(actor, {(one.article_id, warehouse_id) for one in moves}).items()
        for pile in found
    }
    left = {key: pile.quantity for key, pile in there.items()}
    for one in moves:
        key = (one.article_id, one.batch, one.from_bin_id)
        left[key] = left.get(key, ZERO) - one.quantity
        if left[key] < 0:
            raise Conflict(N_("Less than that lies there."))
        target = (one.article_id, one.batch, one.to_bin_id)
        left[target] = left.get(target, ZERO) + one.quantity
    write(actor, [
        Entry(one.article_id, warehouse_id, sign * one.quantity, "relocation", batch=one.batch, bin_id=bin_id)
        for one in moves for sign, bin_id in ((-1, one.from_bin_id), (1, one.to_bin_id))
    ], reference)  # fmt: skip
    audit.record(actor, "stock", 0, "relocated", {"warehouse_id": warehouse_id, "reference": reference, "moves": [
        [one.article_id, one.batch, one.quantity, one.from_bin_id, one.to_bin_id] for one in moves[:20]
    ]})  # fmt: skip


def open_bins(warehouse_id: int) -> dict[str, int]:
    """Ids of the bins of a warehouse that take goods, by code."""
    statement = select(Bin.code, Bin.id).where(Bin.warehouse_id == warehouse_id, Bin.is_active)
    return {row.code: row.id for row in db.session.execute(statement)}
