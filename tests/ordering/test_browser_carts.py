"""Two people in one cart, each in a browser of his own: what one does the other sees, and nobody loses what he typed."""

from __future__ import annotations

from typing import Any

import pytest

from app.core.tenancy import acting_as
from app.ordering.domain.sharing import Right
from app.ordering.service.carts import share_cart
from tests.factories.accounts import actor_for, customer, person
from tests.factories.ordering import article, fill_cart, shop
from tests.support.browser import DESK, PHONE, look, signed_in

pytestmark = pytest.mark.browser


@pytest.fixture
def pair(world) -> dict[str, Any]:
    """Ann's cart of three lines, which Bob may change."""
    with world():
        shop()
        company = customer("BRANDT", name="Brandt Maschinenbau")
        ann, bob = person(company, name="Ann Buyer"), person(company, name="Bob Builder")
        actor = actor_for(ann, company)
        made = [article(sku, "2", name=f"Hexagon nut of the kind {sku}, zinc plated") for sku in ("NUT", "PIN", "BOLT")]
        cart_id = fill_cart(actor, [(one, 4) for one in made])
        with acting_as(actor):
            share_cart(actor, cart_id, bob.id, Right.EDIT)
        article("LATE", "1")
    return {"ann": ann.email, "bob": bob.email, "cart": cart_id}


def field(page: Any, sku: str) -> Any:
    return page.locator(f"tr:has(strong:text-is('{sku}')) input[name^=quantity-]")


def test_two_people_in_one_cart(browser, base, pair):
    ann = signed_in(browser, base, pair["ann"], viewport=DESK)
    bob = signed_in(browser, base, pair["bob"], viewport=PHONE)
    ann.goto("/cart")
    bob.goto("/carts")
    look(bob)
    bob.goto(f"/carts/{pair['cart']}")
    look(ann)
    look(bob)
    ann.wait_for_selector("text=Also here: Bob Builder")
    bob.wait_for_selector("text=Also here: Ann Buyer")

    # Ann types without leaving the field; Bob's change of another line comes in beside it
    field(ann, "PIN").fill("77")
    field(bob, "NUT").fill("10")
    field(bob, "NUT").press("Tab")
    ann.wait_for_selector("#cart-sum >> text=36.00")
    assert field(ann, "NUT").input_value() == "10"
    assert field(ann, "PIN").input_value() == "77"
    assert ann.evaluate("document.activeElement.name") == field(ann, "PIN").get_attribute("name")
    assert "Bob Builder" in ann.locator("tr:has(strong:text-is('NUT'))").inner_text()

    # Bob changes the very line Ann is typing in: she is told, and both values are there to choose from
    field(bob, "PIN").fill("5")
    field(bob, "PIN").press("Tab")
    ann.wait_for_selector("#cart-sum >> text=38.00")
    assert field(ann, "PIN").input_value() == "77"
    field(ann, "PIN").press("Tab")
    ann.wait_for_selector("text=Bob Builder has changed it to 5 pcs meanwhile. You typed 77.")
    look(ann)
    ann.click("text=Take 77")
    ann.wait_for_selector("#cart-sum >> text=182.00")
    bob.wait_for_selector("#cart-sum >> text=182.00")
    assert field(bob, "PIN").input_value() == "77"

    # Bob takes a line out while Ann changes it; she puts it back
    field(ann, "BOLT").fill("9")
    bob.click("tr:has(strong:text-is('BOLT')) button[name=remove]")
    bob.wait_for_selector("tr:has(strong:text-is('BOLT'))", state="detached")
    if field(ann, "BOLT").count():
        field(ann, "BOLT").press("Tab")
        ann.wait_for_selector("text=Bob Builder has taken BOLT out meanwhile. You typed 9.")
        ann.click("text=Put 9 back")
        ann.wait_for_selector("tr:has(strong:text-is('BOLT'))")
        bob.wait_for_selector("tr:has(strong:text-is('BOLT'))")
        assert field(bob, "BOLT").input_value() == "9"
    assert ann.complaints == bob.complaints == []


def test_a_guest_who_may_only_look_changes_nothing_and_makes_a_copy(browser, base, pair, world):
    ann = signed_in(browser, base, pair["ann"], viewport=DESK)
    ann.goto(f"/carts/{pair['cart']}/settings")
    look(ann)
    ann.select_option("select[name=user]", label="Bob Builder")
    ann.check("input[name=right][value=see]")
    ann.click("text=Share the cart")
    ann.wait_for_selector("text=The cart is shared.")
    bob = signed_in(browser, base, pair["bob"], viewport=PHONE)
    bob.goto(f"/carts/{pair['cart']}")
    look(bob)
    assert bob.locator("input[name^=quantity-]").count() == 0
    assert bob.locator("text=Check out").count() == 0
    bob.goto(f"/carts/{pair['cart']}/settings")
    bob.click("text=Make a copy of my own")
    bob.wait_for_selector("text=This is your copy")
    assert bob.locator("input[name^=quantity-]").count() == 3
