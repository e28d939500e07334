"""What can be taken instead: of a code that nobody has, the nearest ones; of an article, its successor and substitutes."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import islice

from sqlalchemy import text

from app.catalog.domain.article import key_of
from app.catalog.domain.near_codes import near_codes_of
from app.catalog.queries.articles import reader
from app.catalog.queries.assortment import visible_sql, visible_values
from app.core.actor import Actor
from app.core.db import db

CODES_LOOKED_AT = 30
_NEAR = text(f"""
SELECT a.sku_key, a.sku, coalesce(a.names ->> :locale, a.name)
FROM articles a
WHERE a.sku_key = ANY(CAST(:keys AS text[])) AND a.status <> 'discontinued' AND NOT a.is_head AND {visible_sql(few=True)}""")  # noqa: S608 -- constants
_INSTEAD = text(f"""
SELECT r.article_id, a.sku, coalesce(a.names ->> :locale, a.name)
FROM (
    SELECT id AS article_id, successor_id AS other_id, 0 AS place, 0 AS position
    FROM articles WHERE id = ANY(CAST(:ids AS bigint[])) AND successor_id IS NOT NULL
    UNION ALL
    SELECT article_id, other_id, 1, position
    FROM related_articles WHERE article_id = ANY(CAST(:ids AS bigint[])) AND kind = 'substitute'
) r JOIN articles a ON a.id = r.other_id
WHERE a.status <> 'discontinued' AND NOT a.is_head AND {visible_sql(few=True)}
ORDER BY r.article_id, r.place, r.position, a.sku_key""")  # noqa: S608


@dataclass(frozen=True, slots=True)
class Instead:
    """An article that can be ordered in place of another."""

    sku: str
    name: str


def nearest_articles(actor: Actor, codes: Iterable[str], *, limit: int = 3) -> dict[str, list[Instead]]:
    """Articles of the assortment whose number differs from an unknown one by one slip, by `key_of(code)`.

    Two statements; only the first codes are looked at, because each may be mistaken in hundreds of ways.
    """
    keys = islice(dict.fromkeys(key for code in codes if (key := key_of(code))), CODES_LOOKED_AT)
    meant = {key: list(dict.fromkeys(near_codes_of(key))) for key in keys}
    asked = {other for others in meant.values() for other in others}
    if not asked:
        return {}
    values = {"keys": list(asked), **reader(actor, None), **visible_values(actor)}
    there = {key: Instead(sku, name) for key, sku, name in db.session.execute(_NEAR, values)}
    return {key: [there[other] for other in others if other in there][:limit] for key, others in meant.items()}


def instead_of(actor: Actor, article_ids: Collection[int], *, limit: int = 3) -> dict[int, list[Instead]]:
    """What the account can have in place of articles: the successor, then substitutes in their order. Two statements."""
    if not article_ids:
        return {}
    values = {"ids": list(article_ids), **reader(actor, None), **visible_values(actor)}
    found: dict[int, list[Instead]] = {}
    for article_id, sku, name in db.session.execute(_INSTEAD, values):
        held = found.setdefault(article_id, [])
        if len(held) < limit and all(one.sku != sku for one in held):
            held.append(Instead(sku, name))
    return found
