"""Orders against budgets and credit, over HTTP and at once: refused with the figures, given back on cancel."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from app.accounts.domain.budget import BudgetRule
from app.accounts.models.budgets import Budget
from app.accounts.models.companies import Company
from app.accounts.queries.credit import ledger, standing
from app.accounts.service.budgets import BudgetChange, edit_budget
from app.accounts.service.credit import set_limit
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import Conflict
from app.ordering.domain.wishes import Wishes
from app.ordering.service.checkout import check_prices, submit
from tests.factories import accounts as make
from tests.factories.ordering import article, buyer, fill_cart, ref, ship_to, sign_in
from tests.ordering.test_races import together

SYSTEM = Actor.system()
ALWAYS = {"kind": "dates", "starts_on": date(2020, 1, 1), "ends_on": date(2090, 1, 1)}


@pytest.fixture
def ann(client, world):
    with world():
        actor = buyer(name="Ann Buyer")
    sign_in(client, actor)
    return actor


def centre_of(actor: Actor, amount: int, rule: BudgetRule = BudgetRule.BLOCK) -> tuple[Any, Any]:
    company = db.session.get_one(Company, actor.company_id)
    centre = make.cost_centre(company, "4711", name="Dock 3")
    return centre, make.budget(centre, amount, rule=str(rule), **ALWAYS)


def taken(budget: Budget) -> Decimal:
    return db.session.scalar(select(Budget.taken).where(Budget.id == budget.id))


def reviewed(client, **details):
    page = client.get("/checkout")
    answer = client.post("/checkout", data=page.form() | {"po_number": "4711"} | details)
    assert answer.status == 303, answer.text
    return client.get(answer.location), answer.location


def test_a_blocking_budget_refuses_at_checkout_and_a_smaller_order_passes(client, world, ann):
    with world():
        nut = article("NUT", "2")
        centre, budget = centre_of(ann, 100)
        fill_cart(ann, [(nut, 51)])
    page = client.get("/checkout")
    assert "4711 Dock 3, 100.00 EUR left" in page.text.replace("\xa0", " ")
    review, here = reviewed(client, cost_centre=str(centre.id))
    answer = client.post(here, data=review.form())
    assert answer.status in (409, 422)
    words = answer.text.replace("\xa0", " ")
    assert "100.00 EUR" in words
    assert "102.00 EUR" in words
    with world():
        assert taken(budget) == 0
        edit_budget(SYSTEM, budget.id, BudgetChange(Decimal(102), BudgetRule.BLOCK, False, False, True), ann.company_id)
    review, here = reviewed(client, cost_centre=str(centre.id))
    assert client.post(here, data=review.form()).status == 303
    with world():
        assert taken(budget) == 102


def test_an_order_beyond_the_credit_is_told_at_checkout_and_refused(client, world, ann):
    with world():
        set_limit(SYSTEM, ann.company_id, Decimal(100))
        fill_cart(ann, [(article("NUT", "2"), 50)])
    review, here = reviewed(client)
    words = review.text.replace("\xa0", " ")
    assert "Beyond your credit." in words
    assert "100.00 EUR" in words
    answer = client.post(here, data=review.form())
    assert answer.status in (409, 422)
    with world():
        assert standing(SYSTEM, ann.company_id).outstanding == 0
        set_limit(SYSTEM, ann.company_id, Decimal(500))
    review, here = reviewed(client)
    assert "are free" in review.text
    assert client.post(here, data=review.form()).status == 303
    with world():
        (last,) = ledger(SYSTEM, ann.company_id, limit=1)
        assert (last.kind, last.amount < -100) == ("purchased", True)


@pytest.mark.races
@pytest.mark.parametrize("money", ["budget", "credit"])
def test_two_orders_at_once_cannot_exceed_it(committing, world, money):
    with world():
        nut = article("NUT", "2")
        ann = buyer(name="Ann")
        company = db.session.get_one(Company, ann.company_id)
        ben = buyer(company, name="Ben")
        centre, budget = centre_of(ann, 150 if money == "budget" else 10_000)
        if money == "credit":
            set_limit(SYSTEM, ann.company_id, Decimal(150))
        carts = [fill_cart(actor, [(nut, 40)]) for actor in (ann, ben)]
        wishes = Wishes(ship_to(ann), cost_centre_id=centre.id)

    def order(actor: Actor, cart_id: int) -> Any:
        def work() -> Any:
            check_prices(actor, cart_id)
            return submit(actor, cart_id, wishes, client_ref=ref())

        return actor, work

    results = together(committing, [order(ann, carts[0]), order(ben, carts[1])])
    refused = [one for one in results if isinstance(one, Conflict)]
    assert len(refused) == 1, results
    with world():
        assert taken(budget) == 80
        assert standing(SYSTEM, ann.company_id).outstanding < -79
