"""Sealed and opened bids by the real path. Call inside `world()` or `ctx`; what is made is committed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from sqlalchemy import select

from app.core.actor import Actor
from app.core.db import db
from app.core.tenancy import acting_as, system_scope
from app.sourcing.domain.bid_content import Answer, Asked, AskedAnswer, Attachment, BidContent, Offer
from app.sourcing.models.bids import Bid
from app.sourcing.queries.bids import asked_of
from app.sourcing.service import bids, opening
from app.sourcing.service.bids import Received
from tests.factories import tenders
from tests.factories.tenders import Made

_refs = count(1)
_ANSWERS: Mapping[str, Any] = {"yes_no": True, "text": "As described", "number": "5", "date": "2030-01-31"}


def asked(made: Made, actor: Actor) -> Asked:
    with acting_as(actor):
        return asked_of(actor, made.id)


def content(wanted: Asked, price: str = "10.00", *, lots: Sequence[int] | None = None, **changes: Any) -> BidContent:
    """A complete bid at one price for every line; `lots`: numbers of those that are bid for."""
    offers = [
        Offer(line.id, quantity=line.quantity, price=Decimal(price), lead_days=5)
        for lot in wanted.lots if lots is None or lot.number in lots for line in lot.lines
    ]  # fmt: skip
    chosen = BidContent(
        currency=wanted.currency,
        valid_to=wanted.valid_from_day + timedelta(days=1),
        offers=tuple(offers),
        answers=tuple(_answer(each) for each in wanted.answers),
    )
    return replace(chosen, **changes)


def _answer(each: AskedAnswer) -> Answer:
    if each.answer_type == "file":
        return Answer(each.id, "proof.pdf", Attachment("proof.pdf", "application/pdf", b"%PDF-1.4 proof"))
    if each.answer_type == "choice":
        return Answer(each.id, each.options[0][1])
    return Answer(each.id, _ANSWERS[each.answer_type])


def submitted(made: Made, who: int = 0, price: str = "10.00", **changes: Any) -> Received:
    """A bid of the supplier at this place among the invited; `base_version` and `client_ref` where they matter."""
    actor = made.suppliers[who][1]
    keywords = {name: changes.pop(name) for name in ("base_version", "client_ref", "reading_code") if name in changes}
    with acting_as(actor):
        said = content(asked_of(actor, made.id), price, **changes)
        return bids.submit_bid(
            actor, made.id, said, **({"base_version": 0, "client_ref": f"bid-{next(_refs)}"} | keywords)
        )


def open_tender(made: Made) -> Made:
    """Let the deadline pass, close, and open as the clock does."""
    tenders.close(made)
    with system_scope("test"):
        opening.open_when_due(Actor.system(), made.id)
    db.session.expire_all()
    return made


def opened_tender(*prices: str, **facts: Any) -> Made:
    """A tender in evaluation (or qualification) with one bid for each price, by default three."""
    prices = prices or ("10.00", "9.50", "12.00")
    made = tenders.bidding(suppliers=len(prices), **facts)
    for who, price in enumerate(prices):
        submitted(made, who, price)
    return open_tender(made)


def opened_bid(price: str = "10.00", **facts: Any) -> tuple[Made, Bid]:
    """A tender opened with one bid, and the bid."""
    made = opened_tender(price, min_bids=1, **facts)
    return made, bids_of(made)[0]


def bids_of(made: Made) -> list[Bid]:
    """The opened bids in the order in which they came."""
    with system_scope("test"):
        rows = db.session.scalars(
            select(Bid)
            .where(Bid.tender_id == made.id)
            .order_by(Bid.submitted_at)
            .execution_options(populate_existing=True)
        ).all()
        db.session.expunge_all()
        return list(rows)
