"""A tender that was run to its opened bids within seconds, so that its lot can be auctioned: for the demo and the trial.

Everything goes through the commands that people use; only the deadline is moved into the past behind their back.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from sqlalchemy import select, text

from app.accounts.domain.roles import CompanyKind, Role
from app.accounts.models.companies import Company
from app.accounts.queries.people import person_actor
from app.accounts.service.companies import Facts, create_account
from app.accounts.service.installation import create_user
from app.core.actor import Actor
from app.core.db import db, transaction
from app.core.errors import Invalid
from app.core.tenancy import acting_as
from app.sourcing.domain.auction_rules import Rules
from app.sourcing.domain.bid_content import BidContent, Offer
from app.sourcing.domain.tender import Head, LineEntry
from app.sourcing.models.tenders import Tender, TenderLot
from app.sourcing.queries.bids import asked_of
from app.sourcing.queries.clock import database_now
from app.sourcing.service import bids, opening, tender_people, tender_publish, tenders
from app.sourcing.service.auctions import plan_auction

_PATIENCE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Rival:
    """A supplier's person who bids."""

    code: str
    company: str
    country: str
    email: str
    name: str
    price: Decimal  # of one unit, in the sealed bid


@dataclass(frozen=True, slots=True)
class Ground:
    """A lot whose bids lie open."""

    tender_id: int
    lot_id: int
    number: str
    bidders: tuple[Actor, ...]


def opened_lot(  # noqa: PLR0917 -- two who act, what is asked, who answers
    house: Actor, buyer: Actor, head: Head, line: LineEntry, rivals: Sequence[Rival], password: str
) -> Ground:
    """Publish a tender of one line, let everybody bid, close and open it."""
    with acting_as(house):
        bidders = tuple(_bidder(house, rival, password) for rival in rivals)
    with acting_as(buyer):
        number = tenders.create_tender(buyer, head, client_ref=str(uuid.uuid4()))
        tender_id = db.session.scalars(select(Tender.id).where(Tender.number == number)).one()
        tenders.save_lines(buyer, tender_id, [line], row_version=_version(tender_id))
        for bidder in bidders:
            tender_people.invite_supplier(buyer, tender_id, bidder.company_id)
        tender_publish.publish_tender(buyer, tender_id)
    for bidder, rival in zip(bidders, rivals, strict=True):
        with acting_as(bidder):
            _bid(bidder, tender_id, rival.price)
    with acting_as(house):
        with transaction() as session:
            session.execute(text("UPDATE tenders SET deadline = clock_timestamp() WHERE id = :id"), {"id": tender_id})
        db.session.expire_all()
        with transaction():
            tender_publish.close_bidding(Actor.system(), tender_id)
            opening.open_when_due(Actor.system(), tender_id)
    with acting_as(buyer):
        lot_id = db.session.scalars(select(TenderLot.id).where(TenderLot.tender_id == tender_id)).one()
    return Ground(tender_id, lot_id, number, bidders)


def _version(tender_id: int) -> int:
    return db.session.scalars(select(Tender.row_version).where(Tender.id == tender_id)).one()


def _bidder(house: Actor, rival: Rival, password: str) -> Actor:
    company_id = db.session.scalar(select(Company.id).where(Company.code == rival.code))
    if company_id is None:
        facts = Facts(rival.code, rival.company, rival.company, rival.country)
        company_id = create_account(house, facts, kind=CompanyKind.SUPPLIER, currency="EUR", email=rival.email)
    user_id = create_user(
        house, rival.email, company_id=company_id, role=Role.SUPPLIER, name=rival.name, password=password
    )  # fmt: skip
    return person_actor(company_id, user_id)


def _bid(bidder: Actor, tender_id: int, price: Decimal) -> None:
    asked = asked_of(bidder, tender_id)
    content = BidContent(
        currency=asked.currency,
        valid_to=asked.valid_from_day + timedelta(days=1),
        offers=tuple(
            Offer(line.id, quantity=line.quantity, price=price, lead_days=10)
            for lot in asked.lots
            for line in lot.lines
        ),
        answers=(),
    )
    bids.submit_bid(bidder, tender_id, content, base_version=0, client_ref=str(uuid.uuid4()))


def begun_auction(buyer: Actor, ground: Ground, rules: Rules) -> int:
    """Plan an auction that begins at once, wait until it has begun, and return it.

    Planning itself takes a while on a busy machine, and a beginning must lie ahead: each attempt gives it more time.
    """
    with acting_as(buyer):
        head_start = timedelta(milliseconds=300)
        while True:
            starts_at = database_now() + head_start
            try:
                auction_id = plan_auction(buyer, ground.tender_id, ground.lot_id, rules, starts_at)
            except Invalid as refused:
                if refused.field != "starts_at" or head_start > _PATIENCE:
                    raise
                head_start *= 2
            else:
                break
        while database_now() < starts_at:
            time.sleep(1 / 20)
    return auction_id
