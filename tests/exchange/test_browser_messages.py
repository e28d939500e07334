"""A parked order in Chromium: found in the work list, mended by a code mapping, replayed, ordered."""

from __future__ import annotations

import os
from typing import Any

import pytest

from app.accounts.domain.roles import Role
from tests.factories import accounts, ordering, partners
from tests.support.browser import DESK, PHONE, look, signed_in
from tests.support.work import drain

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def people(world) -> tuple[str, str]:
    """Mail addresses of an administrator and of the account's bookkeeper; one order waits for a person."""
    with world():
        account = accounts.customer()
        ordering.article("A-1", "10", name="Hexagon bolt M8, zinc plated, with a name that goes on")
        found = partners.partner("edifact", company=account, options={"unknown": "park"})
        document = partners.order_document(found, "PO-4711", [("THEIR-1", 3), ("A-1", 2)])
        partners.arrive(partners.written(found, document, "edifact-orders", control=7))
        user = accounts.person(accounts.operator(), Role.OPERATOR_ADMIN)
        bookkeeper = accounts.person(account, Role.BOOKKEEPER)
    return user.email, bookkeeper.email


def shot(page: Any, name: str) -> None:
    """A picture for people, where KONTOR_SHOTS names a folder."""
    folder = os.environ.get("KONTOR_SHOTS")
    if folder:
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


@pytest.mark.parametrize(("viewport", "scheme"), [(DESK, "light"), (PHONE, "dark")], ids=["desk", "phone"])
def test_a_parked_order_is_mended_and_ordered(browser, base, committing, people, viewport, scheme):
    staff, bookkeeper = people
    kind = "desk" if viewport is DESK else "phone"
    page = signed_in(browser, base, staff, viewport=viewport, scheme=scheme)
    page.set_default_timeout(30_000)
    page.goto("/start")
    page.wait_for_selector("text=wait for you")
    page.goto("/messages/to-do")
    look(page)
    shot(page, f"{kind}-todo")
    page.get_by_role("link", name="Order PO-4711").click()
    page.wait_for_selector("text=There is no article THEIR-1.")
    look(page)
    shot(page, f"{kind}-message")
    assert page.get_by_label("Their code").input_value() == "THEIR-1"
    page.get_by_label("Our code").fill("A-1")
    page.get_by_role("button", name="Keep the code and replay").click()
    page.wait_for_selector("text=The code is kept and the message is replayed.")
    drain(committing)
    page.reload()
    page.wait_for_selector("h1 >> text=PO-4711")
    assert page.get_by_text("Answered").first.is_visible()
    look(page)
    shot(page, f"{kind}-answered")
    for address in ("/messages", "/partners", "/matches", "/matches/limits"):
        page.goto(address)
        look(page)
        shot(page, f"{kind}-{address.strip('/').replace('/', '-')}")
    page.goto("/partners")
    page.locator("main table a").first.click()
    page.wait_for_selector("text=Agreements")
    look(page)
    shot(page, f"{kind}-partner")
    for name in ("New agreement", "New channel"):
        page.get_by_role("link", name=name).click()
        look(page)
        shot(page, f"{kind}-{name.lower().replace(' ', '-')}")
        page.go_back()
    page.goto("/sales/orders")
    assert page.get_by_text("PO-4711").first.is_visible()

    page = signed_in(browser, base, bookkeeper, viewport=viewport, scheme=scheme)
    page.goto("/messages")
    look(page)
    page.get_by_role("link", name="Order PO-4711").click()
    page.wait_for_selector("text=Original")
    look(page)
    shot(page, f"{kind}-of-the-account")
