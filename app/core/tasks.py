"""Jobs of the machinery itself."""

from __future__ import annotations

from app.core.jobs import job
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
