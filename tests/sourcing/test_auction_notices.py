"""Bidders are told by mail and on their pages when they are called, and when it is over; nobody else is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.core.actor import Actor
from app.core.tenancy import acting_as
from app.notifications.notices import notices
from app.sourcing.events import AuctionEnded, AuctionPlanned
from app.sourcing.service.auction_stages import advance
from app.sourcing.service.auctions import plan_auction
from tests.factories.auctions import english, opened_tender, shifted

pytestmark = pytest.mark.usefixtures("committing")


def test_who_is_told_what(config, world):
    with world():
        tender = opened_tender(config, "1000", "950")
        with acting_as(tender.buyer):
            soon = datetime.now(UTC) + timedelta(minutes=5)
            auction_id = plan_auction(tender.buyer, tender.tender_id, tender.lot_id, english(), soon)
        system = Actor.system()
        planned, ended = notices["auction_planned"], notices["auction_ended"]
        told = list(planned.tellings(system, AuctionPlanned(auction_id)))
        assert {(one.company_id, one.way) for one in told} == {
            (bidder.company_id, way) for bidder in tender.bidders for way in ("mail", "page")
        }
        letter = planned.letter(system, told[0].parameters)
        assert letter.link == f"/supplier/auctions/{auction_id}"
        assert planned.still_wanted(system, told[0].parameters)
        shifted(config, auction_id, timedelta(hours=1))
        advance(auction_id)
        assert not planned.still_wanted(system, told[0].parameters)
        over = list(ended.tellings(system, AuctionEnded(auction_id)))
        assert len(over) == 2
        assert "950" not in str(ended.letter(system, over[0].parameters))
