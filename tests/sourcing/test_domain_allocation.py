"""Splits into whole packs, and what the terms of a bid allow: the examples of the reference, then properties."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import Invalid
from app.sourcing.domain.allocation import (
    OfferTerms,
    allocation_problem,
    breaks_of,
    left_of,
    price_for,
    split_by_percent,
)

D = Decimal


@pytest.mark.parametrize(
    ("required", "shares", "pack", "quantities", "rest"),
    [
        ("10", ("50", "30", "20"), "1", ("5", "3", "2"), "0"),
        ("7", ("50", "30", "20"), "1", ("4", "2", "1"), "0"),
        ("100", ("60", "40"), "6", ("60", "36"), "4"),
        ("100", ("33.33", "33.33", "33.33"), "1", ("34", "33", "33"), "0"),
        ("100", ("33", "33", "33"), "1", ("33", "33", "33"), "1"),  # whole percents mean what they say
        ("10", ("50", "20"), "1", ("5", "2"), "3"),
        ("2.5", ("50", "50"), "0.5", ("1.5", "1"), "0"),
        ("5", ("100",), "6", ("0",), "5"),
        ("0", ("60", "40"), "1", ("0", "0"), "0"),
    ],
)
def test_percents_become_whole_packs(required, shares, pack, quantities, rest):
    split = split_by_percent(D(required), [D(share) for share in shares], D(pack))
    assert [str(each) for each in split.quantities] == list(quantities)
    assert split.rest == D(rest)


def test_exact_thirds_go_to_the_better_rank_first():
    assert split_by_percent(D(100), [Fraction(100, 3)] * 3).quantities == (D(34), D(33), D(33))


@pytest.mark.parametrize(("shares", "pack"), [(("60", "50"), "1"), (("-1", "50"), "1"), (("50",), "0")])
def test_impossible_splits_are_refused(shares, pack):
    with pytest.raises(Invalid):
        split_by_percent(D(10), [D(share) for share in shares], D(pack))


@given(
    required=st.decimals(min_value=0, max_value=10**6, places=2),
    shares=st.lists(st.integers(min_value=0, max_value=100), min_size=1, max_size=6).filter(
        lambda one: sum(one) <= 100
    ),
    pack=st.sampled_from([D("0.01"), D("0.5"), D(1), D(6), D(144)]),
)
def test_no_split_gives_more_than_is_required_or_broken_packs(required, shares, pack):
    split = split_by_percent(required, [D(share) for share in shares], pack)
    assert sum(split.quantities) + split.rest == required
    assert split.rest >= 0
    for share, quantity in zip(shares, split.quantities, strict=True):
        assert quantity % pack == 0
        assert abs(Fraction(quantity) - Fraction(required) * share / 100) < Fraction(pack)


@given(st.lists(st.integers(min_value=1, max_value=20), min_size=2, max_size=5).filter(lambda one: sum(one) <= 100))
def test_of_equal_shares_the_better_rank_never_gets_less(shares):
    quantities = split_by_percent(D(37), [D(share) for share in shares]).quantities
    for place, share in enumerate(shares):
        for later in range(place + 1, len(shares)):
            if shares[later] == share:
                assert quantities[place] >= quantities[later]


TERMS = OfferTerms(D("2.00"), D(100), minimum=D(10), breaks=((D(50), D("1.80")), (D(90), D("1.50"))))


@pytest.mark.parametrize(
    ("quantity", "price"), [("10", "2.00"), ("49", "2.00"), ("50", "1.80"), ("89.5", "1.80"), ("100", "1.50")]
)
def test_breaks_are_asked_again_for_the_allocated_quantity(quantity, price):
    assert price_for(TERMS, D(quantity)) == D(price)


@pytest.mark.parametrize(
    ("quantity", "words"),
    [("0", "more than 0"), ("9", "begins at 10"), ("10", ""), ("100", ""), ("100.5", "ends at 100")],
)
def test_the_terms_of_a_bid_bound_the_allocation(quantity, words):
    problem = allocation_problem(TERMS, D(quantity))
    assert words in str(problem or "")
    assert bool(problem) == bool(words)


def test_breaks_are_read_as_pairs_or_objects():
    written = [{"quantity": "50", "unit_price": "1.80"}, ["10", "1.90"]]
    assert breaks_of(written) == ((D(10), D("1.90")), (D(50), D("1.80")))
    assert breaks_of(None) == ()


def test_what_is_left_may_be_too_little():
    assert left_of(D(10), [D(4), D("3.5")]) == D("2.5")
    assert left_of(D(10), [D(8), D(3)]) == D(-1)
