"""Jobs of the sales desk, one file a topic; imported here so that they are known."""

from __future__ import annotations

from app.sales.tasks import alerts, handovers, offers, ranking

TOPICS = (alerts, handovers, offers, ranking)
