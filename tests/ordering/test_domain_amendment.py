"""Prices and stock of lines of an amended order, by the published examples; states by their table; versions compared."""

from __future__ import annotations

from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import Conflict
from app.ordering.domain.amendment import Original, PriceChoice, chosen_price, still_needed
from app.ordering.domain.lifecycle import (
    GONE,
    LINE_STATE_NAMES,
    LINE_TRANSITIONS,
    LineState,
    OrderState,
    may_become,
    moved,
    state_of,
)
from app.ordering.domain.revision import differences
from app.pricing.domain.price import PricedLine, net_of

ONE = Decimal(1)


def today(price, quantity=2) -> PricedLine:
    price, quantity = Decimal(price), Decimal(quantity)
    return PricedLine(
        1, quantity, "H87", price, ONE, "H87", quantity, net_of(quantity, price, ONE, "EUR"), "S", Decimal(19), "EUR",
        "LIST", Decimal(0), None, None,
    )  # fmt: skip


def original(price, quantity=2, start=0) -> Original:
    quantity = Decimal(quantity)
    return Original(1, 1, quantity, "H87", quantity, Decimal(price), ONE, "H87", "OLD", Decimal(start), False, False)


@pytest.mark.parametrize(
    ("old", "now", "current", "ordered", "best"), [(10, 9, 9, 10, 9), (10, 12, 12, 10, 10), (10, 10, 10, 10, 10)]
)
def test_the_choice_of_prices(old, now, current, ordered, best):
    for choice, wanted in zip((PriceChoice.TODAY, PriceChoice.ORDERED, PriceChoice.BEST), (current, ordered, best),
                              strict=True):  # fmt: skip
        price = chosen_price(choice, today(now), original(old), Decimal(2))
        assert (price.unit_price, price.net) == (wanted, 2 * wanted)


def test_new_lines_take_the_price_of_today():
    assert chosen_price(PriceChoice.ORDERED, today(12), None, Decimal(2)).unit_price == 12


def test_the_price_of_a_break_holds_from_the_break_on():
    wanted = original(8, quantity=100, start=100)
    assert chosen_price(PriceChoice.ORDERED, today(10, 100), wanted, Decimal(100)).unit_price == 8
    assert chosen_price(PriceChoice.ORDERED, today(10, 5), wanted, Decimal(5)).unit_price == 10


def test_two_ordered_and_ten_free_are_twelve_and_less_always_goes():
    held = original(10, quantity=2)
    assert still_needed(held, Decimal(12)) == 10
    assert still_needed(held, Decimal(1)) == 0
    assert still_needed(None, Decimal(3)) == 3


def test_every_state_has_a_word_and_a_row_in_the_table():
    assert set(LINE_TRANSITIONS) == set(LineState) == set(LINE_STATE_NAMES)
    for old, new in product(LineState, LineState):
        if may_become(old, new):
            assert moved(old, new) is new
        else:
            with pytest.raises(Conflict):
                moved(old, new)
    assert all(not LINE_TRANSITIONS[end] for end in (*GONE, LineState.DELIVERED))


@pytest.mark.parametrize(
    ("lines", "order"),
    [
        ("placed", "placed"), ("placed confirmed", "placed"), ("proposed confirmed", "placed"),
        ("confirmed backordered", "confirmed"), ("confirmed rejected", "confirmed"), ("cancelled rejected", "cancelled"),
        ("in_delivery confirmed", "in_delivery"), ("delivered confirmed", "in_delivery"),
        ("delivered cancelled", "delivered"), ("", "cancelled"),
    ],
)  # fmt: skip
def test_the_state_of_an_order_is_made_of_its_lines(lines, order):
    assert state_of([LineState(one) for one in lines.split()]) == OrderState(order)


@given(st.lists(st.sampled_from(list(LineState)), min_size=1))
def test_a_line_that_goes_never_takes_an_order_back(lines):
    """Cancelling one more line leaves the order where it is, or further on."""
    ranks = list(OrderState)
    before = state_of(lines)
    open_lines = [place for place, line in enumerate(lines) if may_become(line, LineState.CANCELLED)]
    for place in open_lines:
        after = state_of([*lines[:place], LineState.CANCELLED, *lines[place + 1 :]])
        assert ranks.index(after) >= ranks.index(before)


def line(position, sku, quantity, price, **facts):
    return {
        "position": position, "article_id": position, "sku": sku, "name": sku, "quantity": str(quantity), "unit": "H87",
        "unit_price": str(price), "promised_on": None, "state": "placed",
    } | facts  # fmt: skip


def test_versions_are_compared_line_by_line():
    old = {"ship_to": {"city": "A"}, "gross_total": "10", "lines": [line(1, "A", 2, 5), line(2, "B", 1, 1)]}
    new = {"ship_to": {"city": "B"}, "gross_total": "12",
           "lines": [line(1, "A", 3, "4.50", promised_on="2027-01-02"), line(3, "C", 1, 1)]}  # fmt: skip
    assert [(one.kind, one.sku, one.old, one.new) for one in differences(old, new)] == [
        ("ship_to", "", {"city": "A"}, {"city": "B"}),
        ("quantity", "A", 2, 3), ("price", "A", 5, Decimal("4.50")), ("date", "A", None, "2027-01-02"),
        ("removed", "B", 1, None), ("added", "C", None, 1), ("total", "", 10, 12),
    ]  # fmt: skip
    assert differences(old, old) == []
