"""Jobs of quotes and tenders."""

from __future__ import annotations

from app.core.jobs import current_actor, job
from app.sourcing.service import (
    auction_stages,
    auctions,
    awards,
    bids,
    contracts,
    objections,
    opening,
    quote_offers,
    quote_papers,
    scorecards,
    tender_publish,
    timers,
)
from app.web.texts import translator

# Imported so that their timers and effects are known in every process.
REGISTERED = (auctions, awards, bids, contracts, objections, opening, quote_offers, tender_publish)


@job("sourcing.tick", every=30)
def tick() -> int:
    """Do what is due: open and close bidding, end validity, remind, and more (see `service.timers`)."""
    return timers.work_off(current_actor())


@job("sourcing.auctions", every=5)
def move_auctions() -> int:
    """Begin, move on and end auctions that nobody looks at; pages that are open do it themselves."""
    return auction_stages.advance_due()


@job("sourcing.scorecards", every=86_400)
def score_suppliers() -> int:
    """Count every night anew how good suppliers are."""
    return scorecards.refresh_all(current_actor())


@job("sourcing.print_quote", queue="documents")
def print_quote(version_id: int) -> bool:
    """The PDF of one sent version of a quote."""
    return quote_papers.print_version(current_actor(), version_id, translator)


@job("sourcing.sweep_papers", every=60)
def sweep_papers() -> int:
    """Find sent versions whose printing got lost."""
    return quote_papers.sweep_papers(current_actor())
