"""Pages of billing and of the sales desk in Chromium: axe finds nothing, nothing is wider than its window."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.core import clock
from tests.factories.accounts import PASSWORD
from tests.factories.billing import bare_invoice
from tests.factories.insights import bare_abandonment
from tests.factories.ordering import article, fill_cart, order, shop
from tests.support.browser import DESK, PHONE, barriers, chromium, is_wider_than_its_window, served, visitor
from tests.support.cast import make_cast

LONG = "Vereinigte Norddeutsche Sanitär-, Heizungs- und Klimatechnik-Großhandelsgesellschaft Schleswig-Holstein mbH & Co. KG"
FINDING = {
    "rule": "BR-S-02", "severity": "error", "line": 2, "xpath": "/Invoice", "business_term": "BG-25",
    "checked_by": "EN 16931 UBL", "message": "An Invoice shall contain the Seller VAT Identifier (BT-31).",
}  # fmt: skip
STAFF_PAGES = (
    "/start",
    "/invoices",
    "/invoices?q=nothing",
    "/invoices/exports",
    "/abandoned-carts",
    "/abandoned-carts?view=closed",
)
BUYER_PAGES = ("/start", "/invoices", "/notices")


@pytest.fixture
def cast(committing, world):
    """People, long names and nine-digit sums in every list."""
    today = clock.today("Europe/Berlin")
    with world():
        shop()
        cast = make_cast()
        buyer = cast.actor("customer.buyer")
        for place, due in enumerate((-3, 0, 3, 30)):
            bare_invoice(
                cast.customer, "214201422.45", customer_name=LONG, issued_on=today, due_on=today + timedelta(days=due),
                po_number="BESTELLUNG-ABTEILUNG-EINKAUF-0000815" if place else "",
            )  # fmt: skip
        bare_invoice(cast.customer, "1200", currency="JPY", issued_on=today)
        bare_invoice(cast.customer, state="held", findings=[FINDING], issued_on=today, customer_name=LONG)
        order(buyer, [(article("A-1", "999.99", stock=10**7, name=f"Pumpe {LONG}"), 180_000)])
        fill_cart(buyer, [(article("A-2", "5.00"), 2)])
        for state in ("open", "reminded", "recovered", "resumed", "dismissed"):
            bare_abandonment(buyer, "300611803.30", state=state)
    return cast


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize(("viewport", "scheme"), [(DESK, "light"), (PHONE, "dark")], ids=["desk", "phone"])
def test_pages_have_no_barriers_and_fit(committing, cast, viewport, scheme):
    with served(committing) as base, chromium() as browser:
        for name, addresses in (("operator_admin", STAFF_PAGES), ("customer.buyer", BUYER_PAGES)):
            page = visitor(browser, base, viewport=viewport, scheme=scheme)
            page.goto("/sign-in")
            page.fill("input[name=email]", cast.people[name].email)
            page.fill("input[name=password]", PASSWORD)
            page.click("main button[type=submit]")
            for address in addresses:
                page.goto(address)
                assert barriers(page) == [], address
                assert not is_wider_than_its_window(page), address
            assert page.complaints == []
