"""Reasons, likelihood, hold-out and effect: pure rules in tables."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from app.insights.domain.abandonment import is_mostly_asked, is_mostly_ordered, value_ordered
from app.insights.domain.abandonment_reasons import (
    REASON_NAMES,
    ApprovalFact,
    CartFacts,
    LineFacts,
    Reason,
    main_reason,
    reasons_of,
)
from app.insights.domain.cart_odds import Arm, Past, effect, is_held_out, likelihood, smoothed

TODAY = date(2026, 5, 20)
D = Decimal


def line(net="100", rise=None, extra="0", leaves_on=None, *problems, sku="A-1") -> LineFacts:
    return LineFacts(sku, D(net), None if rise is None else D(rise), D(extra), leaves_on, frozenset(problems))


def facts(*lines, **values) -> CartFacts:
    lines = lines or (line(),)
    net = sum((one.net for one in lines), D(0))
    usual = {
        "currency": "EUR", "today": TODAY, "late_after": date(2026, 5, 27), "lines": lines, "net": net, "goods": net,
        "gross": net * D("1.19"),
    }  # fmt: skip
    return CartFacts(**(usual | values))


CASES = [
    ("nothing is wrong", facts(), []),
    ("dearer by 2 %", facts(line(rise="2", extra="2")), ["price_rose"]),
    ("dearer by less", facts(line(rise="1.99", extra="2")), []),
    ("cheaper", facts(line(rise="-9")), []),
    ("dearer, but nothing in the whole cart", facts(line(rise="50", extra="0.5"), line("900", sku="B")), []),
    ("too little in stock", facts(line("100", None, "0", None, "stock")), ["out_of_stock"]),
    ("no longer sold", facts(line("100", None, "0", None, "discontinued")), ["out_of_stock"]),
    ("no price", facts(line("0", None, "0", None, "no_price")), ["no_price"]),
    ("odd quantity", facts(line("100", None, "0", None, "quantity")), ["quantity_rule"]),
    ("leaves on the last day that is not late", facts(line(leaves_on=date(2026, 5, 27))), []),
    ("leaves a day later", facts(line(leaves_on=date(2026, 5, 28))), ["late_date"]),
    ("below the minimum", facts(minimum=D("100.01")), ["below_minimum"]),
    ("at the minimum", facts(minimum=D(100)), []),
    ("credit is just enough", facts(credit_left=D(119), credit_currency="EUR"), []),
    ("a cent too much", facts(credit_left=D("118.99"), credit_currency="EUR"), ["credit_limit"]),
    ("credit in another currency says nothing", facts(credit_left=D(1), credit_currency="USD"), []),
    ("refused", facts(approval=ApprovalFact("rejected", "APR-1", "Too dear")), ["approval_refused"]),
    ("returned", facts(approval=ApprovalFact("returned", "APR-1")), ["approval_stuck"]),
    ("expired", facts(approval=ApprovalFact("expired", "APR-1")), ["approval_stuck"]),
    ("upload with questions", facts(upload=("order.csv", 4)), ["upload_errors"]),
    ("delivery is dear and was seen", facts(delivery=D(5), saw_costs=True), ["delivery_cost"]),
    ("delivery is dear and nobody saw it", facts(delivery=D(5)), []),
    ("delivery is cheap", facts(delivery=D("4.99"), saw_costs=True), []),
    ("searched in vain", facts(misses=("gold bolt",)), ["searched_in_vain"]),
    (
        "what makes ordering impossible comes first",
        facts(line(rise="9", extra="9"), minimum=D(500), misses=("x",), credit_left=D(0), credit_currency="EUR"),
        ["credit_limit", "below_minimum", "price_rose", "searched_in_vain"],
    ),
    (
        "a small line out of stock is less than a rise of everything",
        facts(line("1", None, "0", None, "stock", sku="B"), *(line("100", "9", "9", sku=f"C-{n}") for n in range(9))),
        ["price_rose", "out_of_stock"],
    ),
]  # fmt: skip


def test_reasons_are_found_from_facts():
    for name, given, expected in CASES:
        found = reasons_of(given)
        assert [one.code for one in found] == expected, name
        assert main_reason(found) == (expected[0] if expected else "none"), name
        for one in found:
            assert 0 < one.weight <= 100, name
            assert str(one.words), name
    assert set(REASON_NAMES) == set(Reason)


def test_evidence_names_the_facts():
    (found,) = reasons_of(facts(*(line("100", "12.34", "11", sku=f"A-{n}") for n in range(5))))
    assert str(found.words) == "A-0, A-1, A-2 +2 cost 55 EUR more than in the last order; A-4 rose by 12.3 %."
    (found,) = reasons_of(facts(minimum=D(150)))
    assert str(found.words) == "Orders start at 150 EUR; 50 EUR are missing."


def test_goods_ordered_elsewhere_count_up_to_what_the_cart_held():
    goods = [(1, D(10), D(100)), (1, D(10), D(100)), (2, D(1), D(50))]
    rows = [
        ({}, "0", False), ({1: D(5)}, "50", False), ({1: D(13)}, "130", True), ({1: D(999)}, "200", True),
        ({2: D(9)}, "50", False), ({1: D(8), 2: D(1)}, "130", True), ({3: D(9)}, "0", False),
    ]  # fmt: skip
    for ordered, value, is_most in rows:
        assert value_ordered(goods, ordered) == D(value)
        assert is_mostly_ordered(goods, ordered) is is_most
    assert [is_mostly_asked(goods, asked) for asked in (set(), {2}, {1}, {1, 2})] == [False, False, True, True]
    assert not is_mostly_ordered([], {})


def test_likelihood_is_drawn_towards_what_is_known_better():
    assert likelihood(Past(), Past(), Past()) == 30
    assert smoothed(Past(10, 10), D("0.3"), 10) == D("0.65")
    many, none = Past(1000, 500), Past()
    assert likelihood(many, none, none) == 50
    assert likelihood(many, Past(100, 90), none) > likelihood(many, Past(4, 4), none) > 50
    assert likelihood(many, none, Past(50, 0)) < 10
    assert likelihood(Past(100_000, 100_000), Past(9999, 9999), Past(999, 999)) == 99
    assert likelihood(Past(100_000, 0), Past(9999, 0), Past(999, 0)) == 1


def test_hold_out_is_the_same_for_the_same_cart_and_near_its_share():
    assert not any(is_held_out(1, number, 0) for number in range(100))
    held = [is_held_out(7, number, 10) for number in range(5000)]
    assert held == [is_held_out(7, number, 10) for number in range(5000)]
    assert 400 < sum(held) < 600
    assert all(is_held_out(7, number, 30) for number, one in enumerate(held) if one), "a larger share keeps the smaller"


def test_effect_is_the_difference_with_newcombes_interval():
    assert effect(Arm(), Arm(1)) is None
    assert effect(Arm(1), Arm()) is None
    # Newcombe (1998), method 10: 56/70 against 48/80
    found = effect(Arm(70, 56, D(7000), D(5600)), Arm(80, 48, D(8000), D(4800)))
    assert found is not None
    assert (round(found.difference, 2), round(found.low, 2), round(found.high, 2)) == (D(20), D("5.24"), D("33.39"))
    assert found.is_sure
    assert found.gained == D("1400.00")
    small = effect(Arm(5, 2, D(500), D(200)), Arm(3, 1, D(300), D(100)))
    assert small is not None
    assert not small.is_sure
    assert Arm(4, 1, D(100), D(50)).rate == 25


@pytest.mark.parametrize(("count", "recovered"), [(1, 0), (1, 1), (9, 9), (500, 0)])
def test_effect_never_leaves_the_possible(count, recovered):
    found = effect(Arm(count, recovered), Arm(count, count - recovered))
    assert found is not None
    assert -100 <= found.low <= found.difference <= found.high <= 100
