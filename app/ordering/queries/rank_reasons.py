"""Why an article stands where it stands: for the operator alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from app.core.actor import Actor
from app.core.db import db
from app.core.errors import Forbidden, NotFound
from app.core.texts import N_
from app.ordering.domain.ranking import Weights
from app.ordering.models.ranks import RankRun
from app.ordering.queries.ranked import own_place


@dataclass(frozen=True, slots=True)
class Run:
    """The last time the order was worked out."""

    weights: Weights
    ran_at: datetime
    articles: int
    account_rows: int


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a score: `value` from 0 to 1, None where it is not known; `points` is value times weight."""

    code: str
    value: Decimal | None
    weight: Decimal
    points: Decimal


@dataclass(frozen=True, slots=True)
class Reason:
    """An article in the order of one account: its place there, and where it stands for others."""

    article_id: int
    sku: str
    name: str
    place: int
    general_place: int
    is_own: bool
    score: Decimal
    parts: tuple[Part, ...]


def last_run(actor: Actor) -> Run | None:
    """None where the order was never worked out."""
    _demand_operator(actor)
    row = db.session.get(RankRun, 1, populate_existing=True)
    return Run(Weights.from_json(row.weights), row.ran_at, row.articles, row.account_rows) if row else None


_ROWS = """
SELECT a.id, a.sku, coalesce(a.names ->> :locale, a.name), row_number() OVER (ORDER BY coalesce(x.place, g.place), a.id), g.place / 10000, x.place IS NOT NULL,
       coalesce(w.score, r.score), coalesce(w.bought, 0), r.stock, r.margin, greatest(r.promotion, coalesce(w.promotion, 0)),
       r.sold
FROM article_rank_parts r JOIN article_ranks g ON g.article_id = r.article_id JOIN articles a ON a.id = r.article_id
LEFT JOIN account_article_ranks x ON x.article_id = r.article_id AND x.company_id = :company
LEFT JOIN account_rank_parts w ON w.article_id = r.article_id AND w.company_id = :company
"""
_ONE = text(f"{_ROWS} WHERE a.sku_key = :key OR a.id = (SELECT v.variant_of_id FROM articles v WHERE v.sku_key = :key)")  # noqa: S608
# The first of both lists: what stands first for the account is among them.
_FIRST = text(f"""{_ROWS}
WHERE a.id IN (SELECT article_id FROM account_article_ranks WHERE company_id = :company ORDER BY place LIMIT :limit)
   OR a.id IN (SELECT article_id FROM article_ranks ORDER BY place LIMIT :limit)
ORDER BY coalesce(x.place, g.place), a.id LIMIT :limit""")  # noqa: S608 -- constants of this file


def reason(actor: Actor, company_id: int, key: str, weights: Weights) -> Reason:
    """Why one article, by its number's key, stands where it does for an account; raises NotFound."""
    _demand_operator(actor)
    row = db.session.execute(_ONE, {"company": company_id, "key": key, "locale": actor.locale}).first()
    if row is None:
        raise NotFound(N_("There is no article {code} in the order of the shop.", code=key))
    place, _is_own = own_place(actor, row[0], company_id)
    return replace(_reason(row, weights), place=place or row[4])


def first_reasons(actor: Actor, company_id: int, weights: Weights, *, limit: int = 50) -> list[Reason]:
    """The first articles of an account's shop with their reasons; assortments are not looked at. One statement."""
    _demand_operator(actor)
    rows = db.session.execute(_FIRST, {"company": company_id, "limit": limit, "locale": actor.locale})
    return [_reason(row, weights) for row in rows]


def _reason(row: Sequence[Any], weights: Weights) -> Reason:
    article_id, sku, name, place, general_place, is_own, score, bought, stock, margin, promotion, sold = row
    values = {"bought": bought, "stock": stock, "margin": margin, "promotion": promotion, "sold": sold}
    parts = tuple(
        Part(code, value, getattr(weights, code), (value or Decimal(0)) * getattr(weights, code))
        for code, value in values.items()
    )
    return Reason(article_id, sku, name, place, general_place, is_own, score, parts)


def _demand_operator(actor: Actor) -> None:
    if not actor.is_operator:
        raise Forbidden(N_("You have no right to do this."))
