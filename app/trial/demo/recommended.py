"""What the night makes of the demo's orders: recommendations, forecasts, stock that does not move, and one clearance."""

from __future__ import annotations

from sqlalchemy import text

from app.core.actor import Actor
from app.core.db import transaction
from app.core.errors import Invalid
from app.core.tenancy import acting_as
from app.insights.queries.stock_movement import StockFilters, stock_rows
from app.insights.service.clearance import propose_clearance
from app.insights.service.forecasts import forecast
from app.insights.service.recommendations import refresh
from app.insights.service.stock_movement import stand

# Every ninth article that nobody ordered lately came long ago.
_OLD = text("""
UPDATE stock_moves SET at = at - interval '430 days'
WHERE article_id % 9 = 4 AND NOT EXISTS (
    SELECT FROM order_lines l JOIN orders o ON o.id = l.order_id
    WHERE l.article_id = stock_moves.article_id AND o.placed_at > now() - interval '200 days')""")
_TRIED = 8


def add_recommended(house: Actor) -> None:
    """Do the work of the night at once; propose a clearance of what is worth most and somebody may take."""
    with acting_as(house):
        with transaction() as session:
            session.execute(_OLD)
        refresh(house)
        forecast(house)
        stand(house)
        for row in stock_rows(house, StockFilters(standing="dead"), limit=_TRIED):
            try:
                propose_clearance(house, row.article_id, client_ref="demo-clearance")
            except Invalid:
                continue
            return
