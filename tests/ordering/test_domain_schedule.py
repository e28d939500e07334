"""Dates of standing orders: the vectors that others get wrong, and what must hold for every rule."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import Invalid
from app.ordering.domain.schedule import (
    LAST,
    Every,
    Occurrence,
    Schedule,
    Shift,
    demand_sound,
    instant,
    is_working_day,
    occurrences,
)

MON, TUE, WED, THU, FRI, SAT, SUN = range(7)


def first(schedule: Schedule, n: int, holidays=frozenset(), **more) -> list[date]:
    return [one.on for one in islice(occurrences(schedule, holidays, **more), n)]


def monthly(start: date, *, step: int = 1, shift: Shift = Shift.KEEP) -> Schedule:
    return Schedule(Every.MONTH_DAY, start, step, day=start.day, shift=shift)


@pytest.mark.parametrize(
    ("start", "days"),
    [
        (date(2027, 1, 31), [(1, 31), (2, 28), (3, 31), (4, 30), (5, 31)]),
        (date(2028, 1, 31), [(1, 31), (2, 29), (3, 31)]),
        (date(2027, 11, 30), [(11, 30), (12, 30), (1, 30), (2, 29), (3, 30)]),
        (date(2027, 1, 29), [(1, 29), (2, 28), (3, 29)]),
    ],
)
def test_the_anchor_day_does_not_drift(start, days):
    assert [(day.month, day.day) for day in first(monthly(start), len(days))] == days


def test_the_anchor_is_kept_when_the_date_before_was_clamped_or_moved():
    rule = monthly(date(2027, 1, 31), shift=Shift.FORWARD)
    dates = list(islice(occurrences(rule), 4))
    assert [one.planned.day for one in dates] == [31, 28, 31, 30]
    assert [one.on for one in dates] == [date(2027, 2, 1), date(2027, 3, 1), date(2027, 3, 31), date(2027, 4, 30)]
    assert list(islice(occurrences(rule, after=dates[1]), 2)) == dates[2:]


def test_every_other_month_counts_from_the_anchor():
    assert first(monthly(date(2026, 12, 31), step=2), 3) == [date(2026, 12, 31), date(2027, 2, 28), date(2027, 4, 30)]


def test_weekly_on_several_days_every_two_weeks():
    rule = Schedule(Every.WEEKS, date(2027, 1, 6), 2, weekdays=(FRI, MON))  # a Wednesday
    assert first(rule, 5) == [
        date(2027, 1, 8), date(2027, 1, 18), date(2027, 1, 22), date(2027, 2, 1), date(2027, 2, 5),
    ]  # fmt: skip


def test_nth_and_last_weekday_of_the_month():
    second = Schedule(Every.MONTH_WEEKDAY, date(2027, 1, 1), weekdays=(TUE,), nth=2)
    assert first(second, 3) == [date(2027, 1, 12), date(2027, 2, 9), date(2027, 3, 9)]
    last = Schedule(Every.MONTH_WEEKDAY, date(2027, 1, 1), weekdays=(FRI,), nth=LAST)
    assert first(last, 3) == [date(2027, 1, 29), date(2027, 2, 26), date(2027, 3, 26)]


def test_last_working_day_of_the_month_goes_round_holidays():
    rule = Schedule(Every.LAST_WORKDAY, date(2026, 12, 1))
    assert first(rule, 3, {date(2026, 12, 31)}) == [date(2026, 12, 30), date(2027, 1, 29), date(2027, 2, 26)]


def test_every_n_working_days():
    rule = Schedule(Every.WORKDAYS, date(2026, 12, 23), 3)
    holidays = {date(2026, 12, 25), date(2027, 1, 1)}
    assert first(rule, 4, holidays) == [date(2026, 12, 23), date(2026, 12, 29), date(2027, 1, 4), date(2027, 1, 7)]


@pytest.mark.parametrize(
    ("shift", "wanted"),
    [
        (Shift.FORWARD, [date(2027, 5, 3), date(2027, 6, 1), date(2027, 7, 1), date(2027, 8, 2)]),
        (Shift.BACK, [date(2027, 4, 30), date(2027, 6, 1), date(2027, 7, 1), date(2027, 7, 30)]),
        (Shift.SKIP, [date(2027, 6, 1), date(2027, 7, 1), date(2027, 9, 1), date(2027, 10, 1)]),
        (Shift.KEEP, [date(2027, 5, 1), date(2027, 6, 1), date(2027, 7, 1), date(2027, 8, 1)]),
    ],
)
def test_weekends_move_as_the_setting_says(shift, wanted):
    rule = Schedule(Every.MONTH_DAY, date(2027, 4, 2), day=1, shift=shift)
    assert first(rule, 4) == wanted


def test_two_dates_on_one_working_day_are_one_run():
    rule = Schedule(Every.WEEKS, date(2027, 1, 4), weekdays=(MON, SAT, SUN))
    assert first(rule, 3) == [date(2027, 1, 4), date(2027, 1, 11), date(2027, 1, 18)]


def test_a_new_holiday_does_not_make_the_last_run_come_twice():
    rule = Schedule(Every.WEEKS, date(2027, 1, 4), weekdays=(MON, TUE))
    done = Occurrence(date(2027, 1, 4), date(2027, 1, 5))  # the Monday had become a holiday
    assert first(rule, 2, after=done) == [date(2027, 1, 11), date(2027, 1, 12)]


def test_the_end_counts_by_the_rule():
    rule = Schedule(Every.WEEKS, date(2027, 1, 4), weekdays=(MON,), ends_on=date(2027, 1, 18))
    assert first(rule, 9) == [date(2027, 1, 4), date(2027, 1, 11), date(2027, 1, 18)]


def test_a_rule_that_never_meets_a_working_day_ends():
    assert first(Schedule(Every.WEEKS, date(2027, 1, 4), weekdays=(SUN,), shift=Shift.SKIP), 3) == []


@pytest.mark.parametrize(
    ("day", "at", "zone", "wanted"),
    [
        (date(2027, 1, 31), time(6), "Europe/Berlin", datetime(2027, 1, 31, 5, tzinfo=UTC)),
        (date(2027, 3, 28), time(2, 30), "Europe/Berlin", datetime(2027, 3, 28, 1, 30, tzinfo=UTC)),  # left out: 3:30
        (date(2027, 10, 31), time(2, 30), "Europe/Berlin", datetime(2027, 10, 31, 0, 30, tzinfo=UTC)),  # the first
        (date(2027, 7, 1), time(6), "Asia/Almaty", datetime(2027, 7, 1, 1, tzinfo=UTC)),
    ],
)
def test_local_time_becomes_one_moment(day, at, zone, wanted):
    assert instant(day, at, zone) == wanted


@pytest.mark.parametrize(
    ("rule", "field"),
    [
        (Schedule(Every.WEEKS, date(2027, 1, 1), 0, weekdays=(1,)), "interval"),
        (Schedule(Every.WEEKS, date(2027, 1, 1), 53, weekdays=(1,)), "interval"),
        (Schedule(Every.WEEKS, date(2027, 1, 1)), "weekdays"),
        (Schedule(Every.WEEKS, date(2027, 1, 1), weekdays=(7,)), "weekdays"),
        (Schedule(Every.MONTH_DAY, date(2027, 1, 1), day=32), "day"),
        (Schedule(Every.MONTH_WEEKDAY, date(2027, 1, 1), weekdays=(1,), nth=5), "nth"),
        (Schedule(Every.MONTH_WEEKDAY, date(2027, 1, 1), weekdays=(1, 2), nth=1), "weekdays"),
        (Schedule(Every.WORKDAYS, date(2027, 1, 2), ends_on=date(2027, 1, 1)), "ends_on"),
        (Schedule(Every.WORKDAYS, date(2027, 1, 2), runs=0), "runs"),
    ],
)
def test_what_makes_no_schedule_is_named(rule, field):
    with pytest.raises(Invalid) as caught:
        demand_sound(rule)
    assert caught.value.field == field


DAYS = st.dates(date(2024, 1, 1), date(2032, 12, 31))
RULES = st.one_of(
    st.builds(
        Schedule, st.just(Every.WEEKS), DAYS, st.integers(1, 8), st.sets(st.integers(0, 6), min_size=1).map(tuple),
        shift=st.sampled_from(Shift),
    ),
    st.builds(
        Schedule, st.just(Every.MONTH_DAY), DAYS, st.integers(1, 6), day=st.integers(1, 31), shift=st.sampled_from(Shift)
    ),
    st.builds(
        Schedule, st.just(Every.MONTH_WEEKDAY), DAYS, st.integers(1, 6), st.tuples(st.integers(0, 6)),
        nth=st.sampled_from((1, 2, 3, 4, LAST)), shift=st.sampled_from(Shift),
    ),
    st.builds(Schedule, st.just(Every.LAST_WORKDAY), DAYS, st.integers(1, 6), shift=st.sampled_from(Shift)),
    st.builds(Schedule, st.just(Every.WORKDAYS), DAYS, st.integers(1, 30), shift=st.sampled_from(Shift)),
)  # fmt: skip
HOLIDAYS = st.frozensets(DAYS, max_size=40)


@given(RULES, HOLIDAYS)
def test_dates_only_go_forward_and_begin_with_the_start(rule, holidays):
    dates = list(islice(occurrences(rule, holidays), 24))
    assert all(one.planned < two.planned and one.on < two.on for one, two in pairwise(dates))
    assert all(one.on >= rule.starts_on for one in dates)
    if rule.shift is not Shift.KEEP:
        assert all(is_working_day(one.on, holidays) for one in dates)


@given(RULES, HOLIDAYS, st.integers(0, 20))
def test_going_on_after_any_run_gives_the_same_dates(rule, holidays, place):
    dates = list(islice(occurrences(rule, holidays), 24))
    if place < len(dates):
        assert list(islice(occurrences(rule, holidays, after=dates[place]), 3)) == dates[place + 1 : place + 4]


@given(st.dates(date(2024, 1, 1), date(2032, 12, 31)), st.integers(1, 6), st.integers(1, 31))
def test_months_never_drift(start, step, day):
    rule = Schedule(Every.MONTH_DAY, start, step, day=day, shift=Shift.KEEP)
    for one in islice(occurrences(rule), 30):
        last = (one.on.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
        assert one.on.day == min(day, last.day)
        assert (one.on.year * 12 + one.on.month - start.year * 12 - start.month) % step == 0


def test_json_keeps_the_rule():
    rule = Schedule(Every.WEEKS, date(2027, 1, 4), 2, (0, 4), ends_on=date(2028, 1, 1), runs=7, shift=Shift.BACK)
    assert Schedule.from_json(rule.as_json()) == rule
