"""Which quantities fit, in the base unit and in packs."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.catalog.domain.article import Article
from app.catalog.domain.order_quantity import fit, rule_in_unit
from app.core.errors import Invalid
from app.core.quantity import Anchor, Factor, QuantityRule


def article(rule, units=None, **facts):
    packs = {
        unit: Factor(*factor) if isinstance(factor, tuple) else Factor(factor) for unit, factor in (units or {}).items()
    }
    return Article(1, "A-1", "Screw", "H87", packs, rule, rule.precision, **facts)


def rule(minimum, step, maximum, anchor="zero", precision=0):
    return QuantityRule(
        Decimal(minimum), Decimal(step), None if maximum is None else Decimal(maximum), Anchor(anchor), precision
    )


def neighbours(found):
    return found.is_valid, found.below, found.above


# The table of the reference.
@pytest.mark.parametrize(
    ("given_rule", "asked", "expected"),
    [
        (rule(5, 3, 14, "minimum"), 3, (False, None, 5)),
        (rule(5, 3, 14, "minimum"), 7, (False, 5, 8)),
        (rule(5, 3, 14, "minimum"), 8, (True, 8, 8)),
        (rule(5, 3, 14, "minimum"), 20, (False, 14, None)),
        (rule(5, 3, 13, "minimum"), 13, (False, 11, None)),
        (rule(4, 2, 12, "minimum"), 5, (False, 4, 6)),
        (rule(6, 6, 60), 1, (False, None, 6)),
        (rule(6, 6, 60), 7, (False, 6, 12)),
        (rule(6, 6, 60), 61, (False, 60, None)),
        (rule("0.25", "0.25", None, precision=2), "0.35", (False, Decimal("0.25"), Decimal("0.50"))),
    ],
)
def test_base_unit(given_rule, asked, expected):
    assert neighbours(fit(article(given_rule), Decimal(asked), "H87")) == expected


@pytest.mark.parametrize(
    ("given_rule", "factor", "asked", "expected"),
    [
        (rule(0, 0, None), 12, 3, (True, 3, 3)),
        (rule(0, 0, None), 12, "2.5", (False, 2, 3)),  # packs are whole
        (rule(24, 12, None), 12, 1, (False, None, 2)),
        (rule(18, 18, None), 12, 4, (False, 3, 6)),  # boxes of 12 under steps of 18: every third box
        (rule(18, 18, 100), 12, 9, (False, 6, None)),
        (rule(5, 3, None, "minimum"), 4, 2, (True, 2, 2)),  # 8 pieces = 5 + 3
        (rule(5, 3, None, "minimum"), 4, 3, (False, 2, 5)),  # then 20 = 5 + 5 * 3
        (rule(5, 3, None, "minimum"), 3, 2, (False, None, None)),  # 3 * j is never 5 + 3 * k
        (rule(0, 0, 10), 12, 1, (False, None, None)),  # not even one box
        (rule(0, 0, None), (3, 7), 7, (True, 7, 7)),  # 7 pieces are 3 kg
        (rule(0, 0, None), (3, 7), 8, (False, 7, 14)),
    ],
)
def test_packs(given_rule, factor, asked, expected):
    assert neighbours(fit(article(given_rule, {"XBX": factor}), Decimal(asked), "XBX")) == expected


def test_a_pack_that_may_be_divided():
    halves = article(rule(0, 0, None), {"XRO": 10}, unit_precision={"XRO": 1})
    assert fit(halves, Decimal("2.5"), "XRO").is_valid
    assert not fit(halves, Decimal("2.55"), "XRO").is_valid


def test_a_unit_the_article_is_not_sold_in():
    with pytest.raises(Invalid) as refused:
        fit(article(rule(0, 0, None)), Decimal(1), "XPX")
    assert refused.value.field == "unit"


rules = st.builds(
    rule, st.integers(0, 20), st.integers(0, 12), st.one_of(st.none(), st.integers(20, 200)),
    st.sampled_from(["zero", "minimum"]),
)  # fmt: skip


@given(rules, st.integers(1, 12), st.integers(1, 4), st.integers(1, 60))
def test_packs_fit_exactly_when_their_base_units_do(drawn, numerator, denominator, asked):
    assume(drawn.problem() is None)
    factor = Factor(numerator, denominator)
    in_unit = rule_in_unit(drawn, factor, 0)
    base = Fraction(asked * numerator, denominator)
    fits = base.denominator == 1 and drawn.fit(Decimal(base.numerator)).is_valid
    assert (in_unit is not None and in_unit.fit(Decimal(asked)).is_valid) == fits


@given(rules, st.integers(1, 12), st.integers(1, 60))
def test_the_neighbours_fit_and_nothing_between_them_does(drawn, size, asked):
    assume(drawn.problem() is None)
    boxed = article(drawn, {"XBX": size})
    found = fit(boxed, Decimal(asked), "XBX")
    for neighbour in (found.below, found.above):
        assert neighbour is None or fit(boxed, neighbour, "XBX").is_valid
    if not found.is_valid and found.below is not None and found.above is not None:
        between = range(int(found.below) + 1, int(found.above))
        assert not any(fit(boxed, Decimal(quantity), "XBX").is_valid for quantity in between)
