"""Pages of quotes and tenders, for buyers, sales, purchasers and suppliers."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("sourcing", __name__)

from app.sourcing.views import (  # noqa: E402 -- the modules add their routes to the blueprint
    auction_bids,  # noqa: F401
    auctions,  # noqa: F401
    award_words,  # noqa: F401
    awards,  # noqa: F401
    bid_words,  # noqa: F401
    call_offs,  # noqa: F401
    comparison,  # noqa: F401
    contracts,  # noqa: F401
    evaluation,  # noqa: F401
    openings,  # noqa: F401
    quote_buyer,  # noqa: F401
    quote_entries,  # noqa: F401
    quote_links,  # noqa: F401
    quote_lists,  # noqa: F401
    quote_offer,  # noqa: F401
    quote_orders,  # noqa: F401
    quote_pages,  # noqa: F401
    quote_papers,  # noqa: F401
    quote_requests,  # noqa: F401
    quote_sales,  # noqa: F401
    quote_settings,  # noqa: F401
    scores,  # noqa: F401
    supplier_bids,  # noqa: F401
    supplier_questions,  # noqa: F401
    supplier_tenders,  # noqa: F401
    suppliers,  # noqa: F401
    tender_figures,  # noqa: F401
    tender_lines,  # noqa: F401
    tender_notices,  # noqa: F401
    tender_ocds,  # noqa: F401
    tender_people,  # noqa: F401
    tender_steps,  # noqa: F401
    tender_words,  # noqa: F401
    tenders,  # noqa: F401
)
