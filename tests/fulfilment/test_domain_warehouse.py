"""Waves, scans, packs and tracking addresses as tables of examples and as laws."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.errors import Conflict, Invalid
from app.fulfilment.domain.carriers import is_pattern, tracking_address
from app.fulfilment.domain.packing import Box, Picked, demand_complete, put
from app.fulfilment.domain.quantities import LineUnit, demand_whole
from app.fulfilment.domain.scanning import Open, Scan, Take, read_scan, takes
from app.fulfilment.domain.waves import Demand, Method, Place, plan_wave

D = Decimal
TODAY = date(2026, 11, 22)


def demand(line: int, article: int, quantity: str, company: int = 1, address: str = "a", source: int = 0) -> Demand:
    return Demand(company, address, line * 10, line, article, D(quantity), source)


def place(article: int, quantity: str, code: str = "", zone: str = "", walk: int = 0, batch: str = "") -> Place:
    return Place(article, D(quantity), walk or None, code, zone, (walk, code), batch)


def test_orders_of_one_customer_to_one_address_are_one_delivery_and_walked_by_bin() -> None:
    wanted = [demand(1, 7, "5"), demand(2, 8, "2"), demand(3, 7, "4", company=2), demand(4, 8, "1", address="b")]
    places = [place(7, "6", "B-1", "dry", 3, "X"), place(7, "9", "A-1", "dry", 1, "Y"), place(8, "9", "C-1", "cold", 2)]
    plan = plan_wave(wanted, places, Method.BATCH, 60)
    assert plan.deliveries == ((1, "a"), (2, "a"), (1, "b"))
    told = [[(s.place.bin_code, s.demand.order_line_id, s.quantity) for s in walk.stops] for walk in plan.walks]
    assert told == [[("C-1", 2, D(2)), ("C-1", 4, D(1))], [("A-1", 3, D(3)), ("B-1", 1, D(5)), ("B-1", 3, D(1))]]
    assert [walk.zone for walk in plan.walks] == ["cold", "dry"]
    assert not plan.lacking
    single = plan_wave(wanted, places, Method.SINGLE, 60)
    assert [{s.delivery for s in walk.stops} for walk in single.walks] == [{0}, {0}, {1}, {2}]
    assert [len(walk.stops) for walk in plan_wave(wanted, places, Method.BATCH, 2).walks] == [2, 2, 1]


def test_what_no_place_has_is_said_and_a_delivery_without_goods_is_left_out() -> None:
    plan = plan_wave([demand(1, 7, "5"), demand(2, 9, "1", company=2), demand(3, 7, "5", company=3)],
                     [place(7, "6", "A")], Method.SINGLE, 60)  # fmt: skip
    assert plan.deliveries == ((1, "a"), (3, "a"))
    assert plan.lacking == {(2, 0): D(1), (3, 0): D(4)}
    assert [stop.delivery for walk in plan.walks for stop in walk.stops] == [0, 1]


_DEMANDS = st.lists(st.builds(
    demand, st.integers(1, 9), st.integers(1, 3), st.sampled_from(["1", "2.5", "7"]), st.integers(1, 3),
    st.sampled_from("ab"), st.integers(0, 1)), max_size=12, unique_by=lambda one: (one.order_line_id, one.source))  # fmt: skip
_PLACES = st.lists(st.builds(
    place, st.integers(1, 3), st.sampled_from(["0", "3", "4.5", "20"]), st.sampled_from(["", "A", "B"]),
    st.sampled_from(["", "x"]), st.integers(0, 3)), max_size=8)  # fmt: skip


@settings(max_examples=50)
@given(_DEMANDS, _PLACES, st.sampled_from(Method), st.integers(1, 4))
def test_a_plan_gives_everybody_his_share_and_no_place_more_than_it_has(demands, places, method, most) -> None:
    plan = plan_wave(demands, places, method, most)
    stops = [stop for walk in plan.walks for stop in walk.stops]
    asked, given_, there, taken = (defaultdict(D) for _ in range(4))
    for one in demands:
        asked[one.order_line_id, one.source] += one.quantity
    for one in places:
        there[one.article_id] += one.quantity
    for stop in stops:
        given_[stop.demand.order_line_id, stop.demand.source] += stop.quantity
        taken[stop.place.article_id] += stop.quantity
        assert 0 < stop.quantity <= stop.place.quantity
        assert plan.deliveries[stop.delivery] == (stop.demand.company_id, stop.demand.address)
    for line, quantity in asked.items():
        assert given_[line] + plan.lacking.get(line, 0) == quantity
    assert all(quantity <= there[article] for article, quantity in taken.items())
    assert {stop.delivery for stop in stops} == set(range(len(plan.deliveries)))
    for walk in plan.walks:
        assert 1 <= len(walk.stops) <= most
        assert {stop.place.zone for stop in walk.stops} == {walk.zone}


def test_scans_are_read() -> None:
    for text, expected in (
        (" 4006381333931\r\n", Scan(("4006381333931",))),
        ("3*SCR-4", Scan(("SCR-4",), 3)),
        ("12 x A-1-2", Scan(("A-1-2",), 12)),
        ("]C10104006381333931" + "10L7\x1d17270131",
         Scan(("4006381333931", "04006381333931"), 1, "L7", "", date(2027, 1, 31))),
        ("2*(02)14006381333938(37)12", Scan(("14006381333938", "14006381333938"), 24)),
        ("]C100106141411234567897", Scan((), 1, sscc="106141411234567897")),
        ("(240)SCR-4(21)S-9", Scan(("SCR-4",), 1, serial="S-9")),
    ):  # fmt: skip
        assert read_scan(text) == expected, text
    for text in ("", "  ", "0*A", "]C10104006381333932"):
        with pytest.raises(Invalid):
            read_scan(text)


PLAIN = Scan(("SCR",))
LINES = [
    Open(1, 7, "SCR", "A-1", "L1", D(10), D(4), True),
    Open(2, 7, "SCR", "B-1", "L2", D(5), D(0), True),
    Open(3, 7, "SCR", "C-1", "", D(5), D(2), False),
    Open(4, 8, "DRILL", "A-1", "", D(2), D(1), True, needs_serial=True, serials=("S1",)),
]


def test_scans_fill_lines() -> None:
    def take(quantity: str, scan: Scan = PLAIN, at: str = "", article: int = 7) -> list[Take]:
        return takes(LINES, article, D(quantity), scan, at_bin=at, today=TODAY)

    assert take("1") == [Take(1, D(1))]
    assert take("1", at="B-1") == [Take(2, D(1))]
    assert take("8") == [Take(1, D(6)), Take(2, D(2))]
    assert take("2", Scan(("SCR",), batch="L2")) == [Take(2, D(2))]
    assert take("1", Scan(("D",), serial="S2"), article=8) == [Take(4, D(1), "S2")]
    refused = [
        (Invalid, "not on this list", lambda: take("1", article=9)),
        (Invalid, "only 11", lambda: take("12")),
        (Invalid, "take batch L1, not L9", lambda: take("1", Scan(("SCR",), batch="L9"))),
        (Invalid, "only 5", lambda: take("6", Scan(("SCR",), batch="L2"))),
        (Conflict, "expired", lambda: take("1", Scan(("SCR",), expires_on=date(2026, 11, 21)))),
        (Invalid, "each piece", lambda: take("1", Scan(("D",)), article=8)),
        (Invalid, "S1 was scanned", lambda: take("1", Scan(("D",), serial="S1"), article=8)),
        (Invalid, "complete", lambda: takes(LINES[2:3], 7, D(1), PLAIN, at_bin="", today=TODAY)),
    ]
    for kind, words, call in refused:
        with pytest.raises(kind) as caught:
            call()
        assert words in str(caught.value.message)


def test_packing() -> None:
    lines = [Picked(1, 7, "SCR", D(5), D(3)), Picked(2, 7, "SCR", D(4), D(0))]
    assert put(lines, 7, D(3)) == [(1, D(2)), (2, D(1))]
    for article, quantity in ((8, D(1)), (7, D(7))):
        with pytest.raises(Invalid):
            put(lines, article, quantity)
    done = [Picked(1, 7, "SCR", D(5), D(5))]
    demand_complete(done, [Box(1, D("31.5"), 1)], D("31.5"))
    for wrong in ((lines, [Box(1, None, 1)], None), (done, [Box(1, None, 1), Box(2, None, 0)], None),
                  (done, [Box(1, D(32), 1)], D("31.5"))):  # fmt: skip
        with pytest.raises(Conflict):
            demand_complete(*wrong)


def test_base_units_become_units_of_the_line() -> None:
    cartons, thirds = LineUnit(D(3), D(36)), LineUnit(D(7), D(3), 0)
    assert [cartons.in_unit(D(base)) for base in (36, 24, 12)] == [D(3), D(2), D(1)]
    assert [cartons.whole(D(base)) for base in (36, 35, 12, 5, 0)] == [D(36), D(24), D(12), D(0), D(0)]
    assert demand_whole(thirds, D("0.428571"), "X") == D(1)
    assert LineUnit(D("2.5"), D("2.5"), 1).whole(D("1.25")) == D("1.2")
    with pytest.raises(Invalid, match="whole packs"):
        demand_whole(cartons, D(5), "X")


@settings(max_examples=50)
@given(st.integers(1, 50), st.integers(1, 24), st.integers(1, 7), st.integers(0, 50))
def test_whole_units_stay_whole(quantity: int, numerator: int, denominator: int, shipped: int) -> None:
    base = (D(quantity) * numerator / denominator).quantize(D("0.000001"))
    line = LineUnit(D(quantity), base)
    part = (base * min(shipped, quantity) / quantity).quantize(D("0.000001"))
    assert line.whole(part) == part
    assert line.whole(line.whole(part)) == line.whole(part)


def test_tracking_addresses() -> None:
    pattern = "https://track.example/p?n={number}&l=de"
    assert tracking_address(pattern, "JD 01 46/9") == "https://track.example/p?n=JD0146%2F9&l=de"
    assert tracking_address("", "1") == tracking_address(pattern, "") == ""
    for text, is_right in ((pattern, True), ("http://a.example/{number}", False), ("https://a.example/", False),
                           ("https://{number}.example/", False), ("javascript:{number}", False)):  # fmt: skip
        assert is_pattern(text) is is_right
