"""Jobs of quotes and tenders."""

from __future__ import annotations

from app.core.jobs import current_actor, job
from app.sourcing.service import auction_stages, auctions, opening, quote_offers, timers

# Imported so that their timers and effects are known in every process.
REGISTERED = (auctions, opening, quote_offers)


@job("sourcing.tick", every=30)
def tick() -> int:
    """Do what is due: open and close bidding, end validity, remind, and more (see `service.timers`)."""
    return timers.work_off(current_actor())


@job("sourcing.auctions", every=5)
def move_auctions() -> int:
    """Begin, move on and end auctions that nobody looks at; pages that are open do it themselves."""
    return auction_stages.advance_due()
