"""What follows a quote, in Chromium: a guest says yes under a link, sales takes it over."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from app.accounts.models.people import User
from app.core.db import db
from app.core.tenancy import acting_as, system_scope
from app.sourcing.service.quote_links import make_link
from tests.factories.quotes import market, offered, row
from tests.support.browser import DESK, PHONE, look, signed_in, visitor

pytestmark = pytest.mark.browser


@pytest.fixture
def scene(world) -> Any:
    with world():
        play = market()
        quote_id = offered(play, 40, 20, prices=("9.123456", "9.25"))
        with acting_as(play.sales):
            token = make_link(play.sales, quote_id)
        with system_scope("test"):
            email = db.session.scalars(select(User.email).where(User.id == play.sales.user_id)).one()
        return row(quote_id).number, token, email


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_a_yes_under_a_link_is_taken_over(browser, base, world, scene, viewport):
    number, token, email = scene
    guest = visitor(browser, base, viewport=viewport)
    guest.goto(f"/q/{token}")
    look(guest)
    guest.get_by_label("Your name").first.fill("Eve Guest")
    guest.get_by_role("button", name="Accept all lines").click()
    guest.wait_for_selector("text=Eve Guest has accepted this offer")
    look(guest)
    theirs = signed_in(browser, base, email, viewport=viewport)
    theirs.goto(f"/sales/quotes/{number}")
    look(theirs)
    theirs.get_by_role("button", name="Take the acceptance over").click()
    theirs.wait_for_selector("text=Publish as prices")
    theirs.goto(f"/sales/quotes/{number}/prices")
    look(theirs)
