"""A warehouse day in Chromium: a wave, its list picked by a keyboard scanner, packed, sent."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from app.accounts.domain.roles import Role
from app.core.db import db
from app.core.tenancy import system_scope
from app.inventory.models.stock import Stock
from tests.factories.accounts import customer, operator, person
from tests.factories.ordering import article, buyer, order
from tests.factories.shipments import lines_of, order_of
from tests.factories.warehouse import bins, laid, numbered
from tests.support.browser import DESK, PHONE, look, signed_in

pytestmark = pytest.mark.browser


@pytest.fixture
def scene(world) -> Any:
    with world():
        nut = article(
            "NUT", "10", stock=100, gtin="4006381333931", name="Hexagon nut M8, zinc plated, with a long name"
        )
        pin = article("PIN", "5", stock=60, name="Pin")
        bins(("A-1", "", 1), ("B-1", "", 2))
        laid(nut, 100, "A-1")
        laid(pin, 60, "B-1")
        numbered()
        ann = buyer(customer("BRANDT", name="Brandt Maschinenbau"))
        placed = [order(ann, [(nut, 6), (pin, 4)]), order(ann, [(nut, 4)])]
        keeper = person(operator(), Role.WAREHOUSE, name="Paul Packer")
    return keeper.email, placed, nut


@pytest.mark.parametrize(
    ("viewport", "options"),
    [(DESK, {}), (PHONE, {"scheme": "dark"}), (DESK, {"java_script_enabled": False})],
    ids=["desk", "phone", "no-script"],
)
def test_two_orders_leave_in_one_shipment(browser, base, world, scene, viewport, options):
    email, placed, nut = scene
    check = look if "java_script_enabled" not in options else (lambda _page: None)
    page = signed_in(browser, base, email, viewport=viewport, **options)
    page.goto("/warehouse/picking")
    check(page)
    for box in page.locator("input[name=pick]").all():
        box.check()
    page.get_by_role("button", name="Start a wave of what is ticked").click()
    page.wait_for_url("**/warehouse/waves/*")
    check(page)
    wave = page.url
    page.locator("a.k-row-link[href*='/warehouse/lists/']").click()
    page.wait_for_url("**/warehouse/lists/*")
    for code in ("A-1", "10*4006381333931", "3*PIN"):
        said = page.locator("[name=code]")
        said.fill(code)
        with page.expect_navigation():
            said.press("Enter")  # as a scanner ends its code
    check(page)
    page.get_by_text("Without scanning, or less than wanted").click()
    page.fill("[name=quantity]", "3")
    page.select_option("[name=reason]", "missing")
    with page.expect_navigation():
        page.get_by_role("button", name="Enter what was taken").click()
    assert page.get_by_text("Bring the goods to the packing table").is_visible()
    page.goto(wave)
    page.locator("a.k-row-link[href*='/warehouse/packing/']").click()
    page.wait_for_url("**/warehouse/packing/*")
    check(page)
    with page.expect_navigation():
        page.get_by_role("button", name="Put all the rest in").click()
    page.fill("[name=weight]", "2.5")
    with page.expect_navigation():
        page.get_by_role("button", name="Save the package").click()
    page.select_option("[name=carrier]", label="Nordfracht")
    check(page)
    page.get_by_role("button", name="Close packages and make the shipment").click()
    page.wait_for_url("**/warehouse/shipments/*")
    assert page.get_by_role("link", name="1 label").is_visible()
    page.fill("[name=tracking]", "NF 4711")
    with page.expect_navigation():
        page.get_by_role("button", name="Send the shipment").click()
    check(page)
    assert page.get_by_role("link", name="NF 4711").get_attribute("href") == "https://track.example/NF4711"
    with world(), system_scope("test"):
        assert [line.shipped_quantity for one in placed for line in lines_of(one.id)] == [6, 3, 4]
        assert {order_of(one.id).state for one in placed} == {"in_delivery"}
        shelf = db.session.scalars(select(Stock).where(Stock.article_id == nut.id)).one()
        assert (shelf.on_hand, shelf.reserved) == (90, 0)
