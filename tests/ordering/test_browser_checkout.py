"""Check-out in the browser: dividing over two addresses and days, freight, a small order, payment; no barriers, also on a phone."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import select

from app.core.db import db
from app.core.tenancy import system_scope
from app.ordering.models.deliveries import OrderDelivery
from app.ordering.models.orders import Order
from tests.factories.accounts import PASSWORD, actor_for, address, customer, person
from tests.factories.ordering import article, fill_cart, shop
from tests.factories.terms import delivery_method, payment_method, rate, threshold
from tests.support.browser import DESK, PHONE, barriers, chromium, is_wider_than_its_window, served, visitor

DAY = "2099-01-05"


@pytest.fixture
def ann(committing, world):
    """A buyer with a cart of two lines and a second address."""
    with world():
        company = customer()
        address(company, label="Site", street="Am Kai 2", postcode="20457", city="Hamburg")
        user = person(company, name="Ann Buyer")
        actor = actor_for(user, company)
        shop()
        delivery_method("PARCEL", rate("6.90", free_from="100"), position=1)
        delivery_method("EXPRESS", rate("19"), position=2)
        payment_method("BILL", "on_account", position=1)
        payment_method("AHEAD", "prepayment", position=2, change=Decimal(-2), is_percent=True)
        threshold("SMALL", "soft_min", 60, effect="amount", fee=Decimal(12))
        fill_cart(actor, [(article("NUT", "5.18", name="Nut M8 " + "galvanised " * 8), 10), (article("PIN", "1"), 2)])
    return user.email


def signed_in(browser, base, email, **options):
    page = visitor(browser, base, **options)
    page.goto("/sign-in")
    page.fill("input[name=email]", email)
    page.fill("input[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    return page


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize(("viewport", "scheme"), [(DESK, "light"), (PHONE, "dark")], ids=["desk", "phone"])
def test_an_order_is_divided_and_placed(committing, world, ann, viewport, scheme):
    with served(committing) as base, chromium() as browser:
        page = signed_in(browser, base, ann, viewport=viewport, scheme=scheme)
        page.goto("/cart")
        assert "46.20" in page.inner_text("#cart-hints")
        page.goto("/checkout")
        assert barriers(page) == []
        assert not is_wider_than_its_window(page)
        page.get_by_role("button", name="Divide it over addresses, days and cost centres").click()
        row = page.locator("tr", has_text="NUT").first
        row.locator("summary").click()
        row.locator("input[name^='q-']").nth(0).fill("6")
        row.locator("select[name^='a-']").nth(0).select_option(label="Site")
        row.locator("input[name^='d-']").nth(0).fill(DAY)
        row.locator("input[name^='q-']").nth(1).fill("4")
        page.get_by_role("button", name="Save the parts").click()
        assert barriers(page) == []
        assert not is_wider_than_its_window(page)
        page.get_by_role("link", name="Back to check-out").click()
        assert "in 2 deliveries" in page.inner_text("main")
        page.get_by_label("Express").check()
        page.get_by_label("Ahead").check()
        page.get_by_role("button", name="Review the order").click()
        text = page.inner_text("main").replace("\xa0", " ")
        for words in ("Delivery 1", "Delivery 2", "Am Kai 2", "Express", "Small"):
            assert words in text
        assert barriers(page) == []
        assert not is_wider_than_its_window(page)
        page.get_by_role("button", name="Place order of 2 lines").click()
        page.wait_for_url("**/orders/**")
        assert "/2" in page.inner_text("main")
        assert barriers(page) == []
        assert page.complaints == []
    with world(), system_scope("test"):
        order = db.session.execute(select(Order.net_total, Order.payment_method)).one()
        assert tuple(order) == (Decimal("102.72"), "AHEAD")  # 53.80 + 2 x 19 + 12 - 1.08
        assert len(db.session.scalars(select(OrderDelivery.id)).all()) == 2
