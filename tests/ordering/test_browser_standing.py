"""Standing orders in Chromium, at a desk and on a phone: made from a cart, changed once, skipped, asked and answered."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from app.core import clock
from app.core.actor import Actor
from app.core.db import transaction
from app.core.tenancy import system_scope
from app.ordering.service.standing_runs import work_off_all
from tests.factories.accounts import customer, person
from tests.factories.ordering import article, change_price, shop
from tests.support.browser import DESK, PHONE, look, signed_in

pytestmark = pytest.mark.browser


@pytest.fixture
def ann(world) -> Any:
    with world():
        shop()
        nut = article("NUT", "0.20", name="Hexagon nut M8, zinc plated, with a name that goes on", stock=100_000)
        article("PACK", "5", step=6, name="Pack of gloves")
        user = person(customer("BRANDT", name="Brandt Maschinenbau"), name="Ann Buyer")
        return user.email, nut


def bring_forward(world) -> None:
    """The next run's time comes, and the job with it."""
    with world(), system_scope("test"), transaction() as session:
        session.execute(
            text("UPDATE standing_runs SET run_at = now(), due_at = now() WHERE state IN ('planned', 'announced') "
                 "AND planned_on = (SELECT min(planned_on) FROM standing_runs WHERE state IN ('planned', 'announced'))")
        )  # fmt: skip
    with world():
        work_off_all(Actor.system())


@pytest.mark.parametrize(
    ("viewport", "options"),
    [(DESK, {}), (PHONE, {"scheme": "dark"}), (DESK, {"java_script_enabled": False})],
    ids=["desk", "phone", "no-script"],
)
def test_a_standing_order_from_its_first_line_to_an_answered_question(browser, base, world, ann, viewport, options):
    email, nut = ann
    page = signed_in(browser, base, email, viewport=viewport, **options)
    page.goto("/standing-orders")
    check = look if "java_script_enabled" not in options else (lambda _page: None)
    check(page)
    page.click("text=Make the first one")
    check(page)
    page.fill("[name=name]", "Workshop")
    page.fill("[name=more]", "NUT\t100\nPACK\t6")
    page.fill("[name=po_pattern]", "W-{year}-{n}")
    start = clock.today("Europe/Berlin") + timedelta(days=3)
    page.fill("[name=starts_on]", start.isoformat())
    page.check("[name=every][value=workdays]")
    page.click("text=Make the standing order")
    page.wait_for_url(re.compile(r"/standing-orders/ST-\d+$"))
    check(page)
    assert page.locator("table:has(caption:text-is('Next runs')) tbody tr").count() == 12

    # One run is changed, the next one skipped.
    page.locator("table:has(caption:text-is('Next runs')) a").first.click()
    page.wait_for_url(re.compile(r"/runs/"))
    check(page)
    page.locator("input[name^=quantity-]").first.fill("200")
    page.click("text=Save the change")
    page.wait_for_selector("text=otherwise 100")
    check(page)
    page.click("nav.k-crumbs >> text=ST-")
    page.locator("table:has(caption:text-is('Next runs')) a").nth(1).click()
    page.click("text=Skip this run")
    page.wait_for_selector("text=The run is skipped.")
    assert page.locator(".k-chip:text-is('Skipped')").count() == 1

    # A price has risen: the run asks, is answered and becomes an order.
    with world():
        change_price(nut, "0.30")
    bring_forward(world)
    page.reload()
    page.click("text=Answer")
    page.wait_for_selector("text=Dearer than agreed")
    check(page)
    page.select_option("select[name^=choice-]", "accept")
    page.click("text=Answer and order")
    page.wait_for_url(re.compile("/orders/SO-"))
    assert "W-" in page.inner_text("main")
    page.goto("/standing-orders/forecast")
    check(page)
    page.goto("/standing-orders/days-off")
    check(page)
    page.context.close()
