"""Forecasts as stored at night, and the purchases they are made of."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import text

from app.core.actor import Actor
from app.core.db import db
from app.core.errors import Forbidden
from app.core.texts import N_

_PURCHASES = text("""
SELECT CAST(timezone(:zone, o.placed_at) AS date) AS day, l.company_id, l.article_id, sum(l.base_quantity) AS quantity
FROM orders o JOIN order_lines l ON l.order_id = o.id
WHERE o.state <> 'cancelled' AND l.quantity > 0 AND o.placed_at < :until AND o.placed_at >= :since
GROUP BY 1, 2, 3 ORDER BY 1, 2, 3""")
_OF_ARTICLES = text("""
SELECT article_id, method, weekly, next_4, next_13, wape, mase, bias FROM article_forecasts
WHERE article_id = ANY(CAST(:ids AS bigint[]))""")
_OF_ACCOUNT = text("""
SELECT f.article_id, a.sku, coalesce(a.names ->> :locale, a.name) AS name, a.base_unit, f.method, f.next_4, f.next_13,
    f.expected_on, f.wape
FROM account_forecasts f JOIN articles a ON a.id = f.article_id
WHERE f.company_id = :company AND a.status <> 'discontinued' AND f.next_13 > 0
ORDER BY f.expected_on NULLS LAST, f.next_4 DESC, a.sku LIMIT :limit""")


@dataclass(frozen=True, slots=True)
class ArticleExpectation:
    """Demand of all accounts in base units, and the error of the method on the last known weeks."""

    method: str
    weekly: Decimal
    next_4: Decimal
    next_13: Decimal
    wape: Decimal | None
    mase: Decimal | None
    bias: Decimal | None


@dataclass(frozen=True, slots=True)
class AccountDemand:
    """What an account will probably order of an article, in base units, and when next."""

    article_id: int
    sku: str
    name: str
    unit: str
    method: str
    next_4: Decimal
    next_13: Decimal
    expected_on: date | None
    wape: Decimal | None


def purchases(zone: str, since: datetime, until: datetime) -> Iterator[tuple[date, int, int, Decimal]]:
    """Day, account, article and quantity in base units, oldest first."""
    for row in db.session.execute(_PURCHASES, {"zone": zone, "since": since, "until": until}):
        yield row.day, row.company_id, row.article_id, row.quantity


def article_forecasts(actor: Actor, article_ids: Collection[int]) -> dict[int, ArticleExpectation]:
    """The forecasts of articles, for the operator; one statement."""
    _demand_operator(actor)
    rows = db.session.execute(_OF_ARTICLES, {"ids": list(article_ids)})
    return {row[0]: ArticleExpectation(*row[1:]) for row in rows}


def account_demand(actor: Actor, company_id: int, limit: int = 50) -> list[AccountDemand]:
    """What an account will order, the next due first; for the operator."""
    _demand_operator(actor)
    values = {"company": company_id, "locale": actor.locale, "limit": limit}
    return [AccountDemand(*row) for row in db.session.execute(_OF_ACCOUNT, values)]


def _demand_operator(actor: Actor) -> None:
    if not actor.is_operator:
        raise Forbidden(N_("You have no right to do this."))
