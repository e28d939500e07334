"""Every candidate is judged, and exactly one wins where there is a price."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.quantity import Factor
from app.pricing.domain.book import Book, price_items
from app.pricing.domain.chain import Break, ListPrices, Strategy
from app.pricing.domain.levels import Level
from app.pricing.domain.price import PriceItem
from app.pricing.domain.reasons import candidates
from app.pricing.domain.vat import Parties


def prices(code, ladder, *, may_merge=True, currency="EUR"):
    steps = [Break(unit, Decimal(start), Decimal(price), Decimal(1), code) for unit, start, price in ladder]
    return ListPrices(code, currency, {1: steps} if steps else {}, may_merge)


def judged(strategy, lists, quantity=12, unit="H87"):
    book = Book("EUR", Parties("DE", "DE"), {"standard": Decimal(19)}, (Level("general", strategy, tuple(lists)),))
    item = PriceItem(1, Decimal(quantity), unit, "H87", Factor(1 if unit == "H87" else 10))
    line = price_items(book, [item])[0]
    return line, candidates(book, item, line)


A = [("H87", 0, 10), ("H87", 10, 9), ("H87", 100, 8)]


def test_breaks_of_one_list():
    _, found = judged(Strategy.MERGE, [prices("A", A)])
    assert [str(one.verdict) for one in found] == [
        "From 10 pcs on another price holds.", "This price holds.", "This price begins at 100 pcs.",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("strategy", "first", "second", "verdict"),
    [
        (Strategy.MERGE, {}, {}, "A comes first."),
        (Strategy.MERGE, {"may_merge": False}, {}, "A comes first and lets no other list in."),
        (Strategy.MERGE, {}, {"may_merge": False}, "This list only counts where no list before it has the article."),
        (Strategy.FIRST, {}, {}, "A comes first and lets no other list in."),
        (Strategy.LOWEST, {}, {}, "A is as low or lower."),
        (Strategy.LOWEST, {}, {"currency": "USD"}, "The account buys in EUR."),
    ],
)
def test_lists_that_lose(strategy, first, second, verdict):
    _, found = judged(strategy, [prices("A", [("H87", 0, 9)], **first), prices("B", [("H87", 0, 9)], **second)])
    assert [(one.step.list_code, one.is_winner) for one in found] == [("A", True), ("B", False)]
    assert str(found[1].verdict) == verdict


def test_another_unit():
    _, found = judged(Strategy.MERGE, [prices("A", [("H87", 0, 9), ("XBX", 0, 80)])], unit="XBX")
    assert [str(one.verdict) for one in found] == ["This price is for pcs.", "This price holds."]


ladders = st.lists(
    st.tuples(st.sampled_from(["H87", "XBX"]), st.integers(0, 30), st.integers(1, 9)), max_size=4,
    unique_by=lambda step: step[:2],
)  # fmt: skip
chains = st.lists(st.tuples(ladders, st.booleans(), st.sampled_from(["EUR", "USD"])), max_size=4)


@given(st.sampled_from(Strategy), chains, st.integers(1, 40), st.sampled_from(["H87", "XBX"]))
def test_exactly_one_wins_where_there_is_a_price(strategy, drawn, quantity, unit):
    lists = [
        prices(f"L{n}", ladder, may_merge=may_merge, currency=currency)
        for n, (ladder, may_merge, currency) in enumerate(drawn)
    ]
    line, found = judged(strategy, lists, quantity, unit)
    winners = [one for one in found if one.is_winner]
    assert len(found) == sum(len(ladder) for ladder, _, _ in drawn)
    assert len(winners) == (0 if line.unit_price is None else 1)
    if winners:
        assert (winners[0].step.price, winners[0].step.list_code) == (line.unit_price, line.list_code)
