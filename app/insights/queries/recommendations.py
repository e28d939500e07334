"""What to recommend: pairs and suggestions of the night, narrowed to what the account may see and can be had."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from sqlalchemy import text

from app.catalog.domain.article import Article
from app.catalog.queries.articles import articles_by_id
from app.catalog.queries.assortment import visible_sql, visible_values
from app.core import clock
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.core.texts import N_, Message
from app.insights.domain.recommend import Sign, missing
from app.insights.domain.reorder import HALF_LIFE_DAYS
from app.insights.domain.reorder_reason import LAST_ORDERS, Habit, reason
from app.ordering.domain.cart import WantedLine
from app.ordering.queries.reorder import Today, at_today

Kind = Literal["together", "substitute", "complement", "missing", "next"]
MILLION = 1_000_000
MOST_OF_CART = 100  # articles of a cart that are looked at, the ones named last
_ENOUGH = 3  # similar companies before they are spoken of: none can be recognised

# What can be had: sold, no head of a family, and what runs out only while there is some.
_TO_BE_HAD = f"""a.status <> 'discontinued' AND NOT a.is_head AND {visible_sql("a", few=True)}
    AND (a.status = 'active' OR EXISTS (
        SELECT FROM stock s WHERE s.article_id = a.id AND s.on_hand - s.quarantined - s.reserved - s.threshold > 0))"""
_NAME = "coalesce({a}.names ->> :locale, {a}.name)"

_PAIRS = text(f"""
WITH best AS (
    SELECT p.kind, p.other_id, sum(p.score) AS score,
        (array_agg(p.article_id ORDER BY p.score DESC, p.article_id))[1] AS near_id,
        (array_agg(p.orders ORDER BY p.score DESC, p.article_id))[1] AS orders,
        (array_agg(p.source ORDER BY p.score DESC, p.article_id))[1] AS source,
        (array_agg(p.accounts ORDER BY p.score DESC, p.article_id))[1] AS accounts
    FROM article_pairs p
    WHERE p.article_id = ANY(CAST(:ids AS bigint[])) AND p.kind = ANY(CAST(:kinds AS text[]))
      AND p.other_id <> ALL(CAST(:ids AS bigint[]))
      AND NOT EXISTS (
        SELECT FROM related_articles x WHERE x.article_id = p.article_id AND x.other_id = p.other_id)
    GROUP BY p.kind, p.other_id
), ranked AS (
    SELECT b.*, {_NAME.format(a="n")} AS near,
        row_number() OVER (PARTITION BY b.kind ORDER BY b.score DESC, b.other_id) AS place
    FROM best b JOIN articles a ON a.id = b.other_id JOIN articles n ON n.id = b.near_id
    WHERE {_TO_BE_HAD}
)
SELECT kind, other_id, score, orders, accounts, source, near FROM ranked WHERE place <= :most ORDER BY kind, place""")  # noqa: S608 -- constants of this file

_NEXT = text(f"""
SELECT s.article_id, s.rank, s.alike, {_NAME.format(a="n")} AS near
FROM article_suggestions s JOIN articles a ON a.id = s.article_id LEFT JOIN articles n ON n.id = s.near_id
WHERE s.company_id = :company AND s.article_id <> ALL(CAST(:ids AS bigint[])) AND {_TO_BE_HAD}
  AND NOT EXISTS (SELECT FROM order_lines l WHERE l.company_id = :company AND l.article_id = s.article_id)
  AND NOT EXISTS (
    SELECT FROM reorder_dismissals x WHERE x.company_id = :company AND x.article_id = s.article_id)
ORDER BY s.rank LIMIT :most""")  # noqa: S608 -- constants of this file

# Own purchases of what may be missing only: what is due again, what was in the last orders, what goes with the cart.
_GAPS = text(f"""
WITH newest AS MATERIALIZED (
    SELECT id FROM orders WHERE company_id = :company AND state <> 'cancelled' ORDER BY placed_at DESC, id DESC LIMIT :last
), paired AS MATERIALIZED (
    SELECT p.other_id AS id, sum(p.score) AS total, max(p.score) AS best,
        (array_agg(p.article_id ORDER BY p.score DESC, p.article_id))[1] AS near_id,
        (array_agg(p.orders ORDER BY p.score DESC, p.article_id))[1] AS orders
    FROM article_pairs p WHERE p.article_id = ANY(CAST(:ids AS bigint[])) AND p.kind = 'together'
    GROUP BY p.other_id ORDER BY total DESC LIMIT 200
), wanted AS (
    SELECT id FROM paired
    UNION SELECT s.article_id FROM reorder_suggestions s WHERE s.company_id = :company
    UNION (SELECT l.article_id FROM order_lines l JOIN newest n ON n.id = l.order_id WHERE l.company_id = :company LIMIT 300)
), habits AS (
    SELECT l.article_id, array_agg(DISTINCT CAST(timezone(:zone, o.placed_at) AS date)) AS days,
        mode() WITHIN GROUP (ORDER BY l.base_quantity) AS usual,
        count(DISTINCT o.id) FILTER (WHERE o.id IN (SELECT id FROM newest)) AS in_last
    FROM order_lines l JOIN orders o ON o.id = l.order_id
    WHERE l.company_id = :company AND o.company_id = :company AND o.state <> 'cancelled' AND l.quantity > 0
      AND l.article_id IN (SELECT id FROM wanted)
    GROUP BY l.article_id
)
SELECT w.id, p.total, p.best, p.near_id, p.orders, {_NAME.format(a="n")} AS near, h.days, h.usual, h.in_last,
    (SELECT count(*) FROM newest) AS last
FROM wanted w JOIN articles a ON a.id = w.id LEFT JOIN paired p ON p.id = w.id LEFT JOIN habits h ON h.article_id = w.id
    LEFT JOIN articles n ON n.id = p.near_id
WHERE w.id <> ALL(CAST(:ids AS bigint[])) AND {_TO_BE_HAD}
  AND NOT EXISTS (SELECT FROM reorder_dismissals x WHERE x.company_id = :company AND x.article_id = w.id)""")  # noqa: S608 -- constants of this file


@dataclass(frozen=True, slots=True)
class Recommendation:
    """An article to recommend, how strongly (millionths, within one kind), and why."""

    article_id: int
    score: int
    reason: Message
    usual: Decimal | None = None  # what the account orders of it at a time, in the base unit


@dataclass(frozen=True, slots=True)
class Offered:
    """A recommendation at the account's own price and stock of today."""

    today: Today
    reason: Message


def recommendations(
    actor: Actor, company_id: int, kind: Kind, article_ids: Sequence[int] = (), limit: int = 10
) -> list[Recommendation]:
    """The best articles of a kind for an account, beside some articles (of a page or a cart); none of these is among them.

    together, substitute, complement: what goes with these articles or can stand for them. missing: what the account
    usually orders with what is in its cart, or others do. next: what it never bought and similar accounts do.
    """
    if not actor.is_operator and company_id != actor.company_id:
        raise NotFound(N_("There is no such account."))
    ids = list(dict.fromkeys(article_ids))[-MOST_OF_CART:]
    if kind == "next":
        return _next(actor, company_id, ids, limit)
    if kind == "missing":
        return _missing(actor, company_id, ids, limit)
    return of_articles(actor, company_id, (kind,), ids, limit)[kind]


def of_articles(
    actor: Actor, company_id: int, kinds: Sequence[Kind], ids: Sequence[int], limit: int
) -> dict[Kind, list[Recommendation]]:
    """What goes with articles or can stand for them, by kind; one statement."""
    found: dict[Kind, list[Recommendation]] = {kind: [] for kind in kinds}
    if not ids:
        return found
    values = {"ids": list(ids), "kinds": list(kinds), "most": limit, "locale": actor.locale}
    for row in db.session.execute(_PAIRS, values | visible_values(actor, company_id)):
        found[row.kind].append(Recommendation(row.other_id, row.score, _why(row)))
    return found


def _why(row: Any) -> Message:
    if row.source == "successor":
        return N_("Follows {name}", name=row.near)
    if row.source == "variant":
        return N_("Another version of {name}", name=row.near)
    if row.source == "alike":
        return (
            N_("Companies order it instead of {name}", name=row.near)
            if row.accounts
            else N_("Of the same kind as {name}", name=row.near)
        )
    return _together(row)


def _together(row: Any) -> Message:
    return N_("Bought together with {name} in {n} orders", name=row.near, n=row.orders)


def _next(actor: Actor, company_id: int, ids: list[int], limit: int) -> list[Recommendation]:
    values = {"company": company_id, "ids": ids, "most": limit, "locale": actor.locale}
    rows = db.session.execute(_NEXT, values | visible_values(actor, company_id))
    return [Recommendation(row.article_id, MILLION // row.rank, _why_next(row.alike, row.near)) for row in rows]


def _why_next(alike: int, near: str | None) -> Message:
    if alike >= _ENOUGH:
        return N_("{n} similar companies order it", n=alike)
    if near:
        return N_("Goes with {name}, ordered before", name=near)
    return N_("Many companies order it")


def _missing(actor: Actor, company_id: int, ids: list[int], limit: int) -> list[Recommendation]:
    today = clock.today(actor.time_zone)
    values = {"company": company_id, "ids": ids, "last": LAST_ORDERS, "zone": actor.time_zone, "locale": actor.locale}
    rows = {row.id: row for row in db.session.execute(_GAPS, values | visible_values(actor, company_id))}
    own = {
        key: sum(2 ** (-(today - day).days / HALF_LIFE_DAYS) for day in row.days)
        for key, row in rows.items()
        if row.days
    }
    found = {
        key: Sign(row.total / MILLION, row.best / MILLION, row.near_id) for key, row in rows.items() if row.near_id
    }
    return [_gap(rows[key], round(score * MILLION), today) for key, score in missing(found, own, limit)]


def _gap(row: Any, score: int, today: date) -> Recommendation:
    """The own habit is the reason where there is one, else what it goes with."""
    if row.days and (row.in_last or not row.near_id):
        habit = Habit(sorted(row.days), row.in_last, row.last)
        return Recommendation(row.id, score, reason(habit, today), row.usual)
    return Recommendation(row.id, score, _together(row), row.usual)


_CART = text("""
SELECT l.article_id FROM carts c LEFT JOIN cart_lines l ON l.cart_id = c.id
WHERE c.id = :cart AND c.company_id = :company AND c.state = 'open' AND c.kind = 'cart' ORDER BY l.id DESC LIMIT :most""")


def cart_articles(actor: Actor, cart_id: int) -> list[int] | None:
    """Articles of an open cart of the account, the latest of them; None where nothing can be added."""
    values = {"cart": cart_id, "company": actor.company_id, "most": MOST_OF_CART}
    rows = db.session.scalars(_CART, values).all()
    return [key for key in rows[::-1] if key is not None] if rows else None


def at_prices(actor: Actor, found: Sequence[Recommendation], most: int) -> list[Offered]:
    """The first of them that can be ordered now, with own price and stock: in the usual quantity of the account, else in
    the smallest there is. A constant number of statements.
    """
    articles = articles_by_id(actor, {one.article_id for one in found})
    wanted = [
        WantedLine(one.article_id, one.usual or _smallest(articles[one.article_id]), articles[one.article_id].base_unit)
        for one in found
    ]
    return [
        Offered(now, one.reason)
        for one, now in zip(found, at_today(actor, wanted), strict=True)
        if now is not None and now.is_open and now.price.unit_price is not None
    ][:most]


def _smallest(article: Article) -> Decimal:
    rule = article.rule
    return max(rule.minimum, rule.step, Decimal(1))
