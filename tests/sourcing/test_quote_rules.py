"""What the operator sets for quotes, and the limits of a salesperson."""

from __future__ import annotations

from decimal import Decimal

import pytest

from app.accounts.domain.roles import Role
from app.core.errors import Forbidden, Invalid
from app.sourcing.domain.quote_rules import QuoteRight, QuoteRules
from app.sourcing.queries.quote_rules import quote_right, quote_rules, sellers
from app.sourcing.service.quote_rules import set_quote_right, set_quote_rules
from tests.factories.accounts import actor_for, customer, operator, person, sign_in


@pytest.fixture
def house(isolated, world):
    with world():
        firm = operator()
        boss = person(firm, Role.OPERATOR_ADMIN)
        seller = person(firm, Role.SALES)
        person(firm, Role.WAREHOUSE)
        buyer = person(account := customer(), Role.BUYER)
        return {"boss": actor_for(boss, firm), "seller": actor_for(seller, firm), "buyer": actor_for(buyer, account),
            "user": boss}  # fmt: skip


def test_the_defaults_hold_until_somebody_sets_others(house, world):
    with world(house["buyer"]):
        assert quote_rules(house["buyer"]) == QuoteRules()
    set_to = QuoteRules(
        7, Decimal(100), "EUR", 2, True, 1, False, False, 3, QuoteRight(Decimal("5.5"), Decimal(12))
    )  # fmt: skip
    with world(house["boss"]):
        set_quote_rules(house["boss"], set_to)
    with world(house["buyer"]):
        assert quote_rules(house["buyer"]) == set_to
    with world(house["seller"]):
        assert quote_right(house["seller"]) == set_to.right


def test_a_person_has_limits_of_his_own_until_they_are_taken_away(house, world):
    boss, seller = house["boss"], house["seller"]
    own = QuoteRight(Decimal(3), Decimal(20))
    with world(boss):
        set_quote_right(boss, seller.user_id, own)
        assert quote_right(boss, seller.user_id) == own
        assert {one.user_id: one.right for one in sellers(boss)} == {boss.user_id: None, seller.user_id: own}
        set_quote_right(boss, seller.user_id, None)
        assert quote_right(boss, seller.user_id) == QuoteRight()


def test_what_is_out_of_reach_is_refused(house, world):
    boss = house["boss"]
    with world(boss):
        for wrong in (
            QuoteRules(validity_days=0), QuoteRules(rounds=-1), QuoteRules(reminder_days=61), QuoteRules(link_days=0),
            QuoteRules(minimum_value=Decimal(-1)), QuoteRules(right=QuoteRight(max_discount=Decimal(101))),
        ):  # fmt: skip
            with pytest.raises(Invalid):
                set_quote_rules(boss, wrong)
        with pytest.raises(Invalid):
            set_quote_right(boss, house["buyer"].user_id, QuoteRight())
    with world(house["seller"]), pytest.raises(Forbidden):
        set_quote_rules(house["seller"], QuoteRules())


def test_a_request_is_too_small_in_its_own_currency_only():
    rules = QuoteRules(minimum_value=Decimal(100), minimum_currency="EUR")
    assert rules.is_too_small(Decimal("99.99"), "EUR")
    assert not rules.is_too_small(Decimal(100), "EUR")
    assert not rules.is_too_small(Decimal(1), "USD")
    assert QuoteRules(minimum_value=Decimal(100)).is_too_small(Decimal(1), "USD")


def test_rules_and_limits_are_set_on_the_page(client, house, world):
    sign_in(client, house["user"])
    page = client.get("/settings/quotes")
    assert page.h1 == "Rules for quotes"
    data = {name: field.get("value", "") for field in page.soup.select("form[action=''] input, form:not([action]) input")
            if (name := field.get("name")) and field.get("type") != "checkbox"}  # fmt: skip
    assert client.post("/settings/quotes", data=data | {"validity_days": "900"}).status_code == 422
    assert client.post("/settings/quotes", data=data | {"validity_days": "9", "replaces": "y"}).status_code == 303
    page = client.post(
        "/settings/quotes/rights",
        data={"person": str(house["seller"].user_id), "own_discount": "200", "own_margin": ""},
    )
    assert page.status_code == 422 and "Take 0 to 100." in page.text
    page = client.post(
        "/settings/quotes/rights", data={"person": str(house["seller"].user_id), "own_discount": "7", "own_margin": ""}
    )
    assert page.status_code == 303
    with world(house["boss"]):
        rules = quote_rules(house["boss"])
        assert (rules.validity_days, rules.replaces, rules.allows_reopen) == (9, True, False)
        assert quote_right(house["boss"], house["seller"].user_id) == QuoteRight(Decimal(7), Decimal(0))
