"""Auctions without a database: the tables of examples for steps, rounds, soft close and the climbing price."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest

from app.core.errors import Invalid
from app.sourcing.domain import auction_rounds as rounds
from app.sourcing.domain.auction_dutch import Clock, Dutch, accept, demand_clock
from app.sourcing.domain.auction_english import Basis, English, SoftClose, Taken, bid
from app.sourcing.domain.auction_hall import is_too_late, name_price, open_hall, stages_due, take_back
from app.sourcing.domain.auction_rounds import StageKind
from app.sourcing.domain.auction_rules import Kind, Rules, Shows, demand_rules
from app.sourcing.domain.auction_steps import Beat, Bidder, Limit, Refusal, demand_step, ranking, step_range

ELEVEN = datetime(2027, 3, 1, 11, tzinfo=UTC)
NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)
FIVE = timedelta(minutes=5)


def at(text):
    return datetime.fromisoformat(f"2027-03-01T{text}+00:00")


def bidder(number, price, minutes=0, coefficient="1"):
    return Bidder(number, Decimal(price), ELEVEN + timedelta(minutes=minutes), Fraction(coefficient), number)


@pytest.mark.parametrize(("value", "least", "most"), [("10000", "50", "300"), ("333.33", "1.66", "10.00")])
def test_the_step_lies_between_half_a_percent_and_three(value, least, most):
    assert step_range(Decimal(value)) == (Decimal(least), Decimal(most))
    demand_step(Decimal(least), Decimal(value))
    for wrong in (Decimal(least) - Decimal("0.01"), Decimal(most) + Decimal("0.01")):
        with pytest.raises(Invalid):
            demand_step(wrong, Decimal(value))


@pytest.mark.parametrize(
    ("beat", "price", "refusal"),
    [
        (Beat.OWN, "990", None),
        (Beat.OWN, "990.01", Refusal.TOO_HIGH),
        (Beat.LEADER, "940", None),
        (Beat.LEADER, "940.01", Refusal.TOO_HIGH),
        (Beat.OWN, "0", Refusal.NOT_POSITIVE),
        (Beat.OWN, "-1", Refusal.NOT_POSITIVE),
        (Beat.OWN, "900.001", Refusal.TOO_FINE),
        (Beat.OWN, "900.000000", None),
    ],
)
def test_a_price_keeps_the_step_to_its_own_or_to_the_leader(beat, price, refusal):
    everybody = (bidder(1, "1000"), bidder(2, "950"))
    assert Limit(Decimal(10), beat).refusal(Decimal(price), everybody[0], everybody) is refusal


def test_with_features_the_step_is_kept_in_money():
    own = bidder(1, "475000", coefficient="19/16")
    assert own.ranked == 400000
    assert Limit(Decimal(1000)).highest(own, [own]) == Decimal("474000.00")
    leader = bidder(2, "399000")
    assert Limit(Decimal(1000), Beat.LEADER).highest(own, [own, leader]) == Decimal("472812.50")


def test_with_costs_the_price_is_found_back():
    own = replace(bidder(1, "1000", coefficient="1.25"), addition=Fraction(50))
    assert own.ranked == 850
    assert own.price_of(Fraction(850)) == 1000


def test_equal_prices_rank_by_their_time_and_an_unchanged_price_keeps_it():
    late, early, dear = bidder(1, "100", 5), bidder(2, "100", 4), bidder(3, "101", 0)
    assert [one.number for one in ranking([late, dear, early])] == [2, 1, 3]
    assert rounds.turn_order((late, dear, early)) == (3, 1, 2)  # worst first, of equal prices the later


@pytest.mark.parametrize(("n", "bidding", "result"), [(2, 21, 23), (3, 27, 29), (5, 39, 41), (10, 69, 71)])
def test_the_length_of_rounds(n, bidding, result):
    stages = rounds.plan(ELEVEN, n)
    turns = [stage for stage in stages if stage.kind is StageKind.TURN]
    assert turns[-1].ends_at == ELEVEN + timedelta(minutes=bidding)
    assert stages[-1].kind is StageKind.RESULT
    assert stages[-1].starts_at == ELEVEN + timedelta(minutes=result)


def test_the_plan_of_three_bidders_from_eleven():
    stages = rounds.plan(ELEVEN, 3)
    assert [(stage.kind, stage.starts_at.minute) for stage in stages] == [
        ("pause", 0), ("turn", 5), ("turn", 7), ("turn", 9),
        ("pause", 11), ("turn", 13), ("turn", 15), ("turn", 17),
        ("pause", 19), ("turn", 21), ("turn", 23), ("turn", 25),
        ("preparing", 27), ("result", 29),
    ]  # fmt: skip
    assert [stage.position for stage in stages] == list(range(14))
    assert all(one.ends_at == two.starts_at for one, two in pairwise(stages))


def test_a_start_is_drawn_on_the_next_working_day():
    friday = datetime(2027, 3, 5, 15, tzinfo=UTC)
    for drawn, shown in ((0, "2027-03-08T10:00"), (300, "2027-03-08T15:00")):
        start = rounds.next_start(friday, "Europe/Berlin", lambda _n, d=drawn: d, lambda day: day.weekday() < 5)
        assert start.isoformat().startswith(shown)


def english(soft, end=NOON, extensions=0):
    crowd = (bidder(1, "1000"), bidder(2, "950"), bidder(3, "980"))
    return English(Limit(Decimal(10)), soft, ELEVEN, end, crowd, extensions)


SOFT = SoftClose(FIVE, FIVE)


@pytest.mark.parametrize(
    ("soft", "when", "end", "counts"),
    [
        (SOFT, "11:54:59", "12:00:00", False),
        (SOFT, "11:55:00", "12:05:00", True),
        (SOFT, "11:56:00", "12:05:00", True),
        (replace(SOFT, basis=Basis.RECEIPT), "11:55:00", "12:00:00", True),
        (replace(SOFT, basis=Basis.RECEIPT), "11:56:00", "12:01:00", True),
        (replace(SOFT, basis=Basis.RECEIPT), "11:59:59", "12:04:59", True),
        (replace(SOFT, lowest_rank=1), "11:59:00", "12:00:00", False),  # 960 is rank 2
        (replace(SOFT, lowest_rank=2), "11:59:00", "12:05:00", True),
    ],
)
def test_soft_close(soft, when, end, counts):
    taken = bid(english(soft), 1, Decimal(960), at(when))
    assert isinstance(taken, Taken)
    assert (taken.auction.ends_at, taken.is_extended, taken.rank) == (at(end), counts, 2)
    assert taken.auction.extensions == int(counts)


def test_a_second_bid_extends_again_until_the_cap():
    first = bid(english(SOFT), 1, Decimal(960), at("11:55:00"))
    second = bid(first.auction, 3, Decimal(940), at("12:04:59"))
    assert second.auction.ends_at == at("12:10:00")
    capped = bid(english(replace(SOFT, cap=2), extensions=2), 1, Decimal(900), at("11:59:00"))
    assert (capped.auction.ends_at, capped.auction.extensions, capped.rank) == (NOON, 2, 1)


@pytest.mark.parametrize("basis", list(Basis))
@pytest.mark.parametrize(
    ("when", "refusal"),
    [("12:00:00", Refusal.LATE), ("12:00:00.000001", Refusal.LATE), ("10:59:59.999999", Refusal.EARLY)],
)
def test_late_is_late(basis, when, refusal):
    auction = english(replace(SOFT, basis=basis))
    assert bid(auction, 1, Decimal(900), at(when)) is refusal
    assert isinstance(bid(auction, 1, Decimal(900), at("11:59:59.999999")), Taken)


CLOCK = Clock(Decimal(800), Decimal(1000), Decimal(60), timedelta(seconds=30), NOON)


@pytest.mark.parametrize(
    ("when", "price", "rises"),
    [
        ("11:59:00", "800", "12:00:00"),
        ("12:00:00", "800", "12:00:30"),
        ("12:00:29.999999", "800", "12:00:30"),
        ("12:00:30", "860", "12:01:00"),
        ("12:01:59", "980", "12:02:00"),
        ("12:02:00", "1000", None),
        ("12:09:00", "1000", None),
    ],
)
def test_the_price_climbs_by_the_clock(when, price, rises):
    assert CLOCK.price_at(at(when)) == Decimal(price)
    assert CLOCK.next_rise(at(when)) == (at(rises) if rises else None)
    assert CLOCK.ends_at == at("12:02:30")


@pytest.mark.parametrize(
    ("when", "price", "refusal"),
    [
        ("12:00:31", "860", None),
        ("12:01:01", "860", None),  # the clock went on while the answer travelled
        ("12:00:29", "860", Refusal.NOT_REACHED),
        ("12:01:01", "861", Refusal.NOT_REACHED),
        ("12:02:29", "1000", None),
        ("12:02:30", "1000", Refusal.LATE),
        ("11:59:59", "800", Refusal.EARLY),
    ],
)
def test_the_first_who_takes_the_price_wins(when, price, refusal):
    auction = Dutch(CLOCK, (bidder(1, "1000"), bidder(2, "1100")))
    found = accept(auction, 2, Decimal(price), at(when))
    if refusal:
        assert found is refusal
    else:
        assert (found.winner, found.bidders[1].price) == (2, Decimal(price))
        assert accept(found, 1, Decimal(price), at(when)) is Refusal.LATE


@pytest.mark.parametrize(
    "wrong", [{"floor": Decimal(0)}, {"ceiling": Decimal(800)}, {"rise": Decimal(0)}, {"interval": timedelta(0)}]
)
def test_a_clock_that_cannot_run_is_refused(wrong):
    demand_clock(CLOCK)
    with pytest.raises(Invalid):
        demand_clock(replace(CLOCK, **wrong))


ROUNDS = Rules(Kind.ROUNDS, Limit(Decimal(10)))


def hall_of_rounds():
    return open_hall(ROUNDS, ELEVEN, (bidder(1, "1000"), bidder(2, "950"), bidder(3, "980")))


def moved(hall, moment):
    return [hall, *stages_due(hall, at(moment))][-1]


def test_only_who_is_on_turn_names_a_price_and_it_is_published_when_the_turn_ends():
    hall = hall_of_rounds()
    assert name_price(hall, 1, Decimal(900), at("11:01:00")).refusal is Refusal.NOT_ON_TURN
    hall = moved(hall, "11:05:00")
    assert hall.on_turn == 1
    assert name_price(hall, 3, Decimal(900), at("11:05:30")).refusal is Refusal.NOT_ON_TURN
    assert take_back(hall, 1, at("11:05:30")).refusal is Refusal.NOTHING_THERE
    hall = name_price(hall, 1, Decimal(960), at("11:05:40")).hall
    hall = take_back(hall, 1, at("11:05:50")).hall
    hall = name_price(hall, 1, Decimal(940), at("11:06:00")).hall
    assert hall.own(1).price == 1000
    hall = moved(hall, "11:07:00")
    assert (hall.own(1).price, hall.own(1).since, hall.on_turn) == (940, at("11:06:00"), 3)
    hall = moved(hall, "11:11:00")
    assert hall.order == (3, 2, 1)  # made anew at the pause
    assert (hall.own(3).price, hall.own(2).price) == (980, 950)  # no bid: the price stays


def test_nobody_bids_once_the_result_is_prepared():
    hall = moved(hall_of_rounds(), "11:27:00")
    assert name_price(hall, 2, Decimal(900), at("11:27:30")).refusal is Refusal.LATE
    assert moved(hall, "11:29:00").rounds.is_over


def test_a_stage_more_than_two_minutes_late_stops_everything():
    hall = hall_of_rounds()
    assert not is_too_late(hall, at("11:07:00"))
    assert is_too_late(hall, at("11:07:00.000001"))


def test_rules_survive_json_and_are_checked():
    rules = Rules(
        Kind.ENGLISH, Limit(Decimal("12.50"), Beat.LEADER, 2), Shows.LEADER,
        SoftClose(FIVE, timedelta(minutes=3), Basis.RECEIPT, 1, 10), timedelta(minutes=20),
    )  # fmt: skip
    assert Rules.from_json(rules.as_json()) == rules
    demand_rules(rules, NOON)
    for wrong in (
        replace(rules, limit=Limit(Decimal(0))),
        replace(rules, shows=Shows.RANK),
        replace(rules, duration=timedelta(seconds=5)),
        replace(rules, soft_close=SoftClose(timedelta(hours=1), FIVE)),
        replace(rules, soft_close=SoftClose(FIVE, timedelta(0))),
        replace(rules, soft_close=replace(rules.soft_close, lowest_rank=0)),
        Rules(Kind.DUTCH, rules.limit, floor=Decimal(1), ceiling=Decimal(9), rise=Decimal(1), interval=FIVE * 1000),
    ):
        with pytest.raises(Invalid):
            demand_rules(wrong, NOON)
