"""What notices about auctions say, and to whom they go; asked in operator scope."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from app.accounts.domain.roles import Role
from app.accounts.queries.mailing import PersonToTell, people_of
from app.core.db import db
from app.core.errors import NotFound
from app.sourcing.models.auctions import Auction, AuctionBidder
from app.sourcing.models.tenders import Tender


@dataclass(frozen=True, slots=True)
class AuctionToTell:
    number: str
    title: str
    state: str
    starts_at: datetime


def auction_to_tell(auction_id: int) -> AuctionToTell:
    row = db.session.execute(
        select(Tender.number, Tender.title, Auction.state, Auction.starts_at)
        .join(Auction, Auction.tender_id == Tender.id)
        .where(Auction.id == auction_id)
    ).one_or_none()
    if row is None:
        raise NotFound
    return AuctionToTell(*row)


def called_to_auction(auction_id: int) -> Iterable[tuple[int, PersonToTell]]:
    """People of every bidder, with their company."""
    for company_id in db.session.scalars(
        select(AuctionBidder.supplier_id).where(AuctionBidder.auction_id == auction_id).order_by(AuctionBidder.id)
    ).all():
        for person in people_of(company_id, (Role.SUPPLIER,)):
            yield company_id, person
