"""The morning of a sales manager: signs in, sees the day, opens the cart left behind, acts, closes tasks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from app.core import clock
from app.core.actor import Actor
from app.core.db import db
from app.insights.service.carts import watch
from app.sales.service.handovers import Wanted, hand_over
from app.sales.service.tasks import add_note, create_task
from tests.factories.ordering import article, change_company, fill_cart, order, ref, shop
from tests.support.browser import DESK, PHONE, look, settle, signed_in
from tests.support.cast import Cast, make_cast

pytestmark = [pytest.mark.browser, pytest.mark.slow]
LONG = "Ask whether the consumables for the great overhaul of the northern dock have all arrived in good time"


@pytest.fixture
def cast(committing, world) -> Cast:
    """An account of the manager's with an order, a task, notes, and a cart left behind that is out of stock."""
    with world():
        shop()
        cast = make_cast()
        sales, buyer = cast.actor("sales"), cast.actor("customer.buyer")
        change_company(cast.customer.id, manager_id=sales.user_id, phone="+49 40 1234")
        order(buyer, [(article("A-1", "999.99", stock=500), 3)])
        with clock.frozen(datetime.now(UTC) - timedelta(hours=40)):
            fill_cart(buyer, [(article("A-2", "25.00", stock=1), 40)])
        watch(Actor.system())
        create_task(sales, cast.customer.id, kind="call", text=LONG, due_on=clock.today(), client_ref=ref())
        add_note(sales, cast.customer.id, "Moves in May", kind="meeting", with_whom="Ada", client_ref=ref())
    with world(sales):
        chief = cast.people["operator_admin"].id
        later = clock.today() + timedelta(days=5)
        hand_over(sales, Wanted(sales.user_id, chief, later, later + timedelta(days=9)), client_ref=ref())
    return cast


def test_morning_of_a_sales_manager(browser, base, cast, world):
    page = signed_in(browser, base, cast.people["sales"].email, viewport=DESK)
    page.click("nav >> text=My day")
    settle(page)
    assert LONG[:40] in page.inner_text("main")
    page.click("a[href^='/abandoned-carts/']")
    settle(page)
    assert "Out of stock" in page.inner_text("main")
    if not page.is_visible("#call textarea"):
        page.click("#call summary")
    page.fill("#call textarea", "Offer the other paint")
    page.fill("#call input[type=date]", clock.today().isoformat())
    page.click("#call button[type=submit]")
    settle(page)
    page.goto("/sales/today")
    task = page.locator(".s-task", has_text="Offer the other paint")
    task.locator("input[name=outcome]").fill("He takes it")
    task.locator("button").click()
    settle(page)
    assert "Offer the other paint" not in page.inner_text("main")
    page.click(f".s-task >> text={cast.customer.name}")
    settle(page)
    page.fill("#note-text", "Likes the other paint better")
    page.click("text=Write down >> nth=-1")
    settle(page)
    history = page.inner_text("#history")
    assert "He takes it" in history
    assert "Likes the other paint better" in history
    assert page.complaints == []
    with world():
        assert db.session.scalar(text("SELECT count(*) FROM sales_tasks WHERE state = 'done'")) == 1


def test_pages_fit_a_phone_and_bar_nobody(browser, base, cast):
    page = signed_in(browser, base, cast.people["sales"].email, viewport=PHONE, scheme="dark")
    for address in (
        "/sales/today", "/sales", f"/sales/accounts/{cast.customer.code}", "/sales/tasks", "/sales/tasks/1",
        "/sales/handovers", "/sales/handovers/1", "/sales/handovers/new",
    ):  # fmt: skip
        page.goto(address)
        look(page)
