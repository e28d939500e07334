"""Jobs of the desks."""

from __future__ import annotations

from app.insights.tasks import carts, faults, price_effects, reorder

TOPICS = (carts, faults, price_effects, reorder)
