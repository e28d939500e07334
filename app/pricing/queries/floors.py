"""Cost of articles and the least prices that follow from margins; for the operator alone."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_UP, Decimal

from sqlalchemy import text

from app.core.actor import Actor
from app.core.db import db
from app.core.errors import Forbidden
from app.core.texts import N_

_HUNDRED = Decimal(100)
_FINE = Decimal("0.000001")
_MOST_SPECIFIC = "CASE f.target WHEN 'list' THEN 1 WHEN 'brand' THEN 2 WHEN 'category' THEN 3 ELSE 4 END"
_FLOORS = text(f"""
WITH RECURSIVE under AS (
    SELECT c.id, f.category_id AS named, 0 AS depth
    FROM price_floors f JOIN categories c ON c.id = f.category_id
    UNION ALL
    SELECT c.id, u.named, u.depth + 1 FROM categories c JOIN under u ON c.parent_id = u.id
), costs AS (
    SELECT DISTINCT ON (c.article_id) c.article_id, c.cost, c.currency
    FROM article_costs c
    WHERE c.article_id = ANY(CAST(:ids AS bigint[])) AND (c.valid_from IS NULL OR c.valid_from <= :on)
    ORDER BY c.article_id, c.valid_from DESC NULLS LAST
)
SELECT c.article_id, c.cost * x.rate, m.margin, m.target
FROM costs c
JOIN articles a ON a.id = c.article_id
CROSS JOIN LATERAL (
    SELECT 1 AS rate, NULL::date AS on_date WHERE c.currency = :currency
    UNION ALL
    SELECT r.rate, r.on_date FROM exchange_rates r
    WHERE r.currency_from = c.currency AND r.currency_to = :currency AND r.on_date <= :on
    ORDER BY on_date DESC LIMIT 1
) x
LEFT JOIN LATERAL (
    SELECT f.margin, f.target FROM price_floors f
    LEFT JOIN under u ON f.target = 'category' AND u.named = f.category_id AND u.id = a.category_id
    WHERE f.target = 'all' OR (f.target = 'list' AND f.price_list_id = coalesce(CAST(:list AS bigint), (SELECT p.id FROM price_lists p WHERE p.code = :code)))
       OR (f.target = 'brand' AND f.brand = a.brand) OR u.id IS NOT NULL
    ORDER BY {_MOST_SPECIFIC}, u.depth LIMIT 1
) m ON true""")  # noqa: S608 -- constants of this file


@dataclass(frozen=True, slots=True)
class Floor:
    """Cost of one base unit in the asked currency, the margin demanded (None: none) and by what it is set."""

    cost: Decimal
    margin: Decimal | None
    target: str

    @property
    def price(self) -> Decimal | None:
        """The least net price of one base unit; None where no margin is demanded."""
        if self.margin is None:
            return None
        return (self.cost * _HUNDRED / (_HUNDRED - self.margin)).quantize(_FINE, rounding=ROUND_UP)

    def margin_of(self, price: Decimal) -> Decimal | None:
        """Margin in percent of a net price of one base unit."""
        return ((price - self.cost) * _HUNDRED / price).quantize(Decimal("0.1")) if price else None


def floors(
    actor: Actor,
    article_ids: Collection[int],
    *,
    currency: str,
    on: date,
    list_id: int | None = None,
    list_code: str = "",
) -> dict[int, Floor]:
    """Floors of articles whose cost is known, for prices of a list in a currency; one statement."""
    if not actor.is_operator:
        raise Forbidden(N_("You have no right to do this."))
    values = {"ids": list(article_ids), "currency": currency, "on": on, "list": list_id, "code": list_code}
    return {
        article_id: Floor(cost.normalize() + 0, margin, target or "")
        for article_id, cost, margin, target in db.session.execute(_FLOORS, values)
    }


def has_floors(actor: Actor) -> bool:
    """Whether any margin is demanded at all."""
    return bool(db.session.scalar(text("SELECT EXISTS (SELECT FROM price_floors)")))


_FACTORS = text("""
SELECT u.article_id, u.unit, u.numerator::numeric / u.denominator FROM article_units u
WHERE u.article_id = ANY(CAST(:ids AS bigint[]))""")


@dataclass(frozen=True, slots=True)
class AskedPrice:
    """A net price of an article that somebody wants to write, for `base_quantity` of a unit."""

    article_id: int
    unit: str
    price: Decimal
    base_quantity: Decimal


def undercut(
    actor: Actor, prices: Sequence[AskedPrice], *, currency: str, on: date, list_id: int
) -> list[Decimal | None]:
    """For each price the floor it lies below, in its own unit and base quantity; None where it does not. Two statements."""
    ids = {one.article_id for one in prices}
    held = floors(actor, ids, currency=currency, on=on, list_id=list_id)
    factors = {(article_id, unit): size for article_id, unit, size in db.session.execute(_FACTORS, {"ids": list(ids)})}
    found: list[Decimal | None] = []
    for one in prices:
        floor = held.get(one.article_id)
        least = floor.price if floor else None
        if least is not None:
            size = factors.get((one.article_id, one.unit), Decimal(1)) * one.base_quantity
            least = (least * size).quantize(_FINE, rounding=ROUND_UP)
        found.append(least if least is not None and one.price < least else None)
    return found


@dataclass(frozen=True, slots=True)
class CostLine:
    """A cost as tables show it."""

    id: int
    sku: str
    sku_key: str
    name: str
    cost: Decimal
    currency: str
    valid_from: date | None


@dataclass(frozen=True, slots=True)
class FloorLine:
    """A demanded margin and for what."""

    id: int
    target: str
    key: str
    name: str
    margin: Decimal


@dataclass(frozen=True, slots=True)
class RequestLine:
    """A price below the floor that waits for a decision, or had one."""

    id: int
    list_code: str
    sku: str
    name: str
    unit: str
    min_quantity: Decimal
    price: Decimal
    base_quantity: Decimal
    currency: str
    floor: Decimal
    reason: str
    state: str
    asked_by: str
    asked_at: datetime
    decided_by: str


_COSTS = text("""
SELECT c.id, a.sku, a.sku_key, coalesce(a.names ->> :locale, a.name), c.cost, c.currency, c.valid_from
FROM article_costs c JOIN articles a ON a.id = c.article_id
WHERE a.sku_key LIKE :pattern
  AND (CAST(:after AS text) IS NULL OR (a.sku_key, c.id) > (:after, CAST(:after_id AS bigint)))
  AND (CAST(:before AS text) IS NULL OR (a.sku_key, c.id) < (:before, CAST(:after_id AS bigint)))
ORDER BY CASE WHEN CAST(:before AS text) IS NULL THEN a.sku_key END,
         CASE WHEN CAST(:before AS text) IS NULL THEN c.id END, a.sku_key DESC, c.id DESC LIMIT :limit""")
_TARGETS = text("""
SELECT f.id, f.target, coalesce(p.code, c.code, f.brand), coalesce(p.name, c.name, f.brand), f.margin
FROM price_floors f LEFT JOIN price_lists p ON p.id = f.price_list_id LEFT JOIN categories c ON c.id = f.category_id
ORDER BY f.target, 3""")
_REQUESTS = text("""
SELECT r.id, p.code, a.sku, coalesce(a.names ->> :locale, a.name), r.unit, r.min_quantity, r.price, r.base_quantity,
       p.currency, r.floor, r.reason, r.state, coalesce(u.name, ''), r.asked_at, coalesce(d.name, '')
FROM floor_requests r
JOIN price_lists p ON p.id = r.price_list_id
JOIN articles a ON a.id = r.article_id
LEFT JOIN users u ON u.id = r.user_id
LEFT JOIN users d ON d.id = r.decided_by
ORDER BY (r.state <> 'open'), r.id DESC LIMIT :limit""")


def costs(
    actor: Actor, sku_start: str = "", *, after: Sequence[str] | None = None, before: Sequence[str] | None = None,
    limit: int = 51,
) -> list[CostLine]:  # fmt: skip
    """Costs by article number, of articles whose key begins so."""
    is_backwards = before is not None and not after
    key = after or before or (None, None)
    start = "".join(f"\\{sign}" if sign in "\\%_" else sign for sign in sku_start)
    rows = db.session.execute(_COSTS, {
        "locale": actor.locale, "pattern": f"{start}%", "after": None if is_backwards else key[0],
        "before": key[0] if is_backwards else None, "after_id": key[1], "limit": limit,
    })  # fmt: skip
    found = [CostLine(*row) for row in rows]
    return found[::-1] if is_backwards else found


def floor_lines(actor: Actor) -> list[FloorLine]:
    """All demanded margins."""
    return [FloorLine(*row) for row in db.session.execute(_TARGETS)]


def floor_requests(actor: Actor, *, limit: int = 50) -> list[RequestLine]:
    """Requests, the open ones first, then the latest decided."""
    return [RequestLine(*row) for row in db.session.execute(_REQUESTS, {"locale": actor.locale, "limit": limit})]
