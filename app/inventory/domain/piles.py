"""What lies where in a warehouse, and from which pile is taken: first expired, first out.

A pile is what lies of one article and batch in one bin. What no bin holds lies unplaced, what no batch holds has none.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Pile:
    """So much of a batch in a bin, in base units; `bin_id` None: unplaced, `batch` '': without a batch."""

    quantity: Decimal
    bin_id: int | None = None
    code: str = ""
    zone: str = ""
    sort_key: int = 0
    batch: str = ""
    expires_on: date | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """So much of a batch in a warehouse, in bins or not."""

    number: str
    expires_on: date | None
    quantity: Decimal


def piles_of(on_hand: Decimal, batches: Collection[Batch], in_bins: Iterable[Pile]) -> list[Pile]:
    """All piles of an article in a warehouse in the order they are taken from.

    `in_bins` need not know when batches expire. What bins and batches do not say lies unplaced.
    """
    expiry = {batch.number: batch.expires_on for batch in batches}
    left = {batch.number: batch.quantity for batch in batches}
    left[""] = on_hand - sum(left.values(), ZERO)
    found = []
    for pile in in_bins:
        if pile.quantity > 0:
            left[pile.batch] = left.get(pile.batch, ZERO) - pile.quantity
            found.append(replace(pile, expires_on=expiry.get(pile.batch)))
    found += [
        Pile(quantity, batch=number, expires_on=expiry.get(number)) for number, quantity in left.items() if quantity > 0
    ]
    return sorted(found, key=_turn)


def _turn(pile: Pile) -> tuple[date, bool, str, bool, int, str]:
    """First what expires first; goods without a batch after those with one; then the pickers' way, unplaced last."""
    return (
        pile.expires_on or date.max, not pile.batch, pile.batch, pile.bin_id is None, pile.sort_key, pile.code,
    )  # fmt: skip


def is_expired(expires_on: date | None, today: date) -> bool:
    """A batch may be used on the day it expires."""
    return expires_on is not None and expires_on < today


def draw(
    piles: Iterable[Pile], wanted: Decimal, *, today: date | None, batch: str = "", bin_id: int | None = None
) -> list[Pile]:
    """What is taken from which pile for a wanted quantity; less when too little lies there.

    A batch or a bin that is named is the only one taken from. Expired batches are passed over; `today` None: they are not.
    """
    taken = []
    for pile in piles:
        if wanted <= 0:
            break
        if (batch and pile.batch != batch) or (bin_id is not None and pile.bin_id != bin_id):
            continue
        if today is not None and is_expired(pile.expires_on, today):
            continue
        part = min(pile.quantity, wanted)
        taken.append(replace(pile, quantity=part))
        wanted -= part
    return taken


def without(piles: Iterable[Pile], taken: Mapping[tuple[str, int | None], Decimal]) -> list[Pile]:
    """Piles less what is taken from them already, by batch and bin."""
    rest = []
    for pile in piles:
        left = pile.quantity - taken.get((pile.batch, pile.bin_id), ZERO)
        if left > 0:
            rest.append(replace(pile, quantity=left))
    return rest
