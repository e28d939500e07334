"""Looking for articles: pages of a list, the tree of categories, one article whole."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any, Literal

from sqlalchemy import TextClause, text

from app.catalog.domain.article import Article, key_of
from app.catalog.domain.finding import Query
from app.catalog.domain.search_text import words_of
from app.catalog.queries.articles import COLUMNS, OWN_NUMBER, article_of, reader
from app.catalog.queries.assortment import visible_sql, visible_values
from app.catalog.queries.search import LOCALES, find
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.core.quantity import Factor
from app.core.texts import N_

Sort = Literal["name", "sku"]

_BRANCH = """a.category_id = ANY(ARRAY(
    WITH RECURSIVE branch AS (
        SELECT id FROM categories WHERE code = :category
        UNION ALL SELECT c.id FROM categories c JOIN branch b ON c.parent_id = b.id
    ) SELECT id FROM branch))"""


def search(
    actor: Actor,
    text: str = "",
    category: str = "",
    sort: Sort = "name",
    after: Sequence[str] | None = None,
    *,
    before: Sequence[str] | None = None,
    is_descending: bool = False,
    with_discontinued: bool = False,
    with_variants: bool = True,
    limit: int = 51,
    company_id: int | None = None,
) -> list[Article]:
    """Articles of a category and all below it, as `find` understands the text.

    `after` and `before` are keys made by `sort_key`; rows come in reading order. Discontinued articles are left out
    unless asked for, and what is not in the assortment of the account always; without variants their heads stand for
    them.
    """
    if words_of(text):
        query = Query(text, category, with_discontinued=with_discontinued, with_variants=with_variants)
        return list(
            find(
                actor, query, sort, is_descending=is_descending, after=after, before=before, limit=limit,
                company_id=company_id, with_facets=False,
            ).articles
        )  # fmt: skip
    key = after or before
    is_backwards = before is not None and not after
    statement = _list_statement(
        _locale(actor), sort, descends=is_descending != is_backwards, has_key=bool(key),
        has_category=bool(category), all_states=with_discontinued,
        is_folded=not with_variants,
    )  # fmt: skip
    values = {"category": category, "limit": limit, **reader(actor, company_id)}
    values |= visible_values(actor, company_id)
    if key:
        values |= {"key": key[0], "id": int(key[1])}
    rows = [article_of(row) for row in db.session.execute(statement, values)]
    return rows[::-1] if is_backwards else rows


def sort_key(article: Article, sort: Sort) -> tuple[str, int]:
    """Where a list goes on after this article."""
    return (article.name if sort == "name" else key_of(article.sku), article.id)


@cache
def _list_statement(
    locale: str,
    sort: Sort,
    *,
    descends: bool,
    has_key: bool,
    has_category: bool,
    all_states: bool,
    is_folded: bool,
) -> TextClause:
    column = "a.sku_key" if sort == "sku" else f"coalesce(a.names ->> '{locale}', a.name)"
    # Within a category the rows are sorted: walking the index of all names until 50 of the category have come is slower.
    place = f"{column} || ''" if has_category else column
    direction, sign = ("DESC", "<") if descends else ("ASC", ">")
    conditions = [
        *([_BRANCH] if has_category else []),
        *([] if all_states else ["a.status <> 'discontinued'"]),
        *(["a.variant_of_id IS NULL"] if is_folded else []),
        *([f"({column}, a.id) {sign} (:key, :id)"] if has_key else []),
        visible_sql(),
    ]
    return text(f"""
SELECT {COLUMNS}, {OWN_NUMBER}, ''
FROM articles a WHERE {" AND ".join(conditions)}
ORDER BY {place} {direction}, a.id {direction} LIMIT :limit""")  # noqa: S608 -- parts are constants of this file


def _locale(actor: Actor) -> str:
    return actor.locale if actor.locale in LOCALES else "en"


@dataclass(frozen=True, slots=True)
class CategoryNode:
    """A category in its place in the tree; `depth` 0 is a root."""

    id: int
    code: str
    name: str
    depth: int
    parent_code: str


_TREE = text("""
WITH RECURSIVE tree AS (
    SELECT id, code, coalesce(names ->> :locale, name) AS name, 0 AS depth, CAST('' AS varchar) AS parent,
           ARRAY[lpad(position::text, 8, '0') || code] AS path
    FROM categories WHERE parent_id IS NULL
    UNION ALL
    SELECT c.id, c.code, coalesce(c.names ->> :locale, c.name), t.depth + 1, t.code,
           t.path || (lpad(c.position::text, 8, '0') || c.code)
    FROM categories c JOIN tree t ON c.parent_id = t.id
)
SELECT id, code, name, depth, parent FROM tree ORDER BY path""")


_FILLED = text(f"""
SELECT DISTINCT a.category_id FROM articles a
WHERE a.category_id IS NOT NULL AND a.status <> 'discontinued' AND {visible_sql()}""")  # noqa: S608 -- constants


def categories(actor: Actor, *, company_id: int | None = None) -> list[CategoryNode]:
    """The tree in reading order, names in the actor's language; without what the account's assortment leaves empty."""
    values = visible_values(actor, company_id)
    nodes = [CategoryNode(*row) for row in db.session.execute(_TREE, {"locale": actor.locale})]
    if values["as_free"]:
        return nodes
    if values["as_all"]:
        denied = set(values["as_deny_categories"])
        return [node for node in nodes if node.id not in denied]
    return _with_those_above(nodes, set(db.session.scalars(_FILLED, values)))


def _with_those_above(nodes: Sequence[CategoryNode], ids: Container[int]) -> list[CategoryNode]:
    """These categories and the way to each of them."""
    kept: list[CategoryNode] = []
    wanted: set[str] = set()
    for node in reversed(nodes):  # what is below comes first
        if node.id in ids or node.code in wanted:
            kept.append(node)
            wanted.add(node.parent_code)
    return kept[::-1]


@dataclass(frozen=True, slots=True)
class Pack:
    """A unit of an article with what it holds, the bar code on it, and what one of it weighs and measures."""

    unit: str
    factor: Factor
    gtin: str
    precision: int
    weight_kg: Decimal | None = None
    size_mm: tuple[Decimal | None, Decimal | None, Decimal | None] = (None, None, None)


@dataclass(frozen=True, slots=True)
class ArticlePage:
    """All that is known about one article. `path` leads from the root category to its own, as (code, name).

    `description` is in the reader's language; `plain_description` holds where a language has none in `descriptions`.
    `size_mm` is length, width, height. `variant_of` is the number of the head, `axes` those of a head.
    """

    article: Article
    plain_name: str
    names: Mapping[str, str]
    description: str
    path: tuple[tuple[str, str], ...]
    packs: tuple[Pack, ...]
    attributes: Mapping[str, str]
    weight_kg: Decimal | None
    discount_group: str
    updated_at: datetime
    plain_description: str
    descriptions: Mapping[str, str]
    size_mm: tuple[Decimal | None, Decimal | None, Decimal | None]
    variant_of: str
    axes: tuple[str, ...]


_PAGE = text(f"""
WITH RECURSIVE up AS (
    SELECT c.id, c.code, coalesce(c.names ->> :locale, c.name) AS name, c.parent_id, 0 AS height
    FROM categories c JOIN articles a ON a.category_id = c.id WHERE a.sku_key = :key
    UNION ALL
    SELECT c.id, c.code, coalesce(c.names ->> :locale, c.name), c.parent_id, up.height + 1
    FROM categories c JOIN up ON c.id = up.parent_id
)
SELECT {COLUMNS}, {OWN_NUMBER}, '', a.name, a.names, coalesce(a.descriptions ->> :locale, a.description),
       (SELECT coalesce(json_agg(json_build_array(up.code, up.name) ORDER BY up.height DESC), '[]') FROM up),
       (SELECT coalesce(json_agg(json_build_array(u.unit, u.numerator, u.denominator, u.gtin, u.precision,
                                                  u.weight_kg::text, u.length_mm::text, u.width_mm::text, u.height_mm::text)
                                 ORDER BY u.position, u.id), '[]')
        FROM article_units u WHERE u.article_id = a.id),
       a.attributes, a.weight_kg, a.discount_group, a.updated_at, a.description, a.descriptions, a.length_mm, a.width_mm,
       a.height_mm, coalesce((SELECT h.sku FROM articles h WHERE h.id = a.variant_of_id), ''), a.variant_axes,
       {visible_sql(few=True)}
FROM articles a WHERE a.sku_key = :key""")  # noqa: S608 -- parts are constants


def article_page(actor: Actor, sku: str, *, company_id: int | None = None) -> ArticlePage:
    """One article by its number, whole; raises NotFound, also for what is not in the assortment of the account."""
    asked = {"key": key_of(sku), **reader(actor, company_id), **visible_values(actor, company_id)}
    row = db.session.execute(_PAGE, asked).one_or_none()
    if row is None:
        raise NotFound(N_("There is no article {sku}.", sku=sku))
    *values, is_visible = row
    if not is_visible:
        raise NotFound(N_("{sku} is not in your assortment. Ask us if you need it.", sku=sku))
    (plain_name, names, description, path, packs, attributes, weight, discount_group, updated_at, plain, descriptions,
     length, width, height, variant_of, axes) = values[-16:]  # fmt: skip
    return ArticlePage(
        article_of(values[:-16]), plain_name, names, description, tuple((code, name) for code, name in path),
        tuple(_pack(pack) for pack in packs), attributes, weight, discount_group, updated_at, plain, descriptions,
        (length, width, height), variant_of, tuple(axes),
    )  # fmt: skip


def _pack(parts: Sequence[Any]) -> Pack:
    unit, numerator, denominator, gtin, precision, *sizes = parts
    weight, length, width, height = (None if size is None else Decimal(size) for size in sizes)
    return Pack(unit, Factor(numerator, denominator), gtin, precision, weight, (length, width, height))
