"""Holds by hand and by rule; a release tells what is free, and spares the account for a while."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from app.accounts.domain.company import demand_may_buy
from app.accounts.queries.companies import buying_terms
from app.accounts.queries.credit import credit_terms, standing
from app.accounts.service.credit import set_limit, use
from app.accounts.service.credit_holds import hold, hold_late, release, set_hold_rule
from app.core import audit, clock
from app.core.actor import Actor
from app.core.errors import Conflict, Forbidden, Invalid
from tests.factories import accounts as make

SYSTEM = Actor.system()
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_a_hold_stops_buying_on_account_until_it_is_released(ctx):
    company = make.customer()
    set_limit(SYSTEM, company.id, Decimal(100))
    use(SYSTEM, company.id, 1, "SO-1", Decimal(100), "EUR")
    hold(SYSTEM, company.id, "Two invoices late")
    found = standing(SYSTEM, company.id)
    assert (found.is_on_hold, found.hold_reason) == (True, "Two invoices late")
    with pytest.raises(Conflict, match="Two invoices late"):
        demand_may_buy(buying_terms(SYSTEM, company.id))
    with pytest.raises(Invalid):
        release(SYSTEM, company.id, " ")
    after = release(SYSTEM, company.id, "Paid this morning")
    assert (after.is_on_hold, after.available) == (False, 0)
    with pytest.raises(Conflict):  # the limit is asked again
        use(SYSTEM, company.id, 2, "SO-2", Decimal("0.01"), "EUR")
    told = [(one.action, one.changes.get("reason")) for one in audit.history(SYSTEM, "company", company.id)]
    assert told[1:] == [("held", "Two invoices late"), ("released", "Paid this morning")]


def test_late_invoices_hold_by_rule_once_and_spare_who_was_released(ctx):
    with clock.frozen(NOW):
        strict, patient, never = (make.customer() for _ in range(3))
        set_hold_rule(SYSTEM, strict.id, 10)
        set_hold_rule(SYSTEM, patient.id, 30)
        make.credit(never, None)
        late = {strict.id: 10, patient.id: 29, never.id: 300, make.customer().id: 300}
        assert hold_late(SYSTEM, late) == [strict.id]
        assert hold_late(SYSTEM, late) == []
        assert "10 days late" in standing(SYSTEM, strict.id).hold_reason
        release(SYSTEM, strict.id, "Promised for Friday", spared_days=7)
        assert credit_terms(SYSTEM, strict.id).spared_until == NOW.date() + timedelta(days=7)
        assert hold_late(SYSTEM, late) == []
    with clock.frozen(NOW + timedelta(days=8)):
        assert hold_late(SYSTEM, {strict.id: 18, patient.id: 37}) == [strict.id, patient.id]
        assert hold_late(SYSTEM, {}) == []


def test_only_the_operator_holds_and_releases(isolated, world):
    with world():
        company = make.customer()
        actor = make.actor_for(make.person(company, "company_admin"), company)
    with world(actor):
        for change in (lambda: hold(actor, company.id, "x"), lambda: release(actor, company.id, "x"),
                       lambda: set_hold_rule(actor, company.id, None), lambda: hold_late(actor, {company.id: 9})):  # fmt: skip
            with pytest.raises(Forbidden):
                change()


@pytest.mark.parametrize("days", [0, -1, 366])
def test_days_of_the_rule(ctx, days):
    company = make.customer()
    with pytest.raises(Invalid):
        set_hold_rule(SYSTEM, company.id, days)
    if days:
        with pytest.raises(Invalid):
            release(SYSTEM, company.id, "x", spared_days=days)
