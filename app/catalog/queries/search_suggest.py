"""What a person may mean while typing: the same understanding as the search, in a few milliseconds."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import TextClause, text

from app.catalog.domain.article import key_of
from app.catalog.domain.search_query import Plan
from app.catalog.queries.articles import OWN_NUMBER, reader
from app.catalog.queries.assortment import visible_sql, visible_values
from app.catalog.queries.search import plan_values, rank_sql, words_sql
from app.catalog.queries.search_words import corrected, understand
from app.core.actor import Actor
from app.core.db import db


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What a person may mean while typing."""

    article_id: int
    sku: str
    name: str
    customer_number: str


def suggest(actor: Actor, text: str, *, limit: int = 10, company_id: int | None = None) -> list[Suggestion]:
    """Articles whose numbers or words begin so, numbers first; nothing for fewer than two characters."""
    vocabulary = understand(text)
    plan = vocabulary.plan(text)
    key = key_of(text)
    if len(key) < 2 or not plan.terms:
        return []
    start = re.sub(r"([\\%_])", r"\\\1", key) + "%"
    values = {"start": start, "limit": limit, **reader(actor, company_id), **visible_values(actor, company_id)}
    found = _read(plan, values)
    if found or not (instead := corrected(text, vocabulary)):
        return found
    return _read(understand(instead).plan(instead), values)


def _read(plan: Plan, values: dict[str, Any]) -> list[Suggestion]:
    rows = db.session.execute(
        _statement(has_parts=plan.has_parts, is_free=values["as_free"]), values | plan_values(plan)
    )
    return [Suggestion(*row) for row in rows]


# Each branch reads a few rows of an index: of a common word the first ones that come, the best of them first.
@cache
def _statement(*, has_parts: bool, is_free: bool) -> TextClause:
    own, condition = words_sql(has_parts=has_parts)
    visible = "true" if is_free else visible_sql()
    return text(f"""
WITH {own}few AS MATERIALIZED (
    SELECT s.id, {rank_sql(has_parts=has_parts)} AS rank FROM article_search s
    WHERE {condition} AND s.status <> 'discontinued' AND {"true" if is_free else visible_sql("s")} LIMIT 200
), found AS (
    (SELECT a.id, 1 AS tier, a.sku_key AS place FROM articles a
     WHERE a.sku_key LIKE :start AND a.status <> 'discontinued' AND {visible} ORDER BY a.sku_key LIMIT :limit)
    UNION ALL
    (SELECT a.id, 2, n.number_key FROM customer_article_numbers n JOIN articles a ON a.id = n.article_id
     WHERE n.company_id = :company AND n.number_key LIKE :start AND {visible} ORDER BY n.number_key LIMIT :limit)
    UNION ALL
    (SELECT id, 3, lpad(rank::text, 8, '0') FROM few ORDER BY rank, id LIMIT :limit)
), best AS (
    SELECT DISTINCT ON (id) id, tier, place FROM found ORDER BY id, tier
)
SELECT a.id, a.sku, coalesce(a.names ->> :locale, a.name), coalesce({OWN_NUMBER}, '')
FROM best b JOIN articles a ON a.id = b.id
ORDER BY b.tier, b.place, a.id LIMIT :limit""")  # noqa: S608 -- constants
