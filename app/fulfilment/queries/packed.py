"""What of a delivery is picked and in which package it is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from app.catalog.queries.families import kit_parts
from app.core.actor import Actor
from app.core.db import db
from app.fulfilment.domain.packing import Picked
from app.fulfilment.domain.quantities import LineUnit
from app.fulfilment.domain.shipment import ShipmentEntry

ZERO = Decimal(0)
# `wanted`: of the article, what the claim can use; of a kit short of one part the other parts are left over.
_PICKED = text("""
SELECT l.id, l.article_id, a.sku, l.picked_quantity, coalesce(sum(i.quantity), 0) AS packed, c.id AS claim_id,
    c.quantity AS units, c.planned_quantity, sum(l.quantity) OVER (PARTITION BY c.id, l.article_id) AS planned,
    sum(l.picked_quantity) OVER (PARTITION BY c.id, l.article_id ORDER BY l.id) - l.picked_quantity AS before
FROM pick_lines l JOIN pick_claims c ON c.id = l.claim_id JOIN articles a ON a.id = l.article_id
LEFT JOIN pack_items i ON i.pick_line_id = l.id
WHERE c.packing_id = :packing
GROUP BY l.id, a.sku, c.id ORDER BY a.sku, l.id""")
_ITEMS = text("""
SELECT c.id AS claim_id, c.order_line_id, c.delivery_id, c.quantity AS units, i.box_id, i.quantity, l.id AS line_id, l.article_id,
    l.batch, l.expires_on, l.serials, l.bin_id, ol.article_id AS line_article, ol.quantity AS line_quantity,
    ol.base_quantity AS line_base, coalesce(u.precision, CASE WHEN ol.unit = a.base_unit THEN a.precision END, 0) AS precision
FROM pack_items i JOIN pick_lines l ON l.id = i.pick_line_id JOIN pick_claims c ON c.id = l.claim_id
JOIN pack_boxes b ON b.id = i.box_id JOIN order_lines ol ON ol.id = c.order_line_id
JOIN articles a ON a.id = ol.article_id
LEFT JOIN article_units u ON u.article_id = ol.article_id AND u.unit = ol.unit
WHERE c.packing_id = :packing ORDER BY c.order_id, ol.position, c.id, b.position, l.id""")


def picked_lines(actor: Actor, packing_id: int) -> list[Picked]:
    """Lines of which something was taken, less what a kit that is short cannot use. One statement."""
    found = []
    for row in db.session.execute(_PICKED, {"packing": packing_id}):
        usable = (row.planned * row.units / row.planned_quantity).quantize(Decimal("0.000001"))
        picked = max(min(row.picked_quantity, usable - row.before), ZERO)
        if picked > 0:
            found.append(Picked(row.id, row.article_id, row.sku, picked.normalize() + 0, row.packed))
    return found


def entries_of(actor: Actor, packing_id: int, places: Mapping[int, int]) -> list[ShipmentEntry]:
    """What the packages hold, by order line in its unit; `places` are the positions of the packages by id.

    The parts of one claim add up to it exactly: the last one takes what rounding leaves. A kit is named where its
    first part lies.
    """
    claims: dict[int, list[Any]] = defaultdict(list)
    for row in db.session.execute(_ITEMS, {"packing": packing_id}):
        claims[row.claim_id].append(row)
    kits = kit_parts(actor, {rows[0].line_article for rows in claims.values()})
    entries: list[ShipmentEntry] = []
    for rows in claims.values():
        first = rows[0]
        if first.line_article in kits and any(row.article_id != first.line_article for row in rows):
            entries.append(ShipmentEntry(
                first.order_line_id, first.units, package=places[first.box_id], delivery_id=first.delivery_id
            ))  # fmt: skip
        else:
            entries += _plain(rows, places)
    return entries


def _plain(rows: Iterable[Any], places: Mapping[int, int]) -> list[ShipmentEntry]:
    found = list(rows)
    left = found[0].units
    given: dict[int, int] = defaultdict(int)
    entries = []
    for place, row in enumerate(found, 1):
        unit = LineUnit(row.line_quantity, row.line_base, row.precision)
        units = left if place == len(found) else min(unit.in_unit(row.quantity), left)
        left -= units
        serials: tuple[str, ...] = ()
        if row.serials:
            start = given[row.line_id]
            serials = tuple(row.serials[start : start + int(row.quantity)])
            given[row.line_id] = start + int(row.quantity)
        if units > 0:
            entries.append(ShipmentEntry(
                row.order_line_id, units, row.batch, row.expires_on, serials, row.bin_id, places[row.box_id],
                row.delivery_id,
            ))  # fmt: skip
    return entries
