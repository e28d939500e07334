"""What contracts allow and when they remind."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import Invalid
from app.sourcing.domain.contract import (
    Room,
    Use,
    Wanted,
    check_wanted,
    due_reminder,
    next_reminder,
    use_step,
    used_percent,
)

D = Decimal
END = date(2027, 6, 30)


@pytest.mark.parametrize(
    ("left", "due", "coming"),
    [
        (90, None, (date(2027, 5, 1), 60)),
        (60, 60, (date(2027, 5, 31), 30)),
        (45, 60, (date(2027, 5, 31), 30)),
        (30, 30, (date(2027, 6, 23), 7)),
        (7, 7, None),
        (1, 7, None),
        (0, None, None),
        (-3, None, None),
    ],
)
def test_reminders_come_sixty_thirty_and_seven_days_before_the_end(left, due, coming):
    today = END - timedelta(days=left)
    assert due_reminder(today, END) == due
    assert next_reminder(today, END) == coming


@pytest.mark.parametrize(
    ("percent", "told", "step"),
    [(79, 0, None), (80, 0, 80), (99, 80, None), (100, 80, 100), (130, 0, 100), (100, 100, None), (None, 0, None)],
)
def test_use_is_told_once_at_eighty_and_at_a_hundred_percent(percent, told, step):
    assert use_step(percent, told) == step


def test_use_is_counted_by_value_and_only_where_there_is_an_end():
    rows = [Use(D(10), D(1), D(100), D(50)), Use(D(1), D(100), D(1000), D(1000)), Use(D(5), D(1), None, D(7))]
    assert used_percent(rows) == 50  # 510 of 1,010
    assert used_percent([Use(D(5), D(1), None, D(7))]) is None
    assert used_percent([]) is None
    assert used_percent([Use(D(0), D(1), D(10), D(10))]) == 100


ROOM = Room(1, 1, "H87", D(10), D(100), D(60))


@pytest.mark.parametrize(
    ("quantity", "words"), [("0", "more than 0"), ("9", "10"), ("41", "only 40"), ("10", ""), ("40", "")]
)
def test_under_block_a_call_off_stays_within_what_is_left(quantity, words):
    if not words:
        assert check_wanted([Wanted(1, D(quantity))], {1: ROOM}, "block") == []
        return
    with pytest.raises(Invalid, match=words):
        check_wanted([Wanted(1, D(quantity))], {1: ROOM}, "block")


def test_a_rest_below_the_minimum_can_still_be_called_off():
    room = Room(1, 1, "H87", D(10), D(100), D(96))
    assert check_wanted([Wanted(1, D(4))], {1: room}, "block") == []


def test_under_warn_more_is_allowed_and_named():
    assert check_wanted([Wanted(1, D(41))], {1: ROOM}, "warn") == [ROOM]
    assert check_wanted([Wanted(1, D(40))], {1: ROOM}, "warn") == []


def test_a_line_twice_or_of_another_contract_is_refused():
    with pytest.raises(Invalid):
        check_wanted([Wanted(1, D(10)), Wanted(1, D(10))], {1: ROOM}, "warn")
    with pytest.raises(Invalid):
        check_wanted([Wanted(2, D(10))], {1: ROOM}, "warn")


@given(st.lists(st.decimals(min_value="0.01", max_value=60, places=2), max_size=12))
def test_whatever_is_asked_for_nothing_goes_below_zero_under_block(asked):
    called = D(0)
    for quantity in asked:
        room = Room(1, 1, "KGM", D(0), D(100), called)
        try:
            check_wanted([Wanted(1, quantity)], {1: room}, "block")
        except Invalid:
            assert called + quantity > 100
        else:
            called += quantity
        assert Room(1, 1, "KGM", D(0), D(100), called).left >= 0
    assert called <= 100
