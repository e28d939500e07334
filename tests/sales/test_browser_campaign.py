"""A campaign from segment to result, in Chromium: plan, release, a buyer meets it and orders, the desk reads what came."""

from __future__ import annotations

import pytest

from app.accounts.domain.groups import SetFacts
from app.accounts.service.groups import upsert_segment
from app.core.actor import Actor
from tests.factories.accounts import PASSWORD, customer, person
from tests.factories.offers import bought
from tests.factories.ordering import article, order, shop
from tests.support.browser import PHONE, barriers, is_wider_than_its_window, visitor
from tests.support.cast import make_cast

SYSTEM = Actor.system()


@pytest.fixture
def cast(committing, world):
    with world():
        shop()
        cast = make_cast()
        rope = article("ROPE", "10.00", name="Mooring rope")
        bought(cast.customer, rope, 90, days_ago=20)
        person(customer("QUIET"))
        upsert_segment(SYSTEM, SetFacts("ROPES", "Rope buyers"))
    return cast, rope


def sign_in(page, user) -> None:
    page.goto("/sign-in")
    page.fill("input[name=email]", user.email)
    page.fill("input[name=password]", PASSWORD)
    page.click("main button[type=submit]")


@pytest.mark.browser
@pytest.mark.slow
def test_a_campaign_from_segment_to_result(base, browser, world, cast):
    cast, rope = cast
    desk = visitor(browser, base)
    sign_in(desk, cast.people["operator_admin"])
    desk.goto("/sales/segments/ROPES")
    row = desk.locator("table tbody tr").first
    row.locator("select[name=fact]").select_option("bought_article")
    row.locator("select[name=op]").select_option("yes")
    row.locator("input[name=about]").fill("ROPE")
    desk.click("button[value=preview]")
    assert "Möller" in desk.locator("#preview").inner_text()
    desk.click("button[value=save]")
    assert "1 accounts came" in desk.inner_text("main")

    desk.goto("/sales/offers/new?segment=ROPES&kind=price")
    desk.fill("input[name=name]", "Ropes in spring")
    desk.fill("input[name=title_en]", "Ropes for less")
    desk.fill("input[name=percent]", "5")
    desk.locator("input[name=goods]").first.fill("ROPE")
    desk.click("button:has-text('Save the offer')")
    desk.click("button:has-text('Release the offer')")
    assert "It runs from now on." in desk.inner_text("main")

    buyer = visitor(browser, base, viewport=PHONE)
    sign_in(buyer, cast.people["customer.buyer"])
    buyer.goto("/start")
    assert [one for one in barriers(buyer) if "/offers/" in one or "/reorder" in one] == []
    assert not is_wider_than_its_window(buyer)
    buyer.click("a:has-text('Ropes for less')")
    assert buyer.url.endswith("/articles/ROPE")
    stranger = visitor(browser, base)
    sign_in(stranger, cast.people["stranger.buyer"])
    stranger.goto("/start")
    assert "Ropes for less" not in stranger.inner_text("main")

    with world():
        me = cast.actor("customer.buyer")
    with world(me):
        order(me, [(rope, 4)])
    desk.reload()
    told = desk.inner_text("main")
    assert "What came of it" in told and "of 1 accounts" in told
    for address in ("/sales/offers", "/sales/segments", "/sales/start-pages", "/sales/ranking"):
        desk.goto(address)
        assert barriers(desk) == [], address
    assert desk.complaints == buyer.complaints == []
