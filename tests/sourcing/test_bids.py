"""Bids come in sealed and in time, are replaced, confirmed and withdrawn, and are opened by the clock alone."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select, text

from app.core.actor import Actor
from app.core.db import db
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.tenancy import acting_as
from app.sourcing.domain import receipts
from app.sourcing.models.offers import BidAnswer, BidLine, BidTotal
from app.sourcing.models.openings import OpeningRecord
from app.sourcing.queries.bids import count_bids
from app.sourcing.service import bids, opening, sealing_keys
from app.sourcing.service.tender_state import advance_tender
from tests.factories import bids as make
from tests.factories import tenders

pytestmark = pytest.mark.usefixtures("ctx")


def test_a_bid_is_read_by_its_supplier_and_by_nobody_else():
    made = tenders.bidding()
    received = make.submitted(made, 0, "123.456789")
    assert receipts.problem_of(json.dumps(received.receipt).encode()) == ""
    facts = received.receipt["receipt"]
    assert (facts["tender"], facts["bid"], facts["lots"], facts["lines"]) == (made.number, received.code, [1], 2)
    assert "123" not in json.dumps({**facts, "received_at": "", "sha256": "", "parts": []})
    _company, actor = made.suppliers[0]
    with acting_as(actor):
        own = bids.read_own(actor, made.id)
        assert own.content.offers[0].price == Decimal("123.456789")
        assert own.bid.state == "submitted"
    other = made.suppliers[1][1]
    with acting_as(other):
        assert bids.read_own(other, made.id).bid is None
        assert db.session.scalar(text("SELECT count(*) FROM bids")) == 0
    with acting_as(made.buyer):
        assert db.session.scalar(text("SELECT count(*) FROM bids")) == 0
        assert count_bids(made.buyer, made.id) is None
    assert db.session.scalar(text("SELECT count(*) FROM bid_parts")) == 0, "not the operator either"


def test_the_count_is_told_only_where_the_tender_says_so():
    made = tenders.bidding(show_bid_count=True)
    make.submitted(made)
    with acting_as(made.buyer):
        assert count_bids(made.buyer, made.id) == 1
    actor = made.suppliers[1][1]
    with acting_as(actor):
        assert count_bids(actor, made.id) is None


def test_late_is_late_though_nobody_has_closed_the_tender():
    made = tenders.bidding()
    tenders.shift(made, deadline=timedelta(seconds=-1))
    assert made.row().state == "bidding"
    with pytest.raises(Conflict, match="deadline has passed"):
        make.submitted(made)
    actor = made.suppliers[0][1]
    with acting_as(actor):
        assert bids.read_own(actor, made.id).bid is None


def test_drafts_are_kept_and_never_count():
    made = tenders.bidding(min_bids=1)
    actor = made.suppliers[0][1]
    with acting_as(actor):
        half = replace(make.content(make.asked_of(actor, made.id), "7"), valid_to=None)
        bids.save_draft(actor, made.id, half)
        assert bids.read_own(actor, made.id).content == half
    tenders.close(made)
    assert made.row().state == "unsuccessful", "a draft is no bid"
    with acting_as(actor), pytest.raises(Conflict, match="no keys"):
        bids.save_draft(actor, made.id, half)


def test_replacing_withdrawing_and_bidding_again():
    made = tenders.bidding(min_bids=1)
    first = make.submitted(made, 0, "10")
    second = make.submitted(made, 0, "8", base_version=1)
    assert (second.code, second.version) == (first.code, 2)
    with pytest.raises(Conflict, match="changed meanwhile"):
        make.submitted(made, 0, "7", base_version=1)
    actor = made.suppliers[0][1]
    with acting_as(actor):
        bids.withdraw_bid(actor, made.id, base_version=2, client_ref="w")
        assert bids.read_own(actor, made.id).bid.state == "withdrawn"
        with pytest.raises(Conflict):
            bids.withdraw_bid(actor, made.id, base_version=2, client_ref="w2")
    make.submitted(made, 0, "9", base_version=2)
    make.open_tender(made)
    (bid,) = make.bids_of(made)
    assert (bid.version, bid.supplier_id) == (3, made.suppliers[0][0].id)
    prices = db.session.scalars(select(BidLine.unit_price).where(BidLine.bid_id == bid.id)).all()
    assert set(prices) == {Decimal(9)}, "what was replaced or withdrawn never counts"


def test_the_same_request_gives_the_same_receipt():
    made = tenders.bidding()
    first = make.submitted(made, client_ref="once")
    again = make.submitted(made, client_ref="once")
    assert again.receipt == first.receipt
    with pytest.raises(Conflict, match="other content"):
        make.submitted(made, price="11", client_ref="once")


def test_who_may_bid():
    made = tenders.bidding()
    stranger = tenders.bidder()[1]
    with acting_as(stranger), pytest.raises(NotFound):
        bids.submit_bid(stranger, made.id, make.content(make.asked(made, made.suppliers[0][1])), base_version=0,
                        client_ref="x")  # fmt: skip
    with acting_as(made.buyer), pytest.raises(Forbidden):
        bids.withdraw_bid(made.buyer, made.id, base_version=0, client_ref="x")
    public = tenders.bidding(visibility="public", suppliers=0)
    with acting_as(stranger), pytest.raises(Forbidden, match="not admitted"):
        bids.submit_bid(stranger, public.id, make.content(make.asked(public, stranger)), base_version=0, client_ref="x")
    announced = tenders.published()
    with pytest.raises(Conflict, match="takes no bids now"):
        make.submitted(announced)


def test_incomplete_bids_say_what_is_missing():
    made = tenders.bidding()
    with pytest.raises(Invalid) as refused:
        make.submitted(made, valid_to=None, offers=())
    assert [problem.code for problem in refused.value.details] == ["validity", "empty"]


def test_an_amendment_asks_again_and_what_is_not_confirmed_lapses():
    made = tenders.bidding(lots=2, suppliers=3, min_bids=1)
    make.submitted(made, 0, lots=[1])
    make.submitted(made, 1, lots=[2])
    make.submitted(made, 2)
    with acting_as(made.buyer):
        bids.bids_after_amendment(made.buyer, made.id, [made.lots[0]], "reconfirm")
    states = []
    for _company, actor in made.suppliers:
        with acting_as(actor):
            states.append(bids.read_own(actor, made.id).bid.state)
    assert states == ["needs_reconfirmation", "submitted", "needs_reconfirmation"]
    actor = made.suppliers[2][1]
    with acting_as(actor):
        received = bids.confirm_unchanged(actor, made.id, base_version=1, client_ref="c")
        assert received.receipt["receipt"]["event"] == "confirm"
    make.open_tender(made)
    assert {bid.supplier_id for bid in make.bids_of(made)} == {made.suppliers[1][0].id, made.suppliers[2][0].id}
    record = db.session.scalars(select(OpeningRecord).where(OpeningRecord.tender_id == made.id)).one()
    assert (record.content["lapsed"], len(record.content["bids"])) == (1, 2)


def test_opening_writes_lines_totals_answers_and_a_record():
    made = make.opened_tender("10.00", "9.50", lots=2)
    tender = made.row()
    assert tender.state == "evaluation"
    assert tender.opened_at is not None
    first, second = make.bids_of(made)
    assert (first.state, second.supplier_name) == ("opened", made.suppliers[1][0].name)
    totals = db.session.scalars(select(BidTotal).where(BidTotal.bid_id == second.id).order_by(BidTotal.lot_id)).all()
    assert [total.net for total in totals] == [Decimal(190), Decimal(190)]
    assert all(total.is_complete and total.rate == 1 for total in totals)
    with acting_as(made.buyer):
        assert db.session.scalar(select(BidLine.id).where(BidLine.bid_id == first.id).limit(1))
        assert count_bids(made.buyer, made.id) == 2
    company, actor = made.suppliers[0]
    with acting_as(actor):
        assert set(db.session.scalars(select(BidLine.supplier_id))) == {company.id}, "a supplier reads its own alone"
    events = db.session.scalars(
        text("SELECT event FROM sourcing_events WHERE object_id = :id AND owner_tag = '' ORDER BY sequence"),
        {"id": made.id},
    ).all()
    assert events[-3:] == ["close", "start_opening", "open"]


def test_opening_before_the_deadline_is_refused_by_the_database():
    made = tenders.bidding()
    make.submitted(made)
    assert opening.open_when_due(Actor.system(), made.id) is None
    with pytest.raises(Conflict):
        opening.open_now(Actor.system(), made.id)
    row = db.session.execute(text("SELECT outcome FROM begin_opening(:id, 1, NULL, NULL)"), {"id": made.id}).one()
    assert row.outcome == "early"
    assert db.session.scalar(text("SELECT count(*) FROM bids")) == 0


def test_too_few_bids_are_never_opened_and_the_key_is_gone():
    made = tenders.bidding(min_bids=2)
    make.submitted(made)
    make.open_tender(made)
    assert made.row().state == "unsuccessful"
    assert make.bids_of(made) == []
    with pytest.raises(Conflict, match="no keys"):
        sealing_keys.public_keys(made.id)


def test_one_lot_fails_and_the_other_is_opened():
    made = tenders.bidding(lots=2, suppliers=2, min_bids=2)
    make.submitted(made, 0, "5", lots=[1])
    make.submitted(made, 1, "6")
    make.open_tender(made)
    states = db.session.scalars(
        text("SELECT state FROM tender_lots WHERE tender_id = :id ORDER BY number"), {"id": made.id}
    )
    assert list(states) == ["evaluation", "unsuccessful"]
    assert set(db.session.scalars(select(BidLine.lot_id))) == {made.lots[0]}


def test_a_cancelled_tender_loses_its_key():
    made = tenders.bidding()
    make.submitted(made)
    with acting_as(made.buyer):
        advance_tender(made.buyer, made.id, "cancel", role="buyer", reason="not needed")
    with pytest.raises(Conflict, match="no keys"):
        sealing_keys.public_keys(made.id)


def test_files_are_sealed_and_come_out_whole():
    wanted = (tenders.RequirementEntry("document", "Sample", answer_type="file"),)
    made, bid = make.opened_bid(requirements=wanted)
    answer = db.session.scalars(select(BidAnswer).where(BidAnswer.bid_id == bid.id)).one()
    assert answer.value == {"name": "proof.pdf"}
    assert answer.file_id is not None
    assert made.row().state == "evaluation"


def test_two_envelopes_open_one_after_the_other():
    quality = (tenders.RequirementEntry("criterion", "Concept", answer_type="text", weight=Decimal(30)),)
    made = make.opened_tender("10", "20", procedure="two-stage", requirements=quality, price_weight=Decimal(70))
    assert made.row().state == "prequalification"
    assert db.session.scalars(select(BidLine.id)).all() == []
    good, bad = make.bids_of(made)
    opening.open_prices(Actor.system(), made.id, [(good.id, made.lots[0])])
    assert set(db.session.scalars(select(BidLine.bid_id))) == {good.id}
    assert bad.id != good.id


def test_clear_rows_are_written_once_and_by_the_opening_alone():
    made, bid = make.opened_bid()
    for statement in (
        f"UPDATE bid_lines SET unit_price = 1 WHERE bid_id = {bid.id}",
        f"DELETE FROM bid_lines WHERE bid_id = {bid.id}",
        f"DELETE FROM bids WHERE id = {bid.id}",
        "UPDATE opening_records SET sha256 = ''",
        f"UPDATE bids SET supplier_id = 1 WHERE id = {bid.id}",
        "SELECT wrapped_private FROM tender_keys",
    ):
        with pytest.raises(Exception, match="permission denied"), db.session.begin_nested():
            db.session.execute(text(statement))
    assert made.row().state == "evaluation"
