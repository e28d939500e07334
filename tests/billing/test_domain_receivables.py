"""Age, interest and statements of what is owed."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.billing.domain.account_statement import Movement, check_period, statement
from app.billing.domain.ageing import NAMES, Claim, aged, class_of
from app.billing.domain.interest import BaseRate, Basis, Change, days_between, spans, total
from app.core.errors import Invalid

D = Decimal
DAY = date(2026, 6, 30)


def test_classes_by_days_past_due():
    places = {-30: 0, -1: 0, 0: 0, 1: 1, 30: 1, 31: 2, 60: 2, 61: 3, 90: 3, 91: 4, 1000: 4}
    assert {late: class_of(DAY - timedelta(days=late), DAY) for late in places} == places
    assert len(NAMES) == 5


def test_what_is_in_the_accounts_favour_is_no_debt():
    found = aged(
        [
            Claim(DAY, D("100.00")),
            Claim(DAY - timedelta(days=45), D("20.05")),
            Claim(DAY - timedelta(days=400), D("-30")),
        ],
        DAY,
    )
    assert found.classes == (D("100.00"), 0, D("20.05"), 0, 0)
    assert (found.unallocated, found.owed, found.overdue, found.balance) == (
        D("-30"),
        D("120.05"),
        D("20.05"),
        D("90.05"),
    )


AMOUNTS = st.decimals(min_value=-10_000, max_value=10_000, places=2)


@settings(max_examples=50)
@given(st.lists(st.builds(Claim, st.dates(date(2024, 1, 1), date(2027, 1, 1)), AMOUNTS)))
def test_classes_and_credits_add_up_to_what_is_open(claims):
    assert aged(claims, DAY).balance == sum((claim.open for claim in claims), D(0))


# Worked by hand: 10,000.00 at 9 percentage points above the base rate of 2.27 %, 31 days of January: 10000 * 11.27 * 31 / 36500
RATES = (BaseRate(date(2025, 1, 1), D("2.27")), BaseRate(date(2025, 7, 1), D("1.27")))


@pytest.mark.parametrize(
    ("amount", "start", "end", "points", "basis", "interest"),
    [
        ("10000.00", date(2025, 1, 1), date(2025, 1, 31), "9", Basis.DAYS_365, "95.72"),
        ("10000.00", date(2025, 1, 1), date(2025, 1, 31), "9", Basis.DAYS_360, "97.05"),
        ("10000.00", date(2025, 1, 1), date(2025, 1, 31), "9", Basis.MONTHS_360, "93.92"),
        (
            "10000.00",
            date(2025, 1, 1),
            date(2025, 12, 31),
            "9",
            Basis.DAYS_365,
            "1076.59",
        ),  # 181 at 11.27, 184 at 10.27
        ("0.01", date(2025, 1, 1), date(2025, 1, 2), "9", Basis.DAYS_365, "0.00"),
        ("100.00", date(2024, 2, 28), date(2024, 2, 29), "5", Basis.DAYS_365, "0.03"),  # before the first base rate
        ("1000.00", date(2025, 1, 1), date(2025, 1, 31), "-5", Basis.DAYS_365, "0.00"),  # never below zero
    ],
)
def test_interest(amount, start, end, points, basis, interest):
    parts = spans(D(amount), start, end, rates=RATES, points=D(points), basis=basis)
    assert total(parts, "EUR") == D(interest)


def test_interest_stops_for_what_is_paid_and_on_its_day():
    parts = spans(
        D("1000.00"), date(2025, 3, 1), date(2025, 3, 31), rates=RATES, points=D(9), basis=Basis.DAYS_365,
        changes=[Change(date(2025, 3, 11), D("-400.00")), Change(date(2025, 3, 21), D("-600.00"))],
    )  # fmt: skip
    assert [(part.start.day, part.end.day, part.days, part.amount) for part in parts] == [
        (1, 10, 10, D("1000.00")), (11, 20, 10, D("600.00")),
    ]  # fmt: skip
    assert total(parts, "EUR") == D("4.94")  # 1000 * 11.27 * 10 / 36500 + 600 * 11.27 * 10 / 36500 = 3.0877 + 1.8526


def test_months_of_thirty_days():
    cases = {
        (date(2025, 1, 31), date(2025, 2, 28)): 28,
        (date(2025, 1, 1), date(2026, 1, 1)): 360,
        (date(2025, 2, 28), date(2025, 3, 31)): 32,
    }
    assert {days: days_between(*days, Basis.MONTHS_360) for days in cases} == cases


@settings(max_examples=50)
@given(st.integers(0, 700), st.integers(1, 400), st.integers(0, 400))
def test_interest_of_a_time_is_the_sum_of_its_parts(offset, first, second):
    start = date(2025, 1, 1) + timedelta(days=offset)
    middle, end = start + timedelta(days=first), start + timedelta(days=first + second)
    terms = {"rates": RATES, "points": D(9), "basis": Basis.DAYS_365}
    whole = sum(part.interest for part in spans(D("777.77"), start, end, **terms))
    parts = [*spans(D("777.77"), start, middle - timedelta(days=1), **terms), *spans(D("777.77"), middle, end, **terms)]
    assert abs(whole - sum(part.interest for part in parts)) < D("1e-20")


def movement(day: int, amount: str) -> Movement:
    return Movement(date(2026, 3, day), "invoice", f"N-{day}", "", date(2026, 5, day), D(amount))


def test_statement_runs_from_opening_to_closing():
    found = statement(
        "EUR", date(2026, 3, 1), date(2026, 3, 31), D("50.00"),
        [movement(3, "119.00"), movement(10, "-19.00"), movement(12, "0.00"), movement(31, "-150.00")],
    )  # fmt: skip
    assert [(line.debit, line.credit, line.balance) for line in found.entries] == [
        (D("119.00"), None, D("169.00")), (None, D("19.00"), D("150.00")), (D("0.00"), None, D("150.00")),
        (None, D("150.00"), D("0.00")),
    ]  # fmt: skip
    assert (found.opening, found.debit, found.credit, found.closing) == (
        D("50.00"),
        D("119.00"),
        D("169.00"),
        D("0.00"),
    )


@settings(max_examples=50)
@given(AMOUNTS, st.lists(AMOUNTS))
def test_opening_and_movements_make_the_closing(opening, amounts):
    rows = [Movement(DAY, "invoice", "N", "", DAY, amount) for amount in amounts]
    found = statement("EUR", DAY, DAY, opening, rows)
    assert found.closing == found.opening + found.debit - found.credit == opening + sum(amounts, D(0))
    assert all((line.debit is None) is not (line.credit is None) for line in found.entries)


def test_periods():
    check_period(DAY, DAY)
    for start, end in ((DAY, DAY - timedelta(days=1)), (date(1990, 1, 1), DAY)):
        with pytest.raises(Invalid):
            check_period(start, end)
