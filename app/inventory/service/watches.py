"""Telling people when an article is there again."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from app.catalog.queries.articles import articles_by_id
from app.core import clock
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Forbidden, Invalid, NotFound
from app.core.outbox import publish
from app.core.texts import N_
from app.inventory.events import BackInStock
from app.inventory.models.watches import StockWatch
from app.inventory.queries.promises import available

_MOST = 500
_LARGEST = Decimal(10) ** 12


@command
def watch(actor: Actor, article_id: int, quantity: Decimal) -> int:
    """Tell me once when so much can leave at once; asking again changes the quantity. Returns the id."""
    if actor.user_id is None or actor.is_operator:
        raise Forbidden(N_("You have no right to do this."))
    if not 0 < quantity < _LARGEST:
        raise Invalid("quantity", N_("The quantity must be more than zero."))
    waiting = db.session.scalars(
        select(StockWatch.id).where(
            StockWatch.company_id == actor.company_id,
            StockWatch.user_id == actor.user_id,
            StockWatch.state == "waiting",
        )
    ).all()
    if len(waiting) >= _MOST:
        raise Invalid("quantity", N_("At most {most} articles can be watched. Remove some first.", most=_MOST))
    statement = insert(StockWatch).values(
        company_id=actor.company_id, user_id=actor.user_id, article_id=article_id, quantity=quantity
    )
    watch_id = db.session.scalars(
        statement.on_conflict_do_update(
            index_elements=[StockWatch.company_id, StockWatch.user_id, StockWatch.article_id],
            index_where=StockWatch.state == "waiting",
            set_={"quantity": statement.excluded.quantity},
        ).returning(StockWatch.id)
    ).one()
    return int(watch_id)


@command
def unwatch(actor: Actor, watch_id: int) -> None:
    """Take a wish back, one's own only. One that was told already leaves the list the same way."""
    removed = db.session.scalars(
        update(StockWatch)
        .where(
            StockWatch.id == watch_id,
            StockWatch.company_id == actor.company_id,
            StockWatch.user_id == actor.user_id,
            StockWatch.state != "removed",
        )
        .values(state="removed")
        .returning(StockWatch.id)
    ).all()
    if not removed:
        raise NotFound(N_("You are not waiting for this article any more."))


@command
def tell_returned(actor: Actor, company_id: int, watch_ids: Sequence[int]) -> int:
    """Tell one account's people whose articles are there again; returns how many. Safe to repeat and to run twice."""
    rows = db.session.execute(
        select(StockWatch.id, StockWatch.article_id, StockWatch.quantity)
        .where(StockWatch.id.in_(watch_ids), StockWatch.company_id == company_id, StockWatch.state == "waiting")
        .order_by(StockWatch.id)
        .with_for_update(skip_locked=True)
    ).all()
    articles = articles_by_id(actor, {row.article_id for row in rows}, company_id=company_id)
    free = available(actor, articles, company_id=company_id)
    told = [
        row.id
        for row in rows
        if row.article_id in articles
        and articles[row.article_id].is_active
        and articles[row.article_id].is_visible
        and free.get(row.article_id, 0) >= row.quantity
    ]
    if told:
        db.session.execute(update(StockWatch).where(StockWatch.id.in_(told)).values(state="told", told_at=clock.now()))
        for watch_id in told:
            publish(BackInStock(watch_id))
    return len(told)
