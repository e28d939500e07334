"""Approvals in Chromium: one asks, two decide, one of them by the link in his mail; desk and phone, with axe."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from app.accounts.models.people import User
from app.core.db import db
from app.core.tenancy import system_scope
from app.ordering.domain.approval import Approver, RuleStep
from app.ordering.models.orders import Order
from tests.factories.approvals import crew
from tests.factories.ordering import article, fill_cart
from tests.support.browser import DESK, PHONE, look, signed_in, visitor
from tests.support.mail import tray
from tests.support.work import drain

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def people(world) -> dict[str, str]:
    """Addresses of a buyer with a full cart, an approver and the administrator, who decides after him."""
    with world():
        steps = (RuleStep((Approver.parse("role:approver"),)), RuleStep((Approver.parse("administrators"),)))
        made = crew(steps=steps)
        pin = article("PIN", "2.5", minimum=10, step=10, name="Split pins, stainless, for the refit of the ferry")
        fill_cart(made.ann, [(made.nut, 20), (pin, 30)])
        with system_scope("test"):
            rows = db.session.execute(select(User.id, User.email)).all()
    emails = {row.id: row.email for row in rows}
    return {name: emails[getattr(made, name).user_id] for name in ("ann", "ben", "dan")}


@pytest.mark.parametrize(("viewport", "scheme"), [(DESK, "light"), (PHONE, "dark")], ids=["desk", "phone"])
def test_one_asks_one_cuts_and_approves_the_last_decides_by_mail(
    browser, base, committing, world, people, viewport, scheme
):
    ann = signed_in(browser, base, people["ann"], viewport=viewport, scheme=scheme)
    ann.goto("/checkout")
    ann.fill("[name=po_number]", "FERRY-7")
    ann.click("main form button.btn-primary:visible")
    ann.wait_for_url(re.compile("/review"))
    ann.click(".k-action-buttons button.btn-primary:visible")
    ann.wait_for_url(re.compile(r"/approvals/AP-"))
    address = ann.url.removeprefix(base)
    look(ann)
    ann.fill("[name=comment]", "The dock is booked from Monday.")
    ann.click("text=Add the comment")
    ann.wait_for_selector("text=The dock is booked from Monday.")

    ben = signed_in(browser, base, people["ben"], viewport=viewport, scheme=scheme)
    ben.goto("/approvals")
    look(ben)
    ben.goto(address)
    look(ben)
    ben.click("tr:has-text('PIN') >> text=Change")
    look(ben)
    ben.fill("[name=quantity]", "20")
    ben.fill("[name=reason]", "Twenty are enough.")
    ben.click("main button:text-is('Save')")
    ben.wait_for_selector("text=Twenty are enough.")
    ben.click("#approve-form button")
    ben.wait_for_selector("text=It waits for others now.")
    look(ben)

    with tray() as mails:
        drain(committing)
    mail = next(one for one in mails if one["To"] == people["dan"])
    link = re.search(r"/approvals/by-mail/\S+", mail.get_body(("plain",)).get_content())[0]
    dan = visitor(browser, base, viewport=viewport, scheme=scheme)  # not signed in
    dan.goto(link)
    look(dan)
    dan.click("button[value=approve]")
    dan.wait_for_selector("text=Approved and ordered as")
    look(dan)

    ann.goto(address)
    ann.wait_for_selector("text=Approved and ordered")
    look(ann)
    with world(), system_scope("test"):
        assert db.session.scalars(select(Order.net_total)).all() == [250]


def test_the_administrator_makes_a_rule_that_asks_from_then_on(browser, base, people):
    dan = signed_in(browser, base, people["dan"])
    dan.goto("/company/approval-rules")
    look(dan)
    dan.click("text=New rule")
    look(dan)
    dan.fill("[name=name]", "Everything new")
    dan.select_option("[name=kind]", "new_ship_to")
    dan.select_option("[name=approvers_1]", "role:approver")
    dan.click("text=Save the rule")
    dan.wait_for_selector("text=Everything new")
    dan.goto("/company/approval-rules/times")
    look(dan)
    dan.goto("/approvals/absences")
    look(dan)
