"""Time limits of conversations."""

from __future__ import annotations

from app.conversations.service import alerts
from app.core.jobs import current_actor, job


@job("conversations.alert_overdue", every=60)
def alert_overdue() -> int:
    """Tell of messages that wait too long."""
    return alerts.alert_overdue(current_actor())
