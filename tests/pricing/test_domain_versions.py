"""Which version holds, what each is called, and which days are not taken back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import Invalid
from app.pricing.domain.versions import Phase, checked_span, has_held, holding, phase, timeline

TODAY = date(2026, 6, 15)


@dataclass(frozen=True)
class Version:
    version: int
    valid_from: date | None = None
    valid_to: date | None = None
    state: str = "approved"
    is_submitted: bool = False


def day(number):
    return TODAY + timedelta(days=number)


HEAD = Version(1)


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        (Version(2, state="draft"), Phase.DRAFT),
        (Version(2, day(3), state="draft", is_submitted=True), Phase.WAITING),
        (Version(2, day(1)), Phase.PLANNED),
        (Version(2, day(0)), Phase.ACTIVE),
        (Version(2, day(-9), day(0)), Phase.PAST),
        (Version(2, day(-9), state="withdrawn"), Phase.WITHDRAWN),
    ],
)
def test_phases(version, expected):
    assert phase(version, [version, HEAD], TODAY) is expected


def test_a_covered_version_that_comes_back_is_planned_one_that_does_not_is_past():
    assert phase(HEAD, [Version(2, day(-1), day(5)), HEAD], TODAY) is Phase.PLANNED
    assert phase(HEAD, [Version(2, day(-1)), HEAD], TODAY) is Phase.PAST


def test_of_two_that_began_on_one_day_the_higher_holds():
    versions = [Version(3, day(0)), Version(2, day(0)), HEAD]
    assert holding(versions, TODAY).version == 3
    assert holding(versions, day(-1)) is HEAD


def test_days_that_were_held():
    old = Version(2, day(-5))
    assert has_held(old, [old, HEAD], TODAY)
    assert not has_held(Version(2, day(0)), [HEAD], TODAY)
    covered = [Version(3, day(-5)), old, HEAD]
    assert not has_held(old, covered, TODAY)  # never seen by anybody
    assert has_held(HEAD, covered, TODAY)


def test_timeline():
    versions = [Version(3, day(2), day(4)), Version(2, day(0)), HEAD]
    assert [(start, end, held.version) for start, end, held in timeline(versions)] == [
        (None, day(0), 1), (day(0), day(2), 2), (day(2), day(4), 3), (day(4), None, 2),
    ]  # fmt: skip
    late = Version(1, day(1), day(3))
    assert timeline([late]) == [(day(1), day(3), late), (day(3), None, None)]


_DAYS = st.none() | st.integers(-5, 5).map(day)


@given(st.lists(st.tuples(_DAYS, _DAYS), min_size=1, max_size=5), st.integers(-7, 7).map(day))
def test_the_timeline_says_what_holds_on_each_day(spans, asked):
    versions = [
        Version(number, *(span if None in span or span[0] < span[1] else (span[0], None)))
        for number, span in enumerate(spans, 1)
    ]
    found = [
        held
        for start, end, held in timeline(versions)
        if (start is None or start <= asked) and (end is None or asked < end)
    ]
    assert (found or [None]) == [holding(versions, asked)]


def test_spans_start_today_at_the_earliest():
    assert checked_span(day(0), None, TODAY) == (day(0), None)
    for start, end in ((day(-1), None), (day(2), day(2))):
        with pytest.raises(Invalid):
            checked_span(start, end, TODAY)
