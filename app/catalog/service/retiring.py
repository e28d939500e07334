"""Articles that have run out are no longer sold."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select, update

from app.catalog.models.articles import Article
from app.catalog.queries.portraits import portraits
from app.catalog.service.articles import take_turn
from app.catalog.service.history import tell_changes
from app.catalog.service.vocabulary import gather_facets
from app.core.actor import Actor
from app.core.db import command, db


@command
def discontinue_run_out(actor: Actor, ids: Collection[int]) -> int:
    """End the sale of those that were sold until their stock is gone; others are left. Returns how many ended."""
    take_turn()
    running = list(db.session.scalars(select(Article.id).where(Article.id.in_(ids), Article.status == "run_out")))
    if not running:
        return 0
    before = portraits(actor, running)
    heads = db.session.scalars(
        update(Article).where(Article.id.in_(running)).values(status="discontinued").returning(Article.variant_of_id)
    ).all()
    gather_facets({head for head in heads if head is not None})
    tell_changes(actor, before, portraits(actor, running), action="ran_out")
    return len(running)
