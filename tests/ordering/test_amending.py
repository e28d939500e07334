"""Amending an order in its time for changes: prices, stock, sums, refusals that lose nothing, versions."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from app.accounts.models.companies import Company
from app.core import clock
from app.core.db import db
from app.core.errors import Conflict, NotFound
from app.core.tenancy import acting_as
from app.ordering.domain.amendment import PriceChoice
from app.ordering.domain.wishes import Wishes
from app.ordering.models.carts import Cart
from app.ordering.models.changes import OrderChange
from app.ordering.models.orders import Order
from app.ordering.queries.cart import active_cart, priced_cart
from app.ordering.service.amendments import give_up, return_to_cart, start_amendment
from app.ordering.service.approval_decisions import approve
from app.ordering.service.cancelling import cancel
from app.ordering.service.cart import add_lines, remove_lines, set_quantities
from app.ordering.service.checkout import check_prices, submit
from app.ordering.service.order_rules import OwnRules, set_own_rules
from app.ordering.service.progress import record_invoiced
from tests.factories.accounts import customer
from tests.factories.approvals import crew
from tests.factories.ordering import (
    article,
    buyer,
    change_article,
    change_price,
    fill_cart,
    order,
    ref,
    sales,
    set_on_hand,
    ship_to,
    wanted,
)
from tests.ordering.test_cancelling import head, held, lines, one, reserved


@pytest.fixture
def scene(ctx):
    nut, pin, company, desk = article("NUT", "10"), article("PIN", "5"), customer(), sales()
    with acting_as(desk):
        set_own_rules(desk, company.code, OwnRules(grace_minutes=30))
    ann = buyer(company)
    return ann, desk, order(ann, [(nut, 2), (pin, 4)]), nut, pin


def begin(ann, placed, choice=PriceChoice.ORDERED) -> int:
    with acting_as(ann):
        return start_amendment(ann, placed.id, choice)


def line_id(ann, cart_id, made) -> int:
    with acting_as(ann):
        return next(row.line_id for row in priced_cart(ann, cart_id).rows if row.article.id == made.id)


def set_quantity(ann, cart_id, made, quantity) -> None:
    key = line_id(ann, cart_id, made)
    with acting_as(ann):
        set_quantities(ann, cart_id, {key: (Decimal(quantity), None)})


def send(ann, cart_id, client_ref="", po_number="PO-1"):
    address_id = ship_to(ann)
    with acting_as(ann):
        check_prices(ann, cart_id)
        return submit(ann, cart_id, Wishes(address_id, po_number=po_number), client_ref=client_ref or ref()).order


def test_the_new_version_takes_the_place_of_the_old(scene):
    ann, _, placed, nut, pin = scene
    bolt = article("BOLT", "3")
    cart_id = begin(ann, placed)
    assert head(placed.id).net_total == 40
    set_quantity(ann, cart_id, nut, 5)
    with acting_as(ann):
        add_lines(ann, cart_id, [wanted(bolt, 10)], client_ref=ref())
        remove_lines(ann, cart_id, [line_id(ann, cart_id, pin)])
    assert (head(placed.id).net_total, reserved(nut), reserved(pin), reserved(bolt)) == (40, 2, 4, 0)
    sent = send(ann, cart_id, po_number="PO-2")
    assert (sent.id, sent.number) == (placed.id, placed.number)
    found = head(placed.id)
    assert (found.net_total, found.version, found.po_number, found.state, found.line_count) == (
        80,
        2,
        "PO-2",
        "placed",
        2,
    )
    assert [(line.sku, line.quantity, line.unit_price) for line in lines(placed.id)] == [
        ("NUT", 5, 10),
        ("BOLT", 10, 3),
    ]
    assert (reserved(nut), reserved(pin), reserved(bolt)) == (5, 0, 10)
    assert [held(line.id) for line in lines(placed.id)] == [5, 10]
    before = one(select(OrderChange.before))
    assert [line["sku"] for line in before["lines"]] == ["NUT", "PIN"]


def test_sent_twice_it_is_one_version(scene):
    ann, _, placed, nut, _ = scene
    cart_id, same = begin(ann, placed), ref()
    set_quantity(ann, cart_id, nut, 5)
    assert not send(ann, cart_id, same).is_repeat
    address_id = ship_to(ann)
    with acting_as(ann):
        again = submit(ann, cart_id, Wishes(address_id, po_number="PO-1"), client_ref=same).order
    assert (again.is_repeat, again.id, head(placed.id).version) == (True, placed.id, 2)


@pytest.mark.parametrize(
    ("choice", "now", "nets"),
    [("today", 9, 18), ("ordered", 9, 20), ("best", 9, 18), ("today", 12, 24), ("ordered", 12, 20), ("best", 12, 20)],
)
def test_the_choice_of_prices_reaches_cart_and_order(scene, choice, now, nets):
    ann, _, placed, nut, _ = scene
    change_price(nut, now)
    cart_id = begin(ann, placed, PriceChoice(choice))
    with acting_as(ann):
        assert priced_cart(ann, cart_id).rows[0].price.net == nets
    send(ann, cart_id)
    assert lines(placed.id)[0].net == nets


def test_what_was_ordered_keeps_its_right_to_the_stock(scene):
    ann, _, placed, nut, _ = scene
    set_on_hand(nut, 12)
    cart_id = begin(ann, placed)
    set_quantity(ann, cart_id, nut, 13)
    with acting_as(ann):
        assert [problem.code for problem in priced_cart(ann, cart_id).rows[0].problems] == ["stock"]
    with pytest.raises(Conflict):
        send(ann, cart_id)
    set_quantity(ann, cart_id, nut, 12)
    send(ann, cart_id)
    assert reserved(nut) == 12
    set_on_hand(nut, 0)
    change_article(nut, status="discontinued")
    again = begin(ann, placed)
    set_quantity(ann, again, nut, 1)
    send(ann, again)
    assert (reserved(nut), lines(placed.id)[0].quantity) == (1, 1)


def test_a_repeat_of_the_same_order_for_less_never_lets_anybody_take_what_it_keeps(scene):
    ann, _, placed, nut, _ = scene
    set_on_hand(nut, 2)
    cart_id = begin(ann, placed)
    send(ann, cart_id)
    assert reserved(nut) == 2


@pytest.mark.parametrize("event", ["late", "invoiced", "cancelled", "amended"])
def test_meanwhile_something_happened_and_nothing_entered_is_lost(scene, event):
    ann, desk, placed, nut, _ = scene
    cart_id = begin(ann, placed)
    set_quantity(ann, cart_id, nut, 7)
    moment = clock.now()
    if event == "late":
        moment += timedelta(minutes=31)
    elif event == "invoiced":
        record_invoiced(desk, placed.id, clock.now())
    elif event == "cancelled":
        with acting_as(desk):
            cancel(desk, placed.id, {lines(placed.id)[1].id: Decimal(1)}, reason="Broken", client_ref=ref())
    else:
        bob = buyer_of(ann)
        send(bob, begin(bob, placed))
    version = head(placed.id).version
    with clock.frozen(moment), pytest.raises(Conflict, match="stays in this cart"):
        send(ann, cart_id)
    assert (head(placed.id).version, lines(placed.id)[0].quantity) == (version, 2)
    with acting_as(ann):
        assert priced_cart(ann, cart_id).rows[0].quantity == 7


def buyer_of(ann):
    """A colleague."""
    return buyer(one(select(Company).where(Company.id == ann.company_id)))


def test_the_cart_before_comes_back(scene):
    ann, _, placed, nut, _ = scene
    own = fill_cart(ann, [(nut, 1)])
    cart_id = begin(ann, placed)
    with acting_as(ann):
        assert active_cart(ann).id == cart_id
        assert start_amendment(ann, placed.id, PriceChoice.BEST) == cart_id
        assert give_up(ann, cart_id) == placed.number
        assert active_cart(ann).id == own
    again = begin(ann, placed)
    assert again != cart_id
    send(ann, again)
    with acting_as(ann):
        return_to_cart(ann, again)
        assert active_cart(ann).id == own
    assert one(select(func.count()).select_from(Cart).where(Cart.state == "discarded")) == 1


def test_who_may_not_and_when_not(scene):
    ann, desk, placed, _, _ = scene
    bob = buyer()
    with acting_as(bob), pytest.raises(NotFound):
        start_amendment(bob, placed.id, PriceChoice.ORDERED)
    with (
        acting_as(ann),
        clock.frozen(clock.now() + timedelta(hours=1)),
        pytest.raises(Conflict, match="time for changes"),
    ):
        start_amendment(ann, placed.id, PriceChoice.ORDERED)
    record_invoiced(desk, placed.id, clock.now())
    with acting_as(ann), pytest.raises(Conflict, match="invoiced already"):
        start_amendment(ann, placed.id, PriceChoice.ORDERED)
    db.session.expire_all()


def test_a_change_that_needs_approval_waits_and_the_order_stands_meanwhile(ctx):
    made = crew(100)
    desk = sales()
    with acting_as(desk):
        set_own_rules(desk, made.company.code, OwnRules(grace_minutes=30))
    placed = order(made.ann, [(made.nut, 5)])
    cart_id = begin(made.ann, placed)
    set_quantity(made.ann, cart_id, made.nut, 20)
    address_id = ship_to(made.ann)
    with acting_as(made.ann):
        check_prices(made.ann, cart_id)
        sent = submit(made.ann, cart_id, Wishes(address_id, po_number="PO-1"), client_ref=ref())
    assert (sent.order, head(placed.id).version, reserved(made.nut)) == (None, 1, 5)
    with acting_as(made.ben):
        approve(made.ben, sent.approval_id)
    assert (head(placed.id).version, head(placed.id).net_total, reserved(made.nut)) == (2, 200, 20)
    assert one(select(func.count()).select_from(Order)) == 1
