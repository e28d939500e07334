"""An auction in two browsers: a bid reaches the other page by itself, a lost connection loses no price, a reload nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.core.tenancy import acting_as
from app.sourcing.service.auctions import plan_auction
from tests.factories.auctions import english, opened_tender, shifted
from tests.support.browser import DESK, PHONE, look, signed_in

pytestmark = pytest.mark.browser


@pytest.fixture
def running(config, world):
    with world():
        tender = opened_tender(config, "1000", "950")
        with acting_as(tender.buyer):
            soon = datetime.now(UTC) + timedelta(minutes=5)
            auction_id = plan_auction(tender.buyer, tender.tender_id, tender.lot_id, english(), soon)
        shifted(config, auction_id, timedelta(minutes=5, seconds=1))
    return tender, auction_id


def test_two_bidders_and_a_buyer_see_the_same_auction(browser, base, running):
    tender, auction_id = running
    one = signed_in(browser, base, tender.users[1].email, viewport=DESK)
    two = signed_in(browser, base, tender.users[2].email, viewport=PHONE, scheme="dark")
    buyer = signed_in(browser, base, tender.users[0].email, viewport=DESK)
    for page in (one, two):
        page.goto(f"/supplier/auctions/{auction_id}")
        look(page)
    buyer.goto(f"/tenders/{tender.number}/auctions/{auction_id}")
    look(buyer)
    two.wait_for_selector("[data-rank]:text-is('1')")
    one.fill("#price", "900")
    one.click("text=Bid this price")
    one.wait_for_selector(".au-said:has-text('counts')")
    assert one.input_value("#price") == ""
    two.wait_for_selector("[data-rank]:text-is('2')")
    buyer.wait_for_selector("td:has-text('900.00')")
    two.reload()
    two.wait_for_selector("[data-rank]:text-is('2')")
    two.fill("#price", "949")
    two.click("text=Bid this price")
    two.wait_for_selector(".au-said[role=alert]")
    assert two.input_value("#price") == "949"


def test_a_price_sent_while_the_line_is_down_arrives_once(browser, base, running):
    tender, auction_id = running
    page = signed_in(browser, base, tender.users[1].email, viewport=DESK)
    page.goto(f"/supplier/auctions/{auction_id}")
    page.context.set_offline(True)
    page.wait_for_selector("[data-lost]:visible")
    page.fill("#price", "800")
    page.click("text=Bid this price")
    page.wait_for_timeout(1500)
    page.context.set_offline(False)
    page.wait_for_selector(".au-said:has-text('counts')")
    page.wait_for_selector("[data-lost]", state="hidden")
    page.goto(f"/supplier/auctions/{auction_id}/log")
    assert page.locator("td:has-text('Price accepted')").count() == 1
