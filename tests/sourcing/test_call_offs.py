"""Call-offs: drawn from a contract under its lock, answered by the supplier, received, and what suppliers score by them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text

from app.core.db import transaction
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.tenancy import acting_as, system_scope
from app.sourcing.domain.contract import Wanted
from app.sourcing.domain.scorecard import Criterion
from app.sourcing.queries.call_offs import CallOffFilters, call_off, call_offs_page
from app.sourcing.queries.contracts import contract
from app.sourcing.queries.suppliers import standing_of, standings_of, supplier_page, suppliers
from app.sourcing.service import call_offs, scorecards
from app.sourcing.service.call_offs import Received
from app.sourcing.service.contracts import ContractTerms
from tests.factories.awards import contracted

pytestmark = pytest.mark.usefixtures("isolated")
D = Decimal
TODAY = datetime.now(UTC).date()


@pytest.fixture
def deal(world):
    """(tender, contract number) with 100 pieces at 2.50 in force."""
    with world():
        return contracted()


def view_of(actor, number):
    with acting_as(actor):
        return contract(actor, number)


def send(made, number, quantity, ref="r1", **facts):
    price = view_of(made.buyer, number).prices[0]
    with acting_as(made.buyer):
        return call_offs.send_call_off(made.buyer, number, [Wanted(price.id, D(quantity))], client_ref=ref, **facts)


def left(made, number):
    return view_of(made.buyer, number).prices[0].left


def test_a_call_off_takes_its_price_and_source_from_the_row(world, deal):
    made, number = deal
    with world():
        sent = send(made, number, "30", wanted_on=TODAY, note="Gate 4")
        with acting_as(made.bidders[0]):
            seen = call_off(made.bidders[0], sent.number)
        assert (seen.total, seen.lines[0].unit_price, seen.lines[0].price_source) == (
            D("75.00"), D("2.50"), view_of(made.buyer, number).prices[0].source
        )  # fmt: skip
        assert left(made, number) == 70
        with acting_as(made.bidders[1]), pytest.raises(NotFound):
            call_off(made.bidders[1], sent.number)


def test_under_block_the_remaining_quantity_is_the_end(world, deal):
    made, number = deal
    with world():
        send(made, number, "100")
        with pytest.raises(Invalid, match="only 0"):
            send(made, number, "1", "r2")
        assert left(made, number) == 0


def test_under_warn_more_is_sent_and_said(world):
    with world():
        terms = ContractTerms(TODAY, TODAY + timedelta(days=99), excess="warn")
        made, number = contracted(terms=terms)
        assert send(made, number, "90").warnings == ()
        sent = send(made, number, "20", "r2")
        assert "100" in str(sent.warnings[0])
        assert left(made, number) == 0


def test_the_same_form_sends_once(world, deal):
    made, number = deal
    with world():
        first = send(made, number, "30")
        assert send(made, number, "30") == first
        with pytest.raises(Conflict):
            send(made, number, "31")
        assert left(made, number) == 70


def test_the_supplier_answers_and_the_buyer_receives(world, deal):
    made, number = deal
    with world():
        sent = send(made, number, "30")
        supplier = made.bidders[0]
        with acting_as(supplier):
            with pytest.raises(Invalid, match="when you deliver"):
                call_offs.answer_call_off(supplier, sent.number, is_confirmed=True)
            with pytest.raises(Invalid, match="Say why"):
                call_offs.answer_call_off(supplier, sent.number, is_confirmed=False)
            call_offs.answer_call_off(supplier, sent.number, is_confirmed=False, note="No steel")
            assert call_off(supplier, sent.number).shown_state == "refused"
            call_offs.answer_call_off(supplier, sent.number, is_confirmed=True, promised_on=TODAY)
            with pytest.raises(Forbidden):
                call_offs.receive(supplier, sent.number, [], received_on=TODAY, client_ref="x")
        with acting_as(made.buyer):
            seen = call_off(made.buyer, sent.number)
            line = seen.lines[0].id
            assert (seen.shown_state, seen.promised_on) == ("confirmed", TODAY)
            with pytest.raises(Invalid, match="30"):
                call_offs.receive(made.buyer, sent.number, [Received(line, D(31))], received_on=TODAY, client_ref="a")
            with pytest.raises(Invalid, match="faulty"):
                call_offs.receive(
                    made.buyer, sent.number, [Received(line, D(5), D(6))], received_on=TODAY, client_ref="a"
                )
            for _ in range(2):
                call_offs.receive(made.buyer, sent.number, [Received(line, D(20))], received_on=TODAY, client_ref="a")
            assert call_off(made.buyer, sent.number).lines[0].open == 10
            call_offs.receive(made.buyer, sent.number, [Received(line, D(10), D(1))], received_on=TODAY, client_ref="b")
            assert call_off(made.buyer, sent.number).state == "closed"
        with acting_as(supplier), pytest.raises(Conflict):
            call_offs.answer_call_off(supplier, sent.number, is_confirmed=True, promised_on=TODAY)


def test_what_is_not_waited_for_goes_back_to_the_contract(world, deal):
    made, number = deal
    with world():
        sent = send(made, number, "30")
        with acting_as(made.buyer):
            line = call_off(made.buyer, sent.number).lines[0].id
            call_offs.receive(made.buyer, sent.number, [Received(line, D(10))], received_on=TODAY, client_ref="a")
            with pytest.raises(Invalid):
                call_offs.end_call_off(made.buyer, sent.number, reason="")
            call_offs.end_call_off(made.buyer, sent.number, reason="Enough")
            assert (call_off(made.buyer, sent.number).state, left(made, number)) == ("closed", 90)
            with pytest.raises(Conflict):
                call_offs.end_call_off(made.buyer, sent.number, reason="Again")
        other = send(made, number, "90", "r2")
        with acting_as(made.buyer):
            call_offs.end_call_off(made.buyer, other.number, reason="Not needed")
            assert call_off(made.buyer, other.number).state == "cancelled"
            rows = call_offs_page(made.buyer, CallOffFilters(state="cancelled"), after=None, before=None, limit=9)
            assert [row.number for row in rows] == [other.number]
        assert left(made, number) == 90


def test_deliveries_make_the_score_and_a_bad_one_blocks(world, deal):
    made, number = deal
    with world():
        supplier = made.bidders[0].company_id
        for ref, faulty in (("a", "0"), ("b", "10")):
            sent = send(made, number, "10", ref, wanted_on=TODAY)
            with acting_as(made.buyer):
                line = call_off(made.buyer, sent.number).lines[0].id
                call_offs.receive(
                    made.buyer, sent.number, [Received(line, D(10), D(faulty))], received_on=TODAY, client_ref="x"
                )
        with acting_as(made.buyer):
            page = supplier_page(made.buyer, supplier)
            (month,) = page.months
            assert month.parts == {"on_time": 100, "complete": 100, "quality": 50, "price": 100}
            assert (month.score, page.standing.score, page.standing.standing) == (D("87.5"), D("87.5"), "excellent")
            with pytest.raises(Invalid, match="100 percent"):
                scorecards.set_criteria(made.buyer, [Criterion("q", "Quality", "100 * good_share / receipts", D(50))])
            scorecards.set_criteria(made.buyer, [Criterion("q", "Quality", "40 * good_share / receipts", D(100))])
            standing = standing_of(made.buyer, supplier)
            assert (standing.score, standing.standing, standing.is_blocked) == (D("20.0"), "poor", True)


def test_a_person_stands_above_the_score(world, deal):
    made, _number = deal
    with world(), acting_as(made.buyer):
        supplier = made.bidders[0].company_id
        assert standings_of(made.buyer, [supplier])[supplier].score == 100
        with pytest.raises(Invalid):
            scorecards.decide_supplier(made.buyer, supplier, "blocked", reason=" ")
        scorecards.decide_supplier(made.buyer, supplier, "blocked", reason="In court with us")
        standing = standing_of(made.buyer, supplier)
        assert (standing.is_blocked, standing.reason) == (True, "In court with us")
        scorecards.decide_supplier(made.buyer, supplier, "", reason="")
        assert not standing_of(made.buyer, supplier).is_blocked
        with pytest.raises(NotFound):
            scorecards.decide_supplier(made.buyer, made.buyer.company_id, "blocked", reason="No supplier")
        assert [row.id for row in suppliers(made.buyer)] == [one.company_id for one in made.bidders]


def test_late_and_short_deliveries_cost_points(world, deal):
    made, number = deal
    with world():
        sent = send(made, number, "10", wanted_on=TODAY)
        with acting_as(made.buyer):
            line = call_off(made.buyer, sent.number).lines[0].id
            call_offs.receive(made.buyer, sent.number, [Received(line, D(6))], received_on=TODAY, client_ref="x")
            call_offs.end_call_off(made.buyer, sent.number, reason="Bought elsewhere")
        with system_scope("test"), transaction() as session:
            session.execute(text("UPDATE call_offs SET wanted_on = :day"), {"day": TODAY - timedelta(days=1)})
        with acting_as(made.buyer):
            scorecards.refresh_scores(made.buyer, made.buyer.company_id)
            facts = {name: value for one in supplier_page(made.buyer, made.bidders[0].company_id).months
                     for name, value in one.facts.items() if value}  # fmt: skip
            assert facts["due_lines"] == 1
            assert "on_time_lines" not in facts
            assert "complete_lines" not in facts
