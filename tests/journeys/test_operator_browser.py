"""The operator's ways in Chromium: a list planned, approved, seen by a buyer and rolled back; a supplier's file matched."""

from __future__ import annotations

import re
from typing import Any

import pytest

from app.accounts.domain.roles import Role
from tests.factories import catalog
from tests.factories.accounts import customer, operator, person, supplier
from tests.factories.exchange import stored_file
from tests.factories.ordering import article, shop
from tests.support.browser import PHONE, look, signed_in
from tests.support.work import drain

pytestmark = pytest.mark.browser


def price_seen(page: Any) -> str:
    """What the buyer's list says for the one article it shows."""
    page.goto("/shop?q=bolt")
    found = re.search(r"\d+\.\d\d", page.locator("tbody tr").first.locator(".k-key").inner_text())
    assert found is not None
    return found.group()


def test_a_list_is_planned_approved_bought_by_and_rolled_back(browser, base, committing, world):
    with world():
        shop()
        article("BOLT", "10", breaks={100: "9"}, name="Hexagon bolt M8x40")
        article("NUT", "5", name="Hexagon nut M8")
        house = operator()
        planner, second = person(house, Role.PRICING), person(house, Role.OPERATOR_ADMIN)
        buyer = person(customer("BRANDT"))
    shopper = signed_in(browser, base, buyer.email)
    assert price_seen(shopper) == "10.00"

    page = signed_in(browser, base, planner.email)
    page.goto("/prices/lists/LIST/versions")
    page.click("text=New draft")
    page.fill("[name=label]", "Spring")
    page.click("text=Create the draft")
    page.click("text=Change by percent")
    page.fill("[name=percent]", "30")
    page.fill("[name=sku_start]", "BOLT")
    look(page)
    page.click("text=Change the prices")
    page.wait_for_selector("text=2 prices are others now.")
    look(page)
    page.click("text=Compare price by price")
    page.wait_for_selector("td:has-text('13.00')")
    look(page)
    page.go_back()
    page.click("text=Work out the effect")
    page.wait_for_url("**/effect")
    drain(committing)
    page.goto("/prices/versions/LIST.v2/effect")
    page.wait_for_selector("text=Accounts concerned")
    look(page)
    page.goto("/prices/versions/LIST.v2")
    page.click("main >> text=Submit")
    page.wait_for_selector("text=a second person must approve")
    page.click("text=Submit the version")
    page.wait_for_selector("text=The version waits for a second person's approval.")
    assert page.locator("main button:has-text('Approve')").count() == 0
    assert price_seen(shopper) == "10.00"

    other = signed_in(browser, base, second.email)
    other.goto("/prices/versions/LIST.v2")
    look(other)
    other.click("main button:has-text('Approve')")
    other.wait_for_selector("text=The version holds from the next request on.")
    assert price_seen(shopper) == "13.00"
    other.click("text=Roll back")
    other.wait_for_selector("text=Rolled back: the version before it holds from the next request on.")
    assert price_seen(shopper) == "10.00"
    for visit in (shopper, page, other):
        visit.context.close()


FILE = (
    "number;name;brand;mpn;gtin;unit;price\n"
    "B-1;Hexagon bolt M8x40;Bolto;77-1;4006381333931;H87;0,08\n"
    "B-2;Flat washer M8;;;;H87;0,02\n"
    "B-3;Torque wrench;Forge;TW-1;;H87;48,20\n"
)


def test_a_suppliers_file_is_matched_and_faults_are_mended(browser, base, committing, world):
    with world():
        editor = person(operator(), Role.OPERATOR_ADMIN)
        supplier("ACME", name="Acme", currency="EUR")
        catalog.category("TO", "Tools")
        catalog.article("BOLT", name="Hexagon bolt M8x40", brand="Bolto", mpn="77-1", gtin="4006381333931")
        catalog.article("WASHER", name="Washer, flat, for M8 bolts")
        catalog.article("NUT", name="Hexagon nut M8", gtin="4006381333931")
    page = signed_in(browser, base, editor.email)
    page.goto("/imports/new?kind=supplier_articles")
    page.set_input_files("[name=file]", str(stored_file(FILE.encode(), "acme.csv")))
    page.click("text=Upload and look")
    page.wait_for_url("**/columns")
    page.fill("[name=option_supplier]", "ACME")
    page.click("text=Check the file")
    page.wait_for_selector("#import-progress")
    drain(committing)
    page.wait_for_selector("text=Would be new")
    page.click("text=Import now")
    page.wait_for_selector("#import-progress")
    drain(committing)
    page.wait_for_selector("text=Same as before")

    page.goto("/catalog/suppliers/ACME")
    look(page)
    page.click("text=Confirm 1 sure one")
    page.wait_for_selector("text=1 match is confirmed.")
    page.click("text=Flat washer M8")
    page.fill("[name=sku]", "WASHER")
    look(page)
    page.click("main button:has-text('It is this article')")
    page.wait_for_selector("text=B-2 is WASHER.")
    page.click("text=Torque wrench")
    page.fill("[name=sku]", "TW-0001")
    page.select_option("[name=category]", "TO")
    page.click("text=Make a new article")
    page.wait_for_selector("text=Nothing to decide")

    page.goto("/catalogue-health")
    look(page)
    page.click("main >> text=The same GTIN twice")
    page.wait_for_selector("text=4006381333931 is also on BOLT")
    look(page)
    page.goto("/catalog/articles/NUT/edit")
    page.fill("[name=gtin]", "")
    page.click("text=Save the article")
    page.wait_for_selector("#history >> text=4006381333931")
    page.goto("/catalogue-health/faults/gtin_twice")
    page.wait_for_selector("text=Nothing found")
    page.goto("/catalog/articles/NUT")
    look(page)
    page.locator("#history button:has-text('Undo')").first.click()
    page.wait_for_selector("main >> text=4006381333931")
    page.goto("/catalogue-health/faults/gtin_twice")
    page.wait_for_selector("text=4006381333931 is also on BOLT")

    phone = signed_in(browser, base, editor.email, viewport=PHONE, scheme="dark")
    for address in (
        "/catalog/suppliers/ACME",
        "/catalogue-health",
        "/catalogue-health/faults/gtin_twice",
        "/catalog/articles/NUT",
    ):
        phone.goto(address)
        look(phone)
    for visit in (page, phone):
        visit.context.close()
