"""The comparison sheet and its scenarios: examples worked by hand, and what holds for all inputs."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import Invalid
from app.sourcing.domain import scenarios
from app.sourcing.domain.comparison import SAME, AskedLine, Mark, Offer, Rate, compare, duty_on, on_basis, spread
from app.sourcing.domain.scenarios import at_most, cheapest, keep, per_lot

D = Decimal
EUR = {"EUR": SAME}


def asked(line_id, quantity="10", lot=1, **facts):
    return AskedLine(line_id, lot, D(quantity), **facts)


def offer(bid, line, goods, quantity="10", *, currency="EUR", content=1, **facts):
    facts = {name: D(value) if isinstance(value, str) else value for name, value in facts.items()}
    return Offer(bid * 100 + line, bid, line, D(quantity), D(goods), currency, Fraction(content), **facts)


def cell(sheet, line, bid):
    return next(row for row in sheet.rows if row.line.id == line).cells[bid]


def test_prices_per_unit_of_the_line():
    sheet = compare(
        [asked(1, "12")],
        [
            offer(1, 1, "120", "1", content=12),  # 120 per dozen
            offer(2, 1, "12.00", "2", content=6),  # 6.00 per pack of 6
            offer(3, 1, "12.00", "12"),
        ],
        [1, 2, 3],
        EUR,
    )
    assert [cell(sheet, 1, bid).unit_price for bid in (1, 2, 3)] == [10, 1, 1]
    assert sheet.rows[0].ranks == {1: 3, 2: 1, 3: 1}
    assert Mark.BEST_PRICE in cell(sheet, 1, 2).marks
    assert Mark.BEST_PRICE in cell(sheet, 1, 3).marks


def test_currencies_at_frozen_rates():
    sheet = compare([asked(1, "1")], [offer(1, 1, "101", "1"), offer(2, 1, "100", "1", currency="USD")], [1, 2],
                    {"EUR": Rate(D("0.9")), "USD": SAME})  # fmt: skip
    assert cell(sheet, 1, 1).net == Fraction("90.90")
    assert sheet.rows[0].ranks == {1: 1, 2: 2}
    assert cell(sheet, 1, 1).offer.goods == 101
    indirect = compare([asked(1, "1")], [offer(1, 1, "80", "1"), offer(2, 1, "100", "1", currency="USD")], [1, 2],
                       {"EUR": Rate(D("0.65"), is_indirect=True), "USD": SAME})  # fmt: skip
    assert round(cell(indirect, 1, 1).net, 2) == Fraction("123.08")
    assert indirect.rows[0].ranks == {1: 2, 2: 1}
    with pytest.raises(KeyError):
        compare([asked(1)], [offer(1, 1, "5", currency="GBP")], [1], EUR)


def test_vat_decides_who_is_cheaper():
    def both(gross):
        return (
            on_basis(D(120), 20, is_gross=True, compare_gross=gross),
            on_basis(D(105), 0, is_gross=False, compare_gross=gross),
        )

    assert both(False) == (100, 105)
    assert both(True) == (120, 105)


def test_landed_cost():
    goods, freight = D("950.00"), D(80)
    duty = duty_on(goods, freight, D(4))
    assert duty == D("41.20")
    sheet = compare(
        [asked(1, "100")],
        [offer(1, 1, "950.00", "100", freight="80", duty="41.20"), offer(2, 1, "1040.00", "100")],
        [1, 2],
        EUR,
    )
    assert cell(sheet, 1, 1).landed == Fraction("1071.20")
    assert cell(sheet, 1, 1).landed_unit_price == Fraction("10.712")
    assert Mark.BEST_PRICE in cell(sheet, 1, 1).marks
    assert cell(sheet, 1, 2).marks == {Mark.BEST_LANDED}
    assert cell(compare([asked(1)], [offer(1, 1, "100", discount="10")], [1], EUR), 1, 1).unit_price == 9


def test_shared_costs_add_up():
    assert spread(D("10.00"), [D("33.33"), D("33.33"), D("33.34")]) == [D("3.33"), D("3.33"), D("3.34")]


@given(st.decimals(0, 10**6, places=2), st.lists(st.decimals("0.01", 10**5, places=2), min_size=1, max_size=12))
def test_a_spread_cost_is_the_cost(cost, weights):
    assert sum(spread(cost, weights)) == cost


def test_the_same_article_may_stand_twice_and_a_missing_line_takes_the_total():
    lines = [asked(1), asked(2), asked(3, lot=2)]
    sheet = compare(
        lines,
        [offer(1, 1, "100"), offer(1, 2, "90"), offer(1, 3, "10"), offer(2, 1, "80"), offer(2, 3, "12"),
         offer(3, 1, "120"), offer(3, 2, "95"), offer(3, 3, "11")],
        [1, 2, 3], EUR,
    )  # fmt: skip
    assert (sheet.columns[1].net, sheet.columns[3].net) == (200, 226)
    two = sheet.columns[2]
    assert (two.net, two.landed, two.missing) == (None, None, (2,))
    assert two.filled == 80 + 95 + 12  # the missing line at the dearest other bid
    assert sheet.lots[2][2].net == 12
    assert sheet.lots[1][2].net is None
    assert sheet.rows[0].ranks == {1: 2, 2: 1, 3: 3}


def test_nobody_offers_a_line():
    sheet = compare([asked(1), asked(2)], [offer(1, 1, "10")], [1, 2], EUR)
    assert sheet.columns[1].filled is None
    assert sheet.columns[2].missing == (1, 2)
    assert sheet.rows[1].cells == {}


def test_marks():
    sheet = compare(
        [asked(1, "10", ceiling=D("9.5"))],
        [
            offer(1, 1, "100", min_quantity="20", available_on=date(2026, 5, 4)),
            offer(2, 1, "50", "5", available_on=date(2026, 5, 2)),
            offer(3, 1, "70", max_quantity="8"),
            offer(4, 1, "1", is_no_offer=True),
        ],
        [1, 2, 3, 4],
        EUR,
    )
    assert cell(sheet, 1, 1).marks == {Mark.OVER_CEILING, Mark.BELOW_MINIMUM}
    assert cell(sheet, 1, 2).marks == {Mark.OVER_CEILING, Mark.PART, Mark.BEST_DATE}
    assert cell(sheet, 1, 3).marks == {Mark.PART, Mark.BEST_PRICE, Mark.BEST_LANDED}
    assert 4 not in sheet.rows[0].cells


def test_a_variant_stands_beside_the_offer_or_for_it():
    both = compare([asked(1)], [offer(1, 1, "100"), Offer(9, 1, 1, D(10), D(80), "EUR", is_variant=True)], [1], EUR)
    assert cell(both, 1, 1).net == 100
    assert [variant.net for variant in both.rows[0].variants[1]] == [80]
    alone = compare([asked(1)], [Offer(9, 1, 1, D(10), D(80), "EUR", is_variant=True)], [1], EUR)
    assert Mark.VARIANT in cell(alone, 1, 1).marks
    assert alone.columns[1].net == 80


TENDER = [asked(1), asked(2), asked(3, lot=2)]
BIDS = [
    offer(1, 1, "100"), offer(1, 2, "90"), offer(1, 3, "30"),
    offer(2, 1, "80"), offer(2, 3, "12"),
    offer(3, 1, "120"), offer(3, 2, "70"), offer(3, 3, "11"),
]  # fmt: skip
SHEET = compare(TENDER, BIDS, [1, 2, 3], EUR)


def test_scenarios():
    best = cheapest(SHEET)
    assert (best.total, best.bids, best.open_lines) == (80 + 70 + 11, (2, 3), ())
    assert best.by_bid == {2: 80, 3: 81}
    lots = per_lot(SHEET)
    assert (lots.total, lots.bids) == (190 + 11, (1, 3))
    one = at_most(SHEET, 1)
    assert (one.total, one.bids) == (120 + 70 + 11, (3,))
    assert at_most(SHEET, 2).total == best.total
    assert at_most(SHEET, 9).total == best.total
    with pytest.raises(Invalid):
        at_most(SHEET, 0)


def test_keeping_those_who_deliver_today():
    assert keep(SHEET, [1]).bids == (2, 3)
    kept = keep(SHEET, [1], Fraction(30))
    assert [(take.line_id, take.bid_id) for take in kept.takes] == [(1, 1), (2, 1), (3, 3)]
    assert kept.total == 100 + 90 + 11


def test_part_quantities_are_filled_up_and_minima_respected():
    sheet = compare(
        [asked(1, "10")],
        [offer(1, 1, "20", "4"), offer(2, 1, "60"), offer(3, 1, "55", min_quantity="7")], [1, 2, 3], EUR,
    )  # fmt: skip
    found = cheapest(sheet)
    assert [(take.bid_id, take.quantity, take.amount) for take in found.takes] == [(1, 4, 20), (2, 6, 36)]
    assert cheapest(sheet, [1]).open_lines == (1,)


matrices = st.lists(st.lists(st.none() | st.integers(1, 60), min_size=4, max_size=4), min_size=1, max_size=5)


def sheet_of(matrix):
    offers = [
        offer(bid, line, str(price))
        for line, prices in enumerate(matrix, start=1)
        for bid, price in enumerate(prices, start=1)
        if price is not None
    ]
    return [asked(line) for line in range(1, len(matrix) + 1)], offers


@given(matrices, st.integers(1, 4))
def test_at_most_n_is_the_best_of_all_groups(matrix, count):
    lines, offers = sheet_of(matrix)
    found = at_most(compare(lines, offers, range(1, 5), EUR), count)
    assert len(found.bids) <= count
    groups = [group for size in range(count + 1) for group in combinations(range(4), size)]
    worths = []
    for group in groups:
        best = [min((row[i] for i in group if row[i] is not None), default=None) for row in matrix]
        worths.append((best.count(None), sum(price for price in best if price is not None)))
    assert (len(found.open_lines), found.total) == min(worths)


@given(matrices, st.randoms(use_true_random=False))
def test_the_sheet_does_not_depend_on_the_order_of_offers(matrix, chance):
    lines, offers = sheet_of(matrix)
    shuffled = list(offers)
    chance.shuffle(shuffled)
    assert compare(lines, offers, [1, 2, 3, 4], EUR) == compare(lines, shuffled, [4, 3, 2, 1], EUR)


def test_many_suppliers_are_added_one_by_one(monkeypatch):
    monkeypatch.setattr(scenarios, "_TRIES", 0)
    found = at_most(SHEET, 2)
    assert (found.total, found.is_exact) == (161, False)


def test_groups_with_part_offers_are_worked_out_in_full():
    sheet = compare(
        [asked(1, "10"), asked(2, "10")],
        [offer(1, 1, "20", "4"), offer(1, 2, "10"), offer(2, 1, "60"), offer(3, 1, "50"), offer(3, 2, "90")],
        [1, 2, 3], EUR,
    )  # fmt: skip
    found = at_most(sheet, 2)
    assert (found.bids, found.total, found.is_exact) == ((1, 3), 20 + 30 + 10, True)
