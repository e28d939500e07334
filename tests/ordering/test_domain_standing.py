"""States, questions and numbers of standing orders, without a database."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import Conflict, Invalid
from app.core.money import Money
from app.core.texts import N_
from app.ordering.domain.standing import (
    AHEAD,
    RUN_NAMES,
    Agreed,
    Choice,
    Question,
    RunState,
    Settings,
    StandingState,
    answer_by,
    choices_for,
    demand_settings,
    move,
    move_run,
    po_number,
    price_question,
)

NOON = datetime(2027, 1, 4, 12, tzinfo=UTC)


def test_every_state_has_a_name_and_the_end_is_final():
    assert set(RUN_NAMES) == set(RunState)
    for over in (RunState.PLACED, RunState.MISSED, RunState.FAILED, RunState.CANCELLED):
        for then in RunState:
            with pytest.raises(Conflict):
                move_run(over, then)
    with pytest.raises(Conflict):
        move(StandingState.ENDED, StandingState.ACTIVE)


def test_only_what_lies_ahead_can_be_announced_or_missed():
    for now in set(RunState) - AHEAD:
        with pytest.raises(Conflict):
            move_run(now, RunState.MISSED)
    assert move_run(RunState.PLANNED, RunState.ANNOUNCED) is RunState.ANNOUNCED


@pytest.mark.parametrize(
    ("pattern", "number"),
    [("", ""), ("4711", "4711"), ("W-{year}/{month}-{n}", "W-2027/03-12"), ("{n}{n}", "1212")],
)
def test_the_pattern_makes_the_number(pattern, number):
    assert po_number(pattern, date(2027, 3, 9), 12) == number


@pytest.mark.parametrize("pattern", ["{week}", "{", "a}b", "{Year}", "{}", "{{year}}", "x" * 61, "{year}" * 16])
def test_what_makes_no_number_is_refused(pattern):
    with pytest.raises(Invalid) as caught:
        po_number(pattern, date(2027, 3, 9), 12)
    assert caught.value.field == "po_pattern"


PRICES = st.decimals("0.01", "9999", places=4)


@given(PRICES, PRICES, st.sampled_from([1, 10, 100]), st.sampled_from([1, 10, 100]), st.decimals("0", "50", places=1))
def test_a_price_asks_exactly_when_it_is_above_the_tolerance(old, new, old_base, new_base, tolerance):
    agreed, now = Agreed(old, Decimal(old_base), "H87"), Agreed(new, Decimal(new_base), "H87")
    limit = old / old_base * (1 + tolerance / 100)
    question = price_question(1, agreed, now, tolerance)
    if abs(new / new_base - limit) > Decimal("1e-15"):
        assert (question is not None) == (new / new_base > limit)


def test_a_price_for_another_unit_asks_and_a_first_price_does_not():
    agreed, now = Agreed(Decimal(1), Decimal(1), "H87"), Agreed(Decimal(1), Decimal(1), "KGM")
    assert price_question(1, agreed, now, Decimal(50)) is not None
    assert price_question(1, Agreed(None, Decimal(1), ""), now, Decimal(0)) is None
    free = Agreed(Decimal(0), Decimal(1), "KGM")
    assert price_question(1, free, now, Decimal(50)) is not None


@pytest.mark.parametrize(
    ("codes", "choices"),
    [
        (["price_up"], {Choice.ACCEPT, Choice.DROP, Choice.DROP_ALL}),
        (["discontinued"], {Choice.REPLACE, Choice.DROP, Choice.DROP_ALL}),
        (["stock"], {Choice.QUANTITY, Choice.DROP, Choice.DROP_ALL}),
        (["quantity", "price_up"], {Choice.QUANTITY, Choice.DROP, Choice.DROP_ALL}),
        (["no_price"], {Choice.DROP, Choice.DROP_ALL}),
        (["not_in_assortment"], {Choice.DROP, Choice.DROP_ALL}),
    ],
)
def test_only_answers_that_settle_a_line_are_offered(codes, choices):
    found = choices_for([Question(code, N_("x"), 1, "NEW" if code == "discontinued" else "") for code in codes])
    assert set(found) == choices


def test_a_discontinued_line_without_successor_can_only_go():
    assert set(choices_for([Question("discontinued", N_("x"), 1)])) == {Choice.DROP, Choice.DROP_ALL}


def test_an_answer_counts_until_the_next_run_at_most():
    settings = Settings(answer_hours=72)
    assert answer_by(NOON, settings, None) == NOON + timedelta(hours=72)
    assert answer_by(NOON, settings, NOON + timedelta(hours=24)) == NOON + timedelta(hours=24)
    assert answer_by(NOON, settings, NOON - timedelta(hours=1)) == NOON + timedelta(hours=72)


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"notice_hours": -1}, "notice_hours"), ({"answer_hours": 0}, "answer_hours"),
        ({"tolerance": Decimal(-1)}, "tolerance"), ({"tolerance": Decimal(101)}, "tolerance"),
        ({"ceiling": Decimal(0)}, "ceiling"),
    ],
)  # fmt: skip
def test_settings_have_bounds(facts, field):
    with pytest.raises(Invalid) as caught:
        demand_settings(Settings(**facts))
    assert caught.value.field == field


def test_a_kept_question_is_the_same_question():
    inner = N_("{day}", day=date(2027, 1, 4))
    message = N_("{a} {b} {c} {d} {e}", a=Money(Decimal("1.50"), "EUR"), b=Decimal("2.5"), c=3, d="x", e=inner)
    question = Question("stock", message, 7, "NEW", (Decimal("1.5"), Decimal(3)))
    assert Question.from_json(question.as_json()) == question
