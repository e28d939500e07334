"""What articles cost the operator."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from decimal import Decimal

from sqlalchemy import text

from app.core.actor import Actor
from app.core.db import db

_COSTS = text("""
SELECT DISTINCT ON (c.article_id) c.article_id, c.cost, c.currency FROM article_costs c
WHERE c.article_id = ANY(CAST(:ids AS bigint[])) AND (c.valid_from IS NULL OR c.valid_from <= :day)
ORDER BY c.article_id, c.valid_from DESC NULLS LAST""")


def costs_on(actor: Actor, article_ids: Collection[int], on: date) -> dict[int, tuple[Decimal, str]]:
    """Cost of one base unit, net, and its currency, by article; articles without a known cost are left out."""
    rows = db.session.execute(_COSTS, {"ids": list(article_ids), "day": on})
    return {article: (cost, currency) for article, cost, currency in rows}
