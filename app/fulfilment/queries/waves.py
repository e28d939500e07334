"""Waves and pick lists as pages; a constant number of statements each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from app.accounts.domain.company import PostalAddress
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.core.texts import N_


@dataclass(frozen=True, slots=True)
class WaveRow:
    """A wave in a list; `done` and `lines` count pick lines, `packed` and `deliveries` what is packed of it."""

    id: int
    number: str
    state: str
    method: str
    warehouse_id: int
    warehouse: str
    user_name: str
    created_at: datetime
    lines: int
    done: int
    short: int
    deliveries: int
    packed: int


@dataclass(frozen=True, slots=True)
class ListRow:
    """A pick list of a wave."""

    id: int
    position: int
    zone: str
    state: str
    picker_name: str
    lines: int
    done: int


@dataclass(frozen=True, slots=True)
class PackingRow:
    """A delivery of a wave; `is_ready` once all of it is picked. `shipment` is the number of what became of it."""

    id: int
    position: int
    state: str
    account: str
    account_name: str
    ship_to: PostalAddress
    orders: str
    lines: int
    waiting: int
    shipment: str
    wave: str = ""

    @property
    def is_ready(self) -> bool:
        return self.state == "open" and not self.waiting


@dataclass(frozen=True, slots=True)
class ShortRow:
    """A line of which less was found than wanted."""

    sku: str
    name: str
    bin_code: str
    wanted: Decimal
    taken: Decimal
    unit: str
    reason: str
    picked_by: str


@dataclass(frozen=True, slots=True)
class WavePage:
    """A wave with its lists, its deliveries, and what was short."""

    head: WaveRow
    lists: Sequence[ListRow]
    packings: Sequence[PackingRow]
    shorts: Sequence[ShortRow]


_WAVE = """
SELECT w.id, w.number, w.state, w.method, w.warehouse_id, h.name, w.user_name, w.created_at, coalesce(l.lines, 0),
    coalesce(l.done, 0), coalesce(l.short, 0), coalesce(p.deliveries, 0), coalesce(p.packed, 0)
FROM waves w JOIN warehouses h ON h.id = w.warehouse_id
LEFT JOIN LATERAL (
    SELECT count(*) AS lines, count(*) FILTER (WHERE x.state <> 'waiting') AS done,
        count(*) FILTER (WHERE x.state = 'short') AS short
    FROM pick_lines x JOIN pick_lists y ON y.id = x.list_id WHERE y.wave_id = w.id
) l ON true
LEFT JOIN LATERAL (
    SELECT count(*) AS deliveries, count(*) FILTER (WHERE state = 'packed') AS packed FROM packings WHERE wave_id = w.id
) p ON true
WHERE {where}"""
_OPEN = text(_WAVE.format(where="w.warehouse_id = :warehouse AND w.state = 'open' ORDER BY w.id"))
_PAST = text(_WAVE.format(
    where="w.state <> 'open' AND (CAST(:before AS bigint) IS NULL OR w.id < :before) ORDER BY w.id DESC LIMIT :limit"
))  # fmt: skip
_ONE = text(_WAVE.format(where="w.number = :number"))
_LISTS = text("""
SELECT l.id, l.position, l.zone, l.state, l.picker_name, count(x.id), count(x.id) FILTER (WHERE x.state <> 'waiting')
FROM pick_lists l LEFT JOIN pick_lines x ON x.list_id = l.id WHERE l.wave_id = :wave GROUP BY l.id ORDER BY l.position""")
_PACKING = """
SELECT p.id, p.position, p.state, c.code, c.name, p.ship_to, coalesce(x.orders, ''), coalesce(x.lines, 0),
    coalesce(x.waiting, 0), coalesce(s.number, ''), w.number
FROM packings p JOIN companies c ON c.id = p.company_id JOIN waves w ON w.id = p.wave_id
LEFT JOIN shipments s ON s.id = p.shipment_id
LEFT JOIN LATERAL (
    SELECT string_agg(DISTINCT o.number, ', ' ORDER BY o.number) AS orders, count(l.id) AS lines,
        count(l.id) FILTER (WHERE l.state = 'waiting') AS waiting
    FROM pick_claims k JOIN orders o ON o.id = k.order_id LEFT JOIN pick_lines l ON l.claim_id = k.id
    WHERE k.packing_id = p.id
) x ON true
WHERE {where}"""
_PACKINGS = text(_PACKING.format(where="p.wave_id = :wave ORDER BY p.position"))
_TO_PACK = text(_PACKING.format(
    where="w.warehouse_id = :warehouse AND p.state = 'open' AND x.waiting = 0 ORDER BY p.id LIMIT 100"
))  # fmt: skip
_SHORTS = text("""
SELECT a.sku, coalesce(a.names ->> :locale, a.name), l.bin_code, l.quantity, l.picked_quantity, a.base_unit, l.reason,
    l.picked_by
FROM pick_lines l JOIN pick_lists y ON y.id = l.list_id JOIN articles a ON a.id = l.article_id
WHERE y.wave_id = :wave AND l.state = 'short' ORDER BY l.picked_at, l.id""")


def open_waves(actor: Actor, warehouse_id: int) -> list[WaveRow]:
    """What is being worked on in a warehouse, the oldest first."""
    return [WaveRow(*row) for row in db.session.execute(_OPEN, {"warehouse": warehouse_id})]


def past_waves(actor: Actor, *, before: int | None = None, limit: int = 51) -> list[WaveRow]:
    """Done and cancelled waves of all warehouses, the newest first."""
    return [WaveRow(*row) for row in db.session.execute(_PAST, {"before": before, "limit": limit})]


def to_pack(actor: Actor, warehouse_id: int) -> list[PackingRow]:
    """Deliveries that are picked and wait for packing, the oldest first."""
    return [_packing(row) for row in db.session.execute(_TO_PACK, {"warehouse": warehouse_id})]


def _packing(row: Any) -> PackingRow:
    values: list[Any] = [*row[:5], PostalAddress.from_json(row[5]), *row[6:]]
    return PackingRow(*values)


def wave_page(actor: Actor, number: str) -> WavePage:
    """Raises NotFound."""
    row = db.session.execute(_ONE, {"number": number}).one_or_none()
    if row is None:
        raise NotFound(N_("There is no wave {number}.", number=number))
    head = WaveRow(*row)
    return WavePage(
        head,
        [ListRow(*one) for one in db.session.execute(_LISTS, {"wave": head.id})],
        [_packing(one) for one in db.session.execute(_PACKINGS, {"wave": head.id})],
        [ShortRow(*one) for one in db.session.execute(_SHORTS, {"wave": head.id, "locale": actor.locale})],
    )


@dataclass(frozen=True, slots=True)
class ListLine:
    """A stop of a list; quantities in the base unit. `delivery` is the place of its delivery in the wave."""

    id: int
    position: int
    article_id: int
    sku: str
    name: str
    gtin: str
    unit: str
    bin_code: str
    batch: str
    expires_on: date | None
    quantity: Decimal
    picked: Decimal
    state: str
    reason: str
    serials: tuple[str, ...]
    needs_serial: bool
    delivery: int
    account_name: str
    order_number: str
    picture: str

    @property
    def left(self) -> Decimal:
        return self.quantity - self.picked


@dataclass(frozen=True, slots=True)
class ListPage:
    """A pick list as one walks it. `current` is the stop to go to next: in the bin one stands at first."""

    id: int
    wave: str
    wave_state: str
    warehouse: str
    position: int
    lists: int
    zone: str
    state: str
    bin_code: str
    picker_id: int | None
    picker_name: str
    lines: Sequence[ListLine]

    @property
    def current(self) -> ListLine | None:
        waiting = [line for line in self.lines if line.state == "waiting"]
        here = [line for line in waiting if line.bin_code and line.bin_code == self.bin_code]
        return next(iter(here or waiting), None)

    @property
    def done(self) -> int:
        return sum(1 for line in self.lines if line.state != "waiting")


_LIST = text("""
SELECT l.id, w.number, w.state, h.name, l.position, (SELECT count(*) FROM pick_lists z WHERE z.wave_id = w.id), l.zone,
    l.state, l.bin_code, l.picker_id, l.picker_name
FROM pick_lists l JOIN waves w ON w.id = l.wave_id JOIN warehouses h ON h.id = w.warehouse_id WHERE l.id = :list""")
_LINES = text("""
SELECT l.id, l.position, l.article_id, a.sku, coalesce(a.names ->> :locale, a.name), a.gtin, a.base_unit, l.bin_code,
    l.batch, l.expires_on, l.quantity, l.picked_quantity, l.state, l.reason, l.serials,
    coalesce(t.needs_serial, false), p.position, c.name, o.number, a.picture
FROM pick_lines l JOIN articles a ON a.id = l.article_id JOIN pick_claims k ON k.id = l.claim_id
JOIN packings p ON p.id = k.packing_id JOIN companies c ON c.id = l.company_id JOIN orders o ON o.id = k.order_id
LEFT JOIN article_tracking t ON t.article_id = l.article_id
WHERE l.list_id = :list ORDER BY l.position""")


def list_page(actor: Actor, list_id: int) -> ListPage:
    """Raises NotFound."""
    row = db.session.execute(_LIST, {"list": list_id}).one_or_none()
    if row is None:
        raise NotFound(N_("There is no such pick list."))
    lines = [_line(one) for one in db.session.execute(_LINES, {"list": list_id, "locale": actor.locale})]
    values: list[Any] = [*row, lines]
    return ListPage(*values)


def _line(row: Any) -> ListLine:
    values: list[Any] = [*row[:14], tuple(row[14]), *row[15:]]
    return ListLine(*values)
