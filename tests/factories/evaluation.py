"""Tenders whose bids were submitted, closed and opened as in real life. Call inside `world()` or `ctx`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from sqlalchemy import select

from app.core.actor import Actor
from app.core.db import db, transaction
from app.core.tenancy import acting_as, system_scope
from app.sourcing.domain.bid_content import Answer, BidContent, Offer
from app.sourcing.models.bids import Bid
from app.sourcing.service.bids import submit_bid
from app.sourcing.service.opening import open_when_due
from tests.factories.tenders import Made, bidding, close

_refs = count(1)
VALID = datetime.now(UTC).date() + timedelta(days=200)


def price(line_id: int, amount: str | None, quantity: str = "10", **facts: Any) -> Offer:
    """A unit price for one line; None: no offer."""
    if amount is None:
        return Offer(line_id, is_no_offer=True)
    return Offer(line_id, quantity=Decimal(quantity), price=Decimal(amount), **facts)


def bid(
    made: Made,
    place: int,
    offers: Sequence[Offer],
    *,
    answers: dict[int, Any] | None = None,
    currency: str = "EUR",
    valid_to: date = VALID,
) -> None:
    """The invited supplier of that place bids."""
    actor = made.suppliers[place][1]
    given = tuple(Answer(requirement, value) for requirement, value in (answers or {}).items())
    content = BidContent(currency, valid_to, tuple(offers), given)
    with acting_as(actor):
        submit_bid(actor, made.id, content, base_version=0, client_ref=f"bid-{next(_refs)}")


def opened(prices: Sequence[Sequence[str | None]], *, answers: Sequence[dict[int, Any]] = (), **facts: Any) -> Made:
    """One bid for each row of unit prices, one price for each line (10 pieces each); then closed and opened."""
    lots = facts.get("lots", 1)
    made = bidding(**{"suppliers": len(prices), "lines": len(prices[0]) // lots} | facts)
    for place, row in enumerate(prices):
        offers = [price(line, amount) for line, amount in zip(made.lines, row, strict=True)]
        bid(made, place, offers, answers=answers[place] if answers else None)
    open_bids(made)
    return made


def open_bids(made: Made) -> None:
    close(made)
    with system_scope("test"), transaction():
        open_when_due(Actor.system(), made.id)
    db.session.expire_all()


def bids_of(made: Made) -> list[int]:
    """Ids of the bids in the order of the suppliers."""
    with system_scope("test"):
        ids = dict(db.session.execute(select(Bid.supplier_id, Bid.id).where(Bid.tender_id == made.id)).all())
    return [ids[company.id] for company, _actor in made.suppliers if company.id in ids]
