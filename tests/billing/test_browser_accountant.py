"""A customer's accountant at work in Chromium: what is due, a statement, all companies, the papers as one ZIP."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.accounts.domain.roles import Role
from app.accounts.service.installation import create_user
from app.core import clock
from tests.factories.accounts import customer, operator, person
from tests.factories.receivables import SYSTEM, owed, posted
from tests.support.browser import DESK, PHONE, look, signed_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.mark.parametrize(("viewport", "scheme"), [(DESK, "light"), (PHONE, "dark")], ids=["desk", "phone"])
def test_accountant_of_two_companies(browser, base, committing, world, viewport, scheme):
    today = clock.today()
    with world():
        operator()
        yard, branch = customer(name="Yard"), customer(name="Branch")
        book = person(yard, Role.BOOKKEEPER)
        create_user(SYSTEM, book.email, company_id=branch.id, role=Role.BOOKKEEPER)
        owed(yard, "119.00", today - timedelta(days=40), number="INV-YARD-1")
        posted(yard, "-19.00", today)
        owed(branch, "50.00", today + timedelta(days=5), number="INV-BRANCH-1")
    page = signed_in(browser, base, book.email, viewport=viewport, scheme=scheme)
    page.goto("/open-items")
    page.wait_for_selector("text=days late")
    look(page)
    page.click("text=Statement of account")
    page.click("text=This year")
    page.wait_for_selector("h1:has-text('Statement of account')")
    look(page)
    page.goto("/desk")
    page.wait_for_selector("text=INV-BRANCH-1")
    look(page)
    with page.expect_download() as kept:
        page.click("text=Download the PDFs as ZIP")
    assert kept.value.suggested_filename.endswith(".zip")
