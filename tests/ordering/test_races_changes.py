"""Two hands on one order at the same moment: one of them is first, and nothing is done twice."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import select, text

from app.billing.service.issue import issue_invoice
from app.core.actor import Actor
from app.core.db import db
from app.core.tenancy import acting_as, system_scope
from app.inventory.models.stock import Stock
from app.ordering.domain.amendment import PriceChoice
from app.ordering.domain.wishes import Wishes
from app.ordering.models.orders import Order
from app.ordering.queries.cart import priced_cart
from app.ordering.service.amendments import start_amendment
from app.ordering.service.approval_decisions import approve
from app.ordering.service.cancelling import cancel
from app.ordering.service.cart import set_quantities
from app.ordering.service.checkout import check_prices, submit
from app.ordering.service.confirming import confirm
from app.ordering.service.order_rules import OwnRules, set_own_rules
from tests.factories.accounts import customer
from tests.factories.approvals import crew
from tests.factories.ordering import article, buyer, order, ref, sales, ship_to
from tests.ordering.test_races import together

pytestmark = pytest.mark.races


def prepared(minutes: int = 60):
    nut, company, desk = article("NUT", "10", stock=100), customer(), sales()
    with acting_as(desk):
        set_own_rules(desk, company.code, OwnRules(grace_minutes=minutes))
    ann, bob = buyer(company), buyer(company)
    return nut, desk, ann, bob, order(ann, [(nut, 10)])


def changed_cart(actor, placed, quantity) -> tuple[int, Wishes]:
    address_id = ship_to(actor)
    with acting_as(actor):
        cart_id = start_amendment(actor, placed.id, PriceChoice.ORDERED)
        line = priced_cart(actor, cart_id).rows[0].line_id
        set_quantities(actor, cart_id, {line: (Decimal(quantity), None)})
        check_prices(actor, cart_id)
    return cart_id, Wishes(address_id, po_number="PO-1")


def names(results) -> list[str]:
    return sorted(type(one).__name__ for one in results)


def stands(placed) -> tuple[Order, Decimal, Decimal]:
    """The order, what its line holds of the stock, and what the line says."""
    with system_scope("test"):
        found = db.session.scalars(select(Order).where(Order.id == placed.id)).one()
        line = db.session.scalar(
            text("SELECT sum(base_quantity) FROM order_lines WHERE order_id = :id"), {"id": placed.id}
        )
        return found, db.session.scalars(select(Stock.reserved)).one(), line


def test_an_amendment_against_a_confirmation(committing, world):
    with world():
        _, desk, ann, _, placed = prepared()
        cart_id, wishes = changed_cart(ann, placed, 15)
    results = together(committing, [
        (ann, lambda: submit(ann, cart_id, wishes, client_ref=ref())),
        (desk, lambda: confirm(desk, placed.id, client_ref=ref())),
    ])  # fmt: skip
    with world():
        found, reserved, line = stands(placed)
        assert reserved == line
        if names(results) == ["Confirmed", "Submitted"]:  # the confirmation saw the new version
            assert (found.state, line) == ("confirmed", 15)
        else:
            assert names(results) == ["Confirmed", "Conflict"]
            assert (found.state, line) == ("confirmed", 10)


def test_an_approved_amendment_against_a_confirmation(committing, world):
    """The amender's change waits for a yes; the yes and the confirmation come together."""
    with world():
        made, desk = crew(100), sales()
        with acting_as(desk):
            set_own_rules(desk, made.company.code, OwnRules(grace_minutes=60))
        placed = order(made.ann, [(made.nut, 5)])
        cart_id, wishes = changed_cart(made.ann, placed, 20)
        with acting_as(made.ann):
            waiting = submit(made.ann, cart_id, wishes, client_ref=ref()).approval_id
    results = together(committing, [
        (made.ben, lambda: approve(made.ben, waiting)),
        (desk, lambda: confirm(desk, placed.id, client_ref=ref())),
    ])  # fmt: skip
    assert "Confirmed" in names(results), results
    with world():
        found, reserved, line = stands(placed)
        assert (found.state, reserved) == ("confirmed", line)
        assert line in (5, 20)
        assert found.net_total == line * 10


def test_a_cancellation_against_the_invoice(committing, world):
    with world():
        _, _, ann, _, placed = prepared(minutes=0)
    system = Actor.system()
    results = together(committing, [
        (ann, lambda: cancel(ann, placed.id, {}, reason="", client_ref=ref())),
        (system, lambda: issue_invoice(system, placed.id)),
    ])  # fmt: skip
    with world(), system_scope("test"):
        invoices = db.session.scalar(text("SELECT count(*) FROM invoices"))
        state = db.session.scalars(select(Order.state)).one()
        assert (state, invoices) in (("cancelled", 0), ("placed", 1))
        assert names(results) in (["Changed", "NoneType"], ["Conflict", "int"])


def test_two_amendments_at_once(committing, world):
    with world():
        _, _, ann, bob, placed = prepared()
        first, wishes = changed_cart(ann, placed, 4)
        second, others = changed_cart(bob, placed, 40)
    results = together(committing, [
        (ann, lambda: submit(ann, first, wishes, client_ref=ref())),
        (bob, lambda: submit(bob, second, others, client_ref=ref())),
    ])  # fmt: skip
    assert names(results) == ["Conflict", "Submitted"]
    with world():
        found, reserved, line = stands(placed)
        assert found.version == 2
        assert reserved == line
        assert line in (4, 40)


def test_the_same_cancellation_many_times_at_once(committing, world):
    with world():
        _, _, ann, _, placed = prepared()
        same = ref()
        line = db.session.scalar(text("SELECT id FROM order_lines"))
    works = [(ann, lambda: cancel(ann, placed.id, {line: Decimal(3)}, reason="", client_ref=same)) for _ in range(8)]
    results = together(committing, works)
    assert sorted(one.is_repeat for one in results) == [False] + [True] * 7
    with world():
        found, reserved, left = stands(placed)
        assert (found.version, reserved, left) == (2, 7, 7)


def test_two_cancel_what_only_one_can(committing, world):
    with world():
        _, _, ann, bob, placed = prepared()
        line = db.session.scalar(text("SELECT id FROM order_lines"))
    results = together(committing, [
        (one, lambda one=one: cancel(one, placed.id, {line: Decimal(7)}, reason="", client_ref=ref()))
        for one in (ann, bob)
    ])  # fmt: skip
    assert names(results) == ["Changed", "Invalid"]
    with world():
        found, reserved, left = stands(placed)
        assert (found.version, reserved, left) == (2, 3, 3)
