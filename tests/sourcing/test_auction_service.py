"""Auctions in the database: planned from qualified bids, prices under the lock, stages by the clock, log and protocol."""

from __future__ import annotations

import dataclasses
import hashlib
import threading
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from app.core.db import db
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.tenancy import acting_as, system_scope
from app.sourcing.domain.auction_english import SoftClose
from app.sourcing.domain.auction_log import follow, order_of, replay
from app.sourcing.domain.auction_rules import Kind, Rules
from app.sourcing.domain.auction_steps import Beat, Limit
from app.sourcing.domain.chain import canonical
from app.sourcing.models.auctions import Auction, AuctionBid, AuctionBidder
from app.sourcing.models.tenders import TenderLot
from app.sourcing.queries.auction_log import log_of
from app.sourcing.queries.evaluation import evaluation_of
from app.sourcing.service.auction_bids import place_auction_bid, take_back_auction_bid
from app.sourcing.service.auction_stages import advance, advance_due
from app.sourcing.service.auctions import move_auction, plan_auction
from app.sourcing.service.tender_state import advance_tender
from tests.factories.auctions import english, opened_tender, shifted

pytestmark = pytest.mark.usefixtures("committing")


def soon():
    return datetime.now(UTC) + timedelta(minutes=5)


def planned(config, *prices, rules=None, kind="english", ago=timedelta(seconds=1)):
    """A tender and its auction, whose beginning lies a second in the past."""
    tender = opened_tender(config, *prices, kind=kind)
    with acting_as(tender.buyer):
        auction_id = plan_auction(tender.buyer, tender.tender_id, tender.lot_id, rules or english(), soon())
    with system_scope("test"):
        starts_at = db.session.scalar(select(Auction.starts_at).where(Auction.id == auction_id))
    shifted(config, auction_id, starts_at - datetime.now(UTC) + ago)
    return tender, auction_id


def bid(actor, auction_id, price, ref="r1"):
    with acting_as(actor):
        return place_auction_bid(actor, auction_id, Decimal(price), client_ref=ref)


def row(auction_id):
    with system_scope("test"):
        found = db.session.get(Auction, auction_id, populate_existing=True)
        db.session.expunge(found)
        return found


def seats(auction_id):
    """Rank and price by supplier."""
    with system_scope("test"):
        rows = db.session.scalars(select(AuctionBidder).where(AuctionBidder.auction_id == auction_id))
        return {one.supplier_id: (one.rank, one.price) for one in rows}


def checked_log(auction_id):
    """The log as stored, its chain and its replay verified."""
    with system_scope("test"):
        entries, hashes = log_of(auction_id)
        assert follow(entries, hashes) == 0
        assert hashes[-1] == db.session.scalar(select(Auction.head).where(Auction.id == auction_id))
        again = replay(entries)
        assert again.holds
        return entries, again.hall


def test_an_english_auction_from_plan_to_protocol(config, world):
    with world():
        tender, auction_id = planned(config, "1000", "950", "980")
        first, second, third = tender.bidders
        assert bid(first, auction_id, "940").rank == 1
        refused = bid(second, auction_id, "945")
        assert (refused.refusal, refused.is_accepted) == ("too_high", False)
        assert bid(third, auction_id, "930", "x").rank == 1
        assert seats(auction_id) == {
            first.company_id: (2, 940), second.company_id: (3, 950), third.company_id: (1, 930),
        }  # fmt: skip
        shifted(config, auction_id, timedelta(minutes=20))
        late = bid(first, auction_id, "900", "late")
        assert late.refusal == "late"
        assert advance_due() == 1
        ended = row(auction_id)
        assert (ended.state, ended.next_at) == ("ended", None)
        with acting_as(tender.buyer):
            found = evaluation_of(tender.buyer, tender.tender_id, tender.lot_id)
        assert next((one.supplier_id, one.price) for one in found.ranked) == (third.company_id, 930)
        assert found.state == "evaluation"
        assert ended.protocol_hash == hashlib.sha256(canonical(ended.protocol)).hexdigest()
        assert [place["price"] for place in ended.protocol["places"]] == ["930.000000", "940.000000", "950.000000"]
        with pytest.raises(Conflict):
            bid(first, auction_id, "800", "after")


def test_the_log_gives_order_extensions_and_end_again(config, world):
    with world():
        soft = SoftClose(timedelta(seconds=60), timedelta(seconds=1), cap=2)
        tender, auction_id = planned(config, "1000", "950", rules=english(seconds=60, soft=soft))
        for number, (actor, price) in enumerate(zip(tender.bidders * 3, (940, 930, 920, 910, 900, 890), strict=True)):
            assert bid(actor, auction_id, str(price), f"r{number}").is_accepted
        stored = row(auction_id)
        entries, hall = checked_log(auction_id)
        assert (hall.ends_at, hall.extensions) == (stored.ends_at, stored.extensions) == (hall.ends_at, 2)
        ranks = {number: rank for rank, number in enumerate(order_of(hall), start=1)}
        with system_scope("test"):
            rows = db.session.scalars(select(AuctionBidder).where(AuctionBidder.auction_id == auction_id))
            assert {one.number: one.rank for one in rows} == ranks
        assert [entry.event for entry in entries] == ["begin"] + ["bid"] * 6


def test_the_same_reference_gives_the_same_answer(config, world):
    with world():
        tender, auction_id = planned(config, "1000", "950")
        first = bid(tender.bidders[0], auction_id, "900", "key")
        again = bid(tender.bidders[0], auction_id, "900", "key")
        assert again.is_repeat
        assert dataclasses.replace(again, is_repeat=False, revision=first.revision) == first
        with pytest.raises(Conflict):
            bid(tender.bidders[0], auction_id, "890", "key")
        assert bid(tender.bidders[1], auction_id, "880", "key").is_accepted  # references are each bidder's own


def test_who_may_bid_and_when(config, world):
    with world():
        tender = opened_tender(config, "1000", "950")
        stranger = opened_tender(config, "1000", "950").bidders[0]
        with acting_as(tender.buyer):
            auction_id = plan_auction(tender.buyer, tender.tender_id, tender.lot_id, english(), soon())
        with pytest.raises(Conflict):
            bid(tender.bidders[0], auction_id, "900")
        with pytest.raises(NotFound):
            bid(stranger, auction_id, "900")
        with pytest.raises(Forbidden):
            bid(tender.buyer, auction_id, "900")
        for odd in ("900.0000001", "NaN", "1e30"):
            with pytest.raises(Invalid):
                bid(tender.bidders[0], auction_id, odd)


def test_a_lot_has_one_auction_of_the_announced_kind_with_two_bids_at_least(config, world):
    with world():
        tender = opened_tender(config, "1000", "950")
        with acting_as(tender.buyer):
            with pytest.raises(Invalid):
                plan_auction(
                    tender.buyer, tender.tender_id, tender.lot_id, Rules(Kind.ROUNDS, Limit(Decimal(1))), soon()
                )
            plan_auction(tender.buyer, tender.tender_id, tender.lot_id, english(), soon())
            with pytest.raises(Conflict):
                plan_auction(tender.buyer, tender.tender_id, tender.lot_id, english(), soon())
        for wrong in (opened_tender(config, "1000"), opened_tender(config, "1000", "900", kind="none"),
                      opened_tender(config, "1000", "900", ranking="points")):  # fmt: skip
            with acting_as(wrong.buyer), pytest.raises(Conflict):
                plan_auction(wrong.buyer, wrong.tender_id, wrong.lot_id, english(), soon())
        with acting_as(tender.bidders[0]), pytest.raises(Forbidden):
            plan_auction(tender.bidders[0], tender.tender_id, tender.lot_id, english(), soon())


def test_an_auction_to_come_can_be_moved_and_goes_with_the_tender(config, world):
    with world():
        tender = opened_tender(config, "1000", "950")
        with acting_as(tender.buyer):
            old = plan_auction(tender.buyer, tender.tender_id, tender.lot_id, english(), soon())
            fresh = move_auction(tender.buyer, old, english("5"), soon() + timedelta(hours=1))
        assert (row(old).state, row(old).reason, row(fresh).state) == ("stopped", "moved", "planned")
        shifted(config, fresh, timedelta(hours=1, minutes=6))
        advance(fresh)
        with acting_as(tender.buyer):
            with pytest.raises(Conflict):
                move_auction(tender.buyer, fresh, english(), soon())
            with pytest.raises(Conflict):
                advance_tender(tender.buyer, tender.tender_id, "cancel", role="buyer")
        other = opened_tender(config, "1000", "950")
        with acting_as(other.buyer):
            waiting = plan_auction(other.buyer, other.tender_id, other.lot_id, english(), soon())
            advance_tender(other.buyer, other.tender_id, "cancel", role="buyer")
        assert (row(waiting).state, row(waiting).reason) == ("stopped", "cancelled")


def test_a_dutch_price_ends_everything_for_the_first_who_takes_it(config, world):
    with world():
        rules = Rules(
            Kind.DUTCH, Limit(Decimal(1)), floor=Decimal(800), ceiling=Decimal(940), rise=Decimal(10),
            interval=timedelta(minutes=1),
        )  # fmt: skip
        tender, auction_id = planned(config, "1000", "950", rules=rules, kind="dutch")
        shifted(config, auction_id, timedelta(minutes=2))
        first, second = tender.bidders
        assert bid(first, auction_id, "830").refusal == "not_reached"
        assert bid(first, auction_id, "820", "b").is_accepted
        with pytest.raises(Conflict):
            bid(second, auction_id, "820", "c")
        assert row(auction_id).state == "ended"
        assert seats(auction_id) == {first.company_id: (1, 820), second.company_id: (2, 950)}
        checked_log(auction_id)


def test_a_dutch_clock_nobody_stops_leaves_the_bids(config, world):
    with world():
        rules = Rules(
            Kind.DUTCH, Limit(Decimal(1)), floor=Decimal(800), ceiling=Decimal(940), rise=Decimal(70),
            interval=timedelta(minutes=1),
        )  # fmt: skip
        tender, auction_id = planned(config, "1000", "950", rules=rules, kind="dutch")
        advance(auction_id)
        shifted(config, auction_id, timedelta(minutes=3))
        advance(auction_id)
        assert row(auction_id).state == "ended"
        assert seats(auction_id)[tender.bidders[1].company_id] == (1, 950)
        too_high = dataclasses.replace(rules, ceiling=Decimal(960))
        other = opened_tender(config, "1000", "950", kind="dutch")
        with acting_as(other.buyer), pytest.raises(Invalid):
            plan_auction(other.buyer, other.tender_id, other.lot_id, too_high, soon())


ROUNDS = Rules(Kind.ROUNDS, Limit(Decimal(10)))


def test_rounds_give_each_bidder_its_turn_and_publish_afterwards(config, world):
    with world():
        tender, auction_id = planned(config, "1000", "950", rules=ROUNDS, kind="rounds")
        dear, cheap = tender.bidders
        advance(auction_id)
        assert row(auction_id).state == "running"
        shifted(config, auction_id, timedelta(minutes=5))
        assert bid(cheap, auction_id, "900").refusal == "not_on_turn"
        kept = bid(dear, auction_id, "930", "a")
        assert (kept.is_accepted, kept.rank) == (True, None)
        with acting_as(dear):
            assert take_back_auction_bid(dear, auction_id, client_ref="b").is_accepted
        assert bid(dear, auction_id, "920", "c").is_accepted
        assert seats(auction_id)[dear.company_id] == (2, 1000)
        shifted(config, auction_id, timedelta(minutes=2))
        advance(auction_id)
        assert seats(auction_id)[dear.company_id] == (1, 920)
        for _ in range(9):
            shifted(config, auction_id, timedelta(minutes=2))
            advance(auction_id)
        ended = row(auction_id)
        assert (ended.state, ended.protocol["places"][0]["price"]) == ("ended", "920.000000")


def test_a_missed_stage_plans_all_anew_from_the_first_prices(config, world):
    with world():
        tender, auction_id = planned(config, "1000", "950", rules=ROUNDS, kind="rounds")
        advance(auction_id)
        shifted(config, auction_id, timedelta(minutes=5))
        assert bid(tender.bidders[0], auction_id, "900").is_accepted
        shifted(config, auction_id, timedelta(minutes=4, seconds=1))
        advance(auction_id)
        assert (row(auction_id).state, row(auction_id).reason) == ("stopped", "late")
        with system_scope("test"):
            fresh = db.session.scalars(select(Auction).where(Auction.state == "planned")).one()
            assert fresh.starts_at > datetime.now(UTC)
            assert db.session.scalar(select(TenderLot.state).where(TenderLot.id == tender.lot_id)) == "auction"
            fresh_id = fresh.id
        assert seats(fresh_id)[tender.bidders[0].company_id] == (2, 1000)


def together(app, works):
    start, results = threading.Barrier(len(works)), [None] * len(works)

    def run(place, actor, work):
        with app.app_context(), acting_as(actor):
            start.wait(10)
            try:
                results[place] = work()
            except Exception as error:
                results[place] = error
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=(place, *work)) for place, work in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


@pytest.mark.races
def test_twenty_bidders_at_once_lose_no_accepted_price(app, config, world):
    with world():
        prices = [str(1000 + number) for number in range(20)]
        tender, auction_id = planned(config, *prices, rules=english("1", beat=Beat.LEADER))
    works = [
        (one, lambda one=one, place=place: place_auction_bid(
            one, auction_id, Decimal(900) - place, client_ref="once"))
        for place, one in enumerate(tender.bidders)
    ]  # fmt: skip
    results = together(app, works)
    with world():
        assert not [one for one in results if isinstance(one, Exception)]
        entries, hall = checked_log(auction_id)
        bids = [entry for entry in entries if entry.event == "bid"]
        assert len(bids) == 20
        assert sorted(entry.sequence for entry in bids) == sorted(one.sequence for one in results)
        accepted = {one.sequence: one.price for one in results if one.is_accepted}
        assert {entry.sequence: entry.price for entry in bids if not entry.refusal} == accepted
        assert hall.ranked()[0].price == min(accepted.values())
        assert {one.price for one in hall.bidders} == {price for _, price in seats(auction_id).values()}


@pytest.mark.races
def test_prices_around_the_last_microsecond(app, config, world):
    """Thirty prices arrive while the end passes: each counts exactly when its database time lies before the end."""
    with world():
        tender, auction_id = planned(
            config,
            *["1000"] * 3,
            rules=english("1", seconds=30, soft=SoftClose(timedelta(0), timedelta(0))),
            ago=timedelta(seconds=29.75),
        )
        end = row(auction_id).ends_at

    def hammer(one):
        for number in range(10):
            try:
                place_auction_bid(one, auction_id, Decimal(900 - number), client_ref=f"k{number}")
            except Conflict:
                return

    together(app, [(one, lambda one=one: hammer(one)) for one in tender.bidders])
    with world():
        advance(auction_id)
        entries, hall = checked_log(auction_id)
        bids = [entry for entry in entries if entry.event == "bid"]
        assert bids
        assert all((entry.at >= end) == (entry.refusal == "late") for entry in bids)
        assert hall.ends_at == end
        with system_scope("test"):
            assert db.session.scalar(select(Auction.state).where(Auction.id == auction_id)) in {"running", "ended"}
            assert len(db.session.scalars(select(AuctionBid.id)).all()) == len(entries)


@pytest.mark.races
def test_one_reference_sent_ten_times_at_once_is_one_price(app, config, world):
    with world():
        tender, auction_id = planned(config, "1000", "950")
    one = tender.bidders[0]
    results = together(
        app, [(one, lambda: place_auction_bid(one, auction_id, Decimal(900), client_ref="k"))] * 10
    )  # fmt: skip
    assert len({result.sequence for result in results}) == 1
    assert sum(not result.is_repeat for result in results) == 1


@pytest.mark.races
def test_many_pages_that_notice_the_end_end_it_once(app, config, world):
    with world():
        tender, auction_id = planned(config, "1000", "950", ago=timedelta(hours=1))
    together(app, [(one, lambda: advance(auction_id)) for one in tender.bidders * 4])
    with world():
        entries, _ = checked_log(auction_id)
        assert [entry.event for entry in entries] == ["begin", "end"]
