"""Opened bids are decided, marked, ranked and compared; who may do what; what is stored can be calculated again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from sqlalchemy import insert, select, text

from app.accounts.domain.roles import Role
from app.core.db import db, transaction
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.tenancy import acting_as, system_scope
from app.sourcing.domain.evaluation import Flag, evaluate, fingerprint, from_json, places_json
from app.sourcing.domain.tender import RequirementEntry
from app.sourcing.models.auctions import Auction, AuctionBidder
from app.sourcing.models.chain import SourcingEvent
from app.sourcing.models.evaluation import BidDecision, Clarification, EvaluationResult
from app.sourcing.models.tenders import TenderRequirement
from app.sourcing.queries.evaluation import evaluation_of, evaluations_of
from app.sourcing.service.clarifications import answer_clarification, ask_bidder, judge_explanation
from app.sourcing.service.evaluation import GivenMark, decide_bid, end_qualification, score, store_ranking
from tests.factories.accounts import actor_for, person
from tests.factories.evaluation import bid, bids_of, open_bids, opened, price
from tests.factories.evaluators import criterion_of, member
from tests.factories.tenders import bidding
from tests.support.queries import counted

pytestmark = pytest.mark.usefixtures("ctx")
D = Decimal
CRITERION = RequirementEntry("criterion", "Service", answer_type="text", weight=D(30), is_mandatory=False)


def lot_of(made, place=0, actor=None):
    actor = actor or made.buyer
    with acting_as(actor):
        return evaluation_of(actor, made.id, made.lots[place])


def order(made, place=0):
    return [row.bid_id for row in lot_of(made, place).ranked]


def by_points(prices=(("10", "10"), ("9", "9")), **facts):
    flags = {"procedure": "proposals", "ranking": "points", "price_weight": D(70), "envelopes": 1}
    return opened(prices, requirements=(CRITERION,), **(flags | {"has_prequalification": False} | facts))


def test_the_lowest_sum_is_first_and_equal_ones_by_time():
    made = opened([["10", "10"], ["9", "9.5"], ["12", "6.5"]])
    first, second, third = bids_of(made)
    lot = lot_of(made)
    assert order(made) == [second, third, first]
    assert [row.price for row in lot.rows] == [D(185), D(185), D(200)]
    assert [Flag.BEST in row.flags for row in lot.rows] == [True, True, False]
    assert lot.sheet.rows[0].ranks == {first: 2, second: 1, third: 3}


def test_an_incomplete_bid_has_prices_but_no_rank():
    made = opened([["10", "10"], ["1", None]])
    first, second = bids_of(made)
    lot = lot_of(made)
    assert order(made) == [first]
    row = lot.row(second)
    assert (row.price, row.filled, row.missing) == (None, D(110), (made.lines[1],))
    assert row.flags == {Flag.INCOMPLETE}


def test_currencies_are_compared_at_the_rate_of_the_opening():
    with system_scope("test"):
        db.session.execute(
            text("INSERT INTO exchange_rates (currency_from, currency_to, on_date, rate, source)"
                 " VALUES ('USD', 'EUR', current_date - 1, 0.9, 'test') ON CONFLICT DO NOTHING")
        )  # fmt: skip
        db.session.commit()
    made = bidding(suppliers=2, lines=1, currencies=("EUR", "USD"))
    bid(made, 0, [price(made.lines[0], "9.50")])
    bid(made, 1, [price(made.lines[0], "10.10", freight=D(2))], currency="USD")
    open_bids(made)
    own, foreign = bids_of(made)
    lot = lot_of(made)
    assert order(made) == [foreign, own]
    row = lot.row(foreign)
    assert (row.currency, row.net, row.price) == ("USD", D("90.9"), D("92.7"))
    assert lot.sheet.rows[0].cells[foreign].offer.goods == D("101")


def test_a_disqualified_bid_leaves_the_ranking_and_can_come_back():
    made = opened([["10"], ["9"], ["8"]])
    first, second, third = bids_of(made)
    with acting_as(made.buyer):
        with pytest.raises(Invalid) as refusal:
            decide_bid(made.buyer, made.id, made.lots[0], third, decision="disqualified", reason=" ")
        assert refusal.value.field == "reason"
        decide_bid(made.buyer, made.id, made.lots[0], third, decision="disqualified", reason="no licence")
    assert order(made) == [second, first]
    assert lot_of(made).row(third).price == D(80)
    with acting_as(made.buyer):
        decide_bid(made.buyer, made.id, made.lots[0], third, decision="qualified")
    assert order(made) == [third, second, first]
    with system_scope("test"):
        events = db.session.scalars(
            select(SourcingEvent).where(SourcingEvent.object_id == made.id, SourcingEvent.event == "qualify")
        ).all()
        assert [event.reason for event in events] == ["no licence", ""]


def test_points_are_counted_again_without_the_disqualified_bid():
    made = by_points([["10"], ["9"], ["6"]])
    first, second, third = bids_of(made)
    criterion, judge = criterion_of(made), member(made)
    with acting_as(judge):
        score(judge, made.id, made.lots[0], [
            GivenMark(first, criterion, D(80)), GivenMark(second, criterion, D(60)), GivenMark(third, criterion, D(10)),
        ])  # fmt: skip
    lot = lot_of(made)
    assert [(row.bid_id, row.points) for row in lot.ranked] == [
        (third, D("73")),
        (first, D("66")),
        (second, D("64.6667")),
    ]
    with acting_as(made.buyer):
        decide_bid(made.buyer, made.id, made.lots[0], third, decision="disqualified", reason="late papers")
    assert [(row.bid_id, row.points) for row in lot_of(made).ranked] == [(second, D(88)), (first, D(87))]


def test_marks_need_a_range_and_a_reason_at_the_ends():
    made = by_points()
    first, second = bids_of(made)
    criterion, judge = criterion_of(made), member(made)
    lot_id = made.lots[0]
    with acting_as(judge):
        for mark, comment in [("101", "x"), ("-1", "x"), ("0", ""), ("100", " "), ("NaN", "x")]:
            with pytest.raises(Invalid) as refusal:
                score(judge, made.id, lot_id, [GivenMark(first, criterion, D(mark), comment, "mark-1")])
            assert refusal.value.field == "mark-1"
        score(judge, made.id, lot_id, [GivenMark(first, criterion, D(100), "flawless")])
        score(judge, made.id, lot_id, [GivenMark(first, criterion, D("62.5"), ""), GivenMark(second, criterion, D(50))])
    other = member(made, "committee")
    with acting_as(other):
        score(other, made.id, lot_id, [GivenMark(first, criterion, D("37.5"))])
    lot = lot_of(made)
    assert lot.row(first).quality_points == D(15)
    assert [score.mark for score in lot.scores if score.user_id == judge.user_id] == [D("62.5"), D(50)]


def test_only_those_who_are_named_give_marks_or_decide():
    made = by_points()
    first = bids_of(made)[0]
    stranger = actor_for(person(made.company, Role.BUYER), made.company)
    mark = [GivenMark(first, criterion_of(made), D(50))]
    for actor in (stranger, made.buyer):
        with acting_as(actor), pytest.raises(Forbidden):
            score(actor, made.id, made.lots[0], mark)
    with acting_as(stranger), pytest.raises(Forbidden):
        decide_bid(stranger, made.id, made.lots[0], first, decision="qualified")
    other = by_points()
    with acting_as(other.buyer), pytest.raises(NotFound):
        decide_bid(other.buyer, made.id, made.lots[0], first, decision="qualified")
    with acting_as(other.buyer), pytest.raises(NotFound):
        evaluation_of(other.buyer, made.id, made.lots[0])


def test_blind_marks_hide_until_everybody_has_finished():
    made = by_points(has_blind_scores=True)
    first, second = bids_of(made)
    criterion, one, two = criterion_of(made), member(made), member(made)
    marks = [GivenMark(first, criterion, D(50)), GivenMark(second, criterion, D(60))]
    with acting_as(one):
        score(one, made.id, made.lots[0], marks)
    with acting_as(made.buyer):
        assert evaluations_of(made.buyer, made.id).are_scores_hidden
    with acting_as(two):
        score(two, made.id, made.lots[0], marks)
    with acting_as(made.buyer):
        assert not evaluations_of(made.buyer, made.id).are_scores_hidden


def test_qualification_opens_the_prices_of_qualified_bids_only():
    made = opened([["10"], ["9"], ["8"]], procedure="two-stage", envelopes=2)
    first, second, third = bids_of(made)
    lot_id = made.lots[0]
    assert lot_of(made).state == "prequalification"
    assert order(made) == []
    with acting_as(made.buyer):
        decide_bid(made.buyer, made.id, lot_id, first, decision="qualified")
        decide_bid(made.buyer, made.id, lot_id, second, decision="qualified")
        with pytest.raises(Conflict):
            end_qualification(made.buyer, made.id)
        decide_bid(made.buyer, made.id, lot_id, third, decision="disqualified", reason="no papers")
        end_qualification(made.buyer, made.id)
    lot = lot_of(made)
    assert lot.state == "evaluation"
    assert order(made) == [second, first]
    assert lot.row(third).net is None
    with acting_as(made.buyer), pytest.raises(Conflict):
        decide_bid(made.buyer, made.id, lot_id, third, decision="qualified")


def test_a_sealed_tender_is_not_evaluated():
    made = bidding(suppliers=1, lines=1)
    bid(made, 0, [price(made.lines[0], "9")])
    with acting_as(made.buyer), pytest.raises(Conflict):
        evaluation_of(made.buyer, made.id, made.lots[0])


def test_nobody_probes_for_sealed_bids_through_a_foreign_key():
    made = bidding(suppliers=1, lines=1)
    bid(made, 0, [price(made.lines[0], "9")])
    values = {
        "company_id": made.company.id, "tender_id": made.id, "lot_id": made.lots[0], "decision": "qualified",
        "user_name": "x",
    }  # fmt: skip
    with acting_as(made.buyer):
        for bid_id in (1, 10**9):
            with pytest.raises(Exception, match="row-level security"), db.session.begin_nested():
                db.session.execute(insert(BidDecision).values(bid_id=bid_id, **values))


def test_an_abnormally_low_price_is_flagged_and_explained():
    made = opened([["10"], ["9"], ["5"]])
    third = bids_of(made)[2]
    lot_id = made.lots[0]
    low = lot_of(made).row(third)
    assert Flag.ABNORMAL in low.flags
    assert not low.is_explained
    supplier = made.suppliers[2][1]
    with acting_as(made.buyer):
        asked = ask_bidder(made.buyer, made.id, lot_id, third, question="Why so low?", kind="low_price")
    stranger = made.suppliers[0][1]
    with acting_as(stranger), pytest.raises(NotFound):
        answer_clarification(stranger, asked, "because")
    with acting_as(supplier):
        answer_clarification(supplier, asked, "We clear our stock.")
        with pytest.raises(Conflict):
            answer_clarification(supplier, asked, "Another reason.")
    assert not lot_of(made).row(third).is_explained
    with acting_as(made.buyer):
        judge_explanation(made.buyer, made.id, asked, is_accepted=True)
    assert lot_of(made).row(third).is_explained
    with system_scope("test"):
        row = db.session.scalars(select(Clarification)).one()
        assert row.due_at - row.asked_at >= timedelta(days=1)
        assert row.answered_at is not None


def test_a_stored_ranking_can_be_calculated_again():
    made = by_points()
    with acting_as(made.buyer):
        stored = store_ranking(made.buyer, made.id, made.lots[0])
        assert store_ranking(made.buyer, made.id, made.lots[0]) == stored
        decide_bid(made.buyer, made.id, made.lots[0], bids_of(made)[0], decision="disqualified", reason="x")
        assert store_ranking(made.buyer, made.id, made.lots[0]) != stored
        for row in db.session.scalars(select(EvaluationResult)):
            assert fingerprint(row.inputs) == row.inputs_hash
            assert places_json(evaluate(from_json(row.inputs))) == row.places


def test_features_correct_the_price():
    options = (("24 months", "0.15"), ("12 months", "0"))
    feature = RequirementEntry("feature", "Guarantee", answer_type="choice", options=options)
    second = RequirementEntry("feature", "Repair", answer_type="yes_no", options=(("yes", "0.05"), ("no", "0")))
    made = bidding(suppliers=2, lines=1, ranking="features", requirements=(feature, second))  # fmt: skip
    with system_scope("test"):
        ids = {one.title: one.id for one in db.session.scalars(select(TenderRequirement))}
    bid(made, 0, [price(made.lines[0], "47500")], answers={ids["Guarantee"]: "24 months", ids["Repair"]: False})
    bid(made, 1, [price(made.lines[0], "41000")], answers={ids["Guarantee"]: "12 months", ids["Repair"]: False})
    open_bids(made)
    better, cheaper = bids_of(made)
    lot = lot_of(made)
    assert order(made) == [better, cheaper]
    assert lot.row(better).coefficient == Fraction(19, 16)
    assert lot.row(better).ranked == D("400000")


def test_lots_are_evaluated_each_for_itself():
    made = opened([["10", "5"], ["9", "6"]], lots=2)
    first, second = bids_of(made)
    assert (order(made, 0), order(made, 1)) == ([second, first], [first, second])
    with acting_as(made.buyer):
        decide_bid(made.buyer, made.id, made.lots[0], second, decision="disqualified", reason="x")
    assert (order(made, 0), order(made, 1)) == ([first], [first, second])


def test_an_evaluation_costs_the_same_for_few_bids_and_many(app):
    costs = []
    for size in (2, 8):
        made = opened([[str(10 + n), "5"] for n in range(size)])
        with acting_as(made.buyer), counted(app) as seen:
            evaluations_of(made.buyer, made.id)
        costs.append(len(seen))
    assert costs[0] == costs[1]


def test_actors_keep_their_rights(world):
    made = opened([["10"], ["9"]])
    reader = replace(made.buyer, permissions=frozenset())
    with acting_as(reader), pytest.raises(Forbidden):
        ask_bidder(reader, made.id, made.lots[0], bids_of(made)[0], question="?")


def test_after_an_auction_its_last_prices_and_their_times_count():
    made = opened([["10", "10"], ["9", "9"]])
    first, second = bids_of(made)
    before = lot_of(made)
    moment = before.row(second).price_changed_at + timedelta(hours=1)
    with system_scope("test"), transaction() as session:
        auction = Auction(
            company_id=made.company.id, tender_id=made.id, lot_id=made.lots[0], kind="english", state="ended",
            currency="EUR", rules={}, starts_at=moment, ends_at=moment + timedelta(minutes=5),
        )  # fmt: skip
        session.add(auction)
        session.flush()
        for number, (bid_id, last) in enumerate([(first, "170"), (second, "170")], start=1):
            session.add(
                AuctionBidder(
                    company_id=made.company.id,
                    auction_id=auction.id,
                    bid_id=bid_id,
                    number=number,
                    seed=number,
                    supplier_id=made.suppliers[number - 1][0].id,
                    start_price=D(200),
                    start_since=moment,
                    price=D(last),
                    rank=number,
                    since=moment + timedelta(minutes=3 - number),
                )
            )
    lot = lot_of(made)
    assert order(made) == [second, first]  # equal prices: the one named earlier
    assert [(row.price, row.initial) for row in lot.rows] == [(D(170), D(180)), (D(170), D(200))]
    assert lot.inputs_hash != before.inputs_hash
