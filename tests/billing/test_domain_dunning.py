"""Which items are reminded, at which level, and what holds a reminder back."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.billing.domain.dunning import (
    DunningRule,
    Level,
    Owed,
    Why,
    check_levels,
    last_day_to_pay,
    proposal,
    why_not,
)
from app.core.errors import Invalid

D = Decimal
LEVELS = (Level(1, 3, D(0), 10), Level(2, 14, D("5.00"), 7), Level(3, 28, D("15.00"), 5, with_interest=True))
RULE = DunningRule("EUR", LEVELS, minimum=D("20.00"), gap_days=7)
DAY = date(2026, 6, 30)  # a Tuesday


def owed(late: int, amount: str = "100.00", **facts) -> Owed:
    facts.setdefault("id", late)
    return Owed(number=f"INV-{late}", due_on=DAY - timedelta(days=late), open=D(amount), **facts)


def test_due_days_on_weekends_and_holidays_move_on():
    holidays = {date(2026, 4, 3), date(2026, 4, 6)}  # Good Friday, Easter Monday
    cases = {date(2026, 4, 2): 2, date(2026, 4, 3): 7, date(2026, 4, 4): 7, date(2026, 4, 6): 7, date(2026, 4, 11): 13}
    assert {day: last_day_to_pay(day, holidays).day for day in cases} == cases


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        (owed(-1), Why.NOT_DUE),
        (owed(0), Why.NOT_DUE),
        (owed(2), Why.NOT_DUE),  # due on a Sunday: late since Tuesday only
        (owed(4), None),
        (owed(40, level=1), None),
        (owed(13, level=1), Why.NOT_DUE),
        (owed(15, level=1, reminded_on=DAY - timedelta(days=6)), Why.TOO_SOON),
        (owed(15, level=1, reminded_on=DAY - timedelta(days=7)), None),
        (owed(99, level=3), Why.LAST),
        (owed(40, stopped_until=DAY), Why.STOPPED),
        (owed(40, stopped_until=DAY - timedelta(days=1)), None),
        (owed(40, promised_until=DAY), Why.PROMISED),
        (owed(40, promised_until=DAY - timedelta(days=1)), None),
        (owed(40, disputed=D("100.00")), Why.DISPUTED),
        (owed(40, disputed=D("99.99")), None),
    ],
)
def test_why_an_item_is_left_out(item, reason):
    assert why_not(item, RULE, DAY) is reason


def test_an_item_climbs_one_level_a_reminder_and_the_highest_gives_the_fee():
    found = proposal([owed(40), owed(20, level=1, amount="30.00"), owed(1)], D(0), RULE, DAY)
    assert [(line.item.id, line.level, line.days_late, line.amount) for line in found.items] == [
        (40, 1, 40, D("100.00")), (20, 2, 20, D("30.00")),
    ]  # fmt: skip
    assert (found.level.number, found.level.fee, found.amount) == (2, D("5.00"), D("130.00"))
    assert found.pay_by == date(2026, 7, 7)
    assert [(item.id, why) for item, why in found.left_out] == [(1, Why.NOT_DUE)]


def test_contested_part_is_not_asked_for():
    found = proposal([owed(40, disputed=D("60.00"))], D(0), RULE, DAY)
    assert found.amount == D("40.00")


@pytest.mark.parametrize(
    ("amount", "unallocated", "is_sent"),
    [("20.00", "0", True), ("19.99", "0", False), ("100.00", "-100.00", False), ("100.00", "-80.00", True),
     ("100.00", "-80.01", False)],
)  # fmt: skip
def test_little_is_not_reminded(amount, unallocated, is_sent):
    assert (proposal([owed(40, amount)], D(unallocated), RULE, DAY) is not None) is is_sent


def test_fees_are_not_reminded_by_themselves():
    assert proposal([owed(40, can_be_reminded=False)], D(0), RULE, DAY) is None


@settings(max_examples=50)
@given(st.lists(st.tuples(st.integers(-5, 120), st.integers(0, 3)), max_size=8), st.integers(1, 60))
def test_no_level_is_ever_sent_twice(items, step):
    """Reminders sent on several days: each item gets each level once, in order."""
    known = [owed(late, id=place, level=level) for place, (late, level) in enumerate(items)]
    seen = {item.id: [item.level] for item in known}
    for turn in range(5):
        day = DAY + timedelta(days=turn * step)
        found = proposal(known, D(0), RULE, day)
        told = {line.item.id: line.level for line in found.items} if found else {}
        for item_id, level in told.items():
            seen[item_id].append(level)
        known = [
            Owed(item.id, item.number, item.due_on, item.open, level=told.get(item.id, item.level),
                 reminded_on=day if item.id in told else item.reminded_on)
            for item in known
        ]  # fmt: skip
    assert all(levels == list(range(levels[0], levels[-1] + 1)) for levels in seen.values())


def test_levels_that_cannot_be():
    check_levels(LEVELS)
    for levels in (
        (), (LEVELS[1],), (LEVELS[0], Level(2, 3, D(0), 7)), (Level(1, 3, D(-1), 7),), (Level(1, 3, D(0), -1),),
        tuple(Level(number, number, D(0), 7) for number in range(1, 8)),
    ):  # fmt: skip
        with pytest.raises(Invalid):
            check_levels(levels)
