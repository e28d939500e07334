"""When a cart counts as abandoned, and what becomes of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

REMIND_AFTER = timedelta(hours=1)


class AbandonmentState(StrEnum):
    """open and reminded wait for the sales desk; the others are closed."""

    OPEN = "open"
    REMINDED = "reminded"
    RECOVERED = "recovered"
    RESUMED = "resumed"
    DISMISSED = "dismissed"


WAITING = (AbandonmentState.OPEN, AbandonmentState.REMINDED)


def idle_limit(now: datetime, hours: int) -> datetime:
    """A cart whose buyer acted last at this moment or before is abandoned."""
    return now - timedelta(hours=hours)


def reminder_due(noticed_at: datetime) -> datetime:
    """When the buyer is written to: the sales manager has an hour to call first."""
    return noticed_at + REMIND_AFTER
