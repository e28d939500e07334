"""Scores of suppliers: the examples of the reference, the formulas people may write, and properties."""

from __future__ import annotations

import contextlib
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import Invalid
from app.sourcing.domain import scorecard
from app.sourcing.domain.formula import parse
from app.sourcing.domain.scorecard import DEFAULT_CRITERIA, Criterion, period_score, standing_for, supplier_score

D = Decimal


@pytest.mark.parametrize(
    ("periods", "score"),
    [
        ({0: D(80), 1: D(60)}, "70.4"),
        ({0: D(60), 1: D(80)}, "69.6"),
        ({}, "100.0"),
        ({0: D(100)}, "100.0"),
        ({0: D(0)}, "0.0"),
        ({12: D(10)}, "100.0"),  # a year old: it weighs nothing
        ({0: D(50), 15: D(0)}, "50.0"),
    ],
)
def test_newer_months_weigh_more(periods, score):
    assert str(supplier_score(periods)) == score


@pytest.mark.parametrize(
    ("score", "code", "blocks", "warns"),
    [
        ("0", "poor", True, False),
        ("29.9", "poor", True, False),
        ("30", "weak", False, True),
        ("49.9", "weak", False, True),
        ("50", "good", False, False),
        ("79.9", "good", False, False),
        ("80", "excellent", False, False),
        ("100", "excellent", False, False),
    ],
)
def test_a_standing_holds_from_its_lower_bound_and_a_perfect_score_is_excellent(score, code, blocks, warns):
    standing = standing_for(D(score))
    assert (standing.code, standing.blocks, standing.warns) == (code, blocks, warns)


def facts(**given):
    return {name: D(value) for name, value in given.items()}


def test_a_period_is_the_weighed_sum_of_its_criteria():
    found = period_score(
        DEFAULT_CRITERIA,
        facts(due_lines="10", on_time_lines="8", complete_lines="9", receipts="4", good_share="3.5",
              bids="2", price_share="1.75"),
    )  # fmt: skip
    assert found.parts["on_time"] == 80
    assert found.parts["quality"] == Fraction(175, 2)
    assert found.score == (80 * 35 + 90 * 25 + Fraction(175, 2) * 25 + Fraction(175, 2) * 15) / 100


def test_a_criterion_without_facts_does_not_count_at_all():
    found = period_score(DEFAULT_CRITERIA, facts(bids="5", price_share="4"))
    assert found.parts == {"on_time": None, "complete": None, "quality": None, "price": Fraction(80)}
    assert found.score == 80
    assert period_score(DEFAULT_CRITERIA, {}) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("10 / 4", Fraction(5, 2)),
        ("0.1 + 0.2", Fraction(3, 10)),
        ("-a + 10", 7),
        ("2 - 3 - 4", -5),
        ("8 / 4 / 2", 1),
        ("max(0, min(1, (12 - a) / 12))", Fraction(3, 4)),
        ("min(a, 2, 5)", 2),
        ("1 / (a - 3)", None),
    ],
)
def test_formulas_count_exactly(text, value):
    assert parse(text, {"a"})({"a": 3}) == value


@pytest.mark.parametrize(
    "text",
    ["", "1 +", "(1", "1)", "b", "a a", "__import__('os')", "a.b", "a ** 2", "max", "max(1", "1,2", "a[0]", "1e5", "é",
     "(" * 30 + "1" + ")" * 30, "1+" * 101 + "1", "min()"],
)  # fmt: skip
def test_whatever_is_no_arithmetic_is_refused(text):
    with pytest.raises(Invalid):
        parse(text, {"a"})


@given(st.text(max_size=60))
def test_no_text_breaks_the_reader(text):
    with contextlib.suppress(Invalid):
        parse(text, {"a", "score"})({"a": 1, "score": 2})


@pytest.mark.parametrize(
    "criteria",
    [
        (Criterion("a", "A", "receipts", D(50)),),
        (Criterion("a", "A", "receipts", D(50)), Criterion("a", "A", "receipts", D(50))),
        (Criterion("a", "A", "something", D(100)),),
        (Criterion("a", "A", "receipts", D(150)), Criterion("b", "B", "receipts", D(-50))),
    ],
)
def test_criteria_must_make_sense(criteria):
    scorecard.check(DEFAULT_CRITERIA)
    with pytest.raises(Invalid):
        scorecard.check(criteria)


@given(st.dictionaries(st.integers(0, 40), st.decimals(0, 100, places=4), max_size=20))
def test_scores_stay_between_the_worst_and_the_best_month(periods):
    score = supplier_score(periods)
    assert 0 <= score <= 100
    counted = [value for age, value in periods.items() if age < scorecard.MONTHS]
    if counted:
        assert min(counted) - D("0.05") <= score <= max(counted) + D("0.05")
    assert standing_for(score)


@given(st.fixed_dictionaries({name: st.decimals(0, 10**6, places=2) for name in scorecard.FACTS}))
def test_every_criterion_stays_within_its_bounds(values):
    found = period_score(DEFAULT_CRITERIA, values)
    if found is not None:
        assert 0 <= found.score <= 100
        assert all(part is None or 0 <= part <= 100 for part in found.parts.values())
