"""What is promised, from where, and what an order then gets."""

from __future__ import annotations

from copy import deepcopy
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import Invalid
from app.inventory.domain.calendar import add_working_days
from app.inventory.domain.display import Display, Light, StockView, parse_bands
from app.inventory.domain.promise import Need, Place, Policy, Source, Supply, Terms, Want, allot, promise

FRIDAY = date(2026, 1, 2)
MONDAY, WEDNESDAY = date(2026, 1, 5), date(2026, 1, 7)
TERMS = Terms(FRIDAY, FRIDAY)
NEXT_WEEK = date(2026, 1, 9)


def want(line, article, quantity, stock_policy="stock"):
    return Want(line, article, Decimal(quantity), stock_policy)


def shelf(row, free, warehouse=1):
    return Place(Source.WAREHOUSE, row, warehouse, f"W{warehouse}", Decimal(free))


def coming(row, free, day):
    return Place(Source.INCOMING, row, 1, "W1", Decimal(free), day)


def direct(row, free, day):
    return Place(Source.DROP_SHIP, row, None, "", Decimal(free), day)


def ask(quantity, *places, stock_policy="stock", lead=None, terms=TERMS, **supply):
    return promise(Need(1, Decimal(quantity), stock_policy, lead), Supply(list(places), **supply), terms)


def told(found):
    return [(part.quantity, part.day, part.source, part.place) for part in found.parts]


def test_enough_in_stock_leaves_at_once():
    found = ask(10, shelf(1, 10))
    assert (found.is_enough, found.ships_on, found.backordered, found.is_there) == (True, FRIDAY, 0, True)
    assert told(found) == [(10, FRIDAY, Source.WAREHOUSE, "W1")]


def test_too_little_is_not_promised_but_said():
    found = ask(10, shelf(1, 9))
    assert (found.is_enough, found.ships_on, found.backordered, found.obtainable) == (False, None, 0, 9)
    assert told(found) == [(9, FRIDAY, Source.WAREHOUSE, "W1")]
    assert ask(1).obtainable == 0


def test_warehouses_give_first_then_what_comes_by_day_then_what_nobody_has_ordered():
    found = ask(
        20, shelf(1, 5), shelf(2, 5, 2), direct(3, 3, MONDAY), coming(4, 4, WEDNESDAY),
        stock_policy="backorder", lead=5,
    )  # fmt: skip
    assert told(found) == [
        (5, FRIDAY, Source.WAREHOUSE, "W1"), (5, FRIDAY, Source.WAREHOUSE, "W2"), (3, MONDAY, Source.DROP_SHIP, ""),
        (4, WEDNESDAY, Source.INCOMING, "W1"), (3, NEXT_WEEK, Source.BACKORDER, ""),
    ]  # fmt: skip
    assert (found.is_enough, found.ships_on, found.backordered) == (True, NEXT_WEEK, 10)
    assert (found.available, found.next_on, found.obtainable) == (10, WEDNESDAY, None)


def test_a_backorder_without_a_lead_time_takes_the_suppliers_or_has_no_day():
    assert ask(10, shelf(1, 4), stock_policy="backorder").ships_on is None
    assert ask(10, shelf(1, 4), stock_policy="backorder", supplier_days=1).ships_on == MONDAY


def test_without_backorders_goods_to_come_are_told_and_not_sold():
    found = ask(10, shelf(1, 4), coming(2, 50, MONDAY))
    assert (found.is_enough, found.next_on, found.obtainable) == (False, MONDAY, 4)
    assert ask(10, shelf(1, 4), direct(2, 50, MONDAY)).ships_on == MONDAY


def test_what_runs_out_is_sold_from_the_shelf_alone():
    places = shelf(1, 4), direct(2, 9, MONDAY), coming(3, 9, MONDAY)
    found = ask(5, *places, stock_policy="run_out", policy=Policy.ALLOWED)
    assert (found.is_enough, found.obtainable) == (False, 4)


@pytest.mark.parametrize(("quantity", "is_enough", "backordered"), [(10, True, 0), (13, True, 3), (14, False, 0)])
def test_a_limit_counts_what_nobody_has_ordered(quantity, is_enough, backordered):
    found = ask(quantity, shelf(1, 10), policy=Policy.LIMIT, room=Decimal(3))
    assert (found.is_enough, found.backordered, found.obtainable) == (is_enough, backordered, 13)


def test_a_day_ahead_finds_there_what_has_come_by_then():
    terms = Terms(NEXT_WEEK, FRIDAY)
    found = ask(10, shelf(1, 4), coming(2, 6, WEDNESDAY), stock_policy="backorder", terms=terms)
    assert (found.is_there, found.ships_on) == (True, NEXT_WEEK)


@pytest.mark.parametrize(("count", "day"), [(0, FRIDAY), (1, MONDAY), (5, NEXT_WEEK), (6, date(2026, 1, 12))])
def test_weekends_are_no_working_days(count, day):
    assert add_working_days(FRIDAY, count) == day


def test_nor_are_holidays():
    assert add_working_days(FRIDAY, 1, {MONDAY}) == date(2026, 1, 6)
    terms = Terms(FRIDAY, FRIDAY, frozenset({MONDAY}))
    assert ask(1, stock_policy="backorder", lead=1, terms=terms).ships_on == date(2026, 1, 6)


def test_light_and_low_mark():
    assert ask(1, shelf(1, 10)).light is Light.GREEN
    assert ask(1, shelf(1, 10), low_mark=Decimal(10)).light is Light.YELLOW
    assert ask(20, shelf(1, 10), stock_policy="backorder").light is Light.YELLOW
    assert ask(20, shelf(1, 10)).light is Light.RED


def test_bands():
    view = StockView(Display.BAND, parse_bands("10; 100"))
    assert [view.band(Decimal(n)) for n in (0, 9, 10, 99, 100, 5000)] == [None, None, 10, 10, 100, 100]
    for text in ("", "ten", "10, 5", "0", "-1, 5", "NaN"):
        with pytest.raises(Invalid):
            parse_bands(text)


def test_lines_of_one_article_share_what_is_there():
    parts, short = allot([want(1, 1, 6), want(2, 1, 6)], {1: Supply([shelf(10, 10)])}, TERMS)
    assert [(one.article_id, one.asked, one.available) for one in short] == [(1, 12, 10)]
    wants = [want(1, 1, 6), want(2, 1, 6, "backorder")]
    parts, short = allot(wants, {1: Supply([shelf(10, 10)])}, TERMS)
    assert short == []
    assert [(part.order_line_id, part.row_id, part.quantity) for part in parts] == [
        (1, 10, 6),
        (2, 10, 4),
        (2, None, 2),
    ]


def test_a_shortage_tells_no_number_to_whom_none_is_shown():
    terms = Terms(FRIDAY, FRIDAY, view=StockView(Display.LIGHT))
    _, short = allot([want(1, 5, 3)], {}, terms)
    assert [(one.article_id, one.asked, one.available) for one in short] == [(5, 3, None)]


quantities = st.integers(1, 20)
place = st.tuples(st.sampled_from([Source.WAREHOUSE, Source.INCOMING, Source.DROP_SHIP]), st.integers(-3, 20))
supply = st.tuples(
    st.lists(place, max_size=4), st.sampled_from([None, *Policy]), st.integers(0, 20), st.sampled_from([None, 2])
)


def made(drawn):
    places, policy, room, days = drawn
    turned = sorted(places, key=lambda one: one[0] is not Source.WAREHOUSE)
    return Supply(
        [
            Place(source, n, 1, "W", Decimal(free), None if source is Source.WAREHOUSE else MONDAY)
            for n, (source, free) in enumerate(turned)
        ],
        policy=policy, room=Decimal(room) if policy is Policy.LIMIT else None, supplier_days=days,
    )  # fmt: skip


@given(
    st.lists(st.tuples(st.integers(1, 3), quantities), max_size=8), st.dictionaries(st.integers(1, 3), supply),
    st.sampled_from(["stock", "backorder", "run_out"]),
)  # fmt: skip
def test_reserving_gives_what_the_promise_said(drawn_wants, drawn_supplies, stock_policy):
    """Article by article: enough or not, and the same quantities from the same sources on the same days."""
    supplies = {key: made(drawn) for key, drawn in drawn_supplies.items()}
    asked = {}
    for article, quantity in drawn_wants:
        asked[article] = asked.get(article, 0) + quantity
    promised = {
        article: promise(Need(article, Decimal(quantity), stock_policy), deepcopy(supplies.get(article)), TERMS)
        for article, quantity in asked.items()
    }
    wants = [want(line, article, quantity, stock_policy) for line, (article, quantity) in enumerate(drawn_wants)]
    parts, short = allot(wants, deepcopy(supplies), TERMS)
    assert {one.article_id for one in short} == {key for key, found in promised.items() if not found.is_enough}
    for article, found in promised.items():
        given_by = {}
        for part in parts:
            if part.article_id == article:
                key = part.source
                given_by[key] = given_by.get(key, 0) + part.quantity
        said = {}
        for part in found.parts:
            said[part.source] = said.get(part.source, 0) + part.quantity
        assert given_by == said
        assert found.obtainable is None or sum(said.values()) == min(asked[article], found.obtainable)
    for line in wants:
        given_to_line = sum(part.quantity for part in parts if part.order_line_id == line.order_line_id)
        assert given_to_line == line.quantity or not promised[line.article_id].is_enough
