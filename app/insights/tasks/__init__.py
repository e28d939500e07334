"""Jobs of the desks."""

from __future__ import annotations

from app.insights.tasks import aggregates, carts, faults, forecasts, price_effects, recommendations, reorder, reports

TOPICS = (aggregates, carts, faults, forecasts, price_effects, recommendations, reorder, reports)
