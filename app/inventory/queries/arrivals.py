"""Goods to come, suppliers' stock and batches, for the operator's pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from app.catalog.domain.article import key_of
from app.core import clock
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.core.texts import N_


@dataclass(frozen=True, slots=True)
class IncomingLine:
    """Goods on their way; `reserved` of them are promised to orders."""

    id: int
    sku: str
    name: str
    unit: str
    warehouse: str
    supplier: str
    quantity: Decimal
    received: Decimal
    reserved: Decimal
    expected_on: date
    reference: str
    line: str
    state: str

    @property
    def missing(self) -> Decimal:
        return max(self.quantity - self.received, Decimal(0))


@dataclass(frozen=True, slots=True)
class SupplierLine:
    """What a supplier says he has. `is_stale`: too long ago to be believed."""

    id: int
    supplier: str
    sku: str
    name: str
    unit: str
    quantity: Decimal
    reserved: Decimal
    lead_days: int
    ships_directly: bool
    fed_on: date
    is_stale: bool


@dataclass(frozen=True, slots=True)
class BatchLine:
    """A batch of an article; `place` counts the batches of a shelf in the order in which they should go out."""

    id: int
    sku: str
    name: str
    unit: str
    warehouse: str
    number: str
    expires_on: date | None
    quantity: Decimal
    place: int
    held: Decimal
    on_hand: Decimal

    @property
    def differs(self) -> Decimal:
        """How much more is on hand than the batches say; negative: less."""
        return self.on_hand - self.held


_INCOMING = """
SELECT i.id, a.sku, coalesce(a.names ->> :locale, a.name), a.base_unit, w.code, coalesce(c.name, ''), i.quantity,
    i.received, i.reserved, i.expected_on, i.reference, i.line, i.state
FROM incoming_goods i JOIN articles a ON a.id = i.article_id JOIN warehouses w ON w.id = i.warehouse_id
LEFT JOIN companies c ON c.id = i.supplier_id WHERE """
_INCOMING_LIST = (
    _INCOMING
    + """(:state = '' OR (:state = 'late' AND i.state = 'open' AND i.expected_on < :today)
        OR i.state = :state)
    AND (:words = '' OR a.sku_key = :key OR i.reference ILIKE :like)
    AND (CAST(:day AS date) IS NULL OR (i.expected_on, i.id) {sign} (CAST(:day AS date), CAST(:id AS bigint)))
ORDER BY i.expected_on {order}, i.id {order} LIMIT :limit"""
)
_FORWARDS = text(_INCOMING_LIST.format(sign=">", order="ASC"))
_BACKWARDS = text(_INCOMING_LIST.format(sign="<", order="DESC"))
_INCOMING_ONE = text(_INCOMING + "i.id = :id")
_INCOMING_OF = text(
    _INCOMING + "i.article_id = :article AND i.state = 'open' ORDER BY i.expected_on, i.id LIMIT :limit"
)
_SUPPLIERS = """
SELECT x.id, c.name, a.sku, coalesce(a.names ->> :locale, a.name), a.base_unit, x.quantity, x.reserved, x.lead_days,
    x.ships_directly, x.fed_on, x.fed_on <= CAST(:today AS date) - coalesce((SELECT supplier_days FROM stock_settings), 7)
FROM supplier_stock x JOIN companies c ON c.id = x.supplier_id JOIN articles a ON a.id = x.article_id
WHERE (:words = '' OR a.sku_key = :key OR c.name ILIKE :like)
    AND (CAST(:after AS bigint) IS NULL OR x.id {sign} :after)
ORDER BY x.id {order} LIMIT :limit"""
_SUPPLIERS_FORWARDS = text(_SUPPLIERS.format(sign=">", order="ASC"))
_SUPPLIERS_BACKWARDS = text(_SUPPLIERS.format(sign="<", order="DESC"))
_BATCHES = """
SELECT b.id, a.sku, coalesce(a.names ->> :locale, a.name), a.base_unit, w.code, b.number, b.expires_on, b.quantity,
    (SELECT count(*) FROM stock_batches o WHERE (o.article_id, o.warehouse_id) = (b.article_id, b.warehouse_id)
        AND o.quantity > 0 AND (coalesce(o.expires_on, 'infinity'), o.number) <= (coalesce(b.expires_on, 'infinity'), b.number)),
    (SELECT sum(o.quantity) FROM stock_batches o WHERE (o.article_id, o.warehouse_id) = (b.article_id, b.warehouse_id)),
    coalesce(s.on_hand, 0)
FROM stock_batches b JOIN articles a ON a.id = b.article_id JOIN warehouses w ON w.id = b.warehouse_id
LEFT JOIN stock s ON s.article_id = b.article_id AND s.warehouse_id = b.warehouse_id WHERE b.quantity > 0 AND """
_BATCH_LIST = (
    _BATCHES
    + """(:words = '' OR a.sku_key = :key OR b.number ILIKE :like)
    AND (CAST(:day AS date) IS NULL OR (coalesce(b.expires_on, 'infinity'), b.id) {sign} (CAST(:day AS date), CAST(:id AS bigint)))
ORDER BY coalesce(b.expires_on, 'infinity') {order}, b.id {order} LIMIT :limit"""
)
_BATCHES_FORWARDS = text(_BATCH_LIST.format(sign=">", order="ASC"))
_BATCHES_BACKWARDS = text(_BATCH_LIST.format(sign="<", order="DESC"))
_BATCHES_OF = text(_BATCHES + "b.article_id = :article ORDER BY w.position, w.id, b.expires_on NULLS LAST, b.number")


def _search(words: str) -> dict[str, Any]:
    like = words.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    return {"words": words, "key": key_of(words), "like": f"%{like}%"}


def incoming(
    actor: Actor, *, state: str = "open", words: str = "", after: Sequence[str] | None = None,
    before: Sequence[str] | None = None, limit: int = 51,
) -> list[IncomingLine]:  # fmt: skip
    """Goods to come by day; `state` open, late (open and past its day), received, cancelled, or empty for all."""
    key, is_backwards = after or before, before is not None and not after
    found = [IncomingLine(*row) for row in db.session.execute(_BACKWARDS if is_backwards else _FORWARDS, {
        "state": state, "today": clock.today(), "locale": actor.locale, "limit": limit, **_search(words),
        "day": date.fromisoformat(key[0]) if key else None, "id": int(key[1]) if key else None,
    })]  # fmt: skip
    return found[::-1] if is_backwards else found


def incoming_line(actor: Actor, incoming_id: int) -> IncomingLine:
    """Raises NotFound."""
    row = db.session.execute(_INCOMING_ONE, {"id": incoming_id, "locale": actor.locale}).one_or_none()
    if row is None:
        raise NotFound(N_("There are no such incoming goods."))
    return IncomingLine(*row)


def incoming_of(actor: Actor, article_id: int, *, limit: int = 8) -> list[IncomingLine]:
    """The next goods to come of one article."""
    values = {"article": article_id, "locale": actor.locale, "limit": limit}
    return [IncomingLine(*row) for row in db.session.execute(_INCOMING_OF, values)]


def supplier_stock(
    actor: Actor, *, words: str = "", after: Sequence[str] | None = None, before: Sequence[str] | None = None,
    limit: int = 51,
) -> list[SupplierLine]:  # fmt: skip
    """Suppliers' figures in the order they were first told."""
    key, is_backwards = after or before, before is not None and not after
    found = [SupplierLine(*row) for row in db.session.execute(
        _SUPPLIERS_BACKWARDS if is_backwards else _SUPPLIERS_FORWARDS,
        {"locale": actor.locale, "limit": limit, "today": clock.today(), "after": int(key[0]) if key else None,
         **_search(words)},
    )]  # fmt: skip
    return found[::-1] if is_backwards else found


def batches(
    actor: Actor, *, words: str = "", after: Sequence[str] | None = None, before: Sequence[str] | None = None,
    limit: int = 51,
) -> list[BatchLine]:  # fmt: skip
    """Batches of all shelves, what expires first in front."""
    key, is_backwards = after or before, before is not None and not after
    found = [BatchLine(*row) for row in db.session.execute(
        _BATCHES_BACKWARDS if is_backwards else _BATCHES_FORWARDS,
        {"locale": actor.locale, "limit": limit, **_search(words), "day": key[0] if key else None,
         "id": int(key[1]) if key else None},
    )]  # fmt: skip
    return found[::-1] if is_backwards else found


def batches_of(actor: Actor, article_id: int) -> list[BatchLine]:
    """Batches of one article, by warehouse, in the order in which they should go out."""
    rows = db.session.execute(_BATCHES_OF, {"article": article_id, "locale": actor.locale})
    return [BatchLine(*row) for row in rows]
