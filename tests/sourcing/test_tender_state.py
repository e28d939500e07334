"""Moving tenders: every listed transition moves rows and log, every other one changes nothing; random sequences."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, text

from app.core.actor import Actor
from app.core.db import db, transaction
from app.core.errors import Conflict, Forbidden, NotFound
from app.core.tenancy import acting_as, system_scope
from app.sourcing.domain.machine import ROLES
from app.sourcing.domain.tender_machine import ENDS, STATES, TENDER, TOGETHER, overall
from app.sourcing.models.chain import SourcingEvent
from app.sourcing.models.tenders import Tender, TenderLot
from app.sourcing.service import tender_state
from app.sourcing.service.tender_state import advance_tender, supplier_event
from tests.factories import tenders as make

pytestmark = pytest.mark.usefixtures("ctx")


@pytest.fixture
def bare(monkeypatch):
    """Without what other parts do beside: keys, letters, auctions have tests of their own."""
    monkeypatch.setattr(tender_state, "_EFFECTS", {})


def put(made: make.Made, *states: str, suspended_from: str = "") -> None:
    """Set lots, and the tender by them, behind the service's back."""
    with system_scope("test"), transaction() as session:
        for lot_id, state in zip(made.lots, states, strict=True):
            session.execute(
                text("UPDATE tender_lots SET state = :s, suspended_from = :f WHERE id = :i"),
                {"s": state, "f": suspended_from if state == "suspended" else "", "i": lot_id},
            )
        session.execute(text("UPDATE tenders SET state = :s WHERE id = :i"), {"s": overall(states), "i": made.id})
    db.session.expire_all()


def facts(made: make.Made) -> tuple[str, list[str], int, int]:
    with system_scope("test"):
        row = db.session.execute(select(Tender.state, Tender.row_version).where(Tender.id == made.id)).one()
        lots = db.session.scalars(
            select(TenderLot.state).where(TenderLot.tender_id == made.id).order_by(TenderLot.number)
        ).all()
        events = db.session.scalar(
            select(func.count()).where(SourcingEvent.object_type == "tender", SourcingEvent.object_id == made.id)
        )
    return row.state, list(lots), row.row_version, events or 0


def test_every_unlisted_event_changes_nothing(bare):
    made = make.draft(suppliers=0)
    tried = 0
    for state in STATES:
        put(made, state, suspended_from="bidding")
        before = facts(made)
        for event in TENDER.events:
            if TENDER.rows(event, state):
                continue
            tried += 1
            with acting_as(made.buyer), pytest.raises(Conflict):
                advance_tender(made.buyer, made.id, event, role=ROLES[tried % len(ROLES)])
        assert facts(made) == before, state
    assert tried > 700


def test_every_listed_event_moves_rows_and_log(bare):
    made = make.draft(suppliers=0)
    for row in TENDER.transitions:
        for state in sorted(row.sources):
            put(made, state, suspended_from=row.to or "")
            _state, _lots, version, events = facts(made)
            with acting_as(made.buyer):
                advance_tender(made.buyer, made.id, row.event, role=min(row.roles), to=row.leads_from(state))
            target = row.leads_from(state)
            assert facts(made) == (target, [target], version + 1, events + 1), f"{row.event} from {state}"


def test_somebody_elses_role_changes_nothing(bare):
    made = make.draft(suppliers=0)
    put(made, "award_proposed")
    before = facts(made)
    with acting_as(made.buyer), pytest.raises(Forbidden):
        advance_tender(made.buyer, made.id, "approve_award", role="buyer")
    assert facts(made) == before


def test_lots_go_alone_once_bids_are_closed(bare):
    made = make.draft(lots=3, suppliers=0)
    put(made, "evaluation", "evaluation", "evaluation")
    with acting_as(made.buyer):
        advance_tender(made.buyer, made.id, "propose_award", role="buyer", lot_ids=[made.lots[1]])
        assert facts(made)[:2] == ("evaluation", ["evaluation", "award_proposed", "evaluation"])
        advance_tender(made.buyer, made.id, "cancel", role="buyer", lot_ids=[made.lots[0]], reason="Not needed")
        advance_tender(made.buyer, made.id, "declare_unsuccessful", role="buyer", lot_ids=[made.lots[2]])
        assert facts(made)[:2] == ("award_proposed", ["cancelled", "award_proposed", "unsuccessful"])
        with pytest.raises(Conflict):
            advance_tender(made.buyer, made.id, "score", role="committee")


def test_until_then_they_go_together(bare):
    made = make.draft(lots=2, suppliers=0)
    put(made, "bidding", "bidding")
    with acting_as(made.buyer):
        with pytest.raises(Conflict, match="together"):
            advance_tender(made.buyer, made.id, "close", role="timer", lot_ids=[made.lots[0]])
        advance_tender(made.buyer, made.id, "cancel", role="buyer", lot_ids=[made.lots[0]])
        assert facts(made)[:2] == ("bidding", ["cancelled", "bidding"])
        advance_tender(made.buyer, made.id, "close", role="timer")
    assert facts(made)[:2] == ("closed", ["cancelled", "closed"])


def test_suspension_remembers_where_each_lot_was(bare):
    made = make.draft(lots=2, suppliers=0)
    put(made, "prequalification", "evaluation")
    with acting_as(made.buyer):
        advance_tender(made.buyer, made.id, "suspend", role="buyer", reason="A doubt")
        assert facts(made)[:2] == ("suspended", ["suspended", "suspended"])
        advance_tender(made.buyer, made.id, "resume", role="buyer")
    assert facts(made)[:2] == ("prequalification", ["prequalification", "evaluation"])


def test_a_lot_of_another_tender_is_not_there(bare):
    made, other = make.draft(suppliers=0), make.draft(suppliers=0)
    with acting_as(made.buyer), pytest.raises(NotFound):
        advance_tender(made.buyer, made.id, "cancel", role="buyer", lot_ids=[other.lots[0]])


def test_suppliers_cause_only_what_leaves_the_state():
    made = make.bidding()
    _firm, bidder = made.suppliers[0]
    stranger = make.bidder()[1]
    with acting_as(bidder):
        held = supplier_event(bidder, made.id, "ask", is_anonymous=True)
        assert (held.state, held.version) == ("bidding", 1)
        with pytest.raises(Conflict):
            supplier_event(bidder, made.id, "object")
        with pytest.raises(NotFound):
            advance_tender(bidder, made.id, "cancel", role="buyer")
    with acting_as(stranger), pytest.raises(NotFound):
        supplier_event(stranger, made.id, "ask")
    with system_scope("test"):
        asked = db.session.scalars(select(SourcingEvent).where(SourcingEvent.event == "ask")).one()
    assert (asked.actor, asked.user_id, asked.supplier_id) == ("", None, None)
    assert bidder.name not in asked.content


EVENTS = st.lists(
    st.tuples(st.sampled_from(TENDER.events), st.sampled_from(ROLES), st.integers(0, 2), st.sampled_from(STATES)),
    max_size=25,
)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(start=st.sampled_from(["draft", "bidding", "closed", "evaluation", "standstill"]), sequence=EVENTS)
def test_random_sequences_keep_the_rules(bare, start, sequence):
    """Whatever is tried: either along the table or nothing; the tender shows its lots; ends are ends; the log is whole."""
    made = make.draft(lots=2, suppliers=0, lines=1)
    put(made, start, start)
    for event, role, place, to in sequence:
        before = facts(made)
        lot_ids = None if place == 2 else [made.lots[place]]
        try:
            with acting_as(made.buyer):
                advance_tender(made.buyer, made.id, event, role=role, lot_ids=lot_ids, to=to)
        except (Conflict, Forbidden):
            assert facts(made) == before
            continue
        except ValueError:
            pytest.fail("a target was named")
        after = facts(made)
        assert after[0] == overall(after[1])
        assert after[2] == before[2] + 1
        for old, new, mine in zip(before[1], after[1], (place in (0, 2), place in (1, 2)), strict=True):
            if old != new:
                assert mine
                assert old not in ENDS
                assert any(row.leads_from(old) == new for row in TENDER.rows(event, old))
        alive = [state for state in after[1] if state not in ENDS]
        if any(state in TOGETHER for state in alive):
            assert len(set(alive)) == 1
    with system_scope("test"):
        rows = db.session.scalars(
            select(SourcingEvent)
            .where(SourcingEvent.object_type == "tender", SourcingEvent.object_id == made.id)
            .order_by(SourcingEvent.sequence)
        ).all()
    assert [row.sequence for row in rows] == list(range(1, len(rows) + 1))
    assert all(one.hash == other.previous_hash for one, other in itertools.pairwise(rows))


def test_the_program_acts_for_every_company(bare):
    made = make.bidding()
    with system_scope("test"):
        assert advance_tender(Actor.system(), made.id, "close", role="timer").state == "closed"
