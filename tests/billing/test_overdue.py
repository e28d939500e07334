"""Late invoices hold an account by its rule: the oldest claim is paid first, whatever it was paid for."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from app.accounts.queries.credit import standing
from app.accounts.service.credit import give_back, record_payment, use
from app.accounts.service.credit_holds import release, set_hold_rule
from app.billing.queries.overdue import days_late
from app.billing.service.overdue import hold_overdue
from app.core import clock
from app.core.actor import Actor
from app.core.db import statements
from app.core.errors import NotFound
from tests.factories import accounts as make
from tests.factories.billing import bare_invoice

SYSTEM = Actor.system()
TODAY = date(2026, 11, 22)


def bought(company, order_id: int, amount: int, due_on: date | None) -> None:
    """An order on account; with an invoice when it has a due day."""
    use(SYSTEM, company.id, order_id, f"SO-{order_id}", Decimal(amount), "EUR")
    if due_on:
        bare_invoice(company, amount, order_id=order_id, due_on=due_on)


@pytest.fixture
def late(ctx):
    """100 since 2 November, 200 due on 12 November, 400 due next month, 800 not invoiced yet."""
    company = make.customer()
    set_hold_rule(SYSTEM, company.id, 15)
    bought(company, 1, 100, date(2026, 11, 2))
    bought(company, 2, 200, date(2026, 11, 12))
    bought(company, 3, 400, date(2026, 12, 24))
    bought(company, 4, 800, None)
    return company


@pytest.mark.parametrize(("paid", "days"), [(0, 20), (99, 20), (100, 10), (299, 10), (300, None), (1500, None)])
def test_the_oldest_claim_is_paid_first(late, paid, days):
    if paid:
        record_payment(SYSTEM, late.id, Decimal(paid), "BANK-1")
    assert days_late(SYSTEM, TODAY).get(late.id) == days


def test_a_cancelled_order_is_no_claim(late):
    give_back(SYSTEM, late.id, 1, None, "cancelled")
    assert days_late(SYSTEM, TODAY) == {late.id: 10}


def test_the_day_an_invoice_is_due_it_is_not_late(late):
    assert days_late(SYSTEM, date(2026, 11, 2)) == {}
    assert days_late(SYSTEM, date(2026, 11, 3)) == {late.id: 1}


def test_accounts_without_a_rule_or_paid_in_advance_are_left_alone(ctx):
    make.credit(make.customer(), 100)
    without = make.customer()
    bought(without, 1, 100, date(2026, 1, 1))
    prepaid = make.customer()
    set_hold_rule(SYSTEM, prepaid.id, 1)
    bare_invoice(prepaid, 100, order_id=77, due_on=date(2026, 1, 1))  # this order was not on account
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
