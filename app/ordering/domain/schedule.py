"""Dates of a standing order: anchor + n intervals, moved off days nobody works, in the company's own time zone."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from app.core.errors import Invalid
from app.core.texts import N_
from app.inventory.domain.calendar import add_working_days

LAST = -1  # the nth weekday of a month: its last one
_SATURDAY = 5
_MONTHS = 12
_DAY = timedelta(days=1)
_FARTHEST_SHIFT = 31  # no series of holidays is longer
_HORIZON = timedelta(days=366 * 6)  # a rule without a date in six years has none
_MOST = {"weeks": 52, "month_day": 24, "month_weekday": 24, "last_workday": 24, "workdays": 250}


class Every(StrEnum):
    """What a schedule counts."""

    WEEKS = "weeks"
    MONTH_DAY = "month_day"
    MONTH_WEEKDAY = "month_weekday"
    LAST_WORKDAY = "last_workday"
    WORKDAYS = "workdays"


class Shift(StrEnum):
    """What becomes of a date on a Saturday, Sunday or holiday."""

    FORWARD = "forward"
    BACK = "back"
    SKIP = "skip"
    KEEP = "keep"


@dataclass(frozen=True, slots=True)
class Schedule:
    """A rule of dates. `interval` counts weeks, months or working days; `weekdays` are 0 (Monday) to 6.

    `day` is the anchor of MONTH_DAY, clamped to the length of each month; `nth` of MONTH_WEEKDAY is 1 to 4 or LAST.
    `runs` is how many orders there are to be, None: without end.
    """

    every: Every
    starts_on: date
    interval: int = 1
    weekdays: tuple[int, ...] = ()
    day: int = 0
    nth: int = 0
    ends_on: date | None = None
    runs: int | None = None
    shift: Shift = Shift.FORWARD

    def as_json(self) -> dict[str, Any]:
        return {
            "every": str(self.every), "starts_on": self.starts_on.isoformat(), "interval": self.interval,
            "weekdays": list(self.weekdays), "day": self.day, "nth": self.nth,
            "ends_on": self.ends_on.isoformat() if self.ends_on else None, "runs": self.runs, "shift": str(self.shift),
        }  # fmt: skip

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Schedule:
        ends_on = value["ends_on"]
        return cls(
            Every(value["every"]), date.fromisoformat(value["starts_on"]), value["interval"],
            tuple(value["weekdays"]), value["day"], value["nth"], date.fromisoformat(ends_on) if ends_on else None,
            value["runs"], Shift(value["shift"]),
        )  # fmt: skip


@dataclass(frozen=True, slots=True, order=True)
class Occurrence:
    """`planned` is the date by the rule, which names a run for ever; `on` the working day it takes place."""

    planned: date
    on: date

    @property
    def is_moved(self) -> bool:
        return self.planned != self.on


def demand_sound(schedule: Schedule) -> None:
    """Raise Invalid at the first field that makes no schedule."""
    most = _MOST[schedule.every]
    if not 1 <= schedule.interval <= most:
        raise Invalid("interval", N_("From 1 to {most}.", most=most))
    if schedule.every is Every.WEEKS and not schedule.weekdays:
        raise Invalid("weekdays", N_("Choose at least one day of the week."))
    if schedule.every is Every.MONTH_WEEKDAY and len(schedule.weekdays) != 1:
        raise Invalid("weekdays", N_("Choose one day of the week."))
    if any(not 0 <= day <= 6 for day in schedule.weekdays):
        raise Invalid("weekdays", N_("Choose at least one day of the week."))
    if schedule.every is Every.MONTH_DAY and not 1 <= schedule.day <= 31:
        raise Invalid("day", N_("A day of the month, from 1 to 31."))
    if schedule.every is Every.MONTH_WEEKDAY and schedule.nth not in (1, 2, 3, 4, LAST):
        raise Invalid("nth", N_("Choose which one of the month."))
    if schedule.ends_on is not None and schedule.ends_on < schedule.starts_on:
        raise Invalid("ends_on", N_("The end lies before the start."))
    if schedule.runs is not None and schedule.runs < 1:
        raise Invalid("runs", N_("At least one order."))


def is_working_day(day: date, holidays: Collection[date] = ()) -> bool:
    return day.weekday() < _SATURDAY and day not in holidays


def occurrences(
    schedule: Schedule, holidays: Collection[date] = (), *, after: Occurrence | None = None
) -> Iterator[Occurrence]:
    """Dates in order, strictly increasing by both rule and working day; `after` is the one that has been.

    Two dates of the rule that fall on one working day are one run. The number of orders is not looked at here.
    """
    last = after.on if after else None
    for planned in _planned(schedule, holidays):
        if schedule.ends_on is not None and planned > schedule.ends_on:
            return
        if planned > (last or schedule.starts_on) + _HORIZON:
            return
        if after is not None and planned <= after.planned:
            continue
        on = _moved(planned, schedule.shift, holidays)
        if on is None or (last is not None and on <= last) or on < schedule.starts_on:
            continue
        last = on
        yield Occurrence(planned, on)


def _planned(schedule: Schedule, holidays: Collection[date]) -> Iterator[date]:
    """Dates by the rule from the start on, each counted from the anchor and never from the one before."""
    start, step = schedule.starts_on, schedule.interval
    if schedule.every is Every.WEEKS:
        monday = start - timedelta(days=start.weekday())
        for n in count():
            week = monday + timedelta(weeks=n * step)
            yield from (day for one in sorted(set(schedule.weekdays)) if (day := week + timedelta(days=one)) >= start)
    elif schedule.every is Every.WORKDAYS:
        day = start if is_working_day(start, holidays) else add_working_days(start, 1, holidays)
        while True:
            yield day
            day = add_working_days(day, step, holidays)
    else:
        for n in count():
            day = _in_month(schedule, *_month_after(start, n * step), holidays)
            if day >= start:
                yield day


def _month_after(start: date, months: int) -> tuple[int, int]:
    whole = start.year * _MONTHS + start.month - 1 + months
    return whole // _MONTHS, whole % _MONTHS + 1


def _in_month(schedule: Schedule, year: int, month: int, holidays: Collection[date]) -> date:
    length = monthrange(year, month)[1]
    if schedule.every is Every.MONTH_DAY:
        return date(year, month, min(schedule.day, length))
    if schedule.every is Every.LAST_WORKDAY:
        end = date(year, month, length)
        return _moved(end, Shift.BACK, holidays) or end
    (weekday,) = schedule.weekdays
    if schedule.nth == LAST:
        end = date(year, month, length)
        return end - timedelta(days=(end.weekday() - weekday) % 7)
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7, weeks=schedule.nth - 1)


def _moved(day: date, shift: Shift, holidays: Collection[date]) -> date | None:
    """The working day a date becomes; None: it is left out."""
    if shift is Shift.KEEP or is_working_day(day, holidays):
        return day
    if shift is Shift.SKIP:
        return None
    way = _DAY if shift is Shift.FORWARD else -_DAY
    for _step in range(_FARTHEST_SHIFT):
        day += way
        if is_working_day(day, holidays):
            return day
    return None


def instant(day: date, at: time, zone: str) -> datetime:
    """The moment of a local time in UTC; a time the clocks leave out is as long after midnight as on any other day,
    of one they show twice it is the first.
    """
    return datetime.combine(day, at, ZoneInfo(zone)).astimezone(UTC)
