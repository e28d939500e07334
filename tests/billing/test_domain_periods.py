"""Months, quarters and years an accountant means."""

from __future__ import annotations

from datetime import date

import pytest

from app.billing.domain.numbers import due_date, invoice_number
from app.billing.domain.periods import month_of, quarter_of, usual_periods


@pytest.mark.parametrize(
    ("day", "first", "last"),
    [
        (date(2026, 1, 31), date(2026, 1, 1), date(2026, 1, 31)),
        (date(2028, 2, 1), date(2028, 2, 1), date(2028, 2, 29)),
        (date(2026, 2, 28), date(2026, 2, 1), date(2026, 2, 28)),
        (date(2026, 4, 30), date(2026, 4, 1), date(2026, 4, 30)),
        (date(2026, 12, 15), date(2026, 12, 1), date(2026, 12, 31)),
    ],
)
def test_month(day, first, last):
    assert month_of(day) == (first, last)


@pytest.mark.parametrize("month", range(1, 13))
def test_every_day_of_a_quarter_gives_the_same_quarter(month):
    first, last = quarter_of(date(2026, month, 17))
    assert first.day == 1
    assert first.month == (month - 1) // 3 * 3 + 1
    assert (last.month - first.month, month_of(last)[1]) == (2, last)
    assert quarter_of(first) == quarter_of(last) == (first, last)


def test_usual_periods_on_the_first_of_january():
    names = {str(period.name): (period.start, period.end) for period in usual_periods(date(2026, 1, 1))}
    assert names == {
        "This month": (date(2026, 1, 1), date(2026, 1, 31)),
        "Last month": (date(2025, 12, 1), date(2025, 12, 31)),
        "This quarter": (date(2026, 1, 1), date(2026, 3, 31)),
        "Last quarter": (date(2025, 10, 1), date(2025, 12, 31)),
        "This year": (date(2026, 1, 1), date(2026, 12, 31)),
    }


def test_numbers_and_due_dates():
    assert invoice_number(2026, 42) == "INV-2026-000042"
    assert invoice_number(2026, 1_234_567) == "INV-2026-1234567"
    assert due_date(date(2026, 1, 31), 30) == date(2026, 3, 2)
    assert due_date(date(2026, 1, 31), 0) == date(2026, 1, 31)
