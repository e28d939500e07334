"""Awards: proposed, released by somebody else, announced, objected to, concluded, taken back."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select

from app.core.actor import Actor
from app.core.db import db
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.tenancy import acting_as, system_scope
from app.sourcing.models.awards import Award, AwardLine, Objection
from app.sourcing.queries.awards import awards_of_tender, letters_of_tender, objections_of_tender
from app.sourcing.service import awards, objections
from app.sourcing.service.timers import work_off
from tests.factories.awards import end_standstill, judged, lot_state
from tests.support.work import drain

pytestmark = pytest.mark.usefixtures("isolated")
D = Decimal


@pytest.fixture
def tender(world):
    with world():
        return lambda *prices, **facts: judged(*(prices or ("2.50", "2.80", "3.00")), **facts)


def propose(made, *quantities, lot=0, **facts):
    with acting_as(made.buyer):
        return awards.propose_award(made.buyer, made.id, made.lots[lot], made.parts(*quantities), **facts)


def approve(made, lot=0, actor=None):
    with acting_as(actor or made.approver):
        awards.approve_award(actor or made.approver, made.id, made.lots[lot], comment="Agreed")


def states(made):
    with system_scope("test"):
        rows = db.session.scalars(
            select(Award).where(Award.tender_id == made.id).order_by(Award.id).execution_options(populate_existing=True)
        )
        return [row.state for row in rows]


def test_an_award_without_standstill_holds_when_a_second_person_agrees(app, world, tender):
    with world():
        made = tender()
        award_id = propose(made, (0, 0, "100"))[0]
        assert (lot_state(made), states(made)) == ("award_proposed", ["pending"])
        approve(made)
        assert (lot_state(made), states(made)) == ("awarded", ["active"])
        with acting_as(made.buyer):
            (view,) = awards_of_tender(made.buyer, made.id)
        assert (view.id, view.total, view.rank, view.lines[0].unit_price) == (award_id, D("250.00"), 1, D("2.50"))


def test_who_proposed_does_not_decide(world, tender):
    with world():
        made = tender()
        with acting_as(made.approver):
            awards.propose_award(made.approver, made.id, made.lots[0], made.parts((0, 0, "100")))
        with pytest.raises(Forbidden):
            approve(made)
        with acting_as(made.approver), pytest.raises(Forbidden):
            awards.reject_award(made.approver, made.id, made.lots[0], comment="No")
        assert states(made) == ["pending"]


def test_leaving_the_ranking_needs_a_reason(world, tender):
    with world():
        made = tender()
        with pytest.raises(Invalid, match="leaves the ranking"):
            propose(made, (1, 0, "100"))
        assert lot_state(made) == "evaluation"
        propose(made, (1, 0, "100"), reason="The first cannot deliver in May")
        assert lot_state(made) == "award_proposed"


@pytest.mark.parametrize(
    ("quantities", "facts", "words"),
    [
        ([], {}, "at least one line"),
        ([(0, 0, "101")], {}, "ends at 100"),
        ([(0, 0, "60"), (1, 0, "40")], {}, "one bidder as a whole"),
        ([(0, 0, "60"), (1, 0, "40")], {"award_mode": "line"}, "Each line goes to one bidder"),
        ([(0, 0, "60"), (1, 0, "50")], {"multi_sourcing": True}, "100 are left"),
        ([(0, 0, "5")], {"offer": {"min_quantity": D(10)}}, "begins at 10"),
        ([(0, 0, "100")], {"valid_to": date(2020, 1, 1)}, "ended on"),
    ],
)
def test_unsound_awards_are_refused_and_change_nothing(world, tender, quantities, facts, words):
    with world():
        made = tender(**facts)
        with pytest.raises(Invalid, match=words):
            propose(made, *quantities)
        assert (lot_state(made), states(made)) == ("evaluation", [])


def test_split_awards_take_the_break_of_their_quantity(world, tender):
    with world():
        made = tender(multi_sourcing=True, offer={"breaks": ((D(50), D("2.00")),)})
        propose(made, (0, 0, "60"), (1, 0, "40"))
        with system_scope("test"):
            lines = db.session.scalars(select(AwardLine).join(Award, Award.id == AwardLine.award_id)
                                       .where(Award.tender_id == made.id).order_by(AwardLine.id)).all()  # fmt: skip
            assert [(line.quantity, line.unit_price, line.net) for line in lines] == [
                (D(60), D("2.00"), D("120.00")), (D(40), D("2.80"), D("112.00"))
            ]  # fmt: skip


def test_a_rejected_proposal_goes_back_to_evaluation(world, tender):
    with world():
        made = tender()
        propose(made, (0, 0, "100"))
        with acting_as(made.approver), pytest.raises(Invalid):
            awards.reject_award(made.approver, made.id, made.lots[0], comment=" ")
        with acting_as(made.approver):
            awards.reject_award(made.approver, made.id, made.lots[0], comment="Ask again")
        assert (lot_state(made), states(made)) == ("evaluation", ["rejected"])
        propose(made, (0, 0, "100"))


def test_letters_tell_every_bidder_and_only_its_own(world, tender):
    with world():
        made = tender(standstill_days=10)
        propose(made, (0, 0, "100"))
        approve(made)
        with acting_as(made.bidders[0]):
            (won,) = letters_of_tender(made.bidders[0], made.id)
            assert awards_of_tender(made.bidders[0], made.id) == []  # the buyer's list
        with acting_as(made.bidders[2]):
            (lost,) = letters_of_tender(made.bidders[2], made.id)
        with acting_as(made.buyer):
            assert len(letters_of_tender(made.buyer, made.id)) == 3
        assert (won.outcome, won.content["awarded"], lost.outcome, lost.content["awarded"]) == (
            "won", "250.000000", "not_selected", None
        )  # fmt: skip
        assert [winner["name"] for winner in lost.content["winners"]] == [won.content["supplier"]]
        assert (lost.content["rank"], lost.content["bidders"]) == (3, 3)


def test_the_standstill_ends_by_the_clock_once(world, tender):
    with world():
        made = tender(standstill_days=10)
        propose(made, (0, 0, "100"))
        approve(made)
        assert lot_state(made) == "standstill"
        with system_scope("test"):
            assert awards.conclude(Actor.system(), made.lots[0]) is not None
        assert (lot_state(made), states(made)) == ("standstill", ["pending"])
        end_standstill(made)
        with system_scope("test"):
            work_off(Actor.system())
            work_off(Actor.system())
            awards.conclude(Actor.system(), made.lots[0])
        assert (lot_state(made), states(made)) == ("awarded", ["active"])


def standing_still(made):
    propose(made, (0, 0, "100"))
    approve(made)
    with acting_as(made.bidders[1]):
        return objections.make_objection(made.bidders[1], made.id, made.lots[0], "My price was misread")


def test_an_open_objection_holds_the_award_until_it_is_dismissed(world, tender):
    with world():
        made = tender(standstill_days=10)
        objection_id = standing_still(made)
        with acting_as(made.bidders[1]), pytest.raises(Conflict, match="looked at already"):
            objections.make_objection(made.bidders[1], made.id, made.lots[0], "Again")
        end_standstill(made)
        with system_scope("test"):
            work_off(Actor.system())
        assert lot_state(made) == "standstill"
        with acting_as(made.approver):
            objections.decide_objection(made.approver, objection_id, is_upheld=False, answer="It was not")
            assert objections_of_tender(made.approver, made.id)[0].state == "dismissed"
        with acting_as(made.approver), pytest.raises(Conflict):
            objections.decide_objection(made.approver, objection_id, is_upheld=True, answer="After all")
        with system_scope("test"):
            work_off(Actor.system())
        assert (lot_state(made), states(made)) == ("awarded", ["active"])


def test_an_upheld_objection_takes_the_award_back(world, tender):
    with world():
        made = tender(standstill_days=10)
        objection_id = standing_still(made)
        with acting_as(made.buyer), pytest.raises(Forbidden):
            objections.decide_objection(made.buyer, objection_id, is_upheld=True, answer="Right")
        with acting_as(made.approver):
            objections.decide_objection(made.approver, objection_id, is_upheld=True, answer="Right")
        assert (lot_state(made), states(made)) == ("evaluation", ["cancelled"])


def test_a_withdrawn_objection_lets_the_award_go_on(app, sent, world, tender):
    with world():
        made = tender(standstill_days=10)
        objection_id = standing_still(made)
        end_standstill(made)
        with system_scope("test"):
            work_off(Actor.system())
        with acting_as(made.bidders[0]), pytest.raises(NotFound):
            objections.withdraw_objection(made.bidders[0], objection_id)
        with acting_as(made.bidders[1]):
            objections.withdraw_objection(made.bidders[1], objection_id)
            with pytest.raises(Conflict):
                objections.withdraw_objection(made.bidders[1], objection_id)
    drain(app)
    with world():
        with system_scope("test"):
            work_off(Actor.system())
        assert lot_state(made) == "awarded"


def test_objections_are_for_bidders_inside_the_standstill(world, tender):
    with world():
        made, other = tender(standstill_days=10), tender()
        propose(made, (0, 0, "100"))
        with acting_as(made.bidders[1]), pytest.raises((NotFound, Conflict)):
            objections.make_objection(made.bidders[1], made.id, made.lots[0], "Too early")
        approve(made)
        with acting_as(other.bidders[1]), pytest.raises(NotFound):
            objections.make_objection(other.bidders[1], made.id, made.lots[0], "A stranger")
        end_standstill(made)
        with acting_as(made.bidders[1]), pytest.raises(Conflict, match="has ended"):
            objections.make_objection(made.bidders[1], made.id, made.lots[0], "Too late")
        with system_scope("test"):
            assert db.session.scalars(select(Objection).where(Objection.tender_id == made.id)).all() == []


def test_a_refused_award_goes_to_the_next(app, sent, world, tender):
    with world():
        made = tender()
        award_id = propose(made, (0, 0, "100"))[0]
        approve(made)
        with acting_as(made.bidders[1]), pytest.raises(NotFound):
            awards.refuse_award(made.bidders[1], award_id, reason="Not mine")
        with acting_as(made.bidders[0]):
            awards.refuse_award(made.bidders[0], award_id, reason="Machine broke down")
            with pytest.raises(Conflict):
                awards.refuse_award(made.bidders[0], award_id, reason="Twice")
    drain(app)
    with world():
        assert (lot_state(made), states(made)) == ("evaluation", ["cancelled"])
        propose(made, (1, 0, "100"), reason="The first has refused")
        approve(made)
        assert (lot_state(made), states(made)) == ("awarded", ["cancelled", "active"])


def test_what_others_hold_of_a_lot_stays_when_one_is_revoked(world, tender):
    with world():
        made = tender(multi_sourcing=True)
        first, _second = propose(made, (0, 0, "60"), (1, 0, "40"))
        approve(made)
        with acting_as(made.buyer):
            with pytest.raises(Invalid):
                awards.revoke_award(made.buyer, first, reason="")
            awards.revoke_award(made.buyer, first, reason="Insolvent")
        assert (lot_state(made), states(made)) == ("evaluation", ["cancelled", "active"])
        with pytest.raises(Invalid, match="60 are left"):
            propose(made, (2, 0, "61"), reason="Next")
        propose(made, (1, 0, "60"), reason="The second takes the rest")
        approve(made)
        assert states(made) == ["cancelled", "active", "active"]


def test_strangers_reach_nothing(world, tender):
    with world():
        made, other = tender(), tender()
        award_id = propose(made, (0, 0, "100"))[0]
        with acting_as(other.buyer):
            with pytest.raises(NotFound):
                awards.propose_award(other.buyer, made.id, made.lots[0], made.parts((0, 0, "100")))
            with pytest.raises(NotFound):
                awards.revoke_award(other.buyer, award_id, reason="Mine?")
            assert awards_of_tender(other.buyer, made.id) == []
        with acting_as(made.bidders[0]):
            assert db.session.get(Award, award_id) is None  # not released yet
