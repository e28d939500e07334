"""Working days: Mondays to Fridays without the operator's holidays."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta

_SATURDAY = 5


def add_working_days(day: date, count: int, holidays: Collection[date] = ()) -> date:
    """The date so many working days later; zero leaves the day as it is."""
    while count > 0:
        day += timedelta(days=1)
        if day.weekday() < _SATURDAY and day not in holidays:
            count -= 1
    return day
