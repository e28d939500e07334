"""Amendments, later deadlines, stops; invitations and admission; questions whose askers nobody learns."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import ProgrammingError

from app.core.actor import Actor
from app.core.db import db, transaction
from app.core.errors import Conflict, Forbidden, Invalid
from app.core.models import AuditEntry, OutboxEntry
from app.core.tenancy import acting_as, system_scope
from app.sourcing.domain.tender import LineEntry, LotEntry, RequirementEntry, differences, touched_lots
from app.sourcing.models.chain import SourcingEvent, Timer
from app.sourcing.models.tender_people import TenderParticipant, TenderQuestion
from app.sourcing.models.tenders import Tender, TenderLine, TenderTarget, TenderVersion
from app.sourcing.queries.tenders import participants_of, questions_of
from app.sourcing.service import tender_changes, tender_people, tender_publish, tender_questions
from app.sourcing.service.tender_changes import Amendment, amend
from tests.factories import tenders as make
from tests.factories.accounts import actor_for, person

pytestmark = pytest.mark.usefixtures("ctx")


def line_entries(made: make.Made, **changed: object) -> list[LineEntry]:
    """The lines as they are; `changed` in the first one."""
    rows = db.session.scalars(
        select(TenderLine).where(TenderLine.tender_id == made.id).order_by(TenderLine.position)
    ).all()
    lots = {lot: n for n, lot in enumerate(made.lots, start=1)}
    entries = []
    for row in rows:
        values = {"lot": lots[row.lot_id], "text": row.text, "quantity": row.quantity, "unit": row.unit, "id": row.id}
        entries.append(LineEntry(**(values | (changed if not entries else {}))))
    return entries


def test_an_amendment_is_a_version_with_its_differences(monkeypatch):
    made, told = make.bidding(lots=2), []
    monkeypatch.setattr(tender_changes, "_LAPSES", [lambda _a, _t, lots, policy: told.append((lots, policy))])
    with acting_as(made.buyer):
        assert amend(made.buyer, made.id, Amendment("More", lines=line_entries(made, quantity=Decimal(25)))) == 2
        version = db.session.get(TenderVersion, (made.id, 2))
    assert version.reason == "More"
    change = version.changes[0]
    assert (change["where"], change["before"]["quantity"], change["after"]["quantity"]) == ("lines", "10", "25")
    assert len(version.changes) == 1
    assert told == [({made.lots[0]}, "reconfirm")]
    with acting_as(made.buyer):
        amend(made.buyer, made.id, Amendment("Words", head={"description": "Clearer"}))
        assert told[-1] == (set(), "reconfirm")
        amend(made.buyer, made.id, Amendment("Terms", head={"delivery_terms": "DAP"}))
    assert told[-1] == (set(made.lots), "reconfirm")
    assert made.row().version == 4


def test_invalidate_touches_all_and_keep_refuses(monkeypatch):
    told: list[object] = []
    monkeypatch.setattr(tender_changes, "_LAPSES", [lambda _a, _t, lots, policy: told.append((lots, policy))])
    made = make.bidding(lots=2, amend_policy="invalidate")
    with acting_as(made.buyer):
        amend(made.buyer, made.id, Amendment("Words", head={"description": "Clearer"}))
    assert told == [(set(made.lots), "invalidate")]
    made = make.bidding(amend_policy="keep")
    with acting_as(made.buyer):
        amend(made.buyer, made.id, Amendment("Words", head={"description": "Clearer"}))
        with pytest.raises(Invalid, match="texts, papers and dates"):
            amend(made.buyer, made.id, Amendment("More", lines=line_entries(made, quantity=Decimal(25))))
    assert made.row().version == 2


@pytest.mark.parametrize(
    ("amendment", "field"),
    [
        (Amendment(" "), "reason"),
        (Amendment("Nothing"), "reason"),
        (Amendment("x", head={"currency": "USD"}), "currency"),
        (Amendment("x", head={"award_mode": "line"}), "award_mode"),
        (Amendment("x", requirements=[RequirementEntry("criterion", "New", weight=Decimal(5))]), "weight"),
        (Amendment("x", lots=[LotEntry("")]), "lots"),
    ],
)
def test_what_an_amendment_may_not_do(amendment, field):
    made = make.bidding()
    with acting_as(made.buyer), pytest.raises(Invalid) as error:
        amend(made.buyer, made.id, amendment)
    assert error.value.field == field
    assert made.row().version == 1


def test_deadlines_only_move_later():
    made = make.bidding(amend_lead_days=30)
    old = made.row().deadline
    with acting_as(made.buyer):
        with pytest.raises(Invalid, match="never moves earlier"):
            amend(made.buyer, made.id, Amendment("x", head={"deadline": old - timedelta(hours=1)}))
        with pytest.raises(Invalid, match="needs a later deadline"):
            amend(made.buyer, made.id, Amendment("x", head={"description": "New"}))
        later = {"description": "New", "deadline": old + timedelta(days=3)}
        amend(made.buyer, made.id, Amendment("x", head=later))
        with pytest.raises(Invalid, match="later deadline"):
            tender_changes.extend(made.buyer, made.id, old, reason="x")
        tender_changes.extend(made.buyer, made.id, old + timedelta(days=9), reason="Holidays")
    with system_scope("test"):
        due = db.session.scalars(select(Timer.due_at).where(Timer.object_id == made.id, Timer.kind == "close")).one()
    assert due == old + timedelta(days=9)
    assert made.row().version == 3


def test_time_that_was_lost_is_given_back():
    made = make.bidding()
    with acting_as(made.buyer):
        tender_changes.suspend(made.buyer, made.id, reason="A doubt")
    make.shift(made, suspended_at=timedelta(days=-2), deadline=timedelta(days=1))
    with system_scope("test"):
        assert db.session.scalars(select(Timer).where(Timer.object_id == made.id)).all() == []
        assert tender_publish.close_bidding(Actor.system(), made.id) is None
    before = made.row().deadline
    with acting_as(made.buyer):
        tender_changes.resume(made.buyer, made.id)
    row = made.row()
    assert row.state == "bidding"
    assert timedelta(days=2) <= row.deadline - before < timedelta(days=2, minutes=5)


def test_after_the_opening_somebody_else_cancels():
    made = make.bidding()
    with acting_as(made.buyer):
        with pytest.raises(Invalid):
            tender_changes.cancel(made.buyer, made.id, reason="")
        with pytest.raises(Invalid):
            tender_changes.cancel(made.buyer, made.id, reason="x", reason_code="mood")
    make.shift(made, opened_at=timedelta(0))
    with acting_as(made.buyer), pytest.raises(Forbidden):
        tender_changes.cancel(made.buyer, made.id, reason="x")
    with acting_as(made.approver):
        tender_changes.cancel(made.approver, made.id, reason="No budget left", reason_code="budget")
    row = made.row()
    assert (row.state, row.reason_code, row.reason) == ("cancelled", "budget", "No budget left")
    assert row.ended_at is not None
    with system_scope("test"):
        assert db.session.scalars(select(Timer).where(Timer.object_id == made.id)).all() == []


def test_questions_hold_a_closing_that_waits_for_answers():
    made = make.bidding(late_question_policy="block")
    _firm, bidder = made.suppliers[0]
    with acting_as(bidder):
        question = tender_questions.ask(bidder, made.id, "Which colour?")
    make.pass_deadline(made)
    with system_scope("test"):
        assert tender_publish.close_bidding(Actor.system(), made.id) is not None
    assert made.row().state == "bidding"
    with acting_as(made.buyer):
        tender_questions.dismiss_question(made.buyer, made.id, question, "Stands in the terms")
    with system_scope("test"):
        assert tender_publish.close_bidding(Actor.system(), made.id) is None
    assert made.row().closed_at is not None


def test_nobody_learns_who_asked():
    made = make.bidding(is_operator=True, suppliers=2)
    (firm, bidder), (_other, rival) = made.suppliers
    with acting_as(bidder):
        question = tender_questions.ask(bidder, made.id, "Which colour?", lot_id=made.lots[0], line_id=made.lines[0])
        assert [one.text for one in questions_of(made.id)] == ["Which colour?"]
    with acting_as(rival):
        assert questions_of(made.id) == []
    with acting_as(made.buyer):
        asked = questions_of(made.id)[0]
        assert (asked.lot, asked.line) == (1, "Thing 1.1")
        with pytest.raises(ProgrammingError, match="permission denied"):
            db.session.execute(text("SELECT * FROM tender_askers"))
        db.session.rollback()
        row = db.session.get(TenderQuestion, question)
        assert not {firm.id, bidder.user_id} & {value for value in vars(row).values() if isinstance(value, int)}
        event = db.session.scalars(select(SourcingEvent).where(SourcingEvent.event == "ask")).one()
        assert firm.name not in event.content
        assert bidder.name not in event.content
        audits = db.session.scalars(select(AuditEntry).where(AuditEntry.user_id == bidder.user_id)).all()
        assert [entry for entry in audits if "question" in entry.object_type] == []
    with system_scope("test"):
        assert [row.event for row in db.session.scalars(select(OutboxEntry)) if "Question" in row.event] == []
        for _time in range(2):
            with transaction():
                tender_publish.tell_questions(Actor.system(), made.id)
        waiting = [row for row in db.session.scalars(select(OutboxEntry)) if "QuestionsWaiting" in row.event]
    assert len(waiting) == 1
    with acting_as(made.buyer):
        tender_questions.answer_question(made.buyer, made.id, question, "Green")
    with acting_as(rival):
        assert [(one.text, one.answer) for one in questions_of(made.id)] == [("Which colour?", "Green")]


def test_questions_have_their_time():
    made = make.bidding()
    make.shift(made, question_end=timedelta(seconds=-1))
    _firm, bidder = made.suppliers[0]
    with acting_as(bidder):
        with pytest.raises(Conflict, match="time for questions"):
            tender_questions.ask(bidder, made.id, "Too late?")
        with pytest.raises(Invalid):
            tender_questions.ask(bidder, made.id, " ")
    announced = make.published()
    _firm, bidder = announced.suppliers[0]
    with acting_as(bidder), pytest.raises(Conflict):
        tender_questions.ask(bidder, announced.id, "Too early?")


def test_suppliers_are_found_by_what_one_knows_of_them():
    made = make.draft(suppliers=0)
    firm, bidder = make.bidder(vat_id="DE111222333")
    blocked, _ = make.bidder(is_blocked=True)
    with acting_as(made.buyer):
        for mark in (firm.code.lower(), "de111222333", firm.email):
            assert [found.id for found in tender_people.find_suppliers(mark)] == [firm.id]
        assert tender_people.find_suppliers(blocked.code) == []
        assert tender_people.find_suppliers("%") == []
        row = tender_people.invite_supplier(made.buyer, made.id, firm.id)
        assert tender_people.invite_supplier(made.buyer, made.id, firm.id) == row
        with pytest.raises(Invalid, match="cannot be asked"):
            tender_people.invite_supplier(made.buyer, made.id, blocked.id)
        with pytest.raises(Forbidden):
            tender_people.invite_by_mail(made.buyer, made.id, "new@firm.example", name="New", country="DE")
        tender_people.take_out(made.buyer, made.id, row)
        assert participants_of(made.id) == []
    assert bidder


def test_the_operator_invites_a_firm_without_an_account():
    made = make.draft(suppliers=0, is_operator=True)
    admin = actor_for(person(made.company, "operator_admin"), made.company)
    with acting_as(admin):
        row = tender_people.invite_by_mail(admin, made.id, "Sales@New-Firm.example", name="New Firm", country="FR")
        again = tender_people.invite_by_mail(admin, made.id, "sales@new-firm.example", name="New Firm", country="FR")
        assert row == again
        assert participants_of(made.id)[0].name == "New Firm"
        invited = [entry.event for entry in db.session.scalars(select(OutboxEntry)) if "PersonInvited" in entry.event]
    assert len(invited) == 1


def test_applicants_are_admitted_or_turned_away():
    made = make.bidding(visibility="registered", suppliers=0)
    firm, applicant = make.bidder()
    with acting_as(applicant):
        row = tender_people.apply(applicant, made.id, note="We make them")
        assert tender_people.apply(applicant, made.id) == row
    with acting_as(made.buyer):
        with pytest.raises(Invalid):
            tender_people.decide_application(made.buyer, made.id, row, is_admitted=False)
        tender_people.decide_application(made.buyer, made.id, row, is_admitted=False, reason="No certificate")
        tender_people.decide_application(made.buyer, made.id, row, is_admitted=True)
        assert participants_of(made.id)[0].word == "admitted"
        with pytest.raises(Conflict):
            tender_people.decide_application(made.buyer, made.id, row, is_admitted=True)
    assert firm


def test_looks_and_answers_of_the_invited():
    made = make.bidding()
    (_one, first), (_two, second) = made.suppliers
    with acting_as(first):
        tender_people.mark_seen(first, made.id)
        tender_people.mark_seen(first, made.id)
    with acting_as(second):
        tender_people.answer_invitation(second, made.id, "declined", reason="No capacity")
    with acting_as(made.buyer):
        words = {one.supplier_id: (one.word, one.reason) for one in participants_of(made.id)}
    assert sorted(words.values()) == [("declined", "No capacity"), ("seen", "")]


def test_differences_name_the_lots_they_touch():
    before = {
        "head": {"title": "A", "delivery_terms": ""}, "lots": [{"id": 1}, {"id": 2}],
        "lines": [{"id": 7, "lot_id": 1, "quantity": "1"}], "requirements": [], "documents": [],
    }  # fmt: skip
    assert differences(before, before) == []
    more = before | {"lines": [{"id": 7, "lot_id": 1, "quantity": "2"}, {"id": 8, "lot_id": 2, "quantity": "1"}]}
    assert touched_lots(differences(before, more), [1, 2]) == {1, 2}
    paper = before | {"documents": [{"id": 1}], "head": {"title": "B", "delivery_terms": ""}}
    assert touched_lots(differences(before, paper), [1, 2]) == set()
    everywhere = before | {"requirements": [{"id": 3, "lot_id": None}]}
    assert touched_lots(differences(before, everywhere), [1, 2]) == {1, 2}


def test_what_the_database_shows_a_supplier():
    """Drafts and target prices never; published tenders that ask it, its own row among the participants."""
    hidden, made = make.draft(), make.bidding()
    open_to_all = make.bidding(visibility="public", suppliers=0)
    (_firm, bidder), (_other, rival) = made.suppliers
    with acting_as(bidder):
        assert set(db.session.scalars(select(Tender.id))) == {made.id, open_to_all.id}
        assert db.session.scalars(select(TenderTarget)).all() == []
        assert {row.tender_id for row in db.session.scalars(select(TenderLine))} == {made.id, open_to_all.id}
        assert [row.supplier_id for row in db.session.scalars(select(TenderParticipant))] == [bidder.company_id]
        assert db.session.execute(text("UPDATE tenders SET title = 'x'")).rowcount == 0
        for statement in (
            (
                f"INSERT INTO tender_participants (company_id, tender_id, supplier_id, supplier_name, state)"
                f" VALUES ({open_to_all.company.id}, {open_to_all.id}, {bidder.company_id}, 'x', 'admitted')"
            ),
            (
                f"INSERT INTO tender_interests (company_id, tender_id, supplier_id)"
                f" VALUES ({made.company.id}, {made.id}, {rival.company_id})"
            ),
            (
                f"INSERT INTO tender_questions (company_id, tender_id, text, state, answer)"
                f" VALUES ({made.company.id}, {made.id}, 'x', 'answered', 'y')"
            ),
        ):
            with pytest.raises(ProgrammingError, match="row-level security"):
                db.session.execute(text(statement))
            db.session.rollback()
    buyer_side = made.approver
    with acting_as(buyer_side):
        assert set(db.session.scalars(select(Tender.id))) == {made.id}
    assert hidden
