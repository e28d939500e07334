"""Two orders at once on one budget and on one credit limit: one passes, the other is told the figures."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select

from app.accounts.domain.budget import BudgetClaim, Source
from app.accounts.models.budgets import Budget
from app.accounts.queries.budgets import disagreeing
from app.accounts.queries.credit import disagreeing as credit_disagreeing
from app.accounts.queries.credit import standing
from app.accounts.service.budgets import consume, give_back
from app.accounts.service.credit import record_payment, set_limit, use
from app.core.actor import Actor
from app.core.db import db
from tests.accounts.test_races import at_once
from tests.factories import accounts as make

pytestmark = pytest.mark.races
SYSTEM = Actor.system()
DAY = date(2026, 11, 22)


def test_orders_at_once_cannot_exceed_a_blocking_budget(committing, world):
    with world():
        company = make.customer()
        centre = make.cost_centre(company)
        make.budget(centre, 1000)
        actors = [make.actor_for(make.person(company), company) for _ in range(6)]

    def order(index: int) -> str:
        with world(actors[index]):
            consume(
                actors[index], company.id, Source("order", index), [BudgetClaim(centre.id, Decimal(300))], "EUR", DAY
            )
        return "placed"

    assert sorted(at_once(6, order)) == ["Conflict"] * 3 + ["placed"] * 3
    with world():
        assert db.session.scalar(select(Budget.taken)) == 900
        assert disagreeing(SYSTEM) == {}


def test_orders_at_once_make_the_next_period_once(committing, world):
    with world():
        company = make.customer()
        centre = make.cost_centre(company)
        make.budget(
            centre, 1000, kind="month", starts_on=date(2026, 10, 1), ends_on=date(2026, 10, 31), is_recurring=True
        )
        actors = [make.actor_for(make.person(company), company) for _ in range(5)]

    def order(index: int) -> str:
        with world(actors[index]):
            consume(
                actors[index], company.id, Source("order", index), [BudgetClaim(centre.id, Decimal(300))], "EUR", DAY
            )
        return "placed"

    assert sorted(at_once(5, order)) == ["Conflict"] * 2 + ["placed"] * 3
    with world():
        rows = db.session.execute(select(Budget.starts_on, Budget.taken).order_by(Budget.starts_on)).all()
        assert [tuple(row) for row in rows] == [(date(2026, 10, 1), 0), (date(2026, 11, 1), 900)]


def test_orders_over_two_cost_centres_in_any_order_do_not_block_each_other(committing, world):
    with world():
        company = make.customer()
        centres = [make.cost_centre(company) for _ in range(2)]
        for centre in centres:
            make.budget(centre, 1000)
        actors = [make.actor_for(make.person(company), company) for _ in range(6)]

    def order(index: int) -> str:
        claims = [BudgetClaim(centre.id, Decimal(100)) for centre in centres[:: 1 if index % 2 else -1]]
        with world(actors[index]):
            consume(actors[index], company.id, Source("order", index), claims, "EUR", DAY)
            if index % 3 == 0:
                give_back(actors[index], company.id, Source("order", index))
        return "placed"

    assert at_once(6, order) == ["placed"] * 6
    with world():
        assert list(db.session.scalars(select(Budget.taken))) == [400, 400]


def test_two_orders_on_one_credit_limit(committing, world):
    with world():
        company = make.customer()
        set_limit(SYSTEM, company.id, Decimal(1000))
        actors = [make.actor_for(make.person(company), company) for _ in range(2)]

    def order(index: int) -> str:
        with world(actors[index]):
            use(actors[index], company.id, index, f"SO-{index}", Decimal(600), "EUR")
        return "placed"

    assert sorted(at_once(2, order)) == ["Conflict", "placed"]
    with world():
        assert standing(SYSTEM, company.id).available == 400
        assert credit_disagreeing(SYSTEM) == {}


def test_first_orders_at_once_open_one_ledger_and_a_payment_sent_twice_counts_once(committing, world):
    with world():
        company = make.customer()
        actors = [make.actor_for(make.person(company), company) for _ in range(4)]

    def order(index: int) -> str:
        with world(actors[index]):
            use(actors[index], company.id, index, f"SO-{index}", Decimal(100), "EUR")
        return "placed"

    def pay(_index: int) -> bool:
        with world():
            return record_payment(SYSTEM, company.id, Decimal(150), "BANK-1").is_repeat

    assert at_once(4, order) == ["placed"] * 4
    assert sorted(at_once(4, pay)) == [False, True, True, True]
    with world():
        assert standing(SYSTEM, company.id).outstanding == -250
        assert credit_disagreeing(SYSTEM) == {}
