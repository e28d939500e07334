"""Articles by code and by id, each in one statement however many there are."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from sqlalchemy import text

from app.catalog.domain.article import Article, key_of
from app.catalog.queries.assortment import visible_sql, visible_values
from app.core.actor import Actor
from app.core.db import db
from app.core.quantity import Anchor, Factor, QuantityRule

COLUMNS = """
    a.id, a.sku, coalesce(a.names ->> :locale, a.name), a.base_unit, a.precision, a.minimum, a.step, a.maximum, a.anchor,
    a.vat_category, a.vat_class, a.status, a.stock_policy, a.lead_time_days, a.gtin, a.brand, a.mpn,
    (SELECT string_agg(concat_ws(':', u.unit, u.numerator, u.denominator, u.precision), ',' ORDER BY u.position, u.id)
     FROM article_units u WHERE u.article_id = a.id),
    CASE WHEN a.successor_id IS NOT NULL THEN (SELECT s.sku FROM articles s WHERE s.id = a.successor_id) END,
    a.picture,
    CASE WHEN a.is_head THEN (SELECT count(*) FROM articles v
                              WHERE v.variant_of_id = a.id AND v.status <> 'discontinued') END, a.is_kit"""
OWN_NUMBER = """(SELECT min(n.number) FROM customer_article_numbers n
     WHERE n.company_id = :company AND n.article_id = a.id)"""
# For many articles the numbers are gathered once and joined.
_OWN_NUMBERS = """LEFT JOIN (
    SELECT n.article_id, min(n.number) AS number FROM customer_article_numbers n
    WHERE n.company_id = :company AND n.article_id {condition} GROUP BY n.article_id
) own ON own.article_id = a.id"""

_BY_ID = text(f"""
SELECT {COLUMNS}, own.number, '', {visible_sql(few=True)}
FROM articles a {_OWN_NUMBERS.format(condition="= ANY(CAST(:ids AS bigint[]))")}
WHERE a.id = ANY(CAST(:ids AS bigint[]))""")  # noqa: S608 -- constants of this file

# Ranks: 1 SKU, 2 GTIN of the article or of a pack, 3 the customer's own number. The best rank of a code counts.
_BY_CODE = text(f"""
WITH hit AS (
    SELECT a.sku_key AS key, 1 AS rank, a.id, '' AS unit, NULL AS own
    FROM articles a WHERE a.sku_key = ANY(CAST(:keys AS text[]))
    UNION ALL
    SELECT a.gtin, 2, a.id, '', NULL
    FROM articles a WHERE a.gtin = ANY(CAST(:gtins AS text[])) AND a.gtin <> ''
    UNION ALL
    SELECT u.gtin, 2, u.article_id, u.unit, NULL
    FROM article_units u WHERE u.gtin = ANY(CAST(:gtins AS text[])) AND u.gtin <> ''
    UNION ALL
    SELECT n.number_key, 3, n.article_id, '', n.number
    FROM customer_article_numbers n
    WHERE n.company_id = :company AND n.number_key = ANY(CAST(:keys AS text[]))
)
SELECT hit.key, hit.rank, {COLUMNS}, coalesce(hit.own, own.number), hit.unit, {visible_sql(few=True)}
FROM hit JOIN articles a ON a.id = hit.id {_OWN_NUMBERS.format(condition="IN (SELECT id FROM hit)")}
ORDER BY a.sku""")  # noqa: S608

_GTIN_LENGTHS = (8, 12, 13, 14)
_BEHIND = 10  # the rank of what is not in the assortment comes after every other


def articles_by_id(actor: Actor, ids: Collection[int], *, company_id: int | None = None) -> dict[int, Article]:
    """Articles that exist, by id; texts in the actor's language, own numbers of the company (the actor's).

    Also what is not in the company's assortment: `is_visible` says so. Two statements.
    """
    if not ids:
        return {}
    values = {"ids": list(ids), **reader(actor, company_id), **visible_values(actor, company_id)}
    rows = db.session.execute(_BY_ID, values).all()
    return {row[0]: article_of(row[:-1], is_visible=row[-1]) for row in rows}


def articles_by_code(actor: Actor, codes: Iterable[str], *, company_id: int | None = None) -> dict[str, list[Article]]:
    """Matches by `key_of(code)`; a code that is not there has no match, several articles are an ambiguous code.

    A match by SKU hides those by GTIN, which hide those by the customer's own number; one in the company's assortment
    hides any that is not (`is_visible`). Two statements.
    """
    keys = {key_of(code) for code in codes} - {""}
    if not keys:
        return {}
    asked_as = _gtins(keys)
    values = {"keys": list(keys), "gtins": list(asked_as), **reader(actor, company_id)}
    rows = db.session.execute(_BY_CODE, values | visible_values(actor, company_id)).all()
    best: dict[str, int] = {}
    found: dict[str, list[Article]] = {}
    for row in rows:
        article = article_of(row[2:-1], is_visible=row[-1])
        rank: int = row[1] if article.is_visible else row[1] + _BEHIND
        for key in asked_as[row[0]] if row[1] == 2 else (row[0],):
            held = best.get(key, 2 * _BEHIND)
            if rank < held:
                best[key] = rank
                found[key] = [article]
            elif rank == held and all(other.id != article.id for other in found[key]):
                found[key].append(article)
    return found


def reader(actor: Actor, company_id: int | None) -> dict[str, Any]:
    company = company_id if company_id is not None and actor.is_operator else actor.company_id
    return {"locale": actor.locale, "company": company}


def _gtins(keys: Iterable[str]) -> dict[str, list[str]]:
    """How a GTIN may be written in the catalogue (8, 12, 13 or 14 digits with leading zeros) -> keys that ask for it."""
    written: dict[str, list[str]] = {}
    for key in keys:
        if len(key) not in _GTIN_LENGTHS or not (key.isascii() and key.isdigit()):
            continue
        bare = key.lstrip("0")
        for length in _GTIN_LENGTHS:
            if len(bare) <= length:
                written.setdefault(bare.zfill(length), []).append(key)
    return written


def article_of(row: Any, *, is_visible: bool = True) -> Article:
    (article_id, sku, name, base_unit, precision, minimum, step, maximum, anchor, vat_category, vat_class, status,
     stock_policy, lead_time_days, gtin, brand, mpn, packs, successor, picture, variants, is_kit, own, found_unit) = row  # fmt: skip
    units, unit_precision = _units(packs or "")
    return Article(
        article_id, sku, name, base_unit, units, _rule(minimum, step, maximum, anchor, precision), precision,
        vat_category, vat_class, status, stock_policy, lead_time_days, gtin, own or "", successor or "", brand, mpn,
        found_unit, unit_precision, picture, variants, is_kit, is_visible,
    )  # fmt: skip


@lru_cache(maxsize=8192)
def _rule(minimum: Decimal, step: Decimal, maximum: Decimal | None, anchor: str, precision: int) -> QuantityRule:
    return QuantityRule(
        minimum.normalize() + 0, step.normalize() + 0, None if maximum is None else maximum.normalize() + 0,
        Anchor(anchor), precision,
    )  # fmt: skip


@lru_cache(maxsize=8192)
def _units(packs: str) -> tuple[Mapping[str, Factor], Mapping[str, int]]:
    """Factors and digits of packs written as "XBX:12:1:0,XPX:480:1:0"; many articles share them."""
    factors: dict[str, Factor] = {}
    digits: dict[str, int] = {}
    for pack in filter(None, packs.split(",")):
        unit, numerator, denominator, precision = pack.split(":")
        factors[unit] = Factor(int(numerator), int(denominator))
        if precision != "0":
            digits[unit] = int(precision)
    return MappingProxyType(factors), MappingProxyType(digits)
