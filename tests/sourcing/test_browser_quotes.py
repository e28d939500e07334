"""Buyer and seller in Chromium: asked, offered, three rounds, accepted and ordered at those prices."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from app.accounts.domain.roles import Role
from app.core.tenancy import acting_as
from app.ordering.queries.orders import OrderFilters, order_lines, orders
from app.sourcing.queries.quote_lists import QuoteFilter, quotes_page
from tests.factories.accounts import actor_for, customer, operator, person
from tests.factories.ordering import article, sales, ship_to, shop
from tests.support.browser import DESK, PHONE, look, signed_in

pytestmark = pytest.mark.browser


@pytest.fixture
def scene(world) -> Any:
    with world():
        shop()
        sales()
        article("NUT", "10", name="Hexagon nut M8, zinc plated, with a name that goes on")
        article("PIN", "5", name="Pin")
        company = customer("BRANDT", name="Brandt Maschinenbau")
        user = person(company, name="Ann Buyer")
        seller = person(operator(), Role.SALES, name="Sven Sales")
        ann = actor_for(user, company)
        ship_to(ann)
        return ann, user.email, seller.email


@pytest.mark.parametrize(
    ("viewport", "options"),
    [(DESK, {}), (PHONE, {"scheme": "dark"}), (DESK, {"java_script_enabled": False})],
    ids=["desk", "phone", "no-script"],
)
def test_three_rounds_and_an_order(browser, base, world, scene, viewport, options):
    ann, buyer, seller = scene
    has_script = "java_script_enabled" not in options
    check = look if has_script else (lambda _page: None)
    mine = signed_in(browser, base, buyer, viewport=viewport, **options)
    mine.goto("/quotes/new?code=NUT&quantity=200")
    check(mine)
    mine.get_by_label("Target price in row 1").fill("9")
    mine.get_by_label("Article or what you need, in row 2").fill("A bracket as in the drawing")
    mine.get_by_label("Quantity in row 2").fill("3")
    mine.get_by_label("Title").fill("Spring")
    mine.get_by_role("button", name="Send the request").click()
    mine.wait_for_selector("text=The request is sent.")
    check(mine)
    number = mine.locator("h1").inner_text()
    theirs = signed_in(browser, base, seller, viewport=viewport, **options)
    theirs.goto("/sales/quotes")
    check(theirs)
    theirs.get_by_role("link", name=number).click()
    theirs.get_by_role("button", name="Take it over").click()
    theirs.wait_for_url("**/offer")
    check(theirs)
    theirs.locator("input[name=o-code]").nth(1).fill("PIN")
    _offer(theirs, ["9.70", "30"], has_script=has_script)
    check(theirs)
    for price, answer in (("9.20", "9.50"), ("9.30", "9.40")):
        mine.goto(f"/quotes/{number}/counter")
        check(mine)
        mine.get_by_label("Price for one EUR").first.fill(price)
        mine.get_by_role("button", name="Send the counter-offer").click()
        mine.wait_for_selector("text=The counter-offer is sent.")
        theirs.goto(f"/sales/quotes/{number}")
        check(theirs)
        theirs.get_by_role("button", name="Take it over").click()
        theirs.wait_for_url("**/offer")
        _offer(theirs, [answer], has_script=False)
    mine.goto(f"/quotes/{number}/versions?a=1&b=3")
    assert mine.get_by_text("9.40", exact=True).first.is_visible()
    check(mine)
    mine.goto(f"/quotes/{number}")
    check(mine)
    mine.get_by_role("button", name="Accept all lines").click()
    mine.wait_for_selector("text=The offer is accepted.")
    check(mine)
    mine.get_by_role("button", name="Order now").click()
    mine.wait_for_url("**/checkout**")
    mine.locator("main form[method=post] button[type=submit].btn-primary").last.click()
    mine.wait_for_url("**/review**")
    assert "9.40" in mine.inner_text("main")
    mine.get_by_role("button", name="Place order of 2 lines").click()
    mine.wait_for_url("**/orders/**")
    check(mine)
    with world(), acting_as(ann):
        found = quotes_page(ann, QuoteFilter())[0]
        lines = order_lines(ann, orders(ann, OrderFilters(), limit=2)[0].id, limit=9)
    assert (found.current_version, found.net_total) == (3, Decimal(1970))
    assert [(line.quantity, line.unit_price) for line in lines] == [(200, Decimal("9.40")), (3, 30)]


def _offer(page: Any, prices: list[str], *, has_script: bool) -> None:
    """Prices for the first lines, then off it goes."""
    for place, price in enumerate(prices):
        page.locator("select[name=o-kind]").nth(place).select_option("price")
        page.locator("input[name=o-value]").nth(place).fill(price)
    if has_script:
        page.locator("input[name=o-value]").first.press("Tab")
        page.wait_for_selector("#totals td:has-text('2,030.00')")
    page.get_by_role("button", name="Save and send the offer").click()
    page.wait_for_selector("text=The offer is sent.")
