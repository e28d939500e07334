"""Jobs of quotes and tenders."""

from __future__ import annotations

from app.core.jobs import current_actor, job
from app.sourcing.service import timers


@job("sourcing.tick", every=30)
def tick() -> int:
    """Do what is due: open and close bidding, end validity, remind, and more (see `service.timers`)."""
    return timers.work_off(current_actor())
