"""Periods an accountant works in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from app.core.texts import N_, Message


@dataclass(frozen=True, slots=True)
class Period:
    """Named days, both included."""

    name: Message
    start: date
    end: date


def month_of(day: date) -> tuple[date, date]:
    """The first and the last day of the month."""
    first = day.replace(day=1)
    return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def quarter_of(day: date) -> tuple[date, date]:
    first = day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
    return first, month_of(first + timedelta(days=70))[1]


def usual_periods(today: date) -> tuple[Period, ...]:
    """The periods offered by one click, as of today."""
    this_month, this_quarter = month_of(today), quarter_of(today)
    before = timedelta(days=1)
    return (
        Period(N_("This month"), *this_month),
        Period(N_("Last month"), *month_of(this_month[0] - before)),
        Period(N_("This quarter"), *this_quarter),
        Period(N_("Last quarter"), *quarter_of(this_quarter[0] - before)),
        Period(N_("This year"), today.replace(month=1, day=1), today.replace(month=12, day=31)),
    )
