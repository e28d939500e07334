"""Standing orders meet what every order meets: approvals, budgets, credit."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from app.accounts.domain.budget import BudgetRule, PeriodKind
from app.accounts.service.budgets import BudgetFacts, set_budget
from app.accounts.service.cost_centres import CostCentreFacts, set_cost_centre
from app.accounts.service.credit import set_limit
from app.core import clock
from app.core.actor import Actor
from app.core.db import db
from app.core.tenancy import acting_as, system_scope
from app.ordering.domain.standing import RunState
from app.ordering.models.approvals import Approval
from app.ordering.models.carts import Cart
from app.ordering.models.orders import Order
from app.ordering.service.approval_decisions import approve, reject
from app.ordering.service.standing_changes import answer
from app.ordering.service.standing_runs import work_off_all
from tests.factories.approvals import crew
from tests.factories.ordering import article, buyer
from tests.factories.standing import MONDAY, NOW, kept, standing, states

SYSTEM = Actor.system()
SIX = datetime(2027, 1, 4, 5, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _friday(ctx):
    with clock.frozen(NOW):
        yield


def sweep(moment: datetime = SIX) -> None:
    with clock.frozen(moment), system_scope("test"):
        work_off_all(SYSTEM)


def rows(statement) -> list:
    with system_scope("test"):
        return list(db.session.scalars(statement))


def test_what_needs_approval_waits_and_is_an_order_when_approved():
    made = crew()
    number = standing(made.ann, [(made.nut, 20)])
    sweep()
    assert kept(made.ann, number).state is RunState.WAITING
    (approval_id,) = rows(select(Approval.id))
    sweep(SIX + timedelta(minutes=1))
    assert kept(made.ann, number).state is RunState.WAITING
    with clock.frozen(SIX + timedelta(hours=1)), acting_as(made.ben):
        approve(made.ben, approval_id)
    sweep(SIX + timedelta(hours=1))
    run = kept(made.ann, number)
    assert run.state is RunState.PLACED
    assert rows(select(Order.number)) == [run.order_number]
    assert states()[1][1] == "planned"


def test_a_refused_approval_asks_the_owner_who_may_try_again():
    made = crew()
    number = standing(made.ann, [(made.nut, 20)])
    sweep()
    (approval_id,) = rows(select(Approval.id))
    with clock.frozen(SIX), acting_as(made.ben):
        reject(made.ben, approval_id, "Too much.")
    sweep()
    run = kept(made.ann, number)
    assert (run.state, [one.code for one in run.questions]) == (RunState.REVIEW, ["not_approved"])
    assert rows(select(Cart.state)) == ["discarded"]
    with clock.frozen(SIX), acting_as(made.ann):
        answer(made.ann, number, MONDAY, {})
    sweep()
    assert kept(made.ann, number).state is RunState.WAITING
    assert len(rows(select(Approval.id))) == 2
    assert rows(select(Order.id)) == []


def test_a_budget_that_blocks_asks_instead_of_ordering():
    ann, boss_nut = buyer(role="company_admin"), article("NUT", "10.00")
    with acting_as(ann):
        centre = set_cost_centre(ann, CostCentreFacts("WS", "Workshop"))
        set_budget(ann, BudgetFacts(centre, PeriodKind.MONTH, date(2027, 1, 1), Decimal(50), BudgetRule.BLOCK))
    number = standing(ann, [(boss_nut, 6)], wishes={"cost_centre_id": centre})
    sweep()
    run = kept(ann, number)
    assert run.state is RunState.REVIEW
    assert str(run.questions[0].message).startswith("Cost centre WS Workshop has")
    assert rows(select(Order.id)) == []


def test_a_credit_limit_asks_instead_of_ordering():
    ann, nut = buyer(), article("NUT", "10.00")
    with system_scope("test"):
        set_limit(SYSTEM, ann.company_id, Decimal(50), reason="New account")
    number = standing(ann, [(nut, 6)])
    sweep()
    run = kept(ann, number)
    assert (run.state, [one.code for one in run.questions]) == (RunState.REVIEW, ["refused"])
    assert rows(select(Order.id)) == []
