"""From placing to the invoice: at once, when the time for changes ends, or with the confirmation."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.billing.models.invoices import Invoice
from app.billing.service.issue import issue_invoice
from app.core import clock
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import Conflict, Invalid
from app.core.tenancy import acting_as, system_scope
from app.ordering.domain.lifecycle import CancelUntil
from app.ordering.domain.rules import ChangeRules
from app.ordering.models.orders import Order
from app.ordering.queries.order_rules import account_rules, change_rules
from app.ordering.service.order_rules import OwnRules, set_own_rules, set_rules
from app.ordering.service.progress import release, sweep_grace
from tests.factories.accounts import customer
from tests.factories.ordering import article, buyer, order, sales
from tests.support.work import drain


def invoices() -> int:
    with system_scope("test"):
        return db.session.scalars(select(func.count()).select_from(Invoice)).one()


def stored(order_id: int) -> Order:
    with system_scope("test"):
        return db.session.scalars(
            select(Order).where(Order.id == order_id).execution_options(populate_existing=True)
        ).one()


def with_grace(company, minutes: int, **own) -> None:
    desk = sales()
    with acting_as(desk):
        set_own_rules(desk, company.code, OwnRules(grace_minutes=minutes, **own))


def test_without_a_time_for_changes_the_invoice_comes_at_once(isolated, world):
    with world():
        placed = order(buyer(), [(article("NUT"), 2)])
        assert stored(placed.id).released_at is not None
    drain(isolated)
    with world():
        assert invoices() == 1
        assert stored(placed.id).invoiced_at is not None


def test_the_invoice_waits_for_the_end_of_the_time_for_changes(isolated, world):
    with world():
        company = customer()
        with_grace(company, 30)
        placed = order(buyer(company), [(article("NUT"), 2)])
    drain(isolated)
    with world():
        assert invoices() == 0
        with pytest.raises(Conflict, match="may still be changed"):
            issue_invoice(Actor.system(), placed.id)
        assert sweep_grace(Actor.system()) == 0
        with clock.frozen(clock.now() + timedelta(minutes=31)):
            assert sweep_grace(Actor.system()) == 1
            assert sweep_grace(Actor.system()) == 0
            assert release(Actor.system(), placed.id) is False
    drain(isolated)
    with world():
        assert invoices() == 1


def test_an_order_that_waits_for_its_confirmation_is_not_released_by_the_clock(ctx):
    company = customer()
    with_grace(company, 0, waits_for_confirmation=True)
    placed = order(buyer(company), [(article("NUT"), 2)])
    with clock.frozen(clock.now() + timedelta(days=3)):
        assert sweep_grace(Actor.system()) == 0
    assert stored(placed.id).released_at is None


def test_an_account_takes_the_operators_rules_where_it_has_none(ctx):
    desk, company = sales(), customer()
    assert change_rules(desk, company.id) == ChangeRules()
    set_rules(desk, ChangeRules(grace_minutes=15, cancel_until=CancelUntil.INVOICED, answer_days=5))
    set_own_rules(desk, company.code, OwnRules(grace_minutes=60))
    assert change_rules(desk, company.id) == ChangeRules(60, CancelUntil.INVOICED, False, True, 5)
    assert [(one.code, one.grace_minutes) for one in account_rules(desk)] == [(company.code, 60)]
    ann = buyer(company)
    with acting_as(ann):
        assert change_rules(ann).grace_minutes == 60
    set_own_rules(desk, company.code, OwnRules())
    assert change_rules(desk, company.id).grace_minutes == 15
    with pytest.raises(Invalid, match="Take 0 to"):
        set_rules(desk, ChangeRules(grace_minutes=-1))
    with pytest.raises(Invalid, match="no account NOPE"):
        set_own_rules(desk, "NOPE", OwnRules(grace_minutes=1))
