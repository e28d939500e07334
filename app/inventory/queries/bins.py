"""What lies in which bin, and where pickers go."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import text

from app.catalog.queries.families import kit_parts
from app.core import clock
from app.core.actor import Actor
from app.core.db import db
from app.inventory.domain.piles import ZERO, Batch, Pile, draw, piles_of, without

Shelf = tuple[int, int]  # article, warehouse
_ASKED = (
    """(SELECT * FROM unnest(CAST(:articles AS bigint[]), CAST(:warehouses AS bigint[])) AS v (article, warehouse))"""
)
_ON_HAND = text(f"""
SELECT s.article_id, s.warehouse_id, s.on_hand FROM stock s
JOIN {_ASKED} v ON s.article_id = v.article AND s.warehouse_id = v.warehouse""")  # noqa: S608
_BATCHES = text(f"""
SELECT b.article_id, b.warehouse_id, b.number, b.expires_on, b.quantity FROM stock_batches b
JOIN {_ASKED} v ON b.article_id = v.article AND b.warehouse_id = v.warehouse WHERE b.quantity > 0""")  # noqa: S608
_IN_BINS = text(f"""
SELECT x.article_id, x.warehouse_id, x.quantity, b.id, b.code, b.zone, b.sort_key, x.batch
FROM bin_stock x JOIN bins b ON b.id = x.bin_id
JOIN {_ASKED} v ON x.article_id = v.article AND x.warehouse_id = v.warehouse WHERE x.quantity > 0""")  # noqa: S608


def piles(actor: Actor, shelves: Collection[Shelf]) -> dict[Shelf, list[Pile]]:
    """What lies where, in the order it is taken from; three statements for any number of shelves."""
    if not shelves:
        return {}
    asked = {"articles": [shelf[0] for shelf in shelves], "warehouses": [shelf[1] for shelf in shelves]}
    batches: dict[Shelf, list[Batch]] = {}
    for article, warehouse, number, expires_on, quantity in db.session.execute(_BATCHES, asked):
        batches.setdefault((article, warehouse), []).append(Batch(number, expires_on, quantity))
    in_bins: dict[Shelf, list[Pile]] = {}
    for article, warehouse, *pile in db.session.execute(_IN_BINS, asked):
        in_bins.setdefault((article, warehouse), []).append(Pile(*pile))
    return {
        (article, warehouse): piles_of(on_hand, batches.get((article, warehouse), []), in_bins.get((article, warehouse), []))
        for article, warehouse, on_hand in db.session.execute(_ON_HAND, asked)
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class PickPlace:
    """Take so much of an article here, in base units; `bin_id` None: it lies unplaced. `kit_id`: it is part of that kit."""

    article_id: int
    quantity: Decimal
    bin_id: int | None
    code: str
    zone: str
    sort_key: int
    batch: str
    expires_on: date | None
    kit_id: int | None = None


Taken = Mapping[tuple[int, str, int | None], Decimal]  # article, batch, bin


def pick_places(
    actor: Actor, warehouse_id: int, wanted: Sequence[tuple[int, Decimal]], *, taken: Taken | None = None
) -> list[PickPlace]:
    """The bins to walk for articles and quantities, first expired first within an article, in the pickers' way.

    Where too little lies, less is named. Kits that have no stock of their own are named by their parts. `taken` is what
    other pick lists take already. Expired batches are left out.
    """
    wants = _with_parts(actor, warehouse_id, wanted)
    there = piles(actor, {(article_id, warehouse_id) for article_id, _, _ in wants})
    gone: dict[int, dict[tuple[str, int | None], Decimal]] = {}
    for (article_id, batch, bin_id), quantity in (taken or {}).items():
        gone.setdefault(article_id, {})[batch, bin_id] = quantity
    today, places = clock.today(), []
    for article_id, quantity, kit_id in wants:
        own = gone.setdefault(article_id, {})
        for part in draw(without(there.get((article_id, warehouse_id), []), own), quantity, today=today):
            own[part.batch, part.bin_id] = own.get((part.batch, part.bin_id), ZERO) + part.quantity
            places.append(PickPlace(
                article_id, part.quantity, part.bin_id, part.code, part.zone, part.sort_key, part.batch,
                part.expires_on, kit_id,
            ))  # fmt: skip
    return sorted(places, key=lambda place: (place.bin_id is None, place.sort_key, place.code, place.article_id))


_KITS_ON_HAND = text(
    "SELECT article_id FROM stock WHERE warehouse_id = :warehouse AND article_id = ANY(CAST(:ids AS bigint[]))"
    " AND on_hand > 0"
)


def _with_parts(
    actor: Actor, warehouse_id: int, wanted: Sequence[tuple[int, Decimal]]
) -> list[tuple[int, Decimal, int | None]]:
    kits = kit_parts(actor, {article_id for article_id, _ in wanted})
    if kits:
        values = {"warehouse": warehouse_id, "ids": list(kits)}
        for kit_id in db.session.scalars(_KITS_ON_HAND, values):
            del kits[kit_id]
    found: list[tuple[int, Decimal, int | None]] = []
    for article_id, quantity in wanted:
        if article_id in kits:
            found += [(part.article_id, quantity * part.quantity, article_id) for part in kits[article_id]]
        else:
            found.append((article_id, quantity, None))
    return found
