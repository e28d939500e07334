"""Accounts change hands for good or for an absence, and come back by themselves."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from app.accounts.domain.roles import Role
from app.accounts.models.companies import Company
from app.core import clock
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import Conflict, Invalid
from app.sales.queries.handovers import handed_accounts, handover
from app.sales.queries.portfolio import PortfolioFilters, portfolio, portfolio_row
from app.sales.queries.tasks import task
from app.sales.service.handovers import Wanted, cancel, hand_over, sweep
from app.sales.service.tasks import complete_task, create_task
from tests.factories.accounts import customer, person
from tests.factories.ordering import change_company, ref

TODAY = date(2026, 11, 20)


def on(days):
    return clock.frozen(datetime(2026, 11, 20, 9, tzinfo=UTC) + timedelta(days=days))


@pytest.fixture
def desk(isolated, world, cast):
    """Two accounts of Ann's, each with an open task; Ben and Cid stand by."""
    with world():
        actor = cast.actor("sales")
        ann, ben, cid = (person(cast.house, Role.SALES) for _ in range(3))
        accounts = [cast.customer, customer(name="Second")]
        for one in accounts:
            change_company(one.id, manager_id=ann.id)
    with on(0), world(actor):
        tasks = [
            create_task(actor, one.id, kind="todo", text="Do it", due_on=TODAY, client_ref=ref()) for one in accounts
        ]
        yield actor, (ann, ben, cid), accounts, tasks


def managers(accounts):
    return [db.session.scalar(select(Company.manager_id).where(Company.id == one.id)) for one in accounts]


def assignees(actor, tasks):
    return [task(actor, one).assignee_id for one in tasks]


def test_for_good_at_once_with_open_tasks(desk):
    actor, (ann, ben, _cid), accounts, tasks = desk
    complete_task(actor, tasks[1], outcome="")
    key = ref()
    wanted = Wanted(ann.id, ben.id, TODAY, note="Ann leaves")
    done = hand_over(actor, wanted, client_ref=key)
    assert hand_over(actor, wanted, client_ref=key) == done
    assert managers(accounts) == [ben.id, ben.id]
    assert assignees(actor, tasks) == [ben.id, ann.id]  # what is done stays whose it was
    assert handover(actor, done).state == "done"
    with pytest.raises(Conflict):
        cancel(actor, done)


def test_only_named_accounts(desk):
    actor, (ann, ben, _cid), accounts, tasks = desk
    done = hand_over(actor, Wanted(ann.id, ben.id, TODAY, codes=(accounts[1].code,)), client_ref=ref())
    assert managers(accounts) == [ann.id, ben.id]
    assert assignees(actor, tasks) == [ann.id, ben.id]
    assert [one.name for one in handed_accounts(actor, done)] == ["Second"]


def test_an_absence_returns_by_itself(desk, world):
    actor, (ann, ben, cid), accounts, tasks = desk
    away = hand_over(
        actor, Wanted(ann.id, ben.id, TODAY + timedelta(days=2), TODAY + timedelta(days=9)), client_ref=ref()
    )
    assert sweep(Actor.system()) == 0
    assert managers(accounts) == [ann.id, ann.id]
    with on(2):
        assert sweep(Actor.system()) == 1
        assert sweep(Actor.system()) == 0
        assert (managers(accounts), assignees(actor, tasks)) == ([ben.id, ben.id], [ben.id, ben.id])
        assert portfolio_row(actor, accounts[0].id).stands_in_for == ann.name
        assert len(portfolio(actor, PortfolioFilters(has_stand_in=True))) == 2
        change_company(accounts[1].id, manager_id=cid.id)  # given away for good meanwhile
        complete_task(actor, tasks[1], outcome="")
    with on(9):
        assert sweep(Actor.system()) == 0
    with on(10):
        assert sweep(Actor.system()) == 1
        assert managers(accounts) == [ann.id, cid.id]
        assert assignees(actor, tasks) == [ann.id, ben.id]
        assert portfolio_row(actor, accounts[0].id).stands_in_for == ""
        assert handover(actor, away).state == "done"


def test_late_sweep_does_both_and_an_absence_can_end_early(desk):
    actor, (ann, ben, _cid), accounts, _tasks = desk
    hand_over(actor, Wanted(ann.id, ben.id, TODAY + timedelta(days=1), TODAY + timedelta(days=2)), client_ref=ref())
    with on(30):
        assert sweep(Actor.system()) == 1
        assert managers(accounts) == [ann.id, ann.id]
    again = hand_over(actor, Wanted(ann.id, ben.id, TODAY, TODAY + timedelta(days=5)), client_ref=ref())
    assert managers(accounts) == [ben.id, ben.id]
    cancel(actor, again)
    assert managers(accounts) == [ann.id, ann.id]
    planned = hand_over(actor, Wanted(ann.id, ben.id, TODAY + timedelta(days=5)), client_ref=ref())
    cancel(actor, planned)
    with on(6):
        assert sweep(Actor.system()) == 0
    assert managers(accounts) == [ann.id, ann.id]


def test_the_stand_in_goes_away_too(desk):
    actor, (ann, ben, cid), accounts, _tasks = desk
    change_company(accounts[1].id, manager_id=ben.id)
    hand_over(actor, Wanted(ann.id, ben.id, TODAY, TODAY + timedelta(days=3)), client_ref=ref())
    hand_over(actor, Wanted(ben.id, cid.id, TODAY, TODAY + timedelta(days=9)), client_ref=ref())
    assert managers(accounts) == [cid.id, cid.id]
    with on(4):
        sweep(Actor.system())
        assert managers(accounts) == [ann.id, cid.id]  # Ann is back, Ben is not
    with on(10):
        sweep(Actor.system())
        assert managers(accounts) == [ann.id, ben.id]


def test_what_is_refused(desk, cast):
    actor, (ann, ben, _cid), accounts, _tasks = desk
    stranger = cast.people["customer.buyer"].id
    for wanted in (
        Wanted(ann.id, ann.id, TODAY),
        Wanted(ann.id, stranger, TODAY),
        Wanted(ann.id, ben.id, TODAY - timedelta(days=1)),
        Wanted(ann.id, ben.id, TODAY, TODAY - timedelta(days=1)),
        Wanted(ann.id, ben.id, TODAY, codes=("NONE",)),
        Wanted(ben.id, ann.id, TODAY, codes=(accounts[0].code,)),
    ):
        with pytest.raises(Invalid):
            hand_over(actor, wanted, client_ref=ref())
    assert managers(accounts) == [ann.id, ann.id]
