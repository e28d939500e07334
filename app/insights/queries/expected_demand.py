"""The forecast of articles, or of one account, with the error the same method made on the last known weeks."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import text

from app.core.actor import Actor
from app.core.db import db

_ARTICLES = text("""
SELECT a.sku, coalesce(a.names ->> :locale, a.name), a.base_unit, f.method, f.next_4, f.next_13, f.wape, f.bias,
    coalesce((SELECT sum(s.on_hand) FROM stock s WHERE s.article_id = a.id), 0), count(*) OVER ()
FROM article_forecasts f JOIN articles a ON a.id = f.article_id
WHERE f.next_13 > 0 ORDER BY f.next_4 DESC, a.sku LIMIT :limit""")
_ACCOUNT = text("""
SELECT a.sku, coalesce(a.names ->> :locale, a.name), a.base_unit, f.method, f.next_4, f.next_13, f.wape, f.bias,
    CAST(NULL AS numeric), count(*) OVER ()
FROM account_forecasts f JOIN articles a ON a.id = f.article_id JOIN companies c ON c.id = f.company_id
WHERE c.code = :account AND f.next_13 > 0 ORDER BY f.next_4 DESC, a.sku LIMIT :limit""")


@dataclass(frozen=True, slots=True)
class Expected:
    """Demand in base units; `wape` is the sum of absolute errors for each unit sold, `bias` too much for each sold."""

    sku: str
    name: str
    unit: str
    method: str
    next_4: Decimal
    next_13: Decimal
    wape: Decimal | None
    bias: Decimal | None
    on_hand: Decimal | None


def expected_demand(actor: Actor, account: str = "", limit: int | None = None) -> tuple[list[Expected], int]:
    """The most expected first, of all articles or of one account, and how many there are in all; the operator's alone."""
    if not actor.is_operator:
        return [], 0
    values = {"locale": actor.locale, "limit": limit} | ({"account": account} if account else {})
    rows = db.session.execute(_ACCOUNT if account else _ARTICLES, values).all()
    return [Expected(*row[:-1]) for row in rows], rows[0][-1] if rows else 0
