"""Features, points, ranking and abnormally low prices: examples worked by hand, and what holds for all inputs."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import Invalid
from app.sourcing.domain.abnormal import explain_until, look, low_prices
from app.sourcing.domain.evaluation import (
    BidInput,
    Flag,
    Inputs,
    Ranking,
    as_json,
    evaluate,
    fingerprint,
    from_json,
    places_json,
)
from app.sourcing.domain.features import Correction, coefficient, corrected, greatest
from app.sourcing.domain.ranking import Standing, ranked
from app.sourcing.domain.scoring import (
    Formula,
    Marks,
    WeightKind,
    check_weights,
    price_points,
    quality_points,
    shown,
    stored,
    total_points,
)

D = Decimal
NOON = datetime(2026, 3, 20, 12, tzinfo=UTC)
SEED = b"seed of the opening record"


@pytest.mark.parametrize(
    ("vmax", "chosen", "coef", "result"),
    [
        ("0.2", ["0.15"], Fraction(19, 16), Fraction(400_000)),
        ("0.2", [], Fraction(1), Fraction(475_000)),
        ("0.2", ["0.1", "0.1"], Fraction(5, 4), Fraction(380_000)),
        ("0.3", ["0.2"], Fraction(9, 7), Fraction(475_000 * 7, 9)),
    ],
)
def test_features(vmax, chosen, coef, result):
    found = coefficient([D(value) for value in chosen], D(vmax))
    assert found == coef
    assert Correction(found).ranked(475_000) == result


def test_floats_would_miss_it():
    assert coefficient([Fraction(0.05), Fraction(0.1)], Fraction(0.2)) == Fraction(22818238112010513, 19215358410114116)
    assert coefficient([D("0.05"), D("0.1")], D("0.2")) == Fraction(19, 16)


def test_features_are_worth_three_tenths_at_most():
    assert greatest([[D("0.1"), D("0.05")], [D("0.2"), D("0")]]) == Fraction(3, 10)
    for bad in ([[D("0.31")]], [[D("-0.01"), D("0.1")]], [[D("0.2")], [D("0.11")]], [[]]):
        with pytest.raises(Invalid):
            greatest(bad)
    with pytest.raises(Invalid):
        coefficient([D("0.21")], D("0.2"))


def test_mixed_with_costs_over_the_life():
    mixed = Correction(Fraction("1.25"), Fraction(50))
    assert mixed.ranked(1000) == 850
    assert mixed.price_of(850) == 1000
    assert corrected([], 0, [D("120"), D("30.5")]).ranked(D("1000")) == Fraction("1150.5")


@given(
    st.fractions(min_value=1, max_value=10**9, max_denominator=100),
    st.fractions(min_value=1, max_value="10/7", max_denominator=1000),
    st.fractions(min_value=0, max_value=10**6, max_denominator=100),
)
def test_a_correction_can_be_undone(price, denominator, addition):
    correction = Correction(denominator, addition)
    assert correction.price_of(correction.ranked(price)) == price


def quality(percent):
    return quality_points([Marks(Fraction(30), Fraction(100), (Fraction(percent),))])


A, B, C = 1, 2, 3


def test_points_relate_to_who_is_in():
    marks = {A: quality(80), B: quality(60), C: quality(10)}
    two = total_points({A: 100, B: 90}, 70, marks)
    assert two == {A: 87, B: 88}
    three = total_points({A: 100, B: 90, C: 60}, 70, marks)
    assert {bid: shown(value) for bid, value in three.items()} == {A: D("66.00"), B: D("64.67"), C: D("73.00")}
    assert [place.bid_id for place in places(three)] == [C, A, B]
    assert [place.bid_id for place in places(two)] == [B, A]


def test_linear_points_turn_the_order_when_an_outsider_comes():
    quality_of = {A: Fraction("24.6"), B: Fraction(18)}
    assert total_points({A: 100, B: 90}, 70, quality_of, Formula.LINEAR) == {A: Fraction("24.6"), B: 88}
    three = total_points({A: 100, B: 90, C: 200}, 70, {**quality_of, C: Fraction(0)}, Formula.LINEAR)
    assert (shown(three[A]), shown(three[B])) == (D("88.24"), D("88.00"))
    assert price_points({A: 100, B: 100}, 70, Formula.LINEAR) == {A: 70, B: 70}


def test_marks_of_several_evaluators_are_averaged():
    marks = Marks(Fraction(20), Fraction(10), (Fraction(7), Fraction(8), Fraction(10)))
    assert marks.points == Fraction(50, 3)
    assert Marks(Fraction(20), Fraction(10), ()).points == 0


def test_a_price_of_zero_takes_all_points_and_a_negative_one_is_refused():
    assert price_points({}, 70) == {}
    assert price_points({A: 0, B: 5}, 70) == {A: 70, B: 0}
    with pytest.raises(Invalid):
        price_points({A: -1, B: 5}, 70)


def test_weights_add_up():
    check_weights([70, 30])
    check_weights([D("0.7"), D("0.3")], WeightKind.DECIMAL)
    check_weights([5, 12], WeightKind.POINTS)
    for values, kind in [
        ([70, 29], WeightKind.PERCENT),
        ([D("0.7")], WeightKind.DECIMAL),
        ([110, -10], WeightKind.PERCENT),
    ]:
        with pytest.raises(Invalid):
            check_weights(values, kind)


@pytest.mark.parametrize(
    ("value", "four", "two"),
    [
        (Fraction(194, 3), "64.6667", "64.67"),
        (Fraction("1.00005"), "1.0000", "1.00"),
        (Fraction("1.00015"), "1.0002", "1.00"),
        (Fraction("0.125"), "0.1250", "0.12"),
        (Fraction(-1, 3), "-0.3333", "-0.33"),
    ],
)
def test_rounding_is_half_even_and_only_for_showing(value, four, two):
    assert (stored(value), shown(value)) == (D(four), D(two))


def places(points, at=None):
    return ranked([Standing(bid, -value, (at or {}).get(bid, NOON)) for bid, value in points.items()], SEED)


def test_the_earlier_of_two_equal_prices_wins_and_both_are_best():
    later = NOON + timedelta(microseconds=1)
    first, second, third = ranked(
        [Standing(7, Fraction(90), later), Standing(8, Fraction(90), NOON), Standing(9, Fraction(95), NOON)], SEED
    )
    assert (first.bid_id, second.bid_id, third.bid_id) == (8, 7, 9)
    assert (first.is_best, second.is_best, third.is_best) == (True, True, False)


def test_equal_to_the_microsecond_is_decided_by_the_seed():
    standings = [Standing(bid, Fraction(90), NOON) for bid in range(1, 9)]
    order = [place.bid_id for place in ranked(standings, SEED)]
    assert order == [place.bid_id for place in ranked(reversed(standings), SEED)]
    assert order != [place.bid_id for place in ranked(standings, b"another seed")]
    assert [place.rank for place in ranked(standings, SEED)] == list(range(1, 9))


def test_disqualified_and_incomplete_bids_have_no_rank():
    found = ranked(
        [Standing(1, Fraction(5), NOON, is_in=False), Standing(2, None, NOON), Standing(3, Fraction(9), NOON)], SEED
    )
    assert [(place.bid_id, place.rank) for place in found] == [(3, 1), (1, None), (2, None)]


standings = st.lists(
    st.builds(
        Standing,
        st.integers(1, 40),
        st.none() | st.fractions(0, 5, max_denominator=4),
        st.sampled_from([NOON, NOON + timedelta(seconds=1)]),
        st.booleans(),
    ),
    unique_by=lambda standing: standing.bid_id,
    max_size=12,
)


@given(standings, st.randoms(use_true_random=False))
def test_ranking_does_not_depend_on_the_order_of_its_input(entries, chance):
    shuffled = list(entries)
    chance.shuffle(shuffled)
    assert ranked(entries, SEED) == ranked(shuffled, SEED)


@given(standings)
def test_ranks_are_gapless_and_values_never_fall(entries):
    found = [place for place in ranked(entries, SEED) if place.rank]
    assert [place.rank for place in found] == list(range(1, len(found) + 1))
    assert all(a.value <= b.value for a, b in pairwise(found))


@given(st.dictionaries(st.integers(1, 20), st.integers(1, 500), min_size=2, max_size=8), st.data())
def test_after_a_disqualification_everything_is_as_if_the_bid_had_never_come(prices, data):
    out = data.draw(st.sampled_from(sorted(prices)))
    rest = {bid: price for bid, price in prices.items() if bid != out}
    again = total_points(rest, 70, {})
    with_it = ranked(
        [Standing(bid, -again[bid] if bid in again else None, NOON, is_in=bid != out) for bid in prices], SEED
    )
    assert [p for p in with_it if p.rank] == places(again)


@pytest.mark.parametrize(
    ("price", "others", "following", "mean_gap", "next_gap", "flagged"),
    [
        ("550", ["1000", "900"], None, "0.4211", None, True),
        ("550", [], "800", None, "0.3125", True),
        ("570", ["950"], None, "0.4000", None, True),
        ("571", ["950"], None, "0.3989", None, False),
        ("560", [], "800", None, "0.3000", True),
        ("561", [], "800", None, "0.2988", False),
    ],
)
def test_abnormally_low(price, others, following, mean_gap, next_gap, flagged):
    found = look(D(price), [D(other) for other in others], D(following) if following else None)
    assert found.is_flagged is flagged
    assert (found.below_mean is None) == (mean_gap is None)
    if mean_gap:
        assert stored(found.below_mean) == D(mean_gap)
    if next_gap:
        assert stored(found.below_next) == D(next_gap)


def test_low_prices_look_at_initial_prices_of_the_others():
    assert low_prices({1: 550}, {1: 1000}) == {}
    found = low_prices({1: 550, 2: 700, 3: 690}, {1: 990, 2: 1000, 3: 900})
    assert found[1].below_mean == 1 - Fraction(550, 950)
    assert found[1].below_next == 1 - Fraction(550, 690)
    assert found[1].is_flagged
    assert not found[2].is_flagged
    assert found[2].below_next is None


def test_one_working_day_to_explain():
    friday = datetime(2026, 3, 20, 15, tzinfo=UTC)
    assert explain_until(friday) == datetime(2026, 3, 23, 15, tzinfo=UTC)
    assert explain_until(friday - timedelta(days=1)) == friday


def bid(bid_id, price, **facts):
    facts.setdefault("initial", None if price is None else Fraction(price))
    return BidInput(bid_id, None if price is None else Fraction(price), changed_at=NOON, **facts)


def lot(ranking, *bids, **facts):
    facts.setdefault("price_weight", D(70))
    return Inputs(Ranking(ranking), seed="seed", bids=bids, **facts)


def test_a_lot_by_points_and_again_after_a_disqualification():
    def marks(percent):
        return {5: (D(percent),)}

    bids = [bid(A, 100, marks=marks(80)), bid(B, 90, marks=marks(60)), bid(C, 60, marks=marks(10))]
    first = evaluate(lot("points", *bids, weights={5: D(30)}))
    assert [(result.bid_id, shown(result.ranked)) for result in first] == [
        (C, D("73.00")),
        (A, D("66.00")),
        (B, D("64.67")),
    ]
    assert Flag.BEST in first[0].flags
    again = evaluate(lot("points", *bids[:2], replace(bids[2], is_in=False), weights={5: D(30)}))
    assert [(result.bid_id, result.rank) for result in again] == [(B, 1), (A, 2), (C, None)]
    assert again[2].flags == {Flag.DISQUALIFIED}
    assert Flag.UNSCORED in evaluate(lot("points", bid(A, 100), weights={5: D(30)}))[0].flags


def test_a_lot_by_price_features_and_cost():
    low, high = bid(1, 475_000, chosen=(D("0.15"),)), bid(2, 410_000, costs=(Fraction(1000),))
    assert [result.bid_id for result in evaluate(lot("price", low, high))] == [2, 1]
    features = ((D("0.15"), D(0)), (D("0.05"), D(0)))
    by_features = evaluate(lot("features", low, high, features=features))
    assert [(result.bid_id, result.ranked) for result in by_features] == [(1, 400_000), (2, 411_000)]
    assert by_features[0].correction.denominator == Fraction(19, 16)
    assert evaluate(lot("cost", low, high, features=features))[0].ranked == 411_000


def test_flags_of_a_lot():
    results = evaluate(lot("price", bid(1, 550), bid(2, 1000), bid(3, 900), bid(4, None), ceiling=D(950)))
    assert [(result.bid_id, sorted(result.flags)) for result in results] == [
        (1, ["abnormal", "best"]), (3, []), (2, ["over_ceiling"]), (4, ["incomplete"]),
    ]  # fmt: skip


@given(standings, st.randoms(use_true_random=False))
def test_stored_inputs_give_the_same_places_again(entries, chance):
    bids = [
        BidInput(one.bid_id, one.value and one.value + 1, one.value and one.value + 2, one.changed_at, one.is_in,
                 marks={5: (D("12.5"), D(40))})
        for one in entries
    ]  # fmt: skip
    inputs = lot("points", *bids, weights={5: D(30)})
    chance.shuffle(bids)
    kept = json.loads(json.dumps(as_json(inputs)))
    assert evaluate(from_json(kept)) == evaluate(inputs) == evaluate(replace(inputs, bids=tuple(bids)))
    assert fingerprint(kept) == fingerprint(as_json(replace(inputs, bids=tuple(bids))))
    json.dumps(places_json(evaluate(inputs)))
