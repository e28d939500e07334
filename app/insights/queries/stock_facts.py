"""What is known of the stock of every article: when it came, when it went, how much of it is ordered."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import text

from app.core.actor import Actor
from app.core.db import db
from app.insights.domain.stock_movement import BLOCK_DAYS, BLOCKS, StockFacts

# First in, first out: of the receipts, the newest first, the one with which they make up what lies there is the oldest.
_FACTS = text("""
WITH held AS (
    SELECT s.article_id, sum(s.on_hand) AS on_hand FROM stock s GROUP BY s.article_id HAVING sum(s.on_hand) > 0
), came AS (
    SELECT m.article_id, CAST(timezone(:zone, m.at) AS date) AS day,
        sum(m.quantity) OVER (PARTITION BY m.article_id ORDER BY m.at DESC, m.id DESC) AS running
    FROM stock_moves m
    WHERE m.quantity > 0 AND m.condition = 'stock' AND m.reason IN ('receipt', 'import', 'feed', 'adjustment')
), ages AS (
    SELECT c.article_id, max(c.day) AS last_in,
        coalesce(max(c.day) FILTER (WHERE c.running >= h.on_hand), min(c.day)) AS since
    FROM came c JOIN held h ON h.article_id = c.article_id GROUP BY c.article_id
), went AS (
    SELECT m.article_id, max(CAST(timezone(:zone, m.at) AS date)) AS day FROM stock_moves m
    WHERE m.reason = 'issue' GROUP BY m.article_id
), rates AS (
    SELECT DISTINCT ON (r.currency_from) r.currency_from AS currency, r.rate FROM exchange_rates r
    WHERE r.currency_to = :currency AND r.on_date <= :today ORDER BY r.currency_from, r.on_date DESC
), lines AS (
    SELECT l.article_id, o.placed_at, CAST(:until AS timestamptz) - o.placed_at AS ago, l.base_quantity AS quantity,
        l.net * CASE WHEN o.currency = :currency THEN 1 ELSE r.rate END AS net
    FROM order_lines l JOIN orders o ON o.id = l.order_id LEFT JOIN rates r ON r.currency = o.currency
    WHERE o.state <> 'cancelled' AND l.quantity > 0 AND o.placed_at < :until
      AND o.placed_at >= CAST(:until AS timestamptz) - interval '1095 days'
), blocks AS (
    SELECT article_id, CAST(floor(extract(epoch FROM ago) / 86400 / :block) AS int) AS block, sum(quantity) AS quantity,
        max(placed_at) AS last_at, sum(net) FILTER (WHERE ago < interval '365 days') AS net,
        sum(quantity) FILTER (WHERE ago < interval '90 days') AS sold_90,
        sum(quantity) FILTER (WHERE ago < interval '365 days') AS sold_365
    FROM lines GROUP BY 1, 2
), sold AS (
    SELECT article_id, CAST(timezone(:zone, max(last_at)) AS date) AS day, sum(net) AS net, sum(sold_90) AS sold_90,
        sum(sold_365) AS sold_365, jsonb_object_agg(block, quantity::text) FILTER (WHERE block < :blocks) AS blocks
    FROM blocks GROUP BY article_id
)
SELECT h.article_id, h.on_hand, a.since, a.last_in, greatest(s.day, w.day) AS last_out, coalesce(s.sold_90, 0) AS sold_90,
    coalesce(s.sold_365, 0) AS sold_365, s.blocks, coalesce(s.net, 0) AS net, f.weekly
FROM held h LEFT JOIN ages a ON a.article_id = h.article_id LEFT JOIN went w ON w.article_id = h.article_id
    LEFT JOIN sold s ON s.article_id = h.article_id LEFT JOIN article_forecasts f ON f.article_id = h.article_id
ORDER BY h.article_id""")


def stock_facts(actor: Actor, zone: str, today: date, until: datetime, currency: str) -> list[StockFacts]:
    """Of every article with stock; one statement. Net amounts in `currency`, those without a rate left out."""
    values = {
        "zone": zone, "today": today, "until": until, "currency": currency, "block": BLOCK_DAYS, "blocks": BLOCKS,
    }  # fmt: skip
    return [
        StockFacts(
            article_id=row.article_id, on_hand=row.on_hand, since_on=row.since, last_in_on=row.last_in,
            last_out_on=row.last_out, sold_90=row.sold_90, sold_365=row.sold_365,
            blocks=tuple(Decimal((row.blocks or {}).get(str(place), 0)) for place in range(BLOCKS)),
            turnover=row.net, weekly=row.weekly,
        )
        for row in db.session.execute(_FACTS, values)
    ]  # fmt: skip
