"""Kits without stock of their own: they are there as often as their parts allow, and parts are held for them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

from app.catalog.queries.families import KitPart, kit_parts
from app.core.actor import Actor
from app.inventory.domain.promise import ZERO, Need, Place, Source, Supply, Want

Kits = Mapping[int, Sequence[KitPart]]


def kits_among(actor: Actor, asked: Iterable[Need | Want]) -> Kits:
    """The parts of those that are kits, by the id of the kit; no statement where none is."""
    kits = {one.article_id for one in asked if one.is_kit}
    return kit_parts(actor, kits) if kits else {}


def with_parts(article_ids: Iterable[int], kits: Kits) -> set[int]:
    """The articles whose supply must be known."""
    return {*article_ids, *(part.article_id for parts in kits.values() for part in parts)}


def lend_parts(found: dict[int, Supply], kits: Kits) -> None:
    """Give kits without sources of their own what the warehouses hold of their parts, in whole kits."""
    for kit_id, parts in kits.items():
        supply = found.setdefault(kit_id, Supply())
        if not supply.places:
            free = min(_free(found.get(part.article_id)) // part.quantity for part in parts)
            if free > 0:
                supply.places.append(Place(Source.WAREHOUSE, 0, None, "", free))


def broken_up(wants: Iterable[Want], kits: Kits, found: Mapping[int, Supply]) -> Iterator[Want]:
    """Wants of kits without sources of their own as wants of their parts; the others as they are."""
    for want in wants:
        supply = found.get(want.article_id)
        if want.article_id not in kits or (supply is not None and supply.places):
            yield want
            continue
        for part in kits[want.article_id]:
            yield Want(
                want.order_line_id,
                part.article_id,
                want.quantity * part.quantity,
                want.stock_policy,
                want.lead_time_days,
            )


def _free(supply: Supply | None) -> Decimal:
    places = supply.places if supply is not None else []
    return sum((place.free for place in places if place.source is Source.WAREHOUSE), ZERO)
