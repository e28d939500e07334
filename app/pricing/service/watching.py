"""Noticing ahead that prices change, and that lists end with nothing behind them."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import text

from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import NotFound
from app.core.operator_settings import setting_value
from app.core.outbox import publish
from app.pricing.domain.settings import NOTICE_DAYS
from app.pricing.events import PriceListEnds, PricesWillChange
from app.pricing.queries.versions import today

_STARTING = text("""
UPDATE price_lists SET announced_for = valid_from
WHERE state = 'approved' AND series_id IS NOT NULL AND valid_from > :today AND valid_from <= :soon
  AND announced_for IS DISTINCT FROM valid_from
RETURNING id""")
_ENDING = text("""
UPDATE price_lists v SET end_told_for = v.valid_to
FROM price_lists h
WHERE h.id = coalesce(v.series_id, v.id) AND h.is_active AND v.state = 'approved'
  AND v.valid_to > :today AND v.valid_to <= :soon AND v.end_told_for IS DISTINCT FROM v.valid_to
  AND version_of(h.id, v.valid_to) IS NULL AND version_of(h.id, v.valid_to - 1) = v.id
RETURNING v.id""")


@command
def watch(actor: Actor) -> int:
    """One look ahead, NOTICE_DAYS far; returns how many events that made."""
    try:
        day = today(actor)
    except NotFound:
        return 0  # an installation without an operator has no lists
    values = {"today": day, "soon": day + timedelta(days=setting_value(NOTICE_DAYS))}
    starting = db.session.scalars(_STARTING, values).all()
    ending = db.session.scalars(_ENDING, values).all()
    for list_id in starting:
        publish(PricesWillChange(list_id))
    for list_id in ending:
        publish(PriceListEnds(list_id))
    return len(starting) + len(ending)
