"""Stock per warehouse for the operator's pages, and the moves behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from app.catalog.domain.article import key_of
from app.catalog.queries.search import MATCHES, matching
from app.core import clock
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.core.texts import N_
from app.inventory.queries.supply import CATEGORY_MARKS, KEPT, LOW, MARKS, PLACES


@dataclass(frozen=True, slots=True)
class WarehouseLine:
    """A warehouse; those with a lower position give first."""

    id: int
    code: str
    name: str
    position: int


@dataclass(frozen=True, slots=True)
class StockLine:
    """What a warehouse holds of an article, in base units.

    `own_threshold` and `own_low` are the row's own figures, `threshold` and `low_mark` those that hold; `threshold_from`
    and `low_from` say whose they are: own, warehouse, category, everything, or empty. `coming` is on its way.
    """

    sku: str
    sku_key: str
    name: str
    unit: str
    on_hand: Decimal
    reserved: Decimal
    threshold: Decimal
    available: Decimal
    updated_at: datetime | None
    own_threshold: Decimal | None
    own_low: Decimal | None
    low_mark: Decimal | None
    threshold_from: str
    low_from: str
    coming: Decimal | None
    next_on: date | None

    @property
    def is_low(self) -> bool:
        return self.low_mark is not None and self.available <= self.low_mark


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
# A shelf `s` with the figures that hold for it; `:today` parts goods to come from those that are late.
_FIGURES = f"""
    coalesce(s.on_hand, 0), coalesce(s.reserved, 0), {{kept}}, greatest(s.on_hand - {{kept}} - s.reserved, 0), s.updated_at,
    CASE WHEN NOT s.inherits_threshold THEN s.threshold END, s.low_mark, {LOW},
    CASE WHEN NOT s.inherits_threshold THEN 'own' WHEN w.own_threshold IS NOT NULL THEN 'warehouse'
        WHEN m.threshold IS NOT NULL THEN 'category' WHEN w.rest_threshold IS NOT NULL THEN 'everything' ELSE '' END,
    CASE WHEN s.low_mark IS NOT NULL THEN 'own' WHEN w.own_low IS NOT NULL THEN 'warehouse'
        WHEN m.low_mark IS NOT NULL THEN 'category' WHEN w.rest_low IS NOT NULL THEN 'everything' ELSE '' END,
    coming.quantity, coming.next_on"""
_KEPT = KEPT.replace("WHEN s.inherits", "WHEN s.id IS NULL OR s.inherits")
_LINE = f"""
WITH RECURSIVE {CATEGORY_MARKS}, places AS ({PLACES} WHERE w.id = :warehouse)
SELECT a.sku, a.sku_key, coalesce(a.names ->> :locale, a.name), a.base_unit, {_FIGURES.format(kept=_KEPT)}
FROM articles a CROSS JOIN places w
{{join}} JOIN stock s ON s.article_id = a.id AND s.warehouse_id = w.id
LEFT JOIN category_marks m ON m.id = a.category_id
LEFT JOIN LATERAL (
    SELECT sum(i.quantity - i.received) AS quantity, min(i.expected_on) FILTER (WHERE i.expected_on >= :today) AS next_on
    FROM incoming_goods i WHERE i.article_id = a.id AND i.warehouse_id = w.id AND i.state = 'open'
) coming ON true
WHERE {{where}}"""  # noqa: S608 -- parts are constants
_STOCK = _LINE.format(
    join="",
    where=f"""{MATCHES}
  AND (:only <> 'scarce' OR s.on_hand - {_KEPT} - s.reserved <= 0)
  AND (:only <> 'low' OR s.on_hand - {_KEPT} - s.reserved <= {LOW})
  AND (CAST(:key AS text) IS NULL OR a.sku_key {{sign}} :key)
ORDER BY a.sku_key {{order}} LIMIT :limit""",
)
_FORWARDS = text(_STOCK.format(sign=">", order="ASC"))
_BACKWARDS = text(_STOCK.format(sign="<", order="DESC"))
_ONE = text(_LINE.format(join="LEFT", where="a.sku_key = :key"))
_OF_ARTICLE = text(f"""
WITH RECURSIVE {CATEGORY_MARKS}
SELECT w.id, w.code, w.name, w.position, s.on_hand, s.reserved, {KEPT},
       greatest(s.on_hand - s.reserved - {KEPT}, 0), s.updated_at, {LOW}
FROM ({PLACES}) w JOIN stock s ON s.warehouse_id = w.id AND s.article_id = :article {MARKS}
ORDER BY w.position, w.code""")  # noqa: S608
_MOVES = text("""
SELECT m.at, w.code, m.quantity, m.reason, m.reference, coalesce(u.name, '')
FROM stock_moves m JOIN warehouses w ON w.id = m.warehouse_id LEFT JOIN users u ON u.id = m.user_id
WHERE m.article_id = :article AND (CAST(:warehouse AS bigint) IS NULL OR m.warehouse_id = :warehouse)
ORDER BY m.id DESC LIMIT :limit""")


def warehouses(actor: Actor) -> list[WarehouseLine]:
    """In the order they give."""
    return [WarehouseLine(*row) for row in db.session.execute(_WAREHOUSES)]


def stock(
    actor: Actor, warehouse_id: int, words: str = "", *, only: str = "", after: Sequence[str] | None = None,
    before: Sequence[str] | None = None, limit: int = 51,
) -> list[StockLine]:  # fmt: skip
    """Stock of a warehouse by article number; of articles whose texts and numbers have the words.

    `only` is "scarce" for what has nothing left to sell, "low" for what is at its low mark or under it.
    """
    is_backwards = before is not None and not after
    key = after or before
    found = [StockLine(*row) for row in db.session.execute(_BACKWARDS if is_backwards else _FORWARDS, {
        "warehouse": warehouse_id, **matching(words), "only": only if only in ("scarce", "low") else "",
        "key": key[0] if key else None, "locale": actor.locale, "limit": limit, "today": clock.today(),
    })]  # fmt: skip
    return found[::-1] if is_backwards else found


def stock_of(actor: Actor, warehouse_id: int, sku: str) -> StockLine:
    """One article in one warehouse, zeros where it has none. Raises NotFound for an unknown article."""
    values = {"warehouse": warehouse_id, "key": key_of(sku), "locale": actor.locale, "today": clock.today()}
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
    low_mark: Decimal | None

    @property
    def is_low(self) -> bool:
        return self.low_mark is not None and self.available <= self.low_mark


def stock_of_article(actor: Actor, article_id: int) -> list[ArticleStock]:
    """An article in all warehouses that have it, in the order they give."""
    rows = db.session.execute(_OF_ARTICLE, {"article": article_id})
    return [ArticleStock(WarehouseLine(*row[:4]), *row[4:]) for row in rows]


def moves(actor: Actor, article_id: int, *, warehouse_id: int | None = None, limit: int = 20) -> list[MoveLine]:
    """The latest changes of what is on hand."""
    rows = db.session.execute(_MOVES, {"article": article_id, "warehouse": warehouse_id, "limit": limit})
    return [MoveLine(*row) for row in rows]
