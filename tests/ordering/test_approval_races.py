"""Approvers and buyers at the same moment, each on a connection of his own."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from app.core.db import db
from app.core.errors import Conflict, Unavailable
from app.core.tenancy import acting_as, system_scope
from app.inventory.models.stock import Stock
from app.ordering.domain.approval import Approver, RuleStep
from app.ordering.domain.approval_request import RequestState
from app.ordering.domain.wishes import Wishes
from app.ordering.models.approvals import Approval, ApprovalSeat, ApprovalStep
from app.ordering.models.carts import Cart
from app.ordering.models.orders import Order
from app.ordering.queries.approvals import request_for
from app.ordering.service.approval_decisions import Decided, approve, reject, withdraw
from app.ordering.service.approval_lines import change_line
from app.ordering.service.cart import add_lines
from app.ordering.service.checkout import check_prices, submit
from tests.factories.approvals import crew, request
from tests.factories.ordering import fill_cart, ref, ship_to, wanted
from tests.ordering.test_races import together

pytestmark = pytest.mark.races


def scalars(world, statement):
    with world(), system_scope("test"):
        return list(db.session.scalars(statement))


def orders(world) -> int:
    return scalars(world, select(func.count()).select_from(Order))[0]


def test_two_approvers_at_once_make_one_order(committing, world):
    with world():
        made = crew()
        approval_id = request(made)
    results = together(committing, [(who, lambda who=who: approve(who, approval_id)) for who in (made.ben, made.cleo)])
    assert sorted(type(one).__name__ for one in results) == ["Conflict", "Decided"]
    assert orders(world) == 1


def test_the_same_approver_many_times_at_once_makes_one_order(committing, world):
    with world():
        made = crew()
        approval_id = request(made)
    results = together(committing, [(made.ben, lambda: approve(made.ben, approval_id)) for _ in range(6)])
    assert all(isinstance(one, Decided) for one in results), results
    assert sum(not one.is_repeat for one in results) == 1
    assert orders(world) == 1
    assert scalars(world, select(Stock.reserved)) == [20]


def test_all_of_a_step_at_once_order_once_and_each_counts_once(committing, world):
    with world():
        made = crew(need=2)
        approval_id = request(made)
    works = [(who, lambda who=who: approve(who, approval_id)) for who in (made.ben, made.cleo, made.ben, made.cleo)]
    results = together(committing, works)
    assert all(isinstance(one, Decided) for one in results), results
    assert orders(world) == 1
    assert len(scalars(world, select(ApprovalSeat.id).where(ApprovalSeat.approved_at.is_not(None)))) == 2


def test_approvers_of_different_steps_at_once(committing, world):
    with world():
        made = crew(steps=(RuleStep((Approver.parse("role:approver"),)), RuleStep((Approver.parse("administrators"),))))
        approval_id = request(made)
    works = [(who, lambda who=who: approve(who, approval_id)) for who in (made.dan, made.ben, made.dan, made.cleo)]
    together(committing, works)
    (state,) = scalars(world, select(Approval.state))
    if state == "waiting":  # the second step was opened after both tries of the administrator
        together(committing, [(made.dan, lambda: approve(made.dan, approval_id))])
    assert orders(world) == 1
    assert set(scalars(world, select(ApprovalStep.state))) == {"done"}


@pytest.mark.parametrize("turn", range(4))
def test_approving_against_withdrawing_ends_in_one_of_the_two(committing, world, turn):
    with world():
        made = crew()
        approval_id = request(made)
    works = [(made.ben, lambda: approve(made.ben, approval_id)), (made.ann, lambda: withdraw(made.ann, approval_id))]
    results = together(committing, works if turn % 2 else works[::-1])
    assert sorted(type(one).__name__ for one in results) == ["Conflict", "Decided"], results
    (state,) = scalars(world, select(Approval.state))
    (cart,) = scalars(world, select(Cart.state))
    assert (state, cart, orders(world)) in {("ordered", "ordered", 1), ("withdrawn", "open", 0)}


def test_approving_against_a_buyer_who_takes_it_back_to_change_it(committing, world):
    """What is ordered is what was approved, never what the buyer put in meanwhile."""
    with world():
        made = crew()
        approval_id = request(made, 20)
        cart_id = scalars_now(select(Cart.id))[0]

    def amend():
        withdraw(made.ann, approval_id)
        return add_lines(made.ann, cart_id, [wanted(made.nut, 500)], client_ref=ref())

    together(committing, [(made.ben, lambda: approve(made.ben, approval_id)), (made.ann, amend)])
    (state,) = scalars(world, select(Approval.state))
    if state == "ordered":
        assert scalars(world, select(Order.net_total)) == [200]
    else:
        assert orders(world) == 0


def scalars_now(statement):
    with system_scope("test"):
        return list(db.session.scalars(statement))


def test_approving_against_rejecting_and_against_changing(committing, world):
    with world():
        made = crew()
        first = request(made)
    works = [(made.ben, lambda: approve(made.ben, first)), (made.cleo, lambda: reject(made.cleo, first, "No."))]
    results = together(committing, works)
    assert sorted(type(one).__name__ for one in results) == ["Conflict", "Decided"]
    with world():
        second = request(made, 30) if orders(world) else None
    if second is None:
        return
    with world(), acting_as(made.cleo):
        line_id = request_for(made.cleo, second).lines[0].id
    cut = (made.cleo, lambda: change_line(made.cleo, second, line_id, 5, "Five."))
    results = together(committing, [cut, (made.ben, lambda: approve(made.ben, second))])
    assert not any(isinstance(one, Unavailable) for one in results)
    last = scalars(world, select(Order.net_total).order_by(Order.id.desc()))[0]
    assert last == (300 if isinstance(results[0], Conflict) else 50)


def test_the_same_submit_many_times_at_once_asks_once(committing, world):
    with world():
        made = crew()
        cart_id, place, same = fill_cart(made.ann, [(made.nut, 20)]), ship_to(made.ann), ref()
        with acting_as(made.ann):
            check_prices(made.ann, cart_id)
    works = [(made.ann, lambda: submit(made.ann, cart_id, Wishes(place), client_ref=same)) for _ in range(8)]
    results = together(committing, works)
    assert {one.approval_id for one in results} == set(scalars(world, select(Approval.id)))
    assert {one.order for one in results} == {None}
    assert len(scalars(world, select(Approval.id))) == 1


def test_an_approved_state_is_final(committing, world):
    with world():
        made = crew()
        approval_id = request(made)
    together(committing, [(made.ben, lambda: approve(made.ben, approval_id))])
    (result,) = together(committing, [(made.cleo, lambda: reject(made.cleo, approval_id, "Late."))])
    assert isinstance(result, Conflict)
    assert scalars(world, select(Approval.state)) == [RequestState.ORDERED]
