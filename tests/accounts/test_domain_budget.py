"""Periods of the company's own year, series without gaps, and what budgets say to an order."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.accounts.domain.budget import (
    BudgetClaim,
    BudgetRule,
    BudgetState,
    CostCentre,
    Period,
    PeriodKind,
    following,
    forecast,
    next_state,
    outcome,
    period_of,
    summed,
    until,
    verdicts,
)
from app.core import clock

CENTRE = CostCentre(1, "4711", "Dock 3")
DAYS = st.dates(date(2000, 1, 1), date(2090, 12, 31))
KINDS = st.sampled_from([PeriodKind.MONTH, PeriodKind.QUARTER, PeriodKind.YEAR])


def budget(**changes) -> BudgetState:
    values = {
        "id": 7, "cost_centre_id": 1, "kind": PeriodKind.MONTH, "period": Period(date(2026, 11, 1), date(2026, 11, 30)),
        "currency": "EUR", "amount": Decimal(1000), "carried": Decimal(0), "taken": Decimal(0),
        "rule": BudgetRule.BLOCK, "is_recurring": False, "carries_over": False,
    }  # fmt: skip
    return BudgetState(**(values | changes))


@pytest.mark.parametrize(
    ("kind", "day", "fiscal_month", "first", "last"),
    [
        ("month", date(2028, 2, 29), 1, date(2028, 2, 1), date(2028, 2, 29)),
        ("month", date(2026, 12, 31), 4, date(2026, 12, 1), date(2026, 12, 31)),
        ("quarter", date(2026, 11, 22), 1, date(2026, 10, 1), date(2026, 12, 31)),
        ("quarter", date(2026, 11, 22), 2, date(2026, 11, 1), date(2027, 1, 31)),
        ("quarter", date(2027, 1, 31), 2, date(2026, 11, 1), date(2027, 1, 31)),
        ("year", date(2026, 11, 22), 1, date(2026, 1, 1), date(2026, 12, 31)),
        ("year", date(2026, 3, 31), 4, date(2025, 4, 1), date(2026, 3, 31)),
        ("year", date(2026, 4, 1), 4, date(2026, 4, 1), date(2027, 3, 31)),
        ("year", date(2028, 2, 29), 3, date(2027, 3, 1), date(2028, 2, 29)),
    ],
)
def test_periods(kind, day, fiscal_month, first, last):
    assert period_of(PeriodKind(kind), day, fiscal_month) == Period(first, last)


@given(KINDS, DAYS, st.integers(1, 12))
def test_a_day_lies_in_its_period_and_the_next_one_begins_the_day_after(kind, day, fiscal_month):
    here = period_of(kind, day, fiscal_month)
    assert day in here
    after = period_of(kind, here.ends_on + timedelta(days=1), fiscal_month)
    assert after == following(kind, here)
    assert after.starts_on == here.ends_on + timedelta(days=1)
    assert (here.starts_on.month - fiscal_month) % {"month": 1, "quarter": 3, "year": 12}[kind] == 0


@given(DAYS, st.integers(1, 400))
def test_own_dates_go_on_with_as_many_days(first, days):
    here = Period(first, first + timedelta(days=days - 1))
    assert following(PeriodKind.DATES, here).days == here.days == days


@pytest.mark.parametrize(
    ("moment", "zone", "month"),
    [
        (datetime(2026, 10, 31, 22, 59, tzinfo=UTC), "Europe/Berlin", 10),  # 23:59, winter time already
        (datetime(2026, 10, 31, 23, 0, tzinfo=UTC), "Europe/Berlin", 11),
        (datetime(2026, 3, 31, 21, 59, tzinfo=UTC), "Europe/Berlin", 3),  # 23:59, summer time
        (datetime(2026, 3, 31, 22, 0, tzinfo=UTC), "Europe/Berlin", 4),
        (datetime(2026, 11, 30, 19, 0, tzinfo=UTC), "Asia/Almaty", 12),
        (datetime(2026, 12, 1, 4, 59, tzinfo=UTC), "America/New_York", 11),
    ],
)
def test_a_period_ends_at_the_companys_own_midnight(moment, zone, month):
    with clock.frozen(moment):
        assert period_of(PeriodKind.MONTH, clock.today(zone)).starts_on.month == month


@given(st.lists(st.decimals(0, 3000, places=2), min_size=1, max_size=12), st.booleans())
def test_carry_over_adds_up(spent, carries_over):
    here, given_out = budget(is_recurring=True, carries_over=carries_over), Decimal(1000)
    for amount in spent:
        here = next_state(BudgetState(**{name: getattr(here, name) for name in here.__slots__} | {"taken": amount}))
        given_out += 1000
        assert here.taken == 0
        assert here.total >= 1000
        assert here.carried == 0 if not carries_over else here.total <= given_out
    if carries_over and not any(spent):
        assert here.total == given_out


def test_missing_periods_are_made_up_to_the_day():
    here = budget(is_recurring=True, carries_over=True, taken=Decimal(400))
    missing = until(here, date(2027, 2, 3))
    assert [one.period.starts_on for one in missing] == [date(2026, 12, 1), date(2027, 1, 1), date(2027, 2, 1)]
    assert [one.carried for one in missing] == [600, 1600, 2600]
    assert until(here, date(2026, 11, 30)) == until(budget(), date(2027, 2, 3)) == []


@pytest.mark.parametrize(
    ("rule", "amount", "expected"),
    [("block", "1000", None), ("block", "1000.01", "block"), ("warn", "1000.01", "warn"), ("ask", "5000", "ask"),
     ("block", "0", None)],
)  # fmt: skip
def test_verdict(rule, amount, expected):
    (one,) = verdicts(CENTRE, [budget(rule=BudgetRule(rule))], Decimal(amount), "EUR")
    assert one.outcome == expected
    assert (one.left, one.budget_id, one.code) == (1000, 7, "4711")
    assert "4711 Dock 3" in str(one.message)


def test_the_strictest_budget_decides():
    both = [
        budget(rule=BudgetRule.WARN),
        budget(rule=BudgetRule.ASK),
        budget(rule=BudgetRule.BLOCK, amount=Decimal(9000)),
    ]
    found = verdicts(CENTRE, both, Decimal(2000), "EUR")
    assert [one.is_over for one in found] == [True, True, False]
    assert outcome(found) is BudgetRule.ASK
    assert outcome(verdicts(CENTRE, both, Decimal(9001), "EUR")) is BudgetRule.BLOCK
    assert outcome([]) is None


def test_an_overdrawn_budget_refuses_nothing_for_nothing():
    (one,) = verdicts(CENTRE, [budget(taken=Decimal(1200))], Decimal(0), "EUR")
    assert (one.left, one.is_over) == (-200, False)


def test_nothing_is_converted_and_nothing_slips_past_a_budget_in_another_currency():
    (one,) = verdicts(CENTRE, [budget(rule=BudgetRule.WARN), budget()], Decimal(1), "USD")
    assert (one.outcome, one.budget_id) == ("block", None)
    (mine,) = verdicts(CENTRE, [budget(), budget(currency="USD", id=8)], Decimal(1), "USD")
    assert (mine.outcome, mine.budget_id) == (None, 8)


def test_without_a_budget_everything_passes():
    (one,) = verdicts(CENTRE, [], Decimal(10**9), "EUR")
    assert (one.outcome, one.rule, one.budget_id, one.is_over) == (None, None, None, False)


def test_claims_are_summed_by_cost_centre():
    claims = [BudgetClaim(1, Decimal("1.10")), BudgetClaim(2, Decimal(0)), BudgetClaim(1, Decimal("2.20"))]
    assert summed(claims) == {1: Decimal("3.30")}


def test_forecast():
    half = forecast(budget(taken=Decimal(300)), date(2026, 11, 15))
    assert (half.days_gone, half.days, half.expected) == (15, 30, 600)
    assert forecast(budget(taken=Decimal(300)), date(2026, 11, 1)).expected is None
    assert forecast(budget(taken=Decimal(300)), date(2027, 1, 1)).expected == 300
