"""Drafts, publication, and the clock until tenders are closed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from app.core.actor import Actor
from app.core.db import db
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.tenancy import acting_as, system_scope
from app.sourcing.domain.tender import Head, LineEntry, LotEntry, RequirementEntry
from app.sourcing.models.chain import SourcingEvent, Timer
from app.sourcing.models.tenders import TenderLine, TenderLot, TenderTarget, TenderVersion
from app.sourcing.service import tender_publish, tenders
from app.sourcing.service.tender_state import tender_id_of
from tests.factories import tenders as make

pytestmark = pytest.mark.usefixtures("ctx")


def events(made: make.Made) -> list[str]:
    with system_scope("test"):
        return list(
            db.session.scalars(
                select(SourcingEvent.event)
                .where(SourcingEvent.object_type == "tender", SourcingEvent.object_id == made.id)
                .order_by(SourcingEvent.sequence)
            )
        )


def test_a_draft_keeps_ids_of_rows_that_stay():
    made = make.draft(lots=2)
    with acting_as(made.buyer):
        lots = [LotEntry("Second", id=made.lots[1]), LotEntry("New"), LotEntry("First", id=made.lots[0])]
        tenders.save_lots(made.buyer, made.id, lots, row_version=make.version(made))
        rows = db.session.scalars(
            select(TenderLot).where(TenderLot.tender_id == made.id).order_by(TenderLot.number)
        ).all()
        assert [row.title for row in rows] == ["Second", "New", "First"]
        assert [rows[0].id, rows[2].id] == [made.lots[1], made.lots[0]]
        entries = [
            LineEntry(1, "Thing 2.1", Decimal(7), "H87", id=made.lines[2]),
            LineEntry(3, "Thing 1.1", Decimal(10), "KGM", id=made.lines[0], target=Decimal("1.5")),
        ]
        tenders.save_lines(made.buyer, made.id, entries, row_version=make.version(made))
        db.session.expire_all()
        lines = db.session.scalars(
            select(TenderLine).where(TenderLine.tender_id == made.id).order_by(TenderLine.position)
        ).all()
        assert [(line.id, line.position, line.unit) for line in lines] == [
            (made.lines[2], 1, "H87"),
            (made.lines[0], 2, "KGM"),
        ]
        assert [target.price for target in db.session.scalars(select(TenderTarget))] == [Decimal("1.5")]


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        (LineEntry(9, "x", Decimal(1), "H87"), "no lot 9"),
        (LineEntry(1, "x", Decimal(0), "H87"), "above zero"),
        (LineEntry(1, "x", Decimal(1), "???"), "no unit"),
        (LineEntry(1, " ", Decimal(1), "H87"), "say what"),
    ],
)
def test_bad_lines_are_refused_by_row(entry, says):
    made = make.draft()
    with acting_as(made.buyer), pytest.raises(Invalid, match=says):
        tenders.save_lines(made.buyer, made.id, [entry], row_version=make.version(made))


def test_somebody_elses_change_is_noticed():
    made = make.draft()
    with acting_as(made.buyer):
        seen = make.version(made)
        tenders.save_lots(made.buyer, made.id, [LotEntry("One", id=made.lots[0])], row_version=seen)
        with pytest.raises(Conflict, match="Somebody else"):
            tenders.save_lots(made.buyer, made.id, [LotEntry("Two", id=made.lots[0])], row_version=seen)


def test_the_same_form_twice_is_one_tender():
    made = make.draft()
    with acting_as(made.buyer):
        head = Head("Again", "sealed-prices", "EUR")
        first = tenders.create_tender(made.buyer, head, client_ref="same")
        assert tenders.create_tender(made.buyer, head, client_ref="same") == first


@pytest.mark.parametrize(
    ("head", "field"),
    [
        (Head("", "sealed-prices", "EUR"), "title"),
        (Head("x", "lottery", "EUR"), "procedure"),
        (Head("x", "sealed-prices", "EUR", flags={"has_auction": "english"}), "has_auction"),
        (Head("x", "sealed-prices", "EUR", flags={"opening": "committee"}), "opening_quorum"),
        (Head("x", "reverse-auction", "EUR", flags={"min_bids": 1}), "min_bids"),
        (Head("x", "mini-competition", "EUR", parent="T-1"), "parent"),
    ],
)
def test_heads_that_cannot_be(head, field):
    _company, runs, _decides = make.people()
    with acting_as(runs), pytest.raises(Invalid) as error:
        tenders.create_tender(runs, head, client_ref="x")
    assert error.value.field == field


def test_publication_freezes_the_first_version_and_sets_the_clock():
    made = make.published()
    row = made.row()
    assert (row.state, row.version) == ("published", 1)
    assert row.published_at is not None
    with system_scope("test"):
        frozen = db.session.scalars(select(TenderVersion).where(TenderVersion.tender_id == made.id)).one()
        assert len(frozen.content["lines"]) == 2
        assert "target" not in str(frozen.content)
        kinds = set(db.session.scalars(select(Timer.kind).where(Timer.object_id == made.id)))
    assert kinds == {"open_bidding", "close", "questions", "remind_24", "remind_1"}
    assert events(made)[-1] == "publish"


def test_bidding_opens_at_its_start_and_not_before():
    made = make.published()
    with system_scope("test"):
        assert tender_publish.open_bidding(Actor.system(), made.id) == made.row().start_at
    assert made.row().state == "published"
    make.shift(made, start_at=timedelta(seconds=-1))
    with system_scope("test"):
        assert tender_publish.open_bidding(Actor.system(), made.id) is None
        assert tender_publish.open_bidding(Actor.system(), made.id) is None
    assert made.row().state == "bidding"
    assert events(made).count("open_bidding") == 1


def test_the_clock_closes_at_the_deadline_and_not_before():
    made = make.bidding()
    with system_scope("test"):
        assert tender_publish.close_bidding(Actor.system(), made.id) == made.row().deadline
    assert made.row().state == "bidding"
    make.close(made)
    make.close(made)
    assert events(made).count("close") == 1
    assert made.row().closed_at is not None


def test_what_is_missing_at_publication():
    made = make.draft(deadline=None)
    with acting_as(made.buyer), pytest.raises(Invalid, match="until when"):
        tender_publish.publish_tender(made.buyer, made.id)
    made = make.draft(minimum_days=20)
    with acting_as(made.buyer), pytest.raises(Invalid, match="20 days"):
        tender_publish.publish_tender(made.buyer, made.id)
    made = make.draft(suppliers=1, min_bids=2)
    with acting_as(made.buyer), pytest.raises(Invalid, match="at least 2"):
        tender_publish.publish_tender(made.buyer, made.id)
    made = make.draft(procedure="proposals")
    with acting_as(made.buyer), pytest.raises(Invalid, match="must make 100"):
        tender_publish.publish_tender(made.buyer, made.id)
    made = make.draft(question_end=datetime.now(UTC) + timedelta(days=30))
    with acting_as(made.buyer), pytest.raises(Invalid, match="Questions end"):
        tender_publish.publish_tender(made.buyer, made.id)
    made = make.draft(lines=0)
    with acting_as(made.buyer), pytest.raises(Invalid, match="no line"):
        tender_publish.publish_tender(made.buyer, made.id)


def test_weights_of_price_and_criteria_make_a_hundred():
    criteria = (RequirementEntry("criterion", "Service", weight=Decimal(30)),)
    made = make.draft(procedure="proposals", requirements=criteria, price_weight=Decimal(70))
    with acting_as(made.buyer):
        tender_publish.publish_tender(made.buyer, made.id)
    assert made.row().state == "bidding"


def test_a_release_is_bound_to_the_content():
    made = make.draft(needs_approval=True)
    with acting_as(made.buyer):
        with pytest.raises(Conflict, match="released"):
            tender_publish.publish_tender(made.buyer, made.id)
        tender_publish.submit_approval(made.buyer, made.id)
        with pytest.raises(Forbidden):
            tender_publish.approve_tender(made.buyer, made.id)
    with acting_as(made.approver):
        tender_publish.approve_tender(made.approver, made.id)
    with acting_as(made.buyer):
        tenders.save_lots(made.buyer, made.id, [LotEntry("Other", id=made.lots[0])], row_version=make.version(made))
        with pytest.raises(Conflict, match="released"):
            tender_publish.publish_tender(made.buyer, made.id)
        tender_publish.submit_approval(made.buyer, made.id)
    with acting_as(made.approver):
        tender_publish.return_tender(made.approver, made.id, reason="Too vague")
    with acting_as(made.buyer):
        tender_publish.submit_approval(made.buyer, made.id)
    with acting_as(made.approver):
        tender_publish.approve_tender(made.approver, made.id)
    with acting_as(made.buyer):
        tender_publish.publish_tender(made.buyer, made.id)
    assert made.row().state == "bidding"


def test_nobody_releases_his_own():
    made = make.draft(needs_approval=True)
    own = make.actor_for(make.person(made.company, "company_admin"), made.company)
    with acting_as(own):
        number = tenders.create_tender(own, Head("Mine", "sealed-prices", "EUR"), client_ref="own")
        tender_id = tender_id_of(own, number)
        with pytest.raises(Forbidden, match="Somebody else"):
            tender_publish.approve_tender(own, tender_id)


def test_a_copy_has_the_terms_and_no_dates():
    made = make.bidding(lots=2, requirements=(RequirementEntry("technical", "CE mark", lot=2),))
    with acting_as(made.buyer):
        number = tenders.copy_tender(made.buyer, made.id, client_ref="copy")
        copy_id = tender_id_of(made.buyer, number)
        lines = db.session.scalars(select(TenderLine).where(TenderLine.tender_id == copy_id)).all()
        lots = db.session.scalars(select(TenderLot).where(TenderLot.tender_id == copy_id)).all()
        targets = db.session.scalars(
            select(TenderTarget).where(TenderTarget.line_id.in_([line.id for line in lines]))
        ).all()
    assert len(lines) == 4
    assert {line.lot_id for line in lines} == {lot.id for lot in lots}
    assert {lot.state for lot in lots} == {"draft"}
    assert len(targets) == 4


def test_tenders_of_others_are_not_there():
    made = make.draft()
    _company, other, _decides = make.people()
    _house, staff, _admin = make.people(is_operator=True)
    for stranger in (other, staff):
        with acting_as(stranger):
            with pytest.raises(NotFound):
                tender_id_of(stranger, made.number)
            with pytest.raises(NotFound):
                tenders.save_lots(stranger, made.id, [LotEntry("Mine")], row_version=1)
