"""Strategies by the vectors V1 to V8 of the reference, and what they leave open."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.pricing.domain.chain import Break, ListPrices, Strategy, costlier_breaks, holding_lists, ladder_of, pick

ARTICLE = 1


def prices(code, text, *, may_merge=True, currency="EUR", unit="H87"):
    """A list from "9@1 8@2"; an empty text is a list without the article."""
    breaks = [
        Break(unit, Decimal(start), Decimal(price), Decimal(1), code)
        for price, start in (part.split("@") for part in text.split())
    ]
    return ListPrices(code, currency, {ARTICLE: breaks} if breaks else {}, may_merge)


def step_at(ladder, unit, quantity):
    """Looked up in a ladder: the last start not above the quantity, and the first one above it."""
    steps = [step for step in ladder if step.unit == unit]
    below = [step for step in steps if step.min_quantity <= quantity]
    above = [step for step in steps if step.min_quantity > quantity]
    return below[-1] if below else None, above[0] if above else None


def combined(strategy, *lists, currency="EUR"):
    ladder = ladder_of(ARTICLE, strategy, lists, currency)
    return " ".join(f"{step.price}@{step.min_quantity}" for step in ladder)


A, B, C = "9@1 8@2 6@5", "8@1 7@2 7@4", "5@10 4@100"
M, X = {"may_merge": True}, {"may_merge": False}


@pytest.mark.parametrize(
    ("name", "strategy", "lists", "result"),
    [
        ("V1", Strategy.LOWEST, [prices("A", "9@1 8@2 6@4"), prices("B", B)], "8@1 7@2 6@4"),
        ("V2", Strategy.MERGE, [prices("A", A, **M), prices("B", B, **M)], "9@1 8@2 7@4 6@5"),
        ("V3", Strategy.MERGE, [prices("A", A, **X), prices("B", B, **M)], "9@1 8@2 6@5"),
        ("V4", Strategy.MERGE, [prices("A", A, **M), prices("B", B, **X), prices("C", C, **M)], "9@1 8@2 6@5 5@10 4@100"),
        ("V5", Strategy.MERGE, [prices("A", "", **M), prices("B", B, **X), prices("C", C, **M)], "8@1 7@2 7@4"),
        ("V6", Strategy.FIRST, [prices("A", A), prices("B", B)], "9@1 8@2 6@5"),
        ("V7", Strategy.LOWEST, [prices("A", "9@1 8@2"), prices("B", "7@1")], "7@1 8@2"),
    ],
)  # fmt: skip
def test_vectors(name, strategy, lists, result):
    assert combined(strategy, *lists) == result


def test_vector_v8_a_list_in_another_currency_shuts_the_article_too():
    lists = [prices("A", "9@1", may_merge=False, currency="EUR"), prices("B", "8@1", currency="USD")]
    assert combined(Strategy.MERGE, *lists, currency="USD") == ""
    assert combined(Strategy.MERGE, *reversed(lists), currency="USD") == "8@1"


@pytest.mark.parametrize(("quantity", "price"), [("1", "9"), ("3", "8"), ("4", "7"), ("5", "6"), ("1000", "6")])
def test_the_greatest_start_not_above_the_quantity_holds(quantity, price):
    ladder = ladder_of(ARTICLE, Strategy.MERGE, [prices("A", A), prices("B", B)], "EUR")
    found, _ = step_at(ladder, "H87", Decimal(quantity))
    assert found is not None
    assert found.price == Decimal(price)


def test_below_the_first_break_there_is_no_price_but_the_next_one_is_known():
    ladder = ladder_of(ARTICLE, Strategy.MERGE, [prices("A", A), prices("B", B)], "EUR")
    found, following = step_at(ladder, "H87", Decimal("0.5"))
    assert found is None
    assert following is not None
    assert following.min_quantity == 1


def test_on_equal_prices_the_earlier_list_has_the_credit():
    ladder = ladder_of(ARTICLE, Strategy.LOWEST, [prices("A", "9@1"), prices("B", "9@1")], "EUR")
    assert [step.list_code for step in ladder] == ["A"]


def test_lowest_compares_prices_for_the_same_quantity():
    per_hundred = ListPrices("A", "EUR", {ARTICLE: [Break("H87", Decimal(1), Decimal(90), Decimal(100), "A")]})
    each = ListPrices("B", "EUR", {ARTICLE: [Break("H87", Decimal(1), Decimal("0.91"), Decimal(1), "B")]})
    assert ladder_of(ARTICLE, Strategy.LOWEST, [each, per_hundred], "EUR")[0].list_code == "A"


def test_first_looks_at_the_article_and_not_at_its_currency():
    lists = [prices("A", "9@1", currency="EUR"), prices("B", "8@1", currency="USD")]
    assert combined(Strategy.FIRST, *lists, currency="USD") == ""


def test_units_have_ladders_of_their_own():
    pieces, boxes = prices("A", "9@1 8@10"), prices("B", "80@1", unit="XBX")
    ladder = ladder_of(ARTICLE, Strategy.MERGE, [pieces, boxes], "EUR")
    assert step_at(ladder, "XBX", Decimal(3))[0].price == 80
    assert step_at(ladder, "H87", Decimal(30))[0].price == 8
    assert step_at(ladder, "XPX", Decimal(1)) == (None, None)


def test_breaks_that_cost_more_than_fewer_units_are_named():
    ladder = ladder_of(ARTICLE, Strategy.LOWEST, [prices("A", "9@1 8@2"), prices("B", "7@1")], "EUR")
    assert [step.min_quantity for step in costlier_breaks(ladder)] == [2]
    assert costlier_breaks(prices("A", A).entries[ARTICLE]) == []


# The same rules written down a second time, slot by slot, without regard to speed.
def reference(strategy, lists, currency):
    slots, filled, shut = {}, False, False
    for entries in lists:
        own = entries.entries.get(ARTICLE, [])
        if not own or shut:
            continue
        if strategy is Strategy.FIRST and filled:
            break
        if strategy is Strategy.MERGE and not entries.may_merge:
            if filled:
                continue
            shut = True
        filled = True
        for step in own if entries.currency == currency else []:
            slot = (step.unit, step.min_quantity)
            if slot not in slots or (strategy is Strategy.LOWEST and step.price < slots[slot].price):
                slots[slot] = step
    return tuple(slots[slot] for slot in sorted(slots))


steps = st.dictionaries(
    st.tuples(st.sampled_from(["H87", "XBX"]), st.integers(0, 5).map(Decimal)), st.integers(1, 9).map(Decimal), max_size=4
)  # fmt: skip
lists_of_a_chain = st.lists(st.tuples(steps, st.booleans(), st.sampled_from(["EUR", "USD"])), max_size=4)


def drawn_lists(drawn):
    lists = []
    for number, (entries, may_merge, currency) in enumerate(drawn):
        own = [Break(unit, start, price, Decimal(1), str(number)) for (unit, start), price in entries.items()]
        lists.append(ListPrices(str(number), currency, {ARTICLE: own} if own else {}, may_merge))
    return lists


@given(st.sampled_from(Strategy), lists_of_a_chain)
def test_any_chain_agrees_with_the_rules_written_slot_by_slot(strategy, drawn):
    lists = drawn_lists(drawn)
    assert ladder_of(ARTICLE, strategy, lists, "EUR") == reference(strategy, lists, "EUR")


@given(st.sampled_from(Strategy), lists_of_a_chain, st.sampled_from(["H87", "XBX"]), st.integers(0, 6))
def test_picking_a_break_agrees_with_looking_it_up_in_the_ladder(strategy, drawn, unit, quantity):
    lists = drawn_lists(drawn)
    held = holding_lists(ARTICLE, strategy, lists, "EUR")
    ladder = ladder_of(ARTICLE, strategy, lists, "EUR")
    assert pick(held, strategy, unit, Decimal(quantity)) == step_at(ladder, unit, Decimal(quantity))
