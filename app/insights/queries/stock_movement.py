"""Stock that does not move: the list, its sums, and what came of clearances. For the operator."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.core.texts import N_, Message
from app.insights.domain.clearance import why_text

STANDINGS = ("dead", "slow", "new", "moving")
SORTS = ("value", "cover", "since", "sku")
_LIKE = str.maketrans({"\\": "\\\\", "%": "\\%", "_": "\\_"})
_KEYS = {
    "value": ("coalesce(s.value, 0)", "numeric"), "cover": ("coalesce(s.cover_days, 999999)", "integer"),
    "since": ("coalesce(s.since_on, DATE '1900-01-01')", "date"), "sku": ("a.sku", "text"),
}  # fmt: skip
_FROM = """
FROM stock_standings s JOIN articles a ON a.id = s.article_id LEFT JOIN categories c ON c.id = a.category_id
WHERE (:standing = '' OR s.standing = :standing) AND (:abc = '' OR s.abc = :abc) AND (:xyz = '' OR s.xyz = :xyz)
  AND (:pattern = '' OR a.sku ILIKE :pattern OR a.name ILIKE :pattern OR c.name ILIKE :pattern)"""
_LIST = """
SELECT s.article_id, CAST({key} AS text) AS key, a.sku, coalesce(a.names ->> :locale, a.name) AS name, a.base_unit,
    s.on_hand, s.since_on, s.last_in_on, s.last_out_on, s.sold_90, s.cover_days, s.abc, s.xyz, s.standing, s.value,
    s.currency, f.wape
{rest}
  AND (:start = '' OR ({key}, s.article_id) {sign} (CAST(:start AS {kind}), CAST(:start_id AS bigint)))
ORDER BY {key} {way}, s.article_id {way} LIMIT :most"""
_REST = _FROM.replace(
    "LEFT JOIN categories", "LEFT JOIN article_forecasts f ON f.article_id = s.article_id LEFT JOIN categories"
)
_SUMS = text("""
SELECT standing, count(*) AS articles, sum(value) AS value, count(*) FILTER (WHERE value IS NULL) AS without, max(currency)
FROM stock_standings GROUP BY standing""")
_CLEARANCES = text("""
WITH sold AS (
    SELECT p.id, sum(l.base_quantity) AS quantity FROM clearance_proposals p
    JOIN order_lines l ON l.article_id = p.article_id JOIN orders o ON o.id = l.order_id
    WHERE p.state = 'offered' AND o.placed_at >= p.offered_at AND o.state <> 'cancelled' GROUP BY p.id
)
SELECT p.id, a.sku, coalesce(a.names ->> :locale, a.name) AS name, a.base_unit, p.state, p.created_at, p.offered_at, p.ends_on,
    p.stock_then, (SELECT count(*) FROM clearance_accounts x WHERE x.proposal_id = p.id) AS accounts,
    coalesce(sold.quantity, 0) AS sold, coalesce((SELECT sum(s.on_hand) FROM stock s WHERE s.article_id = p.article_id), 0)
        AS left_now, p.article_id, p.offers
FROM clearance_proposals p JOIN articles a ON a.id = p.article_id LEFT JOIN sold ON sold.id = p.id
WHERE (CAST(:id AS bigint) IS NULL OR p.id = :id) ORDER BY p.id DESC LIMIT :limit""")
_ACCOUNTS = text("""
SELECT x.company_id, c.code, c.name, x.likely, x.why, x.count AS number, x.percent, x.price_now, x.price_then, x.currency,
    x.usual_quantity, coalesce(t.quantity, 0) AS bought, coalesce(t.net, 0) AS net
FROM clearance_accounts x JOIN companies c ON c.id = x.company_id JOIN clearance_proposals p ON p.id = x.proposal_id
LEFT JOIN LATERAL (
    SELECT sum(l.base_quantity) AS quantity, sum(l.net) AS net FROM order_lines l JOIN orders o ON o.id = l.order_id
    WHERE l.company_id = x.company_id AND l.article_id = p.article_id AND p.offered_at IS NOT NULL
      AND o.placed_at >= p.offered_at AND o.state <> 'cancelled'
) t ON true
WHERE x.proposal_id = :id ORDER BY x.likely DESC, c.code""")


@dataclass(frozen=True, slots=True)
class StockFilters:
    """Empty: any. `sort` is one of SORTS."""

    standing: str = ""
    abc: str = ""
    xyz: str = ""
    text: str = ""
    sort: str = "value"
    is_descending: bool = True


@dataclass(frozen=True, slots=True)
class StockRow:
    """Quantities in base units; `value` net at cost in `currency`, None: no cost known. `wape` is the forecast's error."""

    article_id: int
    key: str
    sku: str
    name: str
    unit: str
    on_hand: Decimal
    since_on: date | None
    last_in_on: date | None
    last_out_on: date | None
    sold_90: Decimal
    cover_days: int | None
    abc: str
    xyz: str
    standing: str
    value: Decimal | None
    currency: str
    wape: Decimal | None


@dataclass(frozen=True, slots=True)
class StockSum:
    """Articles of one standing and their value at cost; `without` have no known cost."""

    articles: int
    value: Decimal | None
    without: int
    currency: str


@dataclass(frozen=True, slots=True)
class Clearance:
    """A proposal and what came of it; quantities in base units."""

    id: int
    sku: str
    name: str
    unit: str
    state: str
    created_at: datetime
    offered_at: datetime | None
    ends_on: date
    stock_then: Decimal
    accounts: int
    sold: Decimal
    left_now: Decimal
    article_id: int
    offers: list[Any]


@dataclass(frozen=True, slots=True)
class ClearanceLine:
    """An account that may take it; prices net for one base unit. `bought` and `net` are since the offer."""

    company_id: int
    code: str
    name: str
    likely: int
    why: Message
    percent: Decimal
    price_now: Decimal
    price_then: Decimal
    currency: str
    usual_quantity: Decimal | None
    bought: Decimal
    net: Decimal


def stock_rows(
    actor: Actor, filters: StockFilters, *, after: Sequence[str] | None = None, before: Sequence[str] | None = None,
    limit: int,
) -> list[StockRow]:  # fmt: skip
    """Articles with stock as of the last night; keys are (sort value, article id). One statement."""
    column, kind = _KEYS[filters.sort]
    is_down = filters.is_descending != (before is not None)
    way = "DESC" if is_down else "ASC"
    start = before or after
    statement = text(_LIST.format(key=column, rest=_REST, kind=kind, sign="<" if is_down else ">", way=way))
    try:
        start_value, start_id = (start[0], int(start[1])) if start else ("", 0)
    except (IndexError, ValueError):
        raise NotFound(N_("This address is damaged. Open the list again.")) from None
    values = {"start": start_value, "start_id": start_id, "most": limit, "locale": actor.locale, **_values(filters)}
    rows = [StockRow(*row) for row in db.session.execute(statement, values)]
    return rows[::-1] if before is not None else rows


def _values(filters: StockFilters) -> dict[str, str]:
    pattern = f"%{filters.text.translate(_LIKE)}%" if filters.text else ""
    return {"standing": filters.standing, "abc": filters.abc, "xyz": filters.xyz, "pattern": pattern}


def stock_sums(actor: Actor) -> dict[str, StockSum]:
    """Articles and value of each standing."""
    return {row[0]: StockSum(*row[1:]) for row in db.session.execute(_SUMS)}


def clearances(actor: Actor, limit: int = 50) -> list[Clearance]:
    """The latest proposals with what was sold of each since."""
    rows = db.session.execute(_CLEARANCES, {"locale": actor.locale, "limit": limit, "id": None})
    return [Clearance(*row) for row in rows]


def clearance(actor: Actor, proposal_id: int) -> tuple[Clearance, list[ClearanceLine]]:
    """One proposal with its accounts, the likeliest first. Raises NotFound."""
    row = db.session.execute(_CLEARANCES, {"locale": actor.locale, "limit": 1, "id": proposal_id}).one_or_none()
    if row is None:
        raise NotFound(N_("There is no such proposal."))
    lines = [
        ClearanceLine(
            one.company_id, one.code, one.name, one.likely, why_text(one.why, one.number), one.percent, one.price_now,
            one.price_then, one.currency, one.usual_quantity, one.bought, one.net,
        )
        for one in db.session.execute(_ACCOUNTS, {"id": proposal_id})
    ]  # fmt: skip
    return Clearance(*row), lines
