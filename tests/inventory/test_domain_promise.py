"""What is promised, and which warehouse gives it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.inventory.domain.promise import Need, Shelf, Want, add_working_days, allot, promise

FRIDAY = date(2026, 1, 2)


def want(line, article, quantity, *, may_backorder=False):
    return Want(line, article, Decimal(quantity), may_backorder)


def shelf(stock_id, article, available, position=1):
    return Shelf(stock_id, article, warehouse_id=position, position=position, available=Decimal(available))


def test_enough_in_stock_leaves_at_once():
    found = promise(Need(1, Decimal(10)), Decimal(10), FRIDAY)
    assert (found.is_enough, found.ships_on, found.backordered) == (True, FRIDAY, 0)


def test_too_little_is_not_promised():
    found = promise(Need(1, Decimal(10)), Decimal(9), FRIDAY)
    assert (found.is_enough, found.ships_on, found.backordered) == (False, None, 0)


def test_a_backorder_waits_for_the_lead_time_in_working_days():
    found = promise(Need(1, Decimal(10), "backorder", 3), Decimal(4), FRIDAY)
    assert (found.is_enough, found.ships_on, found.backordered) == (True, date(2026, 1, 7), 6)


def test_a_backorder_without_a_lead_time_has_no_day():
    found = promise(Need(1, Decimal(10), "backorder"), Decimal(4), FRIDAY)
    assert (found.is_enough, found.ships_on) == (True, None)


@pytest.mark.parametrize(
    ("count", "day"), [(0, FRIDAY), (1, date(2026, 1, 5)), (5, date(2026, 1, 9)), (6, date(2026, 1, 12))]
)
def test_weekends_are_no_working_days(count, day):
    assert add_working_days(FRIDAY, count) == day


def test_warehouses_give_by_position():
    parts, short = allot([want(7, 1, 12)], [shelf(20, 1, 10, position=2), shelf(10, 1, 5, position=1)])
    assert short == []
    assert [(part.stock_id, part.quantity) for part in parts] == [(10, 5), (20, 7)]


def test_lines_of_one_article_share_what_is_there():
    parts, short = allot([want(1, 1, 6), want(2, 1, 6)], [shelf(10, 1, 10)])
    assert [(one.article_id, one.asked, one.available) for one in short] == [(1, 12, 10)]
    parts, short = allot([want(1, 1, 6), want(2, 1, 6, may_backorder=True)], [shelf(10, 1, 10)])
    assert short == []
    assert [(part.order_line_id, part.stock_id, part.quantity) for part in parts] == [
        (1, 10, 6),
        (2, 10, 4),
        (2, None, 2),
    ]


def test_an_article_without_stock_is_short_of_everything():
    _, short = allot([want(1, 5, 3)], [])
    assert [(one.article_id, one.asked, one.available) for one in short] == [(5, 3, 0)]


quantities = st.integers(1, 20)


@given(
    st.lists(st.tuples(st.integers(1, 3), quantities, st.booleans()), max_size=8),
    st.lists(st.tuples(st.integers(1, 3), st.integers(-3, 20), st.integers(1, 3)), max_size=8),
)
def test_nothing_is_given_twice_and_nothing_is_lost(drawn_wants, drawn_shelves):
    wants = [want(line, article, q, may_backorder=late) for line, (article, q, late) in enumerate(drawn_wants)]
    shelves = [shelf(n, article, q, position) for n, (article, q, position) in enumerate(drawn_shelves)]
    had = {one.stock_id: max(one.available, Decimal(0)) for one in shelves}
    parts, short = allot(wants, shelves)
    taken = dict.fromkeys(had, Decimal(0))
    for part in parts:
        assert part.quantity > 0
        if part.stock_id is not None:
            taken[part.stock_id] += part.quantity
    assert all(taken[stock_id] <= had[stock_id] for stock_id in had)
    missing = {one.article_id for one in short}
    for line in wants:
        given_to_line = sum(part.quantity for part in parts if part.order_line_id == line.order_line_id)
        assert given_to_line == line.quantity or line.article_id in missing
