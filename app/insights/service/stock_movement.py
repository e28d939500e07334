"""Working out at night how the stock of each article stands."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy import text

from app.accounts.queries.companies import operator_party
from app.core.actor import Actor
from app.core.db import command, db
from app.core.operator_settings import setting_value
from app.insights.domain.recommend_settings import DEAD_DAYS, SLOW_DAYS
from app.insights.domain.stock_movement import Standing, StockFacts, standings
from app.insights.queries.night import is_due, until_today
from app.insights.queries.stock_facts import stock_facts
from app.insights.service.night import note_run

CODE = "stock"
_BATCH = 5_000
_CLEAR = text("DELETE FROM stock_standings")
_WRITE = text("""
WITH costs AS (
    SELECT DISTINCT ON (c.article_id) c.article_id, c.cost * coalesce(x.rate, 1) AS cost
    FROM article_costs c LEFT JOIN LATERAL (
        SELECT r.rate FROM exchange_rates r WHERE r.currency_from = c.currency AND r.currency_to = :currency
          AND r.on_date <= :on_day ORDER BY r.on_date DESC LIMIT 1
    ) x ON c.currency <> :currency
    WHERE (c.valid_from IS NULL OR c.valid_from <= :on_day) AND (c.currency = :currency OR x.rate IS NOT NULL)
      AND c.article_id = ANY(CAST(:c0 AS bigint[]))
    ORDER BY c.article_id, c.valid_from DESC NULLS LAST
)
INSERT INTO stock_standings (article_id, on_hand, since_on, last_in_on, last_out_on, sold_90, sold_365, daily, cover_days,
    abc, xyz, standing, value, currency, on_day)
SELECT n.article_id, n.on_hand, n.since_on, n.last_in_on, n.last_out_on, n.sold_90, n.sold_365, n.daily, n.cover_days,
    n.abc, n.xyz, n.standing, round(n.on_hand * c.cost, 2), :currency, :on_day
FROM unnest(CAST(:c0 AS bigint[]), CAST(:c1 AS numeric[]), CAST(:c2 AS date[]), CAST(:c3 AS date[]), CAST(:c4 AS date[]),
    CAST(:c5 AS numeric[]), CAST(:c6 AS numeric[]), CAST(:c7 AS numeric[]), CAST(:c8 AS int[]), CAST(:c9 AS text[]),
    CAST(:c10 AS text[]), CAST(:c11 AS text[]))
    AS n (article_id, on_hand, since_on, last_in_on, last_out_on, sold_90, sold_365, daily, cover_days, abc, xyz, standing)
LEFT JOIN costs c ON c.article_id = n.article_id
WHERE EXISTS (SELECT FROM articles a WHERE a.id = n.article_id)""")


def stand_if_due(actor: Actor) -> int:
    """Once in each night, when the forecast of that night is there. Returns how many articles have stock."""
    if not is_due(actor, CODE) or is_due(actor, "forecast"):
        return 0
    return stand(actor)


@command
def stand(actor: Actor) -> int:
    """Work out anew how all stock stands. Repeating it is harmless."""
    zone, today, until = until_today(actor)
    currency = operator_party(actor).currency
    facts = stock_facts(actor, zone, today, until + timedelta(days=1), currency)
    found = standings(facts, today, dead_days=setting_value(DEAD_DAYS), slow_days=setting_value(SLOW_DAYS))
    note_run(actor, CODE, today, len(found))
    db.session.execute(_CLEAR)
    rows = [_row(fact, one) for fact, one in zip(facts, found, strict=True)]
    for start in range(0, len(rows), _BATCH):
        _insert(rows[start : start + _BATCH], today, currency)
    return len(rows)


def _row(fact: StockFacts, one: Standing) -> tuple[Any, ...]:
    return (
        fact.article_id, fact.on_hand, fact.since_on, fact.last_in_on, fact.last_out_on, fact.sold_90, fact.sold_365,
        one.daily, one.cover_days, one.abc, one.xyz, one.standing,
    )  # fmt: skip


def _insert(rows: list[tuple[Any, ...]], today: date, currency: str) -> None:
    columns = {f"c{place}": list(column) for place, column in enumerate(zip(*rows, strict=True))}
    db.session.execute(_WRITE, {"on_day": today, "currency": currency, **columns})
