"""Whom a version of a price list concerns, what they bought of its articles, and previews that were made."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select, text

from app.core.actor import Actor
from app.core.db import db
from app.insights.models.price_effects import PriceEffect
from app.pricing.queries.floors import AskedPrice


@dataclass(frozen=True, slots=True)
class Concerned:
    """An account that buys by a list; equal `key`: the same prices."""

    id: int
    code: str
    name: str
    currency: str
    key: str


# Formulas over the list are concerned as well. The chain marked as default serves where no general assignment does.
_CONCERNED = text("""
WITH lists AS (
    SELECT CAST(:head AS bigint) AS id UNION SELECT id FROM price_lists WHERE source_id = :head
), reached AS (
    SELECT c.id, r.id AS assignment, a.chain_id
    FROM companies c CROSS JOIN LATERAL assignments_of(c.id) r JOIN price_assignments a ON a.id = r.id
    WHERE c.kind = 'customer' AND c.state = 'approved'
    UNION ALL
    SELECT c.id, 0, h.id FROM companies c JOIN chains h ON h.is_default
    WHERE c.kind = 'customer' AND c.state = 'approved'
      AND NOT EXISTS (SELECT FROM price_assignments WHERE level = 'general')
)
SELECT c.id, c.code, c.name, c.currency,
       concat_ws('/', c.currency, c.country, c.group_id, string_agg(r.assignment::text, ',' ORDER BY r.assignment))
FROM reached r JOIN companies c ON c.id = r.id
GROUP BY c.id
HAVING bool_or(r.chain_id IN (SELECT cl.chain_id FROM chain_lists cl WHERE cl.price_list_id IN (SELECT id FROM lists)))
ORDER BY c.code""")

_BOUGHT = text("""
SELECT l.article_id, sum(l.base_quantity), count(*)
FROM order_lines l JOIN orders o ON o.id = l.order_id
WHERE l.company_id = :company AND o.company_id = :company AND l.article_id = ANY(CAST(:ids AS bigint[]))
  AND o.placed_at >= :since AND o.state <> 'cancelled'
GROUP BY l.article_id""")

_ARTICLES = text("SELECT id, base_unit, vat_category, vat_class FROM articles WHERE id = ANY(CAST(:ids AS bigint[]))")

_ENTRIES = text("""
SELECT e.article_id, e.unit, e.price, e.base_quantity, a.sku, coalesce(a.names ->> :locale, a.name)
FROM price_entries e JOIN articles a ON a.id = e.article_id
WHERE e.price_list_id = :list AND e.article_id = ANY(CAST(:ids AS bigint[]))
ORDER BY a.sku_key, e.unit, e.min_quantity""")


def concerned(actor: Actor, head_id: int) -> list[Concerned]:
    """Accounts in whose chains a list stands, by code."""
    return [Concerned(*row) for row in db.session.execute(_CONCERNED, {"head": head_id})]


def bought(actor: Actor, company_id: int, article_ids: Collection[int], since: date) -> dict[int, tuple[Decimal, int]]:
    """Base units bought since a day, and on how many lines, by article."""
    rows = db.session.execute(_BOUGHT, {"company": company_id, "ids": list(article_ids), "since": since})
    return {article_id: (quantity, lines) for article_id, quantity, lines in rows}


def article_facts(actor: Actor, article_ids: Collection[int]) -> dict[int, tuple[str, str, str]]:
    """Base unit, VAT category and class, by article."""
    return {row[0]: tuple(row[1:]) for row in db.session.execute(_ARTICLES, {"ids": list(article_ids)})}


def asked_prices(actor: Actor, list_id: int, article_ids: Collection[int]) -> list[tuple[AskedPrice, str, str]]:
    """Prices of a version as floors look at them, with number and name of the article."""
    rows = db.session.execute(_ENTRIES, {"list": list_id, "ids": list(article_ids), "locale": actor.locale})
    return [(AskedPrice(row[0], row[1], row[2], row[3]), row[4], row[5]) for row in rows]


@dataclass(frozen=True, slots=True)
class AccountEffect:
    """What a version does to an account: articles dearer and cheaper with their mean change in percent, and what its
    purchases of the last twelve months would have cost before and after.
    """

    code: str
    name: str
    currency: str
    dearer: int
    cheaper: int
    mean: Decimal | None
    before: Decimal
    after: Decimal

    @property
    def difference(self) -> Decimal:
        return self.after - self.before

    @property
    def percent(self) -> Decimal | None:
        return round(self.difference * 100 / self.before, 2) if self.before else None


@dataclass(frozen=True, slots=True)
class Effect:
    """A preview, done or in work. `articles` of `changed` were looked at; `below` are prices under their floor."""

    id: int
    list_id: int
    state: str
    done: int
    total: int
    created_at: datetime
    finished_at: datetime | None
    on: date
    is_stale: bool
    articles: int
    changed: int
    below: int
    below_examples: tuple[tuple[str, str, Decimal, Decimal], ...]
    accounts: tuple[AccountEffect, ...]

    @property
    def is_over(self) -> bool:
        return self.state in ("done", "failed")


def latest_effect(actor: Actor, list_id: int, changed_at: datetime) -> Effect | None:
    """The newest preview of a version; stale where the version's prices changed after it began."""
    row = db.session.scalar(
        select(PriceEffect).where(PriceEffect.price_list_id == list_id).order_by(PriceEffect.id.desc()).limit(1)
    )
    if row is None:
        return None
    found: Mapping[str, Any] = row.result or {}
    return Effect(
        row.id, row.price_list_id, row.state, row.done, row.total, row.created_at, row.finished_at, row.on_day,
        changed_at > row.created_at, found.get("articles", 0), found.get("changed", 0), found.get("below", 0),
        tuple((sku, name, Decimal(price), Decimal(floor)) for sku, name, price, floor in found.get("examples", ())),
        tuple(_account(values) for values in found.get("accounts", ())),
    )  # fmt: skip


def _account(values: Sequence[Any]) -> AccountEffect:
    code, name, currency, dearer, cheaper, mean, before, after = values
    return AccountEffect(
        code, name, currency, dearer, cheaper, None if mean is None else Decimal(mean), Decimal(before), Decimal(after)
    )
