"""Requests from submitting to the order: who decides, what is changed, and what sends them back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select, update

from app.accounts.domain.roles import Role
from app.accounts.models.people import Membership
from app.catalog.models.categories import Category
from app.core import clock
from app.core.actor import Actor
from app.core.db import db, statements, transaction
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.models import AuditEntry
from app.core.tenancy import acting_as, system_scope
from app.inventory.models.stock import Stock
from app.ordering.domain.approval import ALL, Approver, RuleStep
from app.ordering.domain.approval_conditions import Kind
from app.ordering.domain.approval_request import RequestState, Trouble
from app.ordering.domain.wishes import Wishes
from app.ordering.models.approvals import Approval, ApprovalLine, ApprovalLink, ApprovalSeat, ApprovalStep
from app.ordering.models.carts import Cart, CartLine
from app.ordering.models.orders import Order, OrderLine
from app.ordering.queries.approvals import waiting_count
from app.ordering.service.approval_clock import look_at, sweep
from app.ordering.service.approval_decisions import approve, comment, delegate, reject, remind, withdraw
from app.ordering.service.approval_lines import change_line
from app.ordering.service.approval_rules import (
    RuleEntry,
    Times,
    add_deputy,
    delete_rule,
    end_deputy,
    save_rule,
    set_limit,
    set_times,
    switch_rule,
)
from app.ordering.service.checkout import check_prices, submit
from tests.factories.accounts import address, customer
from tests.factories.approvals import crew, request, rule, submitted, times
from tests.factories.ordering import (
    article,
    buyer,
    category,
    change_article,
    change_price,
    fill_cart,
    order,
    ref,
    set_on_hand,
    ship_to,
)

pytestmark = pytest.mark.usefixtures("ctx")


def act(actor: Actor, function, *arguments, **keywords):
    with acting_as(actor):
        return function(actor, *arguments, **keywords)


def found(approval_id: int) -> Approval:
    with system_scope("test"):
        row = db.session.get_one(Approval, approval_id, populate_existing=True)
        db.session.expunge(row)
        return row


def rows(statement):
    with system_scope("test"):
        return list(db.session.scalars(statement))


def cart_state(approval_id: int) -> str:
    return rows(select(Cart.state).where(Cart.id == found(approval_id).cart_id))[0]


def lines_of(approval_id: int) -> list[ApprovalLine]:
    return rows(select(ApprovalLine).where(ApprovalLine.approval_id == approval_id).order_by(ApprovalLine.position))


def test_an_order_below_the_rule_is_placed_and_one_above_waits():
    made = crew()
    assert submitted(made.ann, [(made.nut, 10)]).order is not None
    approval_id = request(made, 11)
    row = found(approval_id)
    assert (row.state, row.net_total, row.line_count) == ("waiting", Decimal(110), 1)
    assert cart_state(approval_id) == "awaiting_approval"
    (step,) = rows(select(ApprovalStep))
    assert (step.state, step.need) == ("open", 1)
    assert {seat.user_id for seat in rows(select(ApprovalSeat))} == {made.ben.user_id, made.cleo.user_id}


def test_one_of_two_approves_and_the_order_is_the_buyers():
    made = crew()
    approval_id = request(made, po_number="4711")
    answer = act(made.ben, approve, approval_id, note="Fine.")
    assert answer.state is RequestState.ORDERED
    (placed,) = rows(select(Order))
    assert (placed.number, placed.user_id, placed.po_number) == (answer.order, made.ann.user_id, "4711")
    assert placed.buyer["person"] == made.ann.name
    assert found(approval_id).order_id == placed.id
    who = rows(select(AuditEntry).where(AuditEntry.object_type == "order", AuditEntry.action == "approved"))
    assert [entry.user_name for entry in who] == [made.ben.name]
    assert act(made.ben, approve, approval_id).is_repeat
    with pytest.raises(Conflict):
        act(made.cleo, approve, approval_id)
    assert len(rows(select(Order.id))) == 1


def test_the_same_submit_again_gets_the_same_request():
    made = crew()
    same = ref()
    first = submitted(made.ann, [(made.nut, 20)], client_ref=same)
    wishes = Wishes(ship_to(made.ann))
    cart_id = found(first.approval_id).cart_id
    assert act(made.ann, submit, cart_id, wishes, client_ref=same).approval_id == first.approval_id
    with pytest.raises(Conflict):
        act(made.ann, submit, cart_id, wishes, client_ref=ref())
    with pytest.raises(Conflict):
        act(made.ann, submit, cart_id, Wishes(wishes.ship_to_id, po_number="other"), client_ref=same)


def test_everybody_of_a_step_and_then_the_next_step():
    steps = (RuleStep((Approver.parse("role:approver"),), ALL), RuleStep((Approver.parse("administrators"),)))
    made = crew(steps=steps)
    approval_id = request(made)
    with pytest.raises(Forbidden):
        act(made.dan, approve, approval_id)
    assert act(made.ben, approve, approval_id).state is RequestState.WAITING
    assert act(made.ben, approve, approval_id).is_repeat
    assert act(made.cleo, approve, approval_id).state is RequestState.WAITING
    assert act(made.dan, approve, approval_id).state is RequestState.ORDERED


def test_who_asks_does_not_decide_and_strangers_see_nothing():
    made = crew()
    approval_id = request(made)
    with pytest.raises(Forbidden):
        act(made.ann, approve, approval_id)
    with pytest.raises(Forbidden):
        act(buyer(made.company), approve, approval_id)
    with pytest.raises(NotFound):
        act(buyer(role=Role.APPROVER), approve, approval_id)


def test_staff_who_act_for_an_approver_do_not_decide_in_his_place():
    made = crew()
    approval_id = request(made)
    desk = replace(made.ben, staff_id=1, staff_name="Sven")
    with pytest.raises(Forbidden):
        act(desk, approve, approval_id)
    with acting_as(desk):
        assert waiting_count(desk) == 0
    assert act(made.ben, waiting_count) == 1


def test_a_rejected_request_gives_the_cart_back_with_reasons():
    made = crew()
    approval_id = request(made)
    (line,) = lines_of(approval_id)
    with pytest.raises(Invalid):
        act(made.ben, reject, approval_id, "  ")
    act(made.ben, reject, approval_id, "Too many.", line_reasons={line.id: "Ten will do."})
    assert (found(approval_id).state, found(approval_id).reason) == ("rejected", "Too many.")
    assert lines_of(approval_id)[0].reason == "Ten will do."
    assert cart_state(approval_id) == "open"
    with pytest.raises(Conflict):
        act(made.cleo, approve, approval_id)


def test_the_buyer_withdraws_and_submits_again():
    made = crew()
    approval_id = request(made)
    with pytest.raises(Forbidden):
        act(made.cleo, withdraw, approval_id)
    act(made.ann, withdraw, approval_id)
    assert cart_state(approval_id) == "open"
    assert act(made.ann, withdraw, approval_id).is_repeat
    cart_id = found(approval_id).cart_id
    again = act(made.ann, submit, cart_id, Wishes(ship_to(made.ann)), client_ref=ref())
    assert again.approval_id not in (None, approval_id)


# --- nothing bypasses


def test_a_cart_that_waits_cannot_be_ordered_another_way():
    made = crew()
    approval_id = request(made)
    for via in ("api", "edi"):
        actor = Actor(made.ann.user_id, made.ann.company_id, made.ann.scope, made.ann.permissions, via=via)
        with pytest.raises(Conflict):
            act(actor, submit, found(approval_id).cart_id, Wishes(ship_to(made.ann)), client_ref=ref())


@pytest.mark.parametrize("via", ["api", "edi", "job"])
def test_orders_of_machines_ask_too(via):
    made = crew()
    actor = Actor(made.ann.user_id, made.ann.company_id, made.ann.scope, made.ann.permissions, via=via, name="Ann")
    assert submitted(actor, [(made.nut, 20)]).approval_id is not None


def test_a_changed_cart_voids_what_was_approved():
    made = crew()
    approval_id = request(made)
    with system_scope("test"), transaction() as session:  # as if a lock had been forgotten
        session.execute(update(Cart).where(Cart.id == found(approval_id).cart_id).values(version=Cart.version + 1))
        session.execute(update(CartLine).values(quantity=500, base_quantity=500))
    assert act(made.ben, approve, approval_id).state is RequestState.RETURNED
    assert rows(select(Order.id)) == []
    assert cart_state(approval_id) == "open"


def test_a_dearer_price_goes_back_with_the_comparison_and_a_cheaper_one_is_passed_on():
    made = crew()
    first = request(made)
    change_price(made.nut, "11")
    assert act(made.ben, approve, first).state is RequestState.RETURNED
    trouble = Trouble.from_json(found(first).trouble)
    assert [(one.kind, Decimal(one.then), Decimal(one.now)) for one in trouble.differences] == [
        ("price", Decimal(10), Decimal(11))
    ]
    act(made.ann, check_prices, found(first).cart_id)
    second = act(made.ann, submit, found(first).cart_id, Wishes(ship_to(made.ann)), client_ref=ref()).approval_id
    change_price(made.nut, "9")
    assert act(made.ben, approve, second).state is RequestState.ORDERED
    assert rows(select(OrderLine.unit_price)) == [Decimal(9)]


def test_prices_are_held_for_the_time_set_and_no_longer():
    made = crew()
    times(made.dan, hold_hours=24)
    first, second = request(made), submitted(made.ann, [(made.nut, 30)]).approval_id
    change_price(made.nut, "12")
    assert act(made.ben, approve, first).state is RequestState.ORDERED
    assert rows(select(OrderLine.unit_price)) == [Decimal(10)]
    with system_scope("test"), transaction() as session:
        session.execute(update(Approval).values(held_until=clock.now() - timedelta(seconds=1)))
    assert act(made.ben, approve, second).state is RequestState.RETURNED


def test_stock_is_held_for_the_request_and_given_back_at_its_end():
    made = crew(stock=50)
    times(made.dan, hold_hours=24, holds_stock=True)
    first = request(made, 40)
    assert rows(select(Stock.reserved)) == [Decimal(40)]
    stranger = buyer()
    with pytest.raises(Conflict):
        order(stranger, [(made.nut, 20)])
    assert act(made.ben, approve, first).state is RequestState.ORDERED
    assert rows(select(Stock.reserved)) == [Decimal(40)]
    second = submitted(made.ann, [(made.nut, 10)]).order
    assert second is not None
    assert rows(select(Stock.reserved)) == [Decimal(50)]


def test_held_stock_is_let_go_when_the_request_ends_or_the_time_is_over():
    made = crew(stock=50)
    times(made.dan, hold_hours=1, holds_stock=True)
    first = request(made, 40)
    act(made.ben, reject, first, "No.")
    assert rows(select(Stock.reserved)) == [Decimal(0)]
    second = request(made, 5)  # more of the same cart
    with system_scope("test"), transaction() as session:
        session.execute(update(Approval).values(held_until=clock.now(), due_at=clock.now()))
    with acting_as(Actor.system()):
        sweep(Actor.system())
    assert rows(select(Stock.reserved)) == [Decimal(0)]
    assert found(second).state == "waiting"


def test_short_stock_sends_the_request_back():
    made = crew()
    approval_id = request(made)
    set_on_hand(made.nut, 3)
    assert act(made.ben, approve, approval_id).state is RequestState.RETURNED
    assert "stock" in str(Trouble.from_json(found(approval_id).trouble).message)
    assert rows(select(Order.id)) == []


def test_an_article_that_is_not_sold_any_more_sends_the_request_back():
    made = crew()
    approval_id = request(made)
    change_article(made.nut, status="discontinued")
    assert act(made.ben, approve, approval_id).state is RequestState.RETURNED
    assert Trouble.from_json(found(approval_id).trouble).problems[0][0] == "NUT"


def test_a_rule_made_meanwhile_sends_the_request_back():
    made = crew()
    approval_id = request(made)
    rule(made.dan, "Over 150", 150, approvers=("administrators",))
    assert act(made.ben, approve, approval_id).state is RequestState.RETURNED
    assert Trouble.from_json(found(approval_id).trouble).differences[0].name == "Over 150"


def test_a_rule_switched_off_meanwhile_does_not():
    made = crew()
    approval_id = request(made)
    act(made.dan, switch_rule, made.rule_id, is_enabled=False)
    assert act(made.ben, approve, approval_id).state is RequestState.ORDERED


def test_a_buyer_who_has_left_gets_no_order():
    made = crew()
    approval_id = request(made)
    with system_scope("test"), transaction() as session:
        session.execute(update(Membership).where(Membership.user_id == made.ann.user_id).values(is_active=False))
    assert act(made.ben, approve, approval_id).state is RequestState.RETURNED


def test_an_approver_who_has_left_or_may_approve_less_decides_no_more():
    made = crew()
    approval_id = request(made)
    act(made.dan, set_limit, made.ben.user_id, buy_up_to=None, approve_up_to=Decimal(50))
    with pytest.raises(Forbidden):
        act(made.ben, approve, approval_id)
    with system_scope("test"), transaction() as session:
        session.execute(update(Membership).where(Membership.user_id == made.cleo.user_id).values(is_active=False))
    with pytest.raises(Forbidden):
        act(made.cleo, approve, approval_id)


# --- lines


def test_an_approver_cuts_and_strikes_lines_and_the_order_is_the_smaller_one():
    made = crew()
    pin = article("PIN", "5", minimum=10, step=10)
    approval_id = submitted(made.ann, [(made.nut, 20), (pin, 30)]).approval_id
    nuts, pins = lines_of(approval_id)
    for quantity, reason in ((Decimal(25), "More."), (Decimal(20), "Same."), (Decimal(5), ""), (Decimal(-1), "x")):
        with pytest.raises(Invalid):
            act(made.ben, change_line, approval_id, nuts.id, quantity, reason)
    with pytest.raises(Invalid, match="Take"):
        act(made.ben, change_line, approval_id, pins.id, Decimal(15), "Not a pack.")
    act(made.ben, change_line, approval_id, pins.id, Decimal(10), "Ten will do.")
    act(made.ben, change_line, approval_id, nuts.id, Decimal(0), "Not needed.")
    with pytest.raises(Invalid):
        act(made.ben, change_line, approval_id, pins.id, Decimal(0), "None at all.")
    row = found(approval_id)
    assert (row.net_total, row.line_count, row.changes) == (Decimal(50), 1, 2)
    assert [(one.quantity, one.asked_quantity, one.is_struck) for one in lines_of(approval_id)] == [
        (20, 20, True), (10, 30, False),
    ]  # fmt: skip
    assert act(made.cleo, approve, approval_id).state is RequestState.ORDERED
    assert rows(select(OrderLine.quantity)) == [Decimal(10)]


def test_a_cut_that_would_cost_more_is_refused():
    made = crew()
    screw = article("SCREW", "10", breaks={100: "1"})
    approval_id = submitted(made.ann, [(screw, 110)]).approval_id
    (line,) = lines_of(approval_id)
    with pytest.raises(Invalid):
        act(made.ben, change_line, approval_id, line.id, Decimal(99), "Fewer.")
    assert lines_of(approval_id)[0].quantity == 110
    act(made.ben, change_line, approval_id, line.id, Decimal(9), "Few.")
    assert found(approval_id).net_total == 90


# --- standing in


def test_a_seat_is_handed_to_a_colleague_who_then_decides():
    made = crew()
    approval_id = request(made)
    eve = buyer(made.company, name="Eve")
    for colleague in (made.ben, made.ann, made.cleo, buyer()):
        with pytest.raises(Invalid):
            act(made.ben, delegate, approval_id, colleague.user_id)
    act(made.ben, delegate, approval_id, eve.user_id, note="I am away.")
    with pytest.raises(Forbidden):
        act(made.ben, approve, approval_id)
    assert act(eve, approve, approval_id).state is RequestState.ORDERED


def test_a_deputy_decides_within_the_days_and_is_counted_once():
    made = crew(need=2)
    today = clock.today("Europe/Berlin")
    row_id = act(made.cleo, add_deputy, made.ben.user_id, today, today + timedelta(days=3))
    approval_id = request(made)
    assert act(made.ben, approve, approval_id).state is RequestState.WAITING
    assert act(made.ben, approve, approval_id).is_repeat  # not for Cleo, too
    act(made.cleo, end_deputy, row_id)
    eve = buyer(made.company, name="Eve")
    act(made.cleo, add_deputy, eve.user_id, today + timedelta(days=1), today + timedelta(days=3))
    with pytest.raises(Forbidden):
        act(eve, approve, approval_id)
    act(made.dan, add_deputy, eve.user_id, today, today, user_id=made.cleo.user_id)
    assert act(eve, approve, approval_id).state is RequestState.ORDERED


# --- time


def later(approval_id: int, **back) -> None:
    """Let a request be older than it is, then look at it."""
    with system_scope("test"), transaction() as session:
        for column in ("opened_at", "escalated_at", "reminded_at"):
            field = getattr(ApprovalStep, column)
            session.execute(update(ApprovalStep).where(field.is_not(None)).values({column: field - timedelta(**back)}))
        session.execute(update(Approval).values(due_at=clock.now(), expires_at=Approval.expires_at - timedelta(**back)))
    actor = Actor.system()
    with acting_as(actor):
        look_at(actor, approval_id, found(approval_id).cart_id)


def test_approvers_are_reminded_then_the_next_are_asked_and_at_last_the_administrators():
    made = crew()
    fay = buyer(made.company, name="Fay")
    act(made.dan, set_limit, fay.user_id, buy_up_to=None, approve_up_to=Decimal(500))
    approval_id = request(made)
    later(approval_id, hours=25)
    assert found(approval_id).reminders == 1
    with pytest.raises(Forbidden):
        act(fay, comment_and_approve, approval_id)
    later(approval_id, hours=50)
    assert {seat.user_id for seat in rows(select(ApprovalSeat)) if seat.is_escalated} == {fay.user_id}
    later(approval_id, hours=73)
    assert made.dan.user_id in {seat.user_id for seat in rows(select(ApprovalSeat)) if seat.is_escalated}
    assert act(made.dan, approve, approval_id).state is RequestState.ORDERED


def comment_and_approve(actor, approval_id):
    comment(actor, approval_id, "Is this for me?")
    return approve(actor, approval_id)


def test_a_request_expires_on_the_moment_whether_the_job_ran_or_not():
    made = crew()
    approval_id = request(made)
    with system_scope("test"), transaction() as session:
        session.execute(update(Approval).values(expires_at=clock.now()))
    with pytest.raises(Conflict):
        act(made.ben, approve, approval_id)
    later(approval_id, hours=0)
    assert (found(approval_id).state, cart_state(approval_id)) == ("expired", "open")


def test_the_buyer_reminds_at_most_once_an_hour():
    made = crew()
    approval_id = request(made)
    with pytest.raises(Conflict):
        act(made.ann, remind, approval_id)
    with system_scope("test"), transaction() as session:
        session.execute(update(ApprovalStep).values(opened_at=clock.now() - timedelta(hours=2)))
    act(made.ann, remind, approval_id)
    with pytest.raises(Conflict):
        act(made.ann, remind, approval_id)


# --- rules of several kinds


def test_a_new_ship_to_asks_once():
    made = crew(None, kind=Kind.NEW_SHIP_TO)
    place = address(made.company, label="Yard", street="Kai 1", postcode="24143", city="Kiel")
    order_first = submitted(made.ann, [(made.nut, 1)])
    assert order_first.approval_id is not None
    act(made.ben, approve, order_first.approval_id)
    assert submitted(made.ann, [(made.nut, 1)]).order is not None
    with acting_as(made.ann):
        check = submitted_to(made, place.id)
    assert check.approval_id is not None


def submitted_to(made, address_id):
    cart_id = fill_cart(made.ann, [(made.nut, 1)])
    check_prices(made.ann, cart_id)
    return submit(made.ann, cart_id, Wishes(address_id), client_ref=ref())


def test_a_category_counts_with_all_below_it():
    tools = category("TOOLS", "Tools")
    with system_scope("test"), transaction() as session:
        drills = Category(code="DRILLS", name="Drills", parent_id=tools.id)
        session.add(drills)
        session.flush()
        drill_category = drills.id
    made = crew(None, kind=Kind.CATEGORY, targets=(tools.id,))
    drill = article("DRILL", "10", category_id=drill_category)
    assert submitted(made.ann, [(made.nut, 1)]).order is not None
    assert submitted(made.ann, [(drill, 1)]).approval_id is not None


def test_a_price_above_the_last_one_paid_asks():
    made = crew(10, kind=Kind.PRICE_CHANGE)
    assert submitted(made.ann, [(made.nut, 1)]).order is not None
    change_price(made.nut, "11")
    assert submitted(made.ann, [(made.nut, 1)]).order is not None
    change_price(made.nut, "12.2")
    approval_id = submitted(made.ann, [(made.nut, 1)]).approval_id
    assert lines_of(approval_id)[0].last_price == Decimal(11)


def test_a_maker_bought_for_the_first_time_asks():
    made = crew(None, kind=Kind.NEW_MAKER)
    drill = article("DRILL", "10", brand="Bosch")
    first = submitted(made.ann, [(drill, 1), (made.nut, 1)])
    act(made.ben, approve, first.approval_id)
    assert submitted(made.ann, [(drill, 1)]).order is not None


# --- rules


def test_a_rule_nobody_can_satisfy_is_refused():
    made = crew()
    nobody = RuleStep((Approver.parse("role:bookkeeper"),))
    for entry in (
        RuleEntry("Books", Kind.TOTAL, (nobody,), value=Decimal(5)),
        RuleEntry("Nobody", Kind.TOTAL, (), value=Decimal(5)),
        RuleEntry(
            "Stranger", Kind.TOTAL, (RuleStep((Approver.parse(f"person:{buyer().user_id}"),)),), value=Decimal(5)
        ),
        RuleEntry("Manager", Kind.TOTAL, (RuleStep((Approver.parse("manager"),)),), value=Decimal(5)),
        RuleEntry("Three", Kind.TOTAL, (RuleStep((Approver.parse("role:approver"),), 3),), value=Decimal(5)),
        RuleEntry("No value", Kind.TOTAL, (RuleStep((Approver.parse("administrators"),)),)),
        RuleEntry("Over 100", Kind.TOTAL, (RuleStep((Approver.parse("administrators"),)),), value=Decimal(5)),
        RuleEntry(" ", Kind.TOTAL, (RuleStep((Approver.parse("administrators"),)),), value=Decimal(5)),
    ):
        with pytest.raises(Invalid):
            act(made.dan, save_rule, entry)


def test_rules_are_kept_by_administrators_and_changes_are_recorded():
    made = crew()
    entry = RuleEntry("Over 200", Kind.TOTAL, (RuleStep((Approver.parse("administrators"),)),), value=Decimal(200))
    with pytest.raises(Forbidden):
        act(made.ben, save_rule, entry)
    act(made.dan, save_rule, entry, made.rule_id)
    (entry_row,) = rows(
        select(AuditEntry).where(AuditEntry.object_type == "approval_rule", AuditEntry.action == "changed")
    )
    assert entry_row.changes["name"] == ["Over 100", "Over 200"]
    assert submitted(made.ann, [(made.nut, 15)]).order is not None
    act(made.dan, delete_rule, made.rule_id)
    assert submitted(made.ann, [(made.nut, 90)]).order is not None
    with pytest.raises(NotFound):
        act(buyer(role=Role.COMPANY_ADMIN), delete_rule, made.rule_id)


def test_limits_of_a_person_ask_without_a_rule():
    made = crew(100000)
    act(made.dan, set_limit, made.ann.user_id, buy_up_to=Decimal(50), approve_up_to=None)
    assert submitted(made.ann, [(made.nut, 5)]).order is not None
    approval_id = submitted(made.ann, [(made.nut, 6)]).approval_id
    assert {seat.user_id for seat in rows(select(ApprovalSeat))} == {made.ben.user_id, made.cleo.user_id}
    assert act(made.ben, approve, approval_id).state is RequestState.ORDERED


def test_times_are_checked():
    made = crew()
    for wrong in (Times(remind_hours=0), Times(hold_hours=-1), Times(expire_days=999), Times(holds_stock=True)):
        with pytest.raises(Invalid):
            act(made.dan, set_times, wrong)


def test_links_are_mailed_to_those_who_may_decide_and_end_with_the_request():
    made = crew()
    approval_id = request(made)
    links = rows(select(ApprovalLink))
    assert {link.user_id for link in links} == {made.ben.user_id, made.cleo.user_id}
    assert all(len(link.token_hash) == 64 for link in links)
    act(made.ben, approve, approval_id)
    assert all(link.ended_at is not None for link in rows(select(ApprovalLink)))


def test_an_account_without_rules_costs_one_statement():
    company = customer()
    ann = buyer(company)
    nut = article("NUT")
    cart_id, place = fill_cart(ann, [(nut, 1)]), ship_to(ann)
    with acting_as(ann):
        check_prices(ann, cart_id)
        with statements() as sent:
            submit(ann, cart_id, Wishes(place), client_ref=ref())
    assert sum("approval" in one for one in sent) == 1
