"""What is due to reorder: the ranking of the night, or at once from the account's own orders where there is none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import func, select, text

from app.core import clock
from app.core.actor import Actor
from app.core.db import db
from app.core.texts import Message
from app.insights.domain.reorder_reason import LAST_ORDERS, Habit, reason
from app.insights.models.reorder import ReorderSuggestion
from app.ordering.domain.cart import WantedLine
from app.ordering.queries.reorder import Today, at_today

SHOWN = 50

# Without a ranking of the night the own purchases count, half after 180 days: the best that needs no neighbours.
_DUE = text("""
WITH mine AS (
    SELECT l.article_id, l.base_quantity, o.id AS order_id, o.placed_at,
        CAST(timezone(:zone, o.placed_at) AS date) AS day
    FROM order_lines l JOIN orders o ON o.id = l.order_id
    WHERE l.company_id = :company AND o.company_id = :company AND o.state <> 'cancelled' AND l.quantity > 0
), newest AS (
    SELECT id FROM orders WHERE company_id = :company AND state <> 'cancelled' ORDER BY placed_at DESC, id DESC LIMIT :last
), habits AS (
    SELECT article_id, array_agg(DISTINCT day ORDER BY day) AS days,
        mode() WITHIN GROUP (ORDER BY base_quantity) AS usual,
        count(DISTINCT order_id) FILTER (WHERE order_id IN (SELECT id FROM newest)) AS in_last
    FROM mine GROUP BY article_id
), ranked AS (
    SELECT h.article_id, h.days, h.usual, h.in_last, s.rank, coalesce(s.alike, 0) AS alike,
        (SELECT sum(power(0.5, (:today - d.day) / 180.0)) FROM unnest(h.days) AS d (day)) AS often
    FROM habits h LEFT JOIN reorder_suggestions s ON s.company_id = :company AND s.article_id = h.article_id
    WHERE NOT EXISTS (
        SELECT FROM reorder_dismissals x WHERE x.company_id = :company AND x.article_id = h.article_id
    )
)
SELECT r.article_id, r.days, r.usual, r.in_last, r.alike, (SELECT count(*) FROM newest) AS orders, a.base_unit,
    a.sku, a.name
FROM ranked r JOIN articles a ON a.id = r.article_id
WHERE a.status <> 'discontinued' AND NOT a.is_head
ORDER BY r.rank NULLS LAST, r.often DESC, r.article_id LIMIT :most""")


@dataclass(frozen=True, slots=True)
class Due:
    """An article to order again: why, how much as usual (base unit), and what that costs today."""

    today: Today
    reason: Message
    last_on: date
    times: int


def due(actor: Actor) -> list[Due]:
    """The articles most likely ordered next, best first; only what the account may see. A constant number of
    statements.
    """
    today = clock.today(actor.time_zone)
    rows = db.session.execute(
        _DUE,
        {"company": actor.company_id, "zone": actor.time_zone, "today": today, "last": LAST_ORDERS, "most": SHOWN},
    ).all()
    wanted = [WantedLine(row.article_id, row.usual, row.base_unit) for row in rows]
    return [
        Due(
            now, reason(Habit(row.days, row.in_last, row.orders, row.alike), today), row.days[-1], len(row.days)
        )
        for row, now in zip(rows, at_today(actor, wanted), strict=True)
        if now is not None and now.article.is_visible
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class DueArticle:
    """An article an account will probably order again soon; `usual` in the base unit."""

    article_id: int
    sku: str
    name: str
    usual: Decimal
    unit: str
    last_on: date
    times: int


def due_of(actor: Actor, company_id: int, *, limit: int = 10) -> list[DueArticle]:
    """What an account is due to order, best first, for staff: without today's prices. One statement."""
    today = clock.today(actor.time_zone)
    rows = db.session.execute(
        _DUE, {"company": company_id, "zone": actor.time_zone, "today": today, "last": LAST_ORDERS, "most": limit}
    )
    return [
        DueArticle(row.article_id, row.sku, row.name, row.usual, row.base_unit, row.days[-1], len(row.days))
        for row in rows
    ]


def last_night(_actor: Actor) -> date | None:
    """The day of the newest ranking."""
    return db.session.scalar(select(func.max(ReorderSuggestion.on_day)))


_DAYS = text("""
SELECT CAST(timezone(:zone, o.placed_at) AS date) AS day, l.company_id, array_agg(DISTINCT l.article_id) AS articles
FROM orders o JOIN order_lines l ON l.order_id = o.id
WHERE o.state <> 'cancelled' AND l.quantity > 0 AND o.placed_at < :until
GROUP BY 1, 2 ORDER BY 1, 2""")


def baskets(zone: str, until: object) -> Iterator[tuple[date, int, list[int]]]:
    """What each account ordered on each day, oldest first."""
    for row in db.session.execute(_DAYS, {"zone": zone, "until": until}):
        yield row.day, row.company_id, row.articles
