"""What every price rule owes: never negative, the same answer each time, a step that explains itself, fair to more."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.quantity import Factor
from app.core.texts import Message
from app.pricing.domain.rules import RULES, ArticleFacts, RuleLine, RulePrice
from app.pricing.domain.rules.discounts import Discount, Discounts

discount = st.builds(
    Discount, st.integers(0, 200).map(Decimal), st.decimals(0, 100, places=3), st.booleans(), st.booleans()
)
names = st.sampled_from([
    ("article", "1"), ("discount_group", "A"), ("brand", "Wago"), ("category", "7"), ("category", "8"), ("all", ""),
])  # fmt: skip
# A rule that stands in the registry and not here fails the test below.
EXAMPLES = {
    "discounts": st.builds(
        Discounts,
        st.just("Matrix"),
        st.dictionaries(names, st.lists(discount, min_size=1, max_size=4), max_size=4),
        st.sampled_from(["general", "group", "account"]),
    )
}
facts = st.builds(
    ArticleFacts,
    st.sampled_from([(), (7,), (8, 7)]),
    st.sampled_from(["", "Wago"]),
    st.sampled_from(["", "A"]),
    st.sampled_from([{}, {"XBX": Factor(12)}, {"XCT": Factor(50), "XBX": Factor(10)}]),
)
lines = st.builds(
    RuleLine, st.integers(1, 2), st.integers(1, 3000).map(Decimal),
    st.sampled_from(["contract", "account", "parent", "group", "segment", "general"]), facts,
)  # fmt: skip
prices = st.builds(
    RulePrice, st.decimals(0, 10_000, places=6), st.sampled_from([Decimal(1), Decimal(100)]), st.just("EUR"),
    st.integers(2, 6),
)  # fmt: skip


def test_every_rule_has_examples():
    assert set(RULES) == set(EXAMPLES)


@pytest.mark.parametrize("code", sorted(EXAMPLES))
@given(st.data())
def test_contract(code, data):
    rule, line, price = data.draw(EXAMPLES[code]), data.draw(lines), data.draw(prices)
    assert isinstance(rule, RULES[code])
    step = rule.apply(line, price)
    assert step == rule.apply(line, price)
    if step is not None:
        assert step.before == price.amount
        assert step.after >= 0
        assert isinstance(step.message, Message)
        assert str(step.message)
        assert step.by
    assert all(start >= 0 for start in rule.starts(line))


@pytest.mark.parametrize("code", sorted(EXAMPLES))
@given(st.data(), st.integers(1, 500))
def test_more_units_are_never_dearer(code, data, more):
    rule, line, price = data.draw(EXAMPLES[code]), data.draw(lines), data.draw(prices)
    if not rule.monotone:
        return
    few, many = rule.apply(line, price), rule.apply(line._replace(quantity=line.quantity + more), price)
    assert (many.after if many else price.amount) <= (few.after if few else price.amount)


@pytest.mark.parametrize("code", sorted(EXAMPLES))
@given(st.data())
def test_what_a_rule_says_changes_only_at_its_starts(code, data):
    rule, line, price = data.draw(EXAMPLES[code]), data.draw(lines), data.draw(prices)
    below = max((start for start in rule.starts(line) if start <= line.quantity), default=None)
    at_start = rule.apply(line._replace(quantity=below), price) if below is not None else None
    assert rule.apply(line, price) == at_start


A10, A5 = Discount(Decimal(10), Decimal(10)), Discount(Decimal(0), Decimal(5))


@pytest.mark.parametrize(
    ("rules", "line", "percent"),
    [
        ({("all", ""): [A5, A10]}, {"quantity": 10}, 10),
        ({("all", ""): [A5, A10]}, {"quantity": 9}, 5),
        ({("all", ""): [A10], ("brand", "Wago"): [A5]}, {"quantity": 10, "brand": "Wago"}, 5),
        ({("article", "1"): [Discount(Decimal(0), Decimal(0))], ("all", ""): [A10]}, {"quantity": 10}, None),
        ({("category", "7"): [A10], ("category", "8"): [A5]}, {"quantity": 10, "categories": (8, 7)}, 5),
        ({("all", ""): [A10, A5._replace(is_own=True)]}, {"quantity": 10}, 5),
        ({("all", ""): [A10._replace(by_box=True)]}, {"quantity": 119, "packs": {"XBX": Factor(12)}}, None),
        ({("all", ""): [A10._replace(by_box=True)]}, {"quantity": 120, "packs": {"XBX": Factor(12)}}, 10),
        ({("all", ""): [A10._replace(by_box=True)]}, {"quantity": 120}, None),
        ({("all", ""): [A10]}, {"quantity": 10, "level": "account"}, None),
    ],
)
def test_which_discount_holds(rules, line, percent):
    quantity, where = Decimal(line.pop("quantity")), line.pop("level", "general")
    step = Discounts("M", rules).apply(RuleLine(1, quantity, where, ArticleFacts(**line)), RulePrice(Decimal(100), Decimal(1), "EUR"))  # fmt: skip
    assert (100 - step.after if step else None) == percent
