"""Forecasting, and how the stock stands."""

from __future__ import annotations

from app.core.jobs import current_actor, job
from app.insights.service import forecasts, stock_movement


@job("insights.forecast", queue="documents", every=900)
def forecast() -> int:
    """Forecast at night what will be ordered."""
    return forecasts.forecast_if_due(current_actor())


@job("insights.stand_stock", queue="documents", every=900)
def stand_stock() -> int:
    """Work out at night which stock does not move; after the forecast."""
    return stock_movement.stand_if_due(current_actor())
