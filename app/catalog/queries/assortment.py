"""The one filter behind every list, search, preview, cart and order: what an account may see.

    values = visible_values(actor)                                    # one statement
    text(f"SELECT ... FROM articles a WHERE {visible_sql('a')}"), {..., **values}

Nothing is worked out ahead: a changed rule holds for the next statement. The values are small (ids of assortments,
of categories with all below them, names of brands); rules for single articles, which may be tens of thousands, stay in
their table and are asked for by its index.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from typing import Any

from sqlalchemy import text

from app.accounts.queries.companies import ZONE
from app.catalog.domain.assortment import Effect, Rule, Target, Verdict, decide
from app.core import clock
from app.core.actor import Actor
from app.core.db import db
from app.core.once import keep, once
from app.core.texts import Message

# Assortments in force today (where the operator is) that reach the account.
REACHED = """reached AS MATERIALIZED (
    SELECT s.id, s.name FROM assortments s,
        (SELECT (CAST(:now AS timestamptz) AT TIME ZONE coalesce(
            (SELECT o.time_zone FROM companies o WHERE o.kind = 'operator'), 'UTC'))::date AS day) today
    WHERE s.is_active AND (s.valid_from IS NULL OR s.valid_from <= today.day)
      AND (s.valid_to IS NULL OR today.day < s.valid_to)
      AND s.id IN (
        SELECT g.assortment_id FROM assortment_assignments g
        WHERE g.everybody OR g.company_id = :company
           OR g.group_id = (SELECT c.group_id FROM companies c WHERE c.id = :company)
           OR g.segment_id IN (SELECT m.segment_id FROM company_segments m WHERE m.company_id = :company))
)"""

_NAMED = """ARRAY(SELECT x.id FROM reached x WHERE EXISTS (
    SELECT 1 FROM assortment_rules r
    WHERE r.assortment_id = x.id AND r.effect = '{effect}' AND r.article_id IS NOT NULL))"""
_BRANCHES = "ARRAY(SELECT DISTINCT b.id FROM branch b WHERE b.effect = '{effect}')"
_BRANDS = "ARRAY(SELECT DISTINCT w.brand FROM wide w WHERE w.effect = '{effect}' AND w.brand IS NOT NULL)"

_VALUES = text(f"""
WITH RECURSIVE {REACHED},
wide AS MATERIALIZED (
    SELECT r.effect, r.category_id, r.brand FROM assortment_rules r
    WHERE r.assortment_id IN (SELECT id FROM reached) AND r.effect IN ('allow', 'deny') AND r.article_id IS NULL
),
branch AS (
    SELECT effect, category_id AS id FROM wide WHERE category_id IS NOT NULL
    UNION SELECT b.effect, c.id FROM branch b JOIN categories c ON c.parent_id = b.id
)
SELECT {_NAMED.format(effect="deny")}, {_BRANCHES.format(effect="deny")}, {_BRANDS.format(effect="deny")},
       {_NAMED.format(effect="allow")}, {_BRANCHES.format(effect="allow")}, {_BRANDS.format(effect="allow")},
       (SELECT o.time_zone FROM companies o WHERE o.kind = 'operator')
""")  # noqa: S608 -- constants of this file

_NAMES = (
    "as_deny_lists", "as_deny_categories", "as_deny_brands", "as_allow_lists", "as_allow_categories",
    "as_allow_brands",
)  # fmt: skip
_FREE: dict[str, Any] = {"as_free": True, "as_all": True, **{name: [] for name in _NAMES}}

# Each part is a hashed subplan or, for a few articles, a look into an index; the planner drops parts without values.
_MATCH = """(cardinality(CAST(:as_{effect}_categories AS bigint[])) > 0
            AND coalesce({a}.category_id IN (SELECT unnest(CAST(:as_{effect}_categories AS bigint[]))), false)
        OR cardinality(CAST(:as_{effect}_brands AS text[])) > 0
            AND {a}.brand IN (SELECT unnest(CAST(:as_{effect}_brands AS text[])))
        OR cardinality(CAST(:as_{effect}_lists AS bigint[])) > 0 AND ({named}))"""
# A head is seen with any of its variants that is allowed by its number.
_HEAD = """
            OR {a}.is_head AND {a}.id IN (
                SELECT v.variant_of_id FROM assortment_rules asr JOIN articles v ON v.id = asr.article_id
                WHERE asr.assortment_id = ANY(CAST(:as_allow_lists AS bigint[])) AND asr.effect = 'allow'
                  AND v.variant_of_id IS NOT NULL)"""
_RULE = """FROM assortment_rules asr
                WHERE asr.assortment_id = ANY(CAST(:as_{{effect}}_lists AS bigint[])) AND asr.effect = '{{effect}}'
                  AND asr.article_id = {{a}}.{column}"""
_ANY_RULE = f"EXISTS (SELECT 1 {_RULE})"  # of many articles: PostgreSQL hashes the rules once
_ONE_RULE = f"coalesce((SELECT true {_RULE} LIMIT 1), false)"  # of few: a look into the index for each


def _named(rule: str) -> str:
    """What names a head names its variants, too."""
    own, of_head = rule.format(column="id"), rule.format(column="variant_of_id")
    return f"{own}\n            OR {{a}}.variant_of_id IS NOT NULL AND {of_head}"


@cache
def visible_sql(alias: str = "a", *, few: bool = False) -> str:
    """A condition on the articles of this alias, to be joined with AND; its values are `visible_values`. Never NULL.

    `few` is for statements that know their articles, a thousand or so: no rule but theirs is read.
    """
    named = _named(_ONE_RULE if few else _ANY_RULE)
    allowed, denied = (
        _MATCH.format(a=alias, effect=effect, named=(named + more).format(a=alias, effect=effect))
        for effect, more in (("allow", _HEAD), ("deny", ""))
    )
    return f"""(CAST(:as_free AS boolean) OR (
    (CAST(:as_all AS boolean) OR {allowed})
    AND NOT {denied}))"""


def visible_values(actor: Actor, company_id: int | None = None) -> dict[str, Any]:
    """What `visible_sql` compares with, for the account or, asked by the operator, for another; one statement.

    The operator for itself sees everything and costs none.
    """
    company = reader_of(actor, company_id)
    if company is None:
        return _FREE
    return once(("visible", company), lambda: _values(company))


def _values(company: int) -> dict[str, Any]:
    *row, zone = db.session.execute(_VALUES, {"company": company, "now": clock.now()}).one()
    keep(ZONE, zone)
    if not any(row):
        return _FREE
    return {"as_free": False, "as_all": not any(row[3:]), **dict(zip(_NAMES, row, strict=True))}


def reader_of(actor: Actor, company_id: int | None) -> int | None:
    """The account whose assortments count; None: the operator's own eyes, which see everything."""
    return company_id if actor.is_operator else actor.company_id


_VERDICTS = text(f"""
WITH RECURSIVE {REACHED},
asked AS (SELECT a.id, a.variant_of_id, a.category_id, a.brand FROM articles a WHERE a.id = ANY(CAST(:ids AS bigint[]))),
up AS (
    SELECT DISTINCT category_id AS start, category_id AS id FROM asked WHERE category_id IS NOT NULL
    UNION SELECT up.start, c.parent_id FROM up JOIN categories c ON c.id = up.id WHERE c.parent_id IS NOT NULL
)
SELECT q.id, x.name, r.effect, 'article', ''
FROM asked q JOIN assortment_rules r ON r.article_id IN (q.id, q.variant_of_id) JOIN reached x ON x.id = r.assortment_id
UNION ALL
SELECT q.id, x.name, r.effect, 'article', ''
FROM asked q JOIN articles v ON v.variant_of_id = q.id JOIN assortment_rules r ON r.article_id = v.id
JOIN reached x ON x.id = r.assortment_id WHERE r.effect = 'allow'
UNION ALL
SELECT q.id, x.name, r.effect, 'category', coalesce(c.names ->> :locale, c.name)
FROM asked q JOIN up ON up.start = q.category_id JOIN assortment_rules r ON r.category_id = up.id
JOIN reached x ON x.id = r.assortment_id JOIN categories c ON c.id = up.id
UNION ALL
SELECT q.id, x.name, r.effect, 'brand', r.brand
FROM asked q JOIN assortment_rules r ON r.brand = q.brand JOIN reached x ON x.id = r.assortment_id
UNION ALL
(SELECT 0, '', 'allow', 'article', '' FROM reached x WHERE EXISTS (
    SELECT 1 FROM assortment_rules r WHERE r.assortment_id = x.id AND r.effect = 'allow') LIMIT 1)
""")  # noqa: S608 -- constants of this file


def verdicts(actor: Actor, article_ids: Collection[int], company_id: int | None = None) -> dict[int, Verdict]:
    """For each article whether the account sees it and by which rule; one statement."""
    company = reader_of(actor, company_id)
    naming: dict[int, list[Rule]] = {article_id: [] for article_id in article_ids}
    is_limited = False
    if company is not None and article_ids:
        values = {"company": company, "now": clock.now(), "ids": list(naming), "locale": actor.locale}
        for article_id, assortment, effect, target, named in db.session.execute(_VERDICTS, values):
            if article_id:
                rule = Rule(assortment, Effect(effect), Target(target), article_id, named)
                naming[article_id].append(rule)
            else:
                is_limited = True
    return {article_id: decide(rules, is_limited=is_limited) for article_id, rules in naming.items()}


def hidden(actor: Actor, article_ids: Collection[int], company_id: int | None = None) -> dict[int, Message]:
    """The articles the account does not see, with the reason for the operator; one statement."""
    found = verdicts(actor, article_ids, company_id)
    return {article_id: verdict.reason for article_id, verdict in found.items() if not verdict.is_visible}
