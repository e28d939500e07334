"""Configuration changed without restart: sales sets words and a field, the buyer has them on the next page."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import select

from app.core.db import db
from app.core.tenancy import system_scope
from app.ordering.models.orders import Order
from tests.factories.accounts import actor_for, customer, operator, person
from tests.factories.ordering import article, fill_cart, shop
from tests.support.browser import DESK, PHONE, barriers, is_wider_than_its_window, signed_in


@pytest.mark.browser
@pytest.mark.slow
def test_configuration_changed_without_restart(browser, base, committing, world):
    with world():
        company = customer(name="Yard")
        buyer, sven = person(company, name="Ann Buyer"), person(operator(), "sales", name="Sven Sales")
        shop()
        fill_cart(actor_for(buyer, company), [(article("NUT", "5.18"), Decimal(10))])
    ann = signed_in(browser, base, buyer.email, viewport=PHONE)
    ann.goto("/checkout")
    assert "Give us the name of the ship" not in ann.inner_text("main")

    desk = signed_in(browser, base, sven.email, viewport=DESK)
    desk.goto("/admin/settings?q=checkout")
    assert barriers(desk) == []
    desk.fill("#texts-checkout-value_en", "Give us the name of the ship, <b>please</b>.")
    desk.click("#texts-checkout button[type=submit]")
    assert "It holds at once." in desk.inner_text("main")
    desk.goto("/own-fields/new?of=order")
    assert barriers(desk) == []
    desk.fill("#code", "ship")
    desk.fill("#name", "Name of the ship")
    desk.check("input[name=access][value=entered]")
    desk.check("#is_required")
    desk.click("text=Add the field")
    assert "Name of the ship" in desk.inner_text("main")

    ann.goto("/checkout")
    assert "Give us the name of the ship, <b>please</b>." in ann.inner_text("main"), "words are words, not markup"
    assert not is_wider_than_its_window(ann)
    assert barriers(ann) == []
    ann.get_by_role("button", name="Review the order").click()
    assert "Name of the ship is missing." in ann.inner_text("main")
    ann.fill("#own_ship", "MS Elbe")
    ann.get_by_role("button", name="Review the order").click()
    assert "MS Elbe" in ann.inner_text("main")
    ann.get_by_role("button", name="Place order").click()
    assert "MS Elbe" in ann.inner_text("#own-fields")
    with committing.app_context(), system_scope("test"):
        assert db.session.scalars(select(Order.own)).one() == {"ship": "MS Elbe"}

    desk.goto("/admin/settings")
    desk.fill("#texts-checkout-value_en", "")
    desk.click("#texts-checkout button[type=submit]:has-text('Save')")
    ann.goto("/start")
    assert not is_wider_than_its_window(ann)
