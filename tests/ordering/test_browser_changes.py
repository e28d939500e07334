"""An order after placing, in Chromium: changed in its time, confirmed with a difference, answered, cancelled in part."""

from __future__ import annotations

from typing import Any

import pytest

from app.accounts.domain.roles import Role
from app.core.tenancy import acting_as
from app.ordering.service.order_rules import OwnRules, set_own_rules
from tests.factories.accounts import actor_for, customer, operator, person
from tests.factories.ordering import article, order, sales, shop
from tests.ordering.test_cancelling import head, lines
from tests.support.browser import DESK, PHONE, look, signed_in

pytestmark = pytest.mark.browser


@pytest.fixture
def scene(world) -> Any:
    with world():
        shop()
        desk = sales()
        nut = article("NUT", "10", name="Hexagon nut M8, zinc plated, with a name that goes on")
        pin = article("PIN", "5", name="Pin")
        company = customer("BRANDT", name="Brandt Maschinenbau")
        user = person(company, name="Ann Buyer")
        seller = person(operator(), Role.SALES, name="Sven Sales")
        with acting_as(desk):
            set_own_rules(desk, company.code, OwnRules(grace_minutes=60))
        placed = order(actor_for(user, company), [(nut, 10), (pin, 4)])
    return user.email, seller.email, placed


@pytest.mark.parametrize(
    ("viewport", "options"),
    [(DESK, {}), (PHONE, {"scheme": "dark"}), (DESK, {"java_script_enabled": False})],
    ids=["desk", "phone", "no-script"],
)
def test_an_order_is_changed_confirmed_answered_and_cancelled_in_part(browser, base, world, scene, viewport, options):
    email, seller, placed = scene
    check = look if "java_script_enabled" not in options else (lambda _page: None)

    def come(who: str) -> Any:
        return signed_in(browser, base, who, viewport=viewport, **options)

    page = come(email)
    page.goto(f"/orders/{placed.number}")
    check(page)
    page.get_by_role("button", name="Change the order").click()
    page.wait_for_url("**/cart")
    assert page.get_by_text(f"You are changing order {placed.number}").is_visible()
    check(page)
    page.goto("/checkout")
    page.locator("main form[method=post] button[type=submit].btn-primary").last.click()
    page.wait_for_url("**/review")
    page.get_by_role("button", name=f"Send the change of {placed.number}").click()
    page.wait_for_url(f"**/orders/{placed.number}")
    page.goto(f"/orders/{placed.number}/versions")
    check(page)
    with world():
        assert head(placed.id).version == 2
        ids = [line.id for line in lines(placed.id)]
    page = come(seller)
    page.goto("/sales/orders/to-confirm")
    check(page)
    page.goto(f"/sales/orders/BRANDT/{placed.number}/confirm")
    check(page)
    page.select_option(f"[name=kind-{ids[0]}]", "changed")
    page.fill(f"[name=price-{ids[0]}]", "11")
    page.get_by_role("button", name="Send the answers").click()
    page.wait_for_url(f"**/sales/orders/BRANDT/{placed.number}")
    check(page)
    page = come(email)
    page.goto(f"/orders/{placed.number}")
    check(page)
    page.get_by_label("Accept").check()
    page.get_by_role("button", name="Send the answers").click()
    page.wait_for_selector("text=We have your answer.")
    page.goto(f"/orders/{placed.number}/cancel")
    check(page)
    page.check("#part-lines")
    page.fill(f"[name=cut-{ids[1]}]", "1")
    page.get_by_role("button", name="Cancel what is chosen").click()
    page.wait_for_url(f"**/orders/{placed.number}")
    check(page)
    with world():
        assert [(line.quantity, line.unit_price) for line in lines(placed.id)] == [(10, 11), (3, 5)]
