"""What can be promised: one statement for all articles."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal

from sqlalchemy import text

from app.core.actor import Actor
from app.core.db import db
from app.inventory.domain.promise import ZERO, Need, Promise, promise

_AVAILABLE = text("""
SELECT article_id, sum(greatest(on_hand - threshold - reserved, 0))
FROM stock WHERE article_id = ANY(CAST(:ids AS bigint[])) GROUP BY article_id""")


def available(actor: Actor, article_ids: Collection[int]) -> dict[int, Decimal]:
    """What is on hand and free in all warehouses, in base units; articles without stock are not in it."""
    if not article_ids:
        return {}
    rows = db.session.execute(_AVAILABLE, {"ids": list(article_ids)}).all()
    return {article_id: quantity.normalize() + 0 for article_id, quantity in rows}


def promises(actor: Actor, needs: Iterable[Need], on: date) -> dict[int, Promise]:
    """What holds on a day for each article, the needs of one article added up."""
    wanted: dict[int, Need] = {}
    for need in needs:
        held = wanted.get(need.article_id)
        wanted[need.article_id] = need if held is None else replace(need, quantity=held.quantity + need.quantity)
    free = available(actor, wanted)
    return {article_id: promise(need, free.get(article_id, ZERO), on) for article_id, need in wanted.items()}
