"""Jobs of stock: those who wait are served and told."""

from __future__ import annotations

from app.catalog.service.retiring import discontinue_run_out
from app.core.actor import Actor
from app.core.jobs import job
from app.inventory.queries.sold_out import sold_out
from app.inventory.queries.watches import returned_candidates
from app.inventory.service.backorders import servable_articles, serve_waiting
from app.inventory.service.watches import tell_returned


@job("inventory.tell_returned", every=30)
def tell_of_returned() -> int:
    """Tell people whose articles are there again; each account in a transaction of its own."""
    system = Actor.system()
    return sum(tell_returned(system, company_id, ids) for company_id, ids in returned_candidates(system))


@job("inventory.serve_waiting", every=60)
def serve_all_waiting() -> int:
    """Give what has come to orders that wait for it; returns how many articles were looked at."""
    system = Actor.system()
    found = servable_articles(system)
    for article_id in found:
        serve_waiting(system, article_id)
    return len(found)


@job("inventory.retire_sold_out", every=300)
def retire_sold_out() -> int:
    """End the sale of articles that were sold until their stock is gone; returns how many."""
    system = Actor.system()
    return discontinue_run_out(system, sold_out(system))
