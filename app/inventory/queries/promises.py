"""What can be promised: one statement for all articles."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal

from app.accounts.queries.companies import own_or_asked
from app.core import clock
from app.core.actor import Actor
from app.inventory.domain.promise import ZERO, Need, Promise, Source
from app.inventory.domain.promise import promise as promise_of
from app.inventory.queries.kits import kits_among, lend_parts, with_parts
from app.inventory.queries.supply import supplies


def available(actor: Actor, article_ids: Collection[int], *, company_id: int | None = None) -> dict[int, Decimal]:
    """What lies free in the warehouses that serve an account (the actor's), in base units; articles without are not in it."""
    if not article_ids:
        return {}
    found, _ = supplies(own_or_asked(actor, company_id), article_ids, on=clock.today())
    return {
        article_id: sum((place.free for place in supply.places if place.source is Source.WAREHOUSE), ZERO)
        for article_id, supply in found.items()
    }


def promises(
    actor: Actor, needs: Iterable[Need], on: date, *, company_id: int | None = None, today: date | None = None
) -> dict[int, Promise]:
    """What holds on a day for each article, the needs of one article added up: how much, when, from where.

    For the actor's company, or for the operator any. `today` is given where the day asked for lies ahead.
    """
    wanted: dict[int, Need] = {}
    for need in needs:
        held = wanted.get(need.article_id)
        wanted[need.article_id] = need if held is None else replace(need, quantity=held.quantity + need.quantity)
    if not wanted:
        return {}
    kits = kits_among(actor, wanted.values())
    asked = with_parts(wanted, kits) if kits else wanted
    found, terms = supplies(own_or_asked(actor, company_id), asked, on=on, today=today)
    lend_parts(found, kits)
    return {article_id: promise_of(need, found.get(article_id), terms) for article_id, need in wanted.items()}


def promise(actor: Actor, need: Need, on: date, *, company_id: int | None = None, today: date | None = None) -> Promise:
    """The same for one article."""
    return promises(actor, [need], on, company_id=company_id, today=today)[need.article_id]
