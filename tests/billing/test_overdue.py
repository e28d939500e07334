"""Late invoices hold an account by its rule: the oldest claim is paid first, whatever it was paid for."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import select

from app.accounts.queries.credit import standing
from app.accounts.service.credit_holds import release, set_hold_rule
from app.billing.models.open_items import OpenItem
from app.billing.queries.overdue import days_late
from app.billing.service.overdue import hold_overdue
from app.billing.service.settling import settle
from app.core import clock
from app.core.actor import Actor
from app.core.db import db, statements, transaction
from app.core.errors import NotFound
from tests.factories import accounts as make
from tests.factories.open_items import claim, item, payment

SYSTEM = Actor.system()
TODAY = date(2026, 11, 22)


@pytest.fixture
def late(ctx):
    """100 since 2 November, 200 due on 12 November, 400 due next month."""
    company = make.customer()
    set_hold_rule(SYSTEM, company.id, 15)
    for amount, due_on in ((100, date(2026, 11, 2)), (200, date(2026, 11, 12)), (400, date(2026, 12, 24))):
        claim(company, amount, due_on=due_on)
    return company


@pytest.mark.parametrize(("paid", "days"), [(0, 20), (99, 20), (100, 10), (299, 10), (300, None), (1500, None)])
def test_the_oldest_claim_is_paid_first(late, paid, days):
    if paid:
        payment(late, paid)  # in its favour, not used yet
    assert days_late(SYSTEM, TODAY).get(late.id) == days


def test_what_is_settled_or_contested_is_not_late(late):
    first, second = db.session.scalars(select(OpenItem.id).order_by(OpenItem.due_on).limit(2))
    settle(SYSTEM, first, payment(late, 100).id, Decimal(100))
    assert days_late(SYSTEM, TODAY) == {late.id: 10}
    with transaction():
        item(second).dispute_amount = Decimal(200)
    assert days_late(SYSTEM, TODAY) == {}


def test_the_day_an_invoice_is_due_it_is_not_late(late):
    assert days_late(SYSTEM, date(2026, 11, 2)) == {}
    assert days_late(SYSTEM, date(2026, 11, 3)) == {late.id: 1}


def test_accounts_without_a_rule_are_left_alone(ctx):
    make.credit(make.customer(), 100)
    claim(make.customer(), 100, due_on=date(2026, 1, 1))
    assert days_late(SYSTEM, TODAY) == {}


def test_the_job_holds_once_and_again_only_after_the_days_of_grace(late):
    with clock.frozen(datetime(2026, 11, 22, 12, tzinfo=UTC)):
        with statements() as sent:
            assert hold_overdue(SYSTEM) == [late.id]
        assert hold_overdue(SYSTEM) == []
        assert standing(SYSTEM, late.id).is_on_hold
        release(SYSTEM, late.id, "Promised", spared_days=3)
        assert hold_overdue(SYSTEM) == []
    with clock.frozen(datetime(2026, 11, 26, 12, tzinfo=UTC)):
        assert hold_overdue(SYSTEM) == [late.id]
    assert len(sent) < 6


def test_nobody_else_asks(ctx):
    company = make.customer()
    with pytest.raises(NotFound):
        days_late(make.actor_for(make.person(company), company), TODAY)
