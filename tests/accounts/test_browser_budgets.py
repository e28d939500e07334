"""Stories in Chromium: a company sets a budget, an accountant keeps a ledger, strangers see neither."""

from __future__ import annotations

from decimal import Decimal

import pytest

from app.accounts.queries.companies import account_id
from app.accounts.service.credit import record_payment, set_limit, use
from app.core.actor import Actor
from tests.factories.accounts import customer, operator, person
from tests.factories.ordering import article, shop
from tests.support.browser import PHONE, barriers, is_wider_than_its_window, signed_in

pytestmark = pytest.mark.browser
SYSTEM = Actor.system()


@pytest.fixture
def people(world) -> dict[str, str]:
    """Two companies and five people: an administrator and a buyer each, and the operator's accountant."""
    with world():
        shop()
        article("NUT", "1", name="Hexagon nut M8", stock=100_000)
        yard, rival = customer("YARD", name="Yard"), customer("RIVAL", name="Rival")
        found = {
            "boss": person(yard, "company_admin", name="Berta Boss"),
            "ann": person(yard, "buyer", name="Ann Buyer"),
            "rita": person(rival, "company_admin", name="Rita Rival"),
            "rob": person(rival, "buyer", name="Rob Rival"),
            "petra": person(operator(), "accountant", name="Petra Ledger"),
        }
        return {name: one.email for name, one in found.items()}


def test_budgets_from_cost_centre_to_entries(browser, base, people, world):
    boss = signed_in(browser, base, people["boss"])
    boss.goto("/company/cost-centres")
    boss.click("text=New cost centre")
    boss.fill("[name=code]", "4711")
    boss.fill("[name=name]", "Dock 3")
    boss.click("button:has-text('Save')")
    boss.goto("/company/budgets")
    boss.click("text=New budget")
    boss.select_option("[name=kind]", "year")
    boss.select_option("[name=rule]", "block")
    boss.fill("[name=amount]", "1,000")
    boss.click("button:has-text('Put the budget in force')")
    boss.wait_for_selector("h1:has-text('Budget of 4711 Dock 3')")
    assert "1,000.00" in boss.inner_text("main")
    assert barriers(boss) == []

    ann = signed_in(browser, base, people["ann"], viewport=PHONE)
    for address in ("/company/budgets", "/company/cost-centres", "/company/budgets/all"):
        ann.goto(address)
        assert "4711" in ann.inner_text("main")
        assert not is_wider_than_its_window(ann)
    assert ann.locator("text=New budget").count() == 0

    rita = signed_in(browser, base, people["rita"])
    rita.goto("/company/cost-centres")
    assert "4711" not in rita.inner_text("main")
    assert [*boss.complaints, *rita.complaints] == []


def test_credit_from_limit_to_release(browser, base, people, world):
    petra = signed_in(browser, base, people["petra"])
    petra.goto("/accounts/YARD")
    petra.click("text=Credit and ledger")
    petra.fill("#limit", "1,500")
    petra.fill("#reason", "Good payer")
    petra.click("button:has-text('Set the limit')")
    petra.wait_for_selector("text=Limit allocated")
    with world():
        use(SYSTEM, account_id(SYSTEM, "YARD"), 1, "SO-1", Decimal(1400), "EUR")
    boss = signed_in(browser, base, people["boss"], viewport=PHONE)
    boss.goto("/company/credit")
    assert "100.00" in boss.inner_text("main")
    assert not is_wider_than_its_window(boss)
    boss.fill("#limit", "5,000")
    boss.click("button:has-text('Ask for the limit')")
    boss.wait_for_selector("text=asked for a limit")
    petra.goto("/credit?state=asked")
    assert barriers(petra) == []
    petra.click("text=Yard")
    assert petra.input_value("#limit") == "5,000"
    with world():
        record_payment(SYSTEM, account_id(SYSTEM, "YARD"), Decimal(400), "BANK-1")
    petra.reload()
    petra.wait_for_selector("text=BANK-1")
    assert "500.00" in petra.inner_text(".k-figures")
    assert barriers(petra) == []
    rob = signed_in(browser, base, people["rob"])
    rob.goto("/company/credit")
    assert "BANK-1" not in rob.inner_text("body")
    with world():
        set_limit(SYSTEM, account_id(SYSTEM, "YARD"), None)
    boss.reload()
    assert "no limit" in boss.inner_text("main")
    assert [*petra.complaints, *boss.complaints] == []
