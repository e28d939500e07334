"""A return in Chromium: the customer asks with a photo, sales authorises, the store inspects, sales decides."""

from __future__ import annotations

from typing import Any

import pytest

from app.accounts.domain.roles import Role
from tests.factories.accounts import actor_for, customer, operator, person
from tests.factories.ordering import article, order, shop
from tests.factories.shipments import delivered, shipment_of
from tests.support.browser import DESK, PHONE, look, signed_in

pytestmark = pytest.mark.browser
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20


@pytest.fixture
def scene(world) -> Any:
    with world():
        shop()
        company = customer("BRANDT", name="Brandt Maschinenbau")
        ann = person(company, name="Ann Buyer")
        sven = person(operator(), Role.SALES, name="Sven Sales")
        olga = person(operator(), Role.WAREHOUSE, name="Olga Store")
        nut = article("NUT", "10", name="Hexagon nut M8, zinc plated, with a name that goes on", stock=50)
        placed = order(actor_for(ann, company), [(nut, 10)])
        shipment = shipment_of(delivered(placed.id)).number
    return ann.email, sven.email, olga.email, shipment


@pytest.mark.parametrize(
    ("viewport", "options"),
    [(DESK, {}), (PHONE, {"scheme": "dark"}), (DESK, {"java_script_enabled": False})],
    ids=["desk", "phone", "no-script"],
)
def test_goods_are_sent_back_inspected_and_replaced(browser, base, scene, viewport, options):
    ann, sven, olga, shipment = scene
    check = look if "java_script_enabled" not in options else (lambda _page: None)

    def come(who: str) -> Any:
        return signed_in(browser, base, who, viewport=viewport, **options)

    page = come(ann)
    page.goto(f"/shipments/{shipment}")
    check(page)
    page.get_by_role("link", name="Send something back").click()
    page.wait_for_url(f"**/returns/new/{shipment}")
    page.get_by_label("Quantity of line 1").fill("3")
    page.get_by_label("Reason for line 1").select_option("damaged")
    page.get_by_label("Replacement at no charge").check()
    page.get_by_label("What we should know").fill("Bent in the box")
    page.get_by_label("Photos and papers").set_input_files({"name": "bent.png", "mimeType": "image/png", "buffer": PNG})
    check(page)
    page.get_by_role("button", name="Ask for the return").click()
    page.wait_for_url("**/returns/RET-*")
    there = page.url
    assert page.get_by_alt_text("bent.png").count() == 1
    check(page)

    sales = come(sven)
    sales.goto(there)
    check(sales)
    sales.get_by_label("How to send the goods, or why not").fill("Gate 2, please.")
    sales.get_by_role("button", name="Authorise the return").click()
    sales.get_by_text("The customer may send the goods.").wait_for()

    page.goto(there)
    page.get_by_role("link", name="Slip for the parcel").click()
    page.wait_for_url("**/slip")
    assert page.get_by_text("Gate 2, please.").is_visible()
    check(page)

    store = come(olga)
    store.goto(there)
    check(store)
    store.get_by_role("button", name="The goods are here").click()
    store.get_by_text("The goods are here. Inspect them next.").wait_for()
    store.get_by_label("To stock of line 1").fill("1")
    store.get_by_role("button", name="Book the inspection").click()
    assert "3 arrived, 1 are told" in store.locator(".k-error-summary").inner_text()
    store.get_by_label("To scrap of line 1").fill("2")
    store.get_by_role("button", name="Book the inspection").click()
    store.get_by_text("The goods are inspected, and stock is booked.").wait_for()

    sales.goto(there)
    check(sales)
    sales.get_by_role("button", name="Decide", exact=True).click()
    sales.get_by_text("It is decided.").wait_for()
    page.goto(there)
    assert page.get_by_role("link", name="SO-").count() == 1
    check(page)
