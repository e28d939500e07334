"""From sealed bids through an auction of each lot to the award: by the real path, at the auction's prices."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from app.core.actor import Actor
from app.core.db import db
from app.core.tenancy import acting_as, system_scope
from app.sourcing.models.awards import Award, AwardLine
from app.sourcing.models.tenders import Tender
from app.sourcing.queries.chains import verify_chains
from app.sourcing.queries.evaluation import evaluation_of
from app.sourcing.service import awards
from app.sourcing.service.auction_bids import place_auction_bid
from app.sourcing.service.auction_stages import advance
from app.sourcing.service.auctions import plan_auction
from tests.factories.auctions import english, shifted
from tests.factories.awards import judged

pytestmark = pytest.mark.usefixtures("committing")


def auctioned(config, made, lot, *wanted):
    """The auction of a lot with prices named by bidders, run to its end."""
    with acting_as(made.buyer):
        soon = datetime.now(UTC) + timedelta(minutes=5)
        auction_id = plan_auction(made.buyer, made.id, made.lots[lot], english("5"), soon)
    shifted(config, auction_id, timedelta(minutes=5, seconds=1))
    for who, price in wanted:
        with acting_as(made.bidders[who]):
            assert place_auction_bid(made.bidders[who], auction_id, Decimal(price), client_ref=price).is_accepted
    shifted(config, auction_id, timedelta(hours=1))
    advance(auction_id)
    return auction_id


def test_two_lots_are_auctioned_and_awarded_at_their_last_prices(config, world):
    with world():
        made = judged("10.00", "9.50", "9.80", lots=2, procedure="reverse-auction", min_bids=2)
        auctioned(config, made, 0, (0, "940"), (1, "930"), (0, "900"))
        auctioned(config, made, 1, (2, "935"))
        with acting_as(made.buyer):
            places = [evaluation_of(made.buyer, made.id, lot).ranked for lot in made.lots]
            assert [(row.bid_id, row.price, row.initial) for row in places[0]][:2] == [
                (made.bids[0], 900, 1000), (made.bids[1], 930, 950),
            ]  # fmt: skip
            assert places[1][0].bid_id == made.bids[2]
            awards.propose_award(made.buyer, made.id, made.lots[0], made.parts((0, 0, "100")))
            awards.propose_award(made.buyer, made.id, made.lots[1], made.parts((2, 1, "100")))
        with system_scope("test"):
            rows = db.session.execute(
                select(Award.bid_id, Award.total, AwardLine.unit_price)
                .join(AwardLine, AwardLine.award_id == Award.id)
                .order_by(Award.id)
            ).all()
            assert [tuple(row) for row in rows] == [
                (made.bids[0], 900, Decimal("9.00")), (made.bids[2], 935, Decimal("9.35")),
            ]  # fmt: skip
            assert db.session.scalar(select(Tender.state).where(Tender.id == made.id)) == "award_proposed"
            assert not verify_chains(Actor.system()).broken
