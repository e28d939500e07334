"""Stock per warehouse for the operator's pages, and the moves behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from app.catalog.domain.article import key_of
from app.catalog.queries.browse import word_query
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.core.texts import N_


@dataclass(frozen=True, slots=True)
class WarehouseLine:
    """A warehouse; those with a lower position give first."""

    id: int
    code: str
    name: str
    position: int


@dataclass(frozen=True, slots=True)
class StockLine:
    """What a warehouse holds of an article, in base units."""

    sku: str
    sku_key: str
    name: str
    unit: str
    on_hand: Decimal
    reserved: Decimal
    threshold: Decimal
    available: Decimal
    updated_at: datetime | None


@dataclass(frozen=True, slots=True)
class MoveLine:
    """One change of what is on hand."""

    at: datetime
    warehouse: str
    quantity: Decimal
    reason: str
    reference: str
    user_name: str


_WAREHOUSES = text("SELECT id, code, name, position FROM warehouses ORDER BY position, code")
_STOCK = """
SELECT a.sku, a.sku_key, coalesce(a.names ->> :locale, a.name), a.base_unit, s.on_hand, s.reserved, s.threshold,
       greatest(s.on_hand - s.threshold - s.reserved, 0), s.updated_at
FROM stock s JOIN articles a ON a.id = s.article_id
WHERE s.warehouse_id = :warehouse
  AND (:words = '' OR a.search @@ to_tsquery('simple', :words))
  AND (:only = '' OR s.on_hand - s.threshold - s.reserved <= 0)
  AND (CAST(:key AS text) IS NULL OR a.sku_key {sign} :key)
ORDER BY a.sku_key {order} LIMIT :limit"""
_FORWARDS = text(_STOCK.format(sign=">", order="ASC"))
_BACKWARDS = text(_STOCK.format(sign="<", order="DESC"))
_ONE = text("""
SELECT a.sku, a.sku_key, coalesce(a.names ->> :locale, a.name), a.base_unit, coalesce(s.on_hand, 0),
       coalesce(s.reserved, 0), coalesce(s.threshold, 0), greatest(s.on_hand - s.threshold - s.reserved, 0), s.updated_at
FROM articles a LEFT JOIN stock s ON s.article_id = a.id AND s.warehouse_id = :warehouse
WHERE a.sku_key = :key""")
_OF_ARTICLE = text("""
SELECT w.id, w.code, w.name, w.position, s.on_hand, s.reserved, s.threshold,
       greatest(s.on_hand - s.threshold - s.reserved, 0), s.updated_at
FROM warehouses w JOIN stock s ON s.warehouse_id = w.id AND s.article_id = :article
ORDER BY w.position, w.code""")
_MOVES = text("""
SELECT m.at, w.code, m.quantity, m.reason, m.reference, coalesce(u.name, '')
FROM stock_moves m JOIN warehouses w ON w.id = m.warehouse_id LEFT JOIN users u ON u.id = m.user_id
WHERE m.article_id = :article AND (CAST(:warehouse AS bigint) IS NULL OR m.warehouse_id = :warehouse)
ORDER BY m.id DESC LIMIT :limit""")


def warehouses(actor: Actor) -> list[WarehouseLine]:
    """In the order they give."""
    return [WarehouseLine(*row) for row in db.session.execute(_WAREHOUSES)]


def stock(
    actor: Actor, warehouse_id: int, words: str = "", *, only_scarce: bool = False, after: Sequence[str] | None = None,
    before: Sequence[str] | None = None, limit: int = 51,
) -> list[StockLine]:  # fmt: skip
    """Stock of a warehouse by article number; of articles whose texts and numbers have the words."""
    is_backwards = before is not None and not after
    key = after or before
    found = [StockLine(*row) for row in db.session.execute(_BACKWARDS if is_backwards else _FORWARDS, {
        "warehouse": warehouse_id, "words": word_query(words), "only": "scarce" if only_scarce else "",
        "key": key[0] if key else None, "locale": actor.locale, "limit": limit,
    })]  # fmt: skip
    return found[::-1] if is_backwards else found


def stock_of(actor: Actor, warehouse_id: int, sku: str) -> StockLine:
    """One article in one warehouse, zeros where it has none. Raises NotFound for an unknown article."""
    values = {"warehouse": warehouse_id, "key": key_of(sku), "locale": actor.locale}
    row: Any = db.session.execute(_ONE, values).one_or_none()
    if row is None:
        raise NotFound(N_("There is no article {sku}.", sku=sku))
    return StockLine(*row)


@dataclass(frozen=True, slots=True)
class ArticleStock:
    """What one warehouse has of an article."""

    warehouse: WarehouseLine
    on_hand: Decimal
    reserved: Decimal
    threshold: Decimal
    available: Decimal
    updated_at: datetime


def stock_of_article(actor: Actor, article_id: int) -> list[ArticleStock]:
    """An article in all warehouses that have it, in the order they give."""
    rows = db.session.execute(_OF_ARTICLE, {"article": article_id})
    return [ArticleStock(WarehouseLine(*row[:4]), *row[4:]) for row in rows]


def moves(actor: Actor, article_id: int, *, warehouse_id: int | None = None, limit: int = 20) -> list[MoveLine]:
    """The latest changes of what is on hand."""
    rows = db.session.execute(_MOVES, {"article": article_id, "warehouse": warehouse_id, "limit": limit})
    return [MoveLine(*row) for row in rows]
