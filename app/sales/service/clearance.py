"""Making offers of a proposed clearance: one for all accounts with the same discount."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from app.accounts.queries.companies import operator_zone
from app.core import clock
from app.core.actor import Actor
from app.core.db import command
from app.core.errors import Conflict
from app.core.texts import N_
from app.insights.queries.stock_movement import clearance
from app.insights.service.clearance import note_offered
from app.sales.domain.offers import Audience, Goods, OfferKind, OfferRow
from app.sales.service.offers import create_offer


@command
def offer_clearance(actor: Actor, proposal_id: int) -> list[int]:
    """Plan an offer for each discount of the proposal; returns their ids. They begin when they are released.

    Raises Conflict when that was done already.
    """
    found, lines = clearance(actor, proposal_id)
    if found.state != "proposed":
        raise Conflict(N_("This proposal is decided already."))
    groups: defaultdict[Decimal, list[str]] = defaultdict(list)
    for line in lines:
        groups[line.percent].append(line.code)
    zone = ZoneInfo(operator_zone(actor))
    ends_at = datetime.combine(found.ends_on + timedelta(days=1), time(), zone)
    made = []
    for percent, codes in sorted(groups.items()):
        row = OfferRow(
            name=f"{found.sku} −{percent.normalize():f}%",
            kind=OfferKind.PRICE,
            starts_at=clock.now(),
            ends_at=ends_at,
            titles={"en": found.name[:100]},
            audience=tuple(Audience("account", code) for code in codes),
            goods=(Goods("article", found.sku),),
            percent=percent,
        )
        made.append(create_offer(actor, row, client_ref=f"clearance-{proposal_id}-{percent.normalize():f}"))
    note_offered(actor, proposal_id, made)
    return made
