"""The own prices of an account, article by article in the order of the catalogue, read in parts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import text

from app.catalog.queries.assortment import visible_sql, visible_values
from app.catalog.queries.browse import categories
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.core.texts import N_
from app.pricing.domain.chain import Break
from app.pricing.queries.prices import ladders

PART = 1_000


@dataclass(frozen=True, slots=True)
class OwnPrices:
    """An article with the account's breaks, net. `until` is the first day on which some price of it is another one."""

    sku: str
    own_number: str
    name: str
    brand: str
    category: str
    breaks: tuple[Break, ...]
    until: date | None


_MINE = """
FROM articles a
LEFT JOIN unnest(CAST(:categories AS bigint[])) WITH ORDINALITY o (id, place) ON o.id = a.category_id
WHERE a.status <> 'discontinued' AND NOT a.is_head AND {visible} AND (:is_whole OR o.id IS NOT NULL)"""
_COUNT = text(f"SELECT count(*) {_MINE.format(visible=visible_sql())}")
_PART = text(f"""
SELECT a.id, a.sku, coalesce(a.names ->> :locale, a.name), a.brand, coalesce(o.place, 0), a.sku_key,
       coalesce((SELECT n.number FROM customer_article_numbers n
                 WHERE n.company_id = :company AND n.article_id = a.id ORDER BY n.id LIMIT 1), '')
{_MINE.format(visible=visible_sql())}
  AND (coalesce(o.place, 0), a.sku_key) > (:place, :sku_key)
ORDER BY coalesce(o.place, 0), a.sku_key LIMIT :limit""")  # noqa: S608 -- our own parts
# Of every list the account buys by: the first day on which it, its next version, or an entry of the article begins or ends.
_UNTIL = text("""
WITH lists AS (
    SELECT DISTINCT l.head_id, l.version_id FROM price_levels(:company, :on) l WHERE l.version_id IS NOT NULL
), ends AS (
    SELECT l.version_id, (
        SELECT min(d.day) FROM price_lists v CROSS JOIN LATERAL (VALUES (v.valid_from), (v.valid_to)) d (day)
        WHERE (v.id = l.head_id OR v.series_id = l.head_id) AND v.state = 'approved' AND d.day > :on) AS day
    FROM lists l
)
SELECT e.article_id, min(d.day)
FROM ends x
CROSS JOIN LATERAL (
    SELECT * FROM price_entries WHERE price_list_id = x.version_id AND article_id = ANY(CAST(:ids AS bigint[])) OFFSET 0
) e
CROSS JOIN LATERAL (VALUES (x.day), (e.valid_from), (e.valid_to)) d (day)
WHERE d.day > :on GROUP BY e.article_id""")


@dataclass(frozen=True, slots=True)
class Range:
    """Which articles: ids of categories in reading order with their names; `is_whole`: those without one as well."""

    names: dict[int, str]
    is_whole: bool


def range_of(actor: Actor, company_id: int, category: str) -> Range:
    """A category (by code) with all below it; empty: everything. Raises NotFound."""
    nodes = categories(actor, company_id=company_id)
    if not category:
        return Range({node.id: node.name for node in nodes}, is_whole=True)
    start = next((place for place, node in enumerate(nodes) if node.code == category), None)
    if start is None:
        raise NotFound(N_("There is no category {code}.", code=category))
    found = {nodes[start].id: nodes[start].name}
    for node in nodes[start + 1 :]:
        if node.depth <= nodes[start].depth:
            break
        found[node.id] = node.name
    return Range(found, is_whole=False)


def count_own(actor: Actor, company_id: int, wanted: Range) -> int:
    """How many articles there are to look at; some may have no price."""
    values = _values(actor, company_id, wanted)
    count: int = db.session.execute(_COUNT, values).scalar_one()
    return count


def own_prices(actor: Actor, company_id: int, wanted: Range, on: date) -> Iterator[list[OwnPrices]]:
    """In parts of up to a thousand articles; articles without a price are left out. Three statements a part."""
    names = ["", *wanted.names.values()]
    values = _values(actor, company_id, wanted) | {"limit": PART, "company": company_id, "place": -1, "sku_key": ""}
    while rows := db.session.execute(_PART, values).all():
        ids = [row[0] for row in rows]
        found = ladders(actor, ids, company_id=company_id, on=on)
        until: dict[int, date] = dict(iter(db.session.execute(_UNTIL, {"company": company_id, "on": on, "ids": ids})))
        yield [
            OwnPrices(sku, own, name, brand, names[place], found[article_id], until.get(article_id))
            for article_id, sku, name, brand, place, _key, own in rows
            if article_id in found
        ]
        values |= {"place": rows[-1][4], "sku_key": rows[-1][5]}


def _values(actor: Actor, company_id: int, wanted: Range) -> dict[str, object]:
    return {
        "categories": list(wanted.names), "is_whole": wanted.is_whole, "locale": actor.locale,
        **visible_values(actor, company_id),
    }  # fmt: skip
