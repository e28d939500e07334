"""Jobs of the machinery itself."""

from __future__ import annotations

from app.core.activity import drop_older
from app.core.jobs import current_actor, job
from app.core.outbox import POKE, deliver_due


@job(POKE, every=5)
def deliver_outbox() -> int:
    """Handle what is due; poked after commits and swept every few seconds."""
    tried = 0
    while batch := deliver_due():
        tried += batch
        if batch < 200:
            break
    return tried


@job("core.drop_activity", every=3600)
def drop_activity() -> int:
    """Delete notes of activity that have been kept long enough."""
    dropped = 0
    while gone := drop_older(current_actor()):
        dropped += gone
    return dropped
