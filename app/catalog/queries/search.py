"""Search: a page of articles, how many there are, and facets with counts, of one statement over the found articles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import TextClause, text

from app.catalog.domain.article import Article
from app.catalog.domain.finding import Found, Key, Narrowing, Ordering, Query, Sort
from app.catalog.domain.search_query import Plan
from app.catalog.queries.articles import COLUMNS, OWN_NUMBER, article_of, reader
from app.catalog.queries.assortment import visible_sql, visible_values
from app.catalog.queries.search_facets import Chosen, chosen_groups, facets_of
from app.catalog.queries.search_words import Vocabulary, corrected, understand
from app.core.actor import Actor
from app.core.db import db

LOCALES = ("en", "ru", "uk")  # each has an index for its names
_SIGNS = "-./,:;_+*()\"#'"
BRANCH = """category_id = ANY(ARRAY(
    WITH RECURSIVE branch AS (
        SELECT id FROM categories WHERE code = :category
        UNION ALL SELECT c.id FROM categories c JOIN branch b ON c.parent_id = b.id
    ) SELECT id FROM branch))"""
# The account's own numbers; few, so that all of them are looked through.
_OWN = """own AS MATERIALIZED (
    SELECT n.article_id FROM customer_article_numbers n
    WHERE n.company_id = :company AND :number <> '' AND strpos(translate(lower(translate(n.number_key, :signs, '')),
        'авекмнорстух', 'abekmhopctyx'), :number) > 0
), """
_IS_OWN = "s.id = ANY(ARRAY(SELECT article_id FROM own))"
_WORDS = f"(s.words @@ CAST(:query AS tsquery) OR {_IS_OWN})"
# The index knows pieces of numbers only: each part must stand in one number as a whole.
_PARTS = f"""({_IS_OWN} OR (:joined <> '' AND strpos(s.numbers, :joined) > 0) OR NOT EXISTS (
    SELECT FROM unnest(CAST(:term_queries AS text[]), CAST(:term_parts AS text[])) AS t (query, part)
    WHERE NOT (s.words @@ CAST(t.query AS tsquery) OR (t.part <> '' AND strpos(s.numbers, t.part) > 0))))"""
# Best first: whole numbers, beginnings of numbers, whole words of names, their beginnings, the rest; then short names.
_TIER = (
    """CASE WHEN s.words @@ CAST(:strict AS tsquery) THEN 2 WHEN s.words @@ CAST(:named AS tsquery) THEN 3 ELSE 4 END"""
)
_NUMBER_TIER = f"""CASE WHEN strpos(' ' || s.numbers || ' ', ' ' || :number || ' ') > 0 THEN 0
    WHEN strpos(' ' || s.numbers, ' ' || :number) > 0 OR {_IS_OWN} THEN 1 ELSE {_TIER} END"""


class Shape(NamedTuple):
    """What decides over the text of a statement; statements of one shape are prepared once."""

    has_words: bool
    has_parts: bool
    has_category: bool
    all_states: bool
    is_folded: bool
    groups: int
    narrowings: tuple[tuple[str, str, bool], ...]
    order: tuple[str, str, str]
    descends: bool
    has_key: bool
    has_facets: bool
    is_free: bool


def find(
    actor: Actor,
    query: Query,
    sort: Sort = "relevance",
    *,
    is_descending: bool = False,
    after: Sequence[str] | None = None,
    before: Sequence[str] | None = None,
    limit: int = 51,
    company_id: int | None = None,
    narrowings: Sequence[Narrowing] = (),
    ordering: Ordering | None = None,
    with_facets: bool = True,
) -> Found:
    """Articles that fit, in reading order; `ordering` is for the sort "own".

    Where nothing is found under what was typed, what was probably meant is searched: `corrected` says it. A constant
    number of statements: three, with correction up to eight.
    """
    vocabulary = understand(query.text)
    chosen = chosen_groups(actor, query)
    values = visible_values(actor, company_id) | reader(actor, company_id) | {"limit": limit}
    for extra in (*narrowings, *([ordering] if ordering else ())):
        values |= extra.values
    page = _Page(
        query=query, order=_order(actor, sort, ordering), is_descending=is_descending, after=after, before=before,
        narrowings=narrowings, with_facets=with_facets, values=values,
    )  # fmt: skip
    plan = vocabulary.plan(query.text)
    found = page.read(plan, chosen)
    if found.total or not plan.terms or query.is_literal:
        return found
    return _meant(page, query, chosen, vocabulary) or found


def _meant(page: _Page, query: Query, chosen: Chosen, vocabulary: Vocabulary) -> Found | None:
    """What is found when digits count as parts of numbers, or keyboard and spelling are put right."""
    parts = vocabulary.plan(query.text, with_parts=True)
    if parts != vocabulary.plan(query.text):
        found = page.read(parts, chosen)
        if found.total:
            return found
    instead = corrected(query.text, vocabulary)
    if not instead:
        return None
    found = page.read(understand(instead).plan(instead), chosen)
    return replace(found, corrected=instead) if found.total else None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    """One page of an order, to be read under one plan or another."""

    query: Query
    order: tuple[str, str, str]
    is_descending: bool
    after: Sequence[str] | None
    before: Sequence[str] | None
    narrowings: Sequence[Narrowing]
    with_facets: bool
    values: Mapping[str, Any]

    def read(self, plan: Plan, chosen: Chosen) -> Found:
        query, key = self.query, self.after or self.before
        is_backwards = self.before is not None and not self.after
        shape = Shape(
            bool(plan.terms), plan.has_parts, bool(query.category), query.with_discontinued, not query.with_variants,
            len(chosen.groups), tuple((n.code, n.condition, n.is_counted) for n in self.narrowings), self.order,
            self.is_descending != is_backwards, bool(key), self.with_facets,
            self.values["as_free"],
        )  # fmt: skip
        values = {**self.values, **plan_values(plan), "category": query.category}
        values |= {f"group_{n}": list(ids) for n, ids in enumerate(chosen.groups)}
        if key:
            values |= {"key": key[0], "id": int(key[1])}
        total, page, shown, attributes, categories, counts = db.session.execute(_statement(shape), values).one()
        keys: dict[int, Key] = {article_id: (place, article_id) for article_id, place in page or ()}
        return Found(
            self._articles(list(keys)[::-1] if is_backwards else list(keys)),
            keys,
            total,
            facets=facets_of(attributes or (), shown or (), chosen, self.values["locale"]),
            by_category=dict(categories or ()),
            counts=counts or {},
            plan=plan,
        )

    def _articles(self, ids: Sequence[int]) -> list[Article]:
        if not ids:
            return []
        rows = db.session.execute(_ARTICLES, {"ids": ids, **self.values})
        by_id = {row[0]: article_of(row) for row in rows}
        return [by_id[article_id] for article_id in ids]


_ARTICLES = text(f"""
SELECT {COLUMNS}, {OWN_NUMBER}, '' FROM articles a WHERE a.id = ANY(CAST(:ids AS bigint[]))""")  # noqa: S608 -- constants


def plan_values(plan: Plan) -> dict[str, Any]:
    """What `_WORDS` and its neighbours compare with."""
    if not plan.terms:
        return {}
    return {
        "query": plan.query, "strict": plan.strict, "named": plan.named, "joined": plan.joined, "signs": _SIGNS,
        "number": plan.number,
        "term_queries": [term.query for term in plan.terms], "term_parts": [term.part for term in plan.terms],
    }  # fmt: skip


def words_sql(*, has_parts: bool) -> tuple[str, str]:
    """What stands after WITH, and the condition on `article_search s`; both with `plan_values` and `:company`."""
    return _OWN, f"{_WORDS} AND {_PARTS}" if has_parts else _WORDS


def rank_sql(*, has_parts: bool) -> str:
    """A number for the order by relevance, the best lowest."""
    return f"least(s.size, 999) + 1000 * ({_NUMBER_TIER if has_parts else _TIER})"


# A condition on articles `a` of other statements; the account's own numbers do not count, nothing is put right.
MATCHES = f"""(CAST(:query AS text) = '' OR a.id IN (
    SELECT s.id FROM article_search s WHERE s.words @@ CAST(:query AS tsquery)
      AND (NOT CAST(:has_parts AS boolean) OR {_PARTS.replace(_IS_OWN, "false")})))"""  # noqa: S608 -- constants of this file


def matching(typed: str) -> dict[str, Any]:
    """What `MATCHES` compares with; nothing typed, no condition. One statement."""
    plan = understand(typed).plan(typed)
    return {
        "query": "",
        "joined": "",
        "term_queries": [],
        "term_parts": [],
        **plan_values(plan),
        "has_parts": plan.has_parts,
    }


def _order(actor: Actor, sort: Sort, ordering: Ordering | None) -> tuple[str, str, str]:
    """Join, key and type of the key."""
    if sort == "own" and ordering is not None:
        return ordering.join, ordering.key, ordering.type
    if sort == "relevance":
        return "", "h.rank", "int"
    locale = actor.locale if actor.locale in LOCALES else "en"
    key = "a.sku_key" if sort == "sku" else f"coalesce(a.names ->> '{locale}', a.name)"
    return "JOIN articles a ON a.id = h.id", key, "text"


def _conditions(shape: Shape, words: str) -> list[str]:
    """What holds of every found article, on the columns of `article_search s`."""
    return [
        *([words] if words else []),
        *([f"s.{BRANCH}"] if shape.has_category else []),
        *([] if shape.all_states else ["s.status <> 'discontinued'"]),
        *(["s.variant_of_id IS NULL"] if shape.is_folded else []),
        *(condition for _code, condition, is_counted in shape.narrowings if not is_counted),
        *([] if shape.is_free else [visible_sql("s")]),
    ]


def found_ids(
    actor: Actor, query: Query, found: Found, *, company_id: int | None = None, narrowings: Sequence[Narrowing] = ()
) -> tuple[str, dict[str, Any]]:
    """A query of the ids of all that `find` found, for other statements, and the values of its parameters."""
    chosen = chosen_groups(actor, query)
    plan = found.plan
    values = visible_values(actor, company_id) | reader(actor, company_id) | plan_values(plan)
    shape = Shape(
        bool(plan.terms), plan.has_parts, bool(query.category), query.with_discontinued, not query.with_variants,
        len(chosen.groups), tuple((n.code, n.condition, n.is_counted) for n in narrowings), ("", "", ""),
        descends=False, has_key=False, has_facets=False, is_free=values["as_free"],
    )  # fmt: skip
    own, words = words_sql(has_parts=shape.has_parts) if shape.has_words else ("", "")
    every = " AND ".join(
        [*_conditions(shape, words), *(f"s.facets && CAST(:group_{n} AS int[])" for n in range(shape.groups))]
    )
    values |= {"category": query.category} | {f"group_{n}": list(ids) for n, ids in enumerate(chosen.groups)}
    for extra in narrowings:
        values |= extra.values
    return f"WITH {own}found AS (SELECT s.id FROM article_search s WHERE {every}) SELECT id FROM found", values  # noqa: S608


def sold_condition(actor: Actor, *, company_id: int | None = None) -> tuple[str, dict[str, Any]]:
    """Everything that is sold and may be seen, in the same way."""
    return f"a.status <> 'discontinued' AND {visible_sql()}", visible_values(actor, company_id)


@cache
def _statement(shape: Shape) -> TextClause:
    join, key, kind = shape.order
    direction, sign = ("DESC", "<") if shape.descends else ("ASC", ">")
    missed = " + ".join(f"CASE WHEN s.facets && CAST(:group_{n} AS int[]) THEN 0 ELSE {2**n} END"
                        for n in range(shape.groups)) or "0"  # fmt: skip
    rank = rank_sql(has_parts=shape.has_parts) if shape.has_words else "0"
    own, words = words_sql(has_parts=shape.has_parts) if shape.has_words else ("", "")
    conditions = _conditions(shape, words)
    counted = [(code, condition) for code, condition, is_counted in shape.narrowings if is_counted]
    columns = "".join(f", {condition} AS x_{code}" for code, condition in counted)
    counts = ", ".join(f"'{code}', count(*) FILTER (WHERE x_{code})" for code, _condition in counted)
    beyond = f"AND ({key}, h.id) {sign} (CAST(:key AS {kind}), :id)" if shape.has_key else ""
    facets = """(SELECT json_agg(json_build_array(attribute_id, id, value, number::text, missed, n)) FROM shown),
        (SELECT json_agg(json_build_array(t.id, t.code, coalesce(t.names ->> :locale, t.name), t.unit, t.kind, t.choices) ORDER BY t.position, t.code)
         FROM attributes t WHERE t.id IN (SELECT attribute_id FROM shown)),
        (SELECT json_agg(json_build_array(category_id, n)) FROM (
            SELECT category_id, count(*) AS n FROM hit WHERE missed = 0 AND category_id IS NOT NULL GROUP BY category_id) c)"""
    return text(f"""
WITH {own}hit AS MATERIALIZED (
    SELECT s.id, s.category_id, s.facets, {rank} AS rank, {missed} AS missed{columns}
    FROM article_search s WHERE {" AND ".join(conditions) or "true"}
), page AS MATERIALIZED (
    SELECT h.id, {key} AS key FROM hit h {join} WHERE h.missed = 0 {beyond}
    ORDER BY key {direction}, h.id {direction} LIMIT :limit
){_SHOWN.format(single=", ".join(str(n) for n in (0, *(2**g for g in range(shape.groups))))) if shape.has_facets else ""}
SELECT (SELECT count(*) FROM hit WHERE missed = 0),
       (SELECT json_agg(json_build_array(id, key::text) ORDER BY key {direction}, id {direction}) FROM page),
       {facets if shape.has_facets else "NULL, NULL, NULL"},
       {f"(SELECT json_build_object({counts}) FROM hit WHERE missed = 0)" if counts else "NULL"}""")  # noqa: S608 -- parts are constants of this program


# Values of attributes that at least every twentieth found article has; those that miss one group of choices only are
# counted for that group: its own choices do not narrow it.
_SHOWN = """, counted AS MATERIALIZED (
    SELECT u.value AS id, h.missed, count(*) AS n FROM hit h, unnest(h.facets) AS u (value)
    WHERE h.missed IN ({single}) GROUP BY u.value, h.missed
), valued AS (
    SELECT f.attribute_id, c.id, f.value, f.number, c.missed, c.n, sum(c.n) OVER (PARTITION BY f.attribute_id) AS covered
    FROM counted c JOIN facet_values f ON f.id = c.id JOIN attributes t ON t.id = f.attribute_id AND t.is_facet
), shown AS MATERIALIZED (
    SELECT * FROM valued WHERE covered * 20 >= (SELECT count(*) FROM hit WHERE missed = 0)
)"""
