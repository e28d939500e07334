"""Approvals beside budgets, coupons, changes of orders and the clock: what is reserved, what is lost, who is told."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select, update

from app.accounts.domain.budget import BudgetRule
from app.accounts.models.budgets import Budget
from app.core import clock
from app.core.actor import Actor
from app.core.db import db, transaction
from app.core.errors import Conflict
from app.core.tenancy import acting_as, system_scope
from app.ordering.domain.approval_conditions import Kind
from app.ordering.domain.approval_request import RequestState, Trouble
from app.ordering.domain.wishes import Wishes
from app.ordering.models.approvals import Approval, ApprovalLine, ApprovalStep
from app.ordering.models.orders import Order
from app.ordering.service.approval_clock import sweep
from app.ordering.service.approval_decisions import approve, reject
from app.ordering.service.approval_lines import change_line
from app.ordering.service.checkout import check_prices, submit
from app.ordering.service.coupons import add_coupon
from app.pricing.service.promotions import switch_promotion
from tests.factories.accounts import budget, cost_centre
from tests.factories.approvals import crew, request, submitted
from tests.factories.ordering import fill_cart, ref, ship_to
from tests.factories.promotions import coupon, promotion
from tests.support.mail import tray
from tests.support.work import drain


def act(actor, function, *arguments, **keywords):
    with acting_as(actor):
        return function(actor, *arguments, **keywords)


def rows(statement):
    with system_scope("test"):
        return list(db.session.scalars(statement))


def with_coupon(made, quantity, code):
    cart_id, place = fill_cart(made.ann, [(made.nut, quantity)]), ship_to(made.ann)
    act(made.ann, add_coupon, cart_id, code)
    act(made.ann, check_prices, cart_id)
    return act(made.ann, submit, cart_id, Wishes(place), client_ref=ref())


@pytest.mark.usefixtures("ctx")
def test_a_coupon_that_brings_the_order_to_zero_takes_no_approval_away():
    made = crew()
    code = coupon(promotion("GIFT", "100", needs_coupon=True), "GIFT-1")
    asked = with_coupon(made, 20, code)
    assert asked.approval_id is not None
    assert rows(select(Approval.gross_total)) == [Decimal(0)]
    assert act(made.ben, approve, asked.approval_id).state is RequestState.ORDERED
    assert rows(select(Order.gross_total)) == [Decimal(0)]


@pytest.mark.usefixtures("ctx")
def test_a_promotion_that_ends_while_the_request_waits_sends_it_back():
    made = crew()
    promotion_id = promotion("SPRING", "10", needs_coupon=True)
    asked = with_coupon(made, 20, coupon(promotion_id, "SPRING-1"))
    with acting_as(Actor.system()):
        switch_promotion(Actor.system(), promotion_id, is_active=False)
    assert act(made.ben, approve, asked.approval_id).state is RequestState.RETURNED
    (trouble,) = rows(select(Approval.trouble))
    assert [one.kind for one in Trouble.from_json(trouble).differences] == ["promotion"]


def taken() -> Decimal:
    (found,) = rows(select(Budget.taken))
    return found


@pytest.mark.usefixtures("ctx")
def test_a_budget_that_asks_is_reserved_while_the_request_waits():
    made = crew(100000)
    centre = cost_centre(made.company, "YARD", manager_id=made.cleo.user_id)
    budget(centre, 300, rule=BudgetRule.ASK)
    first = submitted(made.ann, [(made.nut, 20)], cost_centre_id=centre.id)
    assert first.order is not None
    second = submitted(made.ann, [(made.nut, 20)], cost_centre_id=centre.id)
    assert second.approval_id is not None
    assert taken() == 400
    (firing,) = rows(select(ApprovalStep.firing))
    assert (firing["kind"], Decimal(firing["value"]), Decimal(firing["actual"])) == (Kind.BUDGET, 100, 200)
    with pytest.raises(Conflict):
        act(made.dan, reject_as_if_nobody_waited, second.approval_id)
    act(made.cleo, reject, second.approval_id, "Not this month.")
    assert taken() == 200
    third = submitted(made.ann, [(made.nut, 1)], cost_centre_id=centre.id)  # the cart has 20 more
    assert act(made.cleo, approve, third.approval_id).state is RequestState.ORDERED
    assert taken() == 410


def reject_as_if_nobody_waited(actor, approval_id):
    try:
        return reject(actor, approval_id, "I am not asked.")
    except Exception as error:
        raise Conflict(str(error)) from error


@pytest.mark.usefixtures("ctx")
def test_a_cut_order_takes_less_of_the_budget():
    made = crew()
    centre = cost_centre(made.company, "YARD")
    budget(centre, 1000, rule=BudgetRule.BLOCK)
    approval_id = request(made, 20, cost_centre_id=centre.id)
    assert taken() == 200
    (line_id,) = rows(select(ApprovalLine.id))
    act(made.ben, change_line, approval_id, line_id, Decimal(5), "Five.")
    assert act(made.ben, approve, approval_id).state is RequestState.ORDERED
    assert taken() == 50


def test_every_mail_says_what_happened(isolated, world):
    with world():
        made = crew()
        approval_id = request(made)
    told = {}
    with tray() as mails:
        drain(isolated)
    told["asked"] = mails
    for name, back in (("reminded", 25), ("escalated", 80)):
        with world(), system_scope("test"), transaction() as session:
            session.execute(update(ApprovalStep).values(opened_at=clock.now() - timedelta(hours=back)))
            session.execute(update(ApprovalStep).values(reminded_at=None))
            session.execute(update(Approval).values(due_at=clock.now()))
        with world(), acting_as(Actor.system()):
            assert sweep(Actor.system()) == 1
        with tray() as mails:
            drain(isolated)
        told[name] = mails
    with world():
        line_id = rows(select(ApprovalLine.id))[0]
        act(made.ben, change_line, approval_id, line_id, Decimal(15), "Fifteen.")
    with tray() as mails:
        drain(isolated)
    told["changed"] = mails
    with world():
        act(made.ben, approve, approval_id)
    with tray() as mails:
        drain(isolated)
    told["decided"] = mails
    with world():
        (number,) = rows(select(Approval.number))
    told = {name: [m for m in found if number in m.get_body(("plain",)).get_content()] for name, found in told.items()}
    assert {name: len(found) for name, found in told.items()} == {
        "asked": 2, "reminded": 2, "escalated": 1, "changed": 1, "decided": 1,
    }  # fmt: skip
    for name, word in (("reminded", "still waits"), ("escalated", "Nobody has decided"), ("changed", "15"),
                       ("decided", "The order is SO-")):  # fmt: skip
        for kind in ("plain", "html"):
            assert word in told[name][0].get_body((kind,)).get_content(), name
