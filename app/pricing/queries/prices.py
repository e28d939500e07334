"""The one pricing call: terms of the account, lists of its chain, entries and VAT rates in one statement."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.pricing.domain.chain import EMPTY, Break, Ladder, ListPrices, Strategy, combine
from app.pricing.domain.price import PricedLine, PriceItem, price_line
from app.pricing.domain.vat import Parties, Treatment, treat

_PRICES = text("""
WITH terms AS (
    SELECT c.currency, c.country, c.vat_id, o.country AS seller_country, h.id AS chain_id, h.strategy,
           (SELECT json_object_agg(r.vat_class, r.rate::text) FROM (
                SELECT DISTINCT ON (v.vat_class) v.vat_class, v.rate FROM vat_rates v
                WHERE v.country = o.country AND v.valid_from <= :on
                ORDER BY v.vat_class, v.valid_from DESC) r) AS rates
    FROM companies c
    JOIN companies o ON o.kind = 'operator'
    LEFT JOIN account_chains ac ON ac.company_id = c.id
    LEFT JOIN chains h ON h.id = coalesce(ac.chain_id, (SELECT d.id FROM chains d WHERE d.is_default))
    WHERE c.id = :company
), lists AS (
    SELECT cl.position, cl.may_merge, p.id, p.code, p.currency, p.is_gross
    FROM terms t
    JOIN chain_lists cl ON cl.chain_id = t.chain_id
    JOIN price_lists p ON p.id = cl.price_list_id
    WHERE p.is_active AND (p.valid_from IS NULL OR p.valid_from <= :on) AND (p.valid_to IS NULL OR :on < p.valid_to)
)
SELECT NULL AS article_id, t.currency, t.country, t.vat_id, t.seller_country, t.strategy, t.rates, NULL, NULL, NULL
FROM terms t
UNION ALL
SELECT * FROM (
    SELECT e.article_id, l.code, l.currency, l.may_merge::text, l.is_gross::text, e.unit, NULL::json, e.min_quantity,
           e.price, e.base_quantity
    FROM unnest(CAST(:ids AS bigint[])) AS i (article_id)
    CROSS JOIN lists l
    JOIN price_entries e ON e.article_id = i.article_id AND e.price_list_id = l.id
    WHERE (e.valid_from IS NULL OR e.valid_from <= :on) AND (e.valid_to IS NULL OR :on < e.valid_to)
    ORDER BY i.article_id, l.position
) entries""")


@dataclass(frozen=True, slots=True)
class Terms:
    """What an account's prices depend on beside the lists."""

    currency: str
    parties: Parties
    strategy: Strategy
    rates: dict[str, Decimal]


def price_lines(actor: Actor, items: Sequence[PriceItem], *, company_id: int, on: date) -> list[PricedLine]:
    """Price all items for an account on a business day, in the order given; one statement."""
    terms, ladders = _load(actor, {item.article_id for item in items}, company_id, on)
    treatments: dict[tuple[str, str], Treatment] = {}
    lines = []
    for item in items:
        kind = (item.vat_category, item.vat_class)
        treatment = treatments.get(kind)
        if treatment is None:
            treatment = treatments[kind] = treat(terms.parties, *kind, terms.rates)
        lines.append(price_line(item, ladders.get(item.article_id, EMPTY), terms.currency, treatment))
    return lines


def ladders(actor: Actor, article_ids: Collection[int], *, company_id: int, on: date) -> dict[int, tuple[Break, ...]]:
    """All breaks an account has for articles, by unit and quantity; articles without a price are not in it."""
    return {key: ladder.breaks for key, ladder in _load(actor, set(article_ids), company_id, on)[1].items()}


def _load(actor: Actor, article_ids: set[int], company_id: int, on: date) -> tuple[Terms, dict[int, Ladder]]:
    if not actor.is_operator and company_id != actor.company_id:
        raise NotFound
    rows = db.session.execute(_PRICES, {"ids": list(article_ids), "company": company_id, "on": on})
    by_article: dict[int, list[ListPrices]] = {}
    terms: Terms | None = None
    entries: list[Break] = []
    held: tuple[Any, ...] | None = None
    for row in rows:
        if row[0] is None:
            _, currency, country, vat_id, seller_country, strategy, rates = row[:7]
            terms = Terms(
                currency,
                Parties(seller_country, country, vat_id),
                Strategy(strategy or "merge"),
                {key: Decimal(value) for key, value in (rates or {}).items()},
            )
            continue
        article_id, code, currency, may_merge, _gross, unit, _none, min_quantity, price, base_quantity = row
        if held != (article_id, code):
            held, entries = (article_id, code), []
            by_article.setdefault(article_id, []).append((code, currency, may_merge == "true", entries))  # type: ignore[arg-type]
        entries.append(Break(min_quantity, price, base_quantity, unit, code))
    if terms is None:
        raise NotFound
    found = {}
    for article_id, lists in by_article.items():
        prices = [ListPrices(c, cur, tuple(e), m) for c, cur, m, e in lists]  # type: ignore[misc]
        found[article_id] = combine(terms.strategy, prices, terms.currency)
    return terms, found
