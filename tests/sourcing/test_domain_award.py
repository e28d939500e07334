"""What makes a proposed award sound."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from app.core.errors import Invalid
from app.sourcing.domain.allocation import OfferTerms
from app.sourcing.domain.award import Offered, Part, check_mode, check_quantities, follows_ranking, price_parts

D = Decimal


def offer(key, bid, line, price="2.00", **terms):
    values = {"minimum": None, "breaks": ()} | terms
    return Offered(key, bid, line, line, D(100), "H87", D(1), "EUR", OfferTerms(D(price), D(100), **values))


OFFERS = {one.id: one for one in (offer(1, 10, 1), offer(2, 20, 1, "2.50"), offer(3, 10, 2), offer(4, 20, 2, "1.50"))}


def priced(*parts, factors=None):
    return price_parts([Part(key, D(quantity)) for key, quantity in parts], OFFERS, factors)


def test_parts_are_priced_at_the_bids_own_price_to_the_cent():
    (part,) = priced((2, "33.333"))
    assert (part.unit_price, part.net) == (D("2.50"), D("83.33"))


def test_an_auction_scales_every_unit_price_by_what_it_took_off():
    (part,) = priced((1, "100"), factors={10: Fraction(950, 1000)})
    assert (part.unit_price, part.net) == (D("1.900000"), D("190.00"))
    (third,) = priced((1, "100"), factors={10: Fraction(1, 3)})
    assert third.unit_price == D("0.666667")


def test_an_offer_that_does_not_stand_cannot_win():
    with pytest.raises(Invalid):
        priced((9, "1"))


@pytest.mark.parametrize(
    ("parts", "mode", "multi", "others", "fits"),
    [
        (((1, "100"), (3, "100")), "lot", False, (), True),
        (((1, "100"), (4, "100")), "lot", False, (), False),
        (((1, "100"), (4, "100")), "line", False, (), True),
        (((1, "60"), (2, "40")), "line", False, (), False),
        (((1, "60"), (2, "40")), "lot", True, (), True),
        (((1, "100"),), "tender", False, (10,), True),
        (((1, "100"),), "tender", False, (20,), False),
    ],
)
def test_the_tender_says_how_many_may_win(parts, mode, multi, others, fits):
    if fits:
        check_mode(priced(*parts), mode, multi_sourcing=multi, others=others)
        return
    with pytest.raises(Invalid):
        check_mode(priced(*parts), mode, multi_sourcing=multi, others=others)


def test_other_awards_count_against_what_a_line_asks_for():
    check_quantities(priced((1, "60"), (2, "40")), {})
    check_quantities(priced((1, "60")), {1: D(40)})
    with pytest.raises(Invalid, match="39 are left"):
        check_quantities(priced((1, "40")), {1: D(61)})


@pytest.mark.parametrize(
    ("winners", "line_ranks", "follows"),
    [
        ((10,), None, True),
        ((20,), None, False),
        ((10, 20), None, True),
        ((20, 30), None, False),
        ((20,), [(20, {20: 1, 10: 2})], True),
        ((10, 20), [(10, {10: 1}), (20, {10: 1, 20: 2})], True),
        ((20, 30), [(20, {20: 1}), (30, {20: 1, 30: 2})], False),
    ],
)
def test_the_first_of_the_ranking_or_of_each_line_need_no_reason(winners, line_ranks, follows):
    assert follows_ranking(winners, [10, 20, 30], line_ranks) is follows
