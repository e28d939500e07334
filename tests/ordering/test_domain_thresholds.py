"""From which value orders are taken: the examples of the rules, and what always holds."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.ordering.domain.thresholds import Threshold, ThresholdEffect, ThresholdKind, judge

MIN, MAX, SOFT = ThresholdKind.HARD_MIN, ThresholdKind.HARD_MAX, ThresholdKind.SOFT_MIN


def rule(kind, amount, effect=ThresholdEffect.MESSAGE, fee=0, code="T") -> Threshold:
    return Threshold(code, "Small order", kind, Decimal(amount), effect, Decimal(fee))


@pytest.mark.parametrize(
    ("net", "rules", "is_refused", "fees"),
    [
        (3001, [rule(MAX, 3000)], True, 0),
        (3000, [rule(MAX, 3000)], False, 0),
        (195, [rule(MIN, 400)], True, 0),
        (400, [rule(MIN, 400)], False, 0),
        (195, [rule(SOFT, 400, ThresholdEffect.AMOUNT, 40)], False, 40),
        (195, [rule(SOFT, 400, ThresholdEffect.PERCENT, 10)], False, "19.50"),
        (400, [rule(SOFT, 400, ThresholdEffect.AMOUNT, 40)], False, 0),
        (195, [rule(SOFT, 400)], False, 0),
        # a voucher does not count: the goods are 450 and 55 before it
        (450, [rule(MIN, 400)], False, 0),
        (55, [rule(MAX, 50)], True, 0),
        # everybody's and the account's own both apply
        (399, [rule(MIN, 400), rule(MIN, 100)], True, 0),
        (400, [rule(MIN, 400), rule(MIN, 100)], False, 0),
        (699, [rule(MIN, 400), rule(MIN, 700)], True, 0),
        (150, [rule(MAX, 100), rule(SOFT, 200, ThresholdEffect.AMOUNT, 12)], True, 12),
        (
            10,
            [rule(SOFT, 50, ThresholdEffect.AMOUNT, 5, "A"), rule(SOFT, 20, ThresholdEffect.AMOUNT, 3, "B")],
            False,
            8,
        ),
        (10, [], False, 0),
    ],
)
def test_examples(net, rules, is_refused, fees):
    judged = judge(Decimal(net), "EUR", rules)
    assert bool(judged.refusals) is is_refused
    assert sum((fee.amount for fee in judged.fees), Decimal(0)) == Decimal(fees)


def test_the_strictest_minimum_is_told_with_what_is_missing():
    judged = judge(Decimal(300), "EUR", [rule(MIN, 400), rule(MIN, 700)])
    assert str(judged.refusals[0]) == "Orders start at 700 EUR net before discounts. 400 EUR are missing."


def test_what_a_little_more_would_save_is_told():
    judged = judge(Decimal("51.80"), "EUR", [rule(SOFT, 100, ThresholdEffect.AMOUNT, 12)])
    assert str(judged.hints[0]) == "48.20 EUR more and Small order of 12.00 EUR falls away."


@given(st.decimals(0, 5000, places=2), st.decimals(1, 2000, places=2), st.decimals(0, 100, places=2))
def test_a_fee_never_helps_over_a_threshold_and_vanishes_when_it_is_met(net, amount, fee):
    rules = [rule(SOFT, amount, ThresholdEffect.AMOUNT, fee), rule(MIN, amount)]
    judged = judge(net, "EUR", rules)
    assert bool(judged.refusals) is (net < amount)
    assert bool(judged.fees) is (net < amount and fee > 0)
