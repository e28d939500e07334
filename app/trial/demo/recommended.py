"""What the night makes of the demo's orders: recommendations, forecasts, stock that does not move, and one clearance."""

from __future__ import annotations

from app.core.actor import Actor
from app.core.errors import Invalid
from app.core.tenancy import acting_as
from app.insights.queries.stock_movement import StockFilters, stock_rows
from app.insights.service.clearance import propose_clearance
from app.insights.service.forecasts import forecast
from app.insights.service.recommendations import refresh
from app.insights.service.stock_movement import stand

_TRIED = 8


def add_recommended(house: Actor) -> None:
    """Do the work of the night at once; propose a clearance of what is worth most and somebody may take."""
    with acting_as(house):
        refresh(house)
        forecast(house)
        stand(house)
        rows = [
            row for code in ("dead", "slow") for row in stock_rows(house, StockFilters(standing=code), limit=_TRIED)
        ]
        for row in rows:
            try:
                propose_clearance(house, row.article_id, client_ref="demo-clearance")
            except Invalid:
                continue
            return
