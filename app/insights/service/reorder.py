"""Ranking at night what is due to reorder, and taking an article off the list."""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import delete, text

from app.accounts.queries.companies import operator_zone
from app.core import audit, clock
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import NotFound
from app.core.texts import N_
from app.insights.domain.reorder import MIN_ORDER_DAYS, Purchases
from app.insights.models.reorder import ReorderDismissal
from app.insights.queries.reorder import baskets, last_night

KEPT = 100  # suggestions of an account
_NIGHT = time(2)
_ACTIVE_DAYS = 365  # who ordered nothing for a year is not ranked

_WRITE = text("""
INSERT INTO reorder_suggestions (company_id, article_id, rank, alike, on_day)
SELECT :company, new.article_id, new.rank, new.alike, :on_day
FROM unnest(CAST(:articles AS bigint[]), CAST(:alike AS integer[])) WITH ORDINALITY AS new (article_id, alike, rank)
ON CONFLICT (company_id, article_id) DO UPDATE
    SET rank = excluded.rank, alike = excluded.alike, on_day = excluded.on_day""")
_DISMISS = text("""
INSERT INTO reorder_dismissals (company_id, article_id, user_id)
SELECT :company, l.article_id, :person FROM order_lines l
WHERE l.company_id = :company AND l.article_id = :article LIMIT 1
ON CONFLICT DO NOTHING RETURNING article_id""")
_OLD = text("DELETE FROM reorder_suggestions WHERE on_day < :on_day")


def suggest_if_due(actor: Actor) -> int:
    """Rank once in each night, from two o'clock on where the operator is. Returns how many accounts were ranked."""
    now = clock.now().astimezone(ZoneInfo(operator_zone(actor)))
    known = last_night(actor)
    if now.time() < _NIGHT or (known is not None and known >= now.date()):
        return 0
    return suggest(actor)


@command
def suggest(actor: Actor) -> int:
    """Rank for every account that orders, from the orders of all up to yesterday; old rankings go."""
    zone = operator_zone(actor)
    today = clock.today(zone)
    purchases: Purchases[int] = Purchases()
    last: dict[int, int] = {}
    for day, company_id, articles in baskets(zone, datetime.combine(today, time(), ZoneInfo(zone))):
        purchases.add(company_id, articles, day.toordinal())
        last[company_id] = day.toordinal()
    number = today.toordinal()
    count = 0
    for company_id, newest in last.items():
        if newest < number - _ACTIVE_DAYS or purchases.order_days(company_id) < MIN_ORDER_DAYS:
            continue
        ranked = purchases.rank(company_id, number, KEPT)
        values = {"articles": [one.item for one in ranked], "alike": [one.alike for one in ranked]}
        db.session.execute(_WRITE, {"company": company_id, "on_day": today, **values})
        count += 1
    db.session.execute(_OLD, {"on_day": today})
    return count


@command
def dismiss(actor: Actor, article_id: int) -> None:
    """Not any more: the article is not suggested to the account again. Doing so twice changes nothing."""
    values = {"company": actor.company_id, "person": actor.user_id, "article": article_id}
    if db.session.execute(_DISMISS, values).one_or_none() is not None:
        audit.record(actor, "article", article_id, "reorder_dismissed")


@command
def suggest_again(actor: Actor, article_id: int) -> None:
    """Take that back. Raises NotFound when it was not dismissed."""
    gone = db.session.execute(
        delete(ReorderDismissal)
        .where(ReorderDismissal.company_id == actor.company_id, ReorderDismissal.article_id == article_id)
        .returning(ReorderDismissal.article_id)
    ).one_or_none()
    if gone is None:
        raise NotFound(N_("This article is suggested already."))
    audit.record(actor, "article", article_id, "reorder_suggested_again")
