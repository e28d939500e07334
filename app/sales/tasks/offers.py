"""Offers on their days, and segments that rules fill."""

from __future__ import annotations

from app.core.jobs import current_actor, job
from app.sales.service import offers as service
from app.sales.service import segments, start_pages


@job("sales.run_offers", every=60)
def run_offers() -> int:
    """Start and end offers on time; take in accounts that came to their segments."""
    return service.run_offers(current_actor())


@job("sales.run_segment_rules", every=86_400)
def run_segment_rules() -> int:
    """Fill every segment by its rule."""
    return segments.run_rules(current_actor())


@job("sales.refresh_start_pages", every=600)
def refresh_start_pages() -> None:
    """Who came into a segment or left it, and new accounts that look like one, get its start page."""
    start_pages.refresh_pages(current_actor())
