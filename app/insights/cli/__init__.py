"""`kontor reorder`, `kontor recommend`, `kontor forecast`: how good what the figures of the night say is."""

from __future__ import annotations

from app.insights.cli.forecast import forecast
from app.insights.cli.recommend import recommend
from app.insights.cli.reorder import reorder
from app.insights.cli.reports import reports

COMMANDS = [reorder, recommend, forecast, reports]
