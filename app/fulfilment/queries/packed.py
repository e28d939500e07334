"""What of a delivery is picked and in which package it is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from app.accounts.domain.company import PostalAddress
from app.catalog.queries.families import kit_parts
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.core.texts import N_
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


@dataclass(frozen=True, slots=True)
class TableLine:
    """A picked article of a delivery, over all its lines; quantities in the base unit."""

    article_id: int
    sku: str
    name: str
    unit: str
    picked: Decimal
    packed: Decimal

    @property
    def left(self) -> Decimal:
        return self.picked - self.packed


@dataclass(frozen=True, slots=True)
class BoxRow:
    """A package with what is in it: (SKU, name, quantity, base unit). Weight in kilograms, sizes in centimetres."""

    id: int
    position: int
    sscc: str
    kind: str
    weight: Decimal | None
    length: Decimal | None
    width: Decimal | None
    height: Decimal | None
    goods_kg: Decimal | None  # net, as the catalogue weighs it; None where it does not know an article
    items: tuple[tuple[str, str, Decimal, str], ...]


@dataclass(frozen=True, slots=True)
class PackingPage:
    """A delivery on the packing table."""

    id: int
    state: str
    wave: str
    position: int
    account: str
    account_name: str
    ship_to: PostalAddress
    shipment: str
    waiting: int
    orders: tuple[tuple[str, str, str], ...]  # number, note, wanted way of delivery
    lines: Sequence[TableLine]
    boxes: Sequence[BoxRow]

    @property
    def left(self) -> Decimal:
        return sum((line.left for line in self.lines), ZERO)


_HEAD = text("""
SELECT p.id, p.state, w.number, p.position, c.code, c.name, p.ship_to, coalesce(s.number, ''),
    (SELECT count(*) FROM pick_lines l JOIN pick_claims k ON k.id = l.claim_id
     WHERE k.packing_id = p.id AND l.state = 'waiting')
FROM packings p JOIN waves w ON w.id = p.wave_id JOIN companies c ON c.id = p.company_id
LEFT JOIN shipments s ON s.id = p.shipment_id WHERE p.id = :packing""")
_ORDERS = text("""
SELECT DISTINCT o.number, o.note, d.method_name FROM pick_claims k JOIN orders o ON o.id = k.order_id
JOIN order_deliveries d ON d.id = k.delivery_id WHERE k.packing_id = :packing ORDER BY o.number""")
_NAMES = text("""
SELECT a.id, coalesce(a.names ->> :locale, a.name), a.base_unit FROM articles a WHERE a.id = ANY(CAST(:ids AS bigint[]))""")
_BOXES = text("""
SELECT b.id, b.position, coalesce(b.sscc, ''), b.kind, b.weight, b.length, b.width, b.height, a.sku,
    coalesce(a.names ->> :locale, a.name), sum(i.quantity), a.base_unit, a.weight_kg
FROM pack_boxes b LEFT JOIN pack_items i ON i.box_id = b.id LEFT JOIN pick_lines l ON l.id = i.pick_line_id
LEFT JOIN articles a ON a.id = l.article_id
WHERE b.packing_id = :packing GROUP BY b.id, a.id ORDER BY b.position, a.sku""")


def packing_page(actor: Actor, packing_id: int) -> PackingPage:
    """Raises NotFound; five statements."""
    asked = {"packing": packing_id, "locale": actor.locale}
    head = db.session.execute(_HEAD, asked).one_or_none()
    if head is None:
        raise NotFound(N_("There is no such delivery to pack."))
    orders = tuple(tuple(row) for row in db.session.execute(_ORDERS, asked))
    values: list[Any] = [
        *head[:6], PostalAddress.from_json(head[6]), *head[7:], orders, _table(actor, packing_id), _boxes(asked)
    ]  # fmt: skip
    return PackingPage(*values)


def _table(actor: Actor, packing_id: int) -> list[TableLine]:
    sums: dict[int, tuple[str, Decimal, Decimal]] = {}
    for line in picked_lines(actor, packing_id):
        sku, picked, packed = sums.get(line.article_id, (line.sku, ZERO, ZERO))
        sums[line.article_id] = (sku, picked + line.picked, packed + line.packed)
    rows = db.session.execute(_NAMES, {"ids": list(sums), "locale": actor.locale})
    names = {key: (name, unit) for key, name, unit in rows}
    return [TableLine(key, sku, *names[key], picked, packed) for key, (sku, picked, packed) in sums.items()]


def _boxes(asked: Mapping[str, Any]) -> list[BoxRow]:
    heads: dict[int, Any] = {}
    items: dict[int, list[Any]] = defaultdict(list)
    for row in db.session.execute(_BOXES, asked):
        heads[row[0]] = row[:8]
        if row[8] is not None:
            items[row[0]].append(row[8:])
    return [_box(head, items[key]) for key, head in heads.items()]


def _box(head: Sequence[Any], items: Sequence[Any]) -> BoxRow:
    values: list[Any] = [*head, _weight(items), tuple((one[0], one[1], one[2], one[3]) for one in items)]
    return BoxRow(*values)


def _weight(items: Sequence[Any]) -> Decimal | None:
    weights = [None if one[4] is None else one[2] * one[4] for one in items]
    if not weights or None in weights:
        return None
    return sum((one for one in weights if one is not None), ZERO).quantize(Decimal("0.001")).normalize() + 0
