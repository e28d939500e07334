"""Buyers at the same moment, each on a connection of his own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text

from app.core.actor import Actor
from app.core.db import db, transaction
from app.core.errors import Conflict, Unavailable
from app.core.tenancy import acting_as, system_scope
from app.inventory.models.reservations import Reservation
from app.inventory.models.stock import Stock
from app.ordering.domain.sharing import Right
from app.ordering.domain.wishes import Wishes
from app.ordering.models.carts import Cart, CartLine
from app.ordering.models.deliveries import OrderDelivery, OrderLinePart
from app.ordering.models.orders import Order
from app.ordering.queries.cart import priced_cart
from app.ordering.service.cart import add_lines, new_cart, set_quantities
from app.ordering.service.carts import merge_carts, share_cart
from app.ordering.service.checkout import check_prices, submit
from tests.factories.accounts import address, customer
from tests.factories.ordering import article, buyer, change_price, fill_cart, ref, ship_to, wanted
from tests.factories.terms import delivery_method, order_terms, rate, split

pytestmark = pytest.mark.races


def together(app: Flask, works: list[tuple[Actor, Callable[[], Any]]]) -> list[Any]:
    """Run each work in a thread, starting at the same moment; an error is its result."""
    start = threading.Barrier(len(works))
    results: list[Any] = [None] * len(works)

    def run(place: int, actor: Actor, work: Callable[[], Any]) -> None:
        with app.app_context(), acting_as(actor):
            start.wait(10)
            try:
                results[place] = work()
            except Exception as error:
                results[place] = error
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=(place, *work)) for place, work in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


def checked(actor: Actor, lines) -> int:
    cart_id = fill_cart(actor, lines)
    with acting_as(actor):
        check_prices(actor, cart_id)
    return cart_id


def placing(actor: Actor, cart_id: int, client_ref: str, address_id: int) -> tuple[Actor, Callable[[], Any]]:
    return actor, lambda: submit(actor, cart_id, Wishes(address_id, po_number="PO-1"), client_ref=client_ref).order


def scalars(statement) -> list[Any]:
    with system_scope("test"):
        return list(db.session.scalars(statement))


def test_the_same_request_sent_many_times_at_once_makes_one_order(committing, world):
    with world():
        nut = article("NUT", stock=100)
        ann, same = buyer(), ref()
        cart_id, address_id = checked(ann, [(nut, 4)]), ship_to(ann)
    results = together(committing, [placing(ann, cart_id, same, address_id) for _ in range(6)])
    assert len({result.number for result in results}) == 1
    assert sorted(result.is_repeat for result in results) == [False] + [True] * 5
    with world():
        assert len(scalars(select(Order.id))) == 1
        assert scalars(select(Stock.reserved)) == [Decimal(4)]


def test_one_reference_sent_twenty_times_at_once_makes_one_order_with_its_deliveries(committing, world):
    with world():
        nut = article("NUT", "2", stock=100)
        delivery_method("PARCEL", rate("5"))
        company, same = customer(), ref()
        site = address(company, label="Site", street="Am Kai 2")
        ann = buyer(company)
        cart_id, address_id = checked(ann, [(nut, 4)]), ship_to(ann)
        with acting_as(ann):
            line_id = priced_cart(ann, cart_id).rows[0].line_id
        split(company.id, cart_id, line_id, [{"quantity": Decimal(3), "ship_to_id": site.id}, {"quantity": Decimal(1)}])
    results = together(committing, [placing(ann, cart_id, same, address_id) for _ in range(20)])
    assert len({result.number for result in results}) == 1
    assert sum(not result.is_repeat for result in results) == 1
    with world():
        assert len(scalars(select(Order.id))) == 1
        assert scalars(select(OrderDelivery.cost).order_by(OrderDelivery.position)) == [Decimal(5), Decimal(5)]
        assert sorted(scalars(select(OrderLinePart.quantity))) == [Decimal(1), Decimal(3)]
        assert scalars(select(Stock.reserved)) == [Decimal(4)]


def test_one_order_number_of_the_account_is_used_once(committing, world):
    with world():
        nut = article("NUT", stock=100)
        company = customer()
        order_terms(company.id, po_repeats="block")
        carts = [(one, checked(one, [(nut, 1)]), ship_to(one)) for one in (buyer(company), buyer(company))]
    results = together(committing, [placing(actor, cart_id, ref(), place) for actor, cart_id, place in carts])
    assert sorted(type(result).__name__ for result in results) == ["Invalid", "Placed"]


def test_two_windows_on_one_cart_make_one_order(committing, world):
    with world():
        nut = article("NUT", stock=100)
        ann = buyer()
        cart_id, address_id = checked(ann, [(nut, 4)]), ship_to(ann)
    results = together(committing, [placing(ann, cart_id, ref(), address_id) for _ in range(2)])
    assert sorted(type(result).__name__ for result in results) == ["Conflict", "Placed"]
    with world():
        assert len(scalars(select(Order.id))) == 1


def test_two_carts_under_one_reference_make_one_order(committing, world):
    with world():
        nut = article("NUT", stock=100)
        company, same = customer(), ref()
        ann, bob = buyer(company), buyer(company)
        carts = [(ann, checked(ann, [(nut, 4)])), (bob, checked(bob, [(nut, 5)]))]
        address_id = ship_to(ann)
    results = together(committing, [placing(actor, cart_id, same, address_id) for actor, cart_id in carts])
    assert sorted(type(result).__name__ for result in results) == ["Conflict", "Placed"]
    with world():
        assert len(scalars(select(Order.id))) == 1
        assert scalars(select(Reservation.quantity))[0] in (4, 5)


def test_of_many_carts_for_the_last_units_some_get_them_and_none_is_sold_twice(committing, world):
    with world():
        nut, pin = article("NUT", stock=10), article("PIN", stock=1000)
        buyers = [buyer() for _ in range(12)]
        # half of them name the articles the other way round: the lock order must not depend on the cart
        carts = [
            checked(ann, [(nut, 1), (pin, 1)] if place % 2 else [(pin, 1), (nut, 1)])
            for place, ann in enumerate(buyers)
        ]
        places = [ship_to(ann) for ann in buyers]
    works = [placing(ann, cart, ref(), place) for ann, cart, place in zip(buyers, carts, places, strict=True)]
    results = together(committing, works)
    assert sum(isinstance(result, Conflict) for result in results) == 2
    assert not any(isinstance(result, Unavailable) for result in results)
    with world():
        assert len(scalars(select(Order.id))) == 10
        assert sorted(scalars(select(Stock.reserved))) == [Decimal(10), Decimal(10)]
        assert len(scalars(select(Reservation.id).where(Reservation.article_id == nut.id))) == 10


def test_a_price_changed_between_check_and_place_stops_the_order(committing, world):
    with world():
        nut = article("NUT", "2.00", stock=10)
        ann = buyer()
        cart_id, address_id = checked(ann, [(nut, 4)]), ship_to(ann)
        change_price(nut, "2.50")
    (result,) = together(committing, [placing(ann, cart_id, ref(), address_id)])
    assert isinstance(result, Conflict)
    assert [(change.old, change.new) for change in result.details] == [(Decimal("2.00"), Decimal("2.50"))]
    with world():
        assert scalars(select(Stock.reserved)) == [Decimal(0)]
        assert scalars(select(Cart.state)) == ["open"]


def test_first_clicks_at_once_fill_one_cart(committing, world):
    with world():
        made = [article(f"A{number}") for number in range(6)]
        ann = buyer()
    works = [
        (ann, lambda one=one: add_lines(ann, None, [wanted(one, 1)], client_ref=ref())) for one in made
    ]  # fmt: skip
    results = together(committing, works)
    assert {result.page.cart_id for result in results} == {results[0].page.cart_id}
    with world():
        assert len(scalars(select(Cart.id))) == 1
        assert len(scalars(select(CartLine.id))) == 6
        assert sorted(scalars(select(CartLine.position))) == [1, 2, 3, 4, 5, 6]


def test_the_same_add_sent_twice_at_once_adds_once(committing, world):
    with world():
        nut = article("NUT")
        ann, same = buyer(), ref()
        fill_cart(ann, [(nut, 1)])
    results = together(
        committing, [(ann, lambda: add_lines(ann, None, [wanted(nut, 5)], client_ref=same)) for _ in range(4)]
    )
    assert [result.page.rows[0].quantity for result in results] == [Decimal(6)] * 4


def test_the_database_refuses_a_second_order_of_a_cart(committing, world):
    """The unique key is the last wall, should a lock ever be forgotten."""
    with world():
        nut = article("NUT")
        ann = buyer()
        cart_id = checked(ann, [(nut, 1)])
        with acting_as(ann):
            submit(ann, cart_id, Wishes(ship_to(ann)), client_ref=ref())
        copy = text("""
            INSERT INTO orders (company_id, number, client_ref, cart_id, currency, net_total, gross_total, line_count)
            SELECT company_id, 'other', 'other', cart_id, currency, 0, 0, 0 FROM orders""")
        with system_scope("test"), pytest.raises(Exception, match="uq_orders_cart_id"), transaction() as session:
            session.execute(copy)


def test_two_people_in_one_line_one_of_them_is_told(committing, world):
    with world():
        company = customer()
        ann, bob = buyer(company), buyer(company)
        cart_id = fill_cart(ann, [(article("NUT"), 2), (article("PIN"), 2)])
        with acting_as(ann):
            share_cart(ann, cart_id, bob.user_id, Right.EDIT)
            line = priced_cart(ann, cart_id).rows[0].line_id
    seen = {line: (Decimal(2), "H87")}
    works = [
        (actor, lambda actor=actor, to=to: set_quantities(actor, cart_id, {line: (Decimal(to), None)}, seen=seen))
        for actor, to in ((ann, 5), (bob, 7))
    ]
    results = together(committing, works)
    (told,) = [result for result in results if isinstance(result, Conflict)]
    (done,) = [result for result in results if not isinstance(result, Conflict)]
    assert {told.details[0].mine, told.details[0].theirs} == {Decimal(5), Decimal(7)}
    with world():
        assert scalars(select(CartLine.quantity).where(CartLine.id == line)) == [done.rows[0].quantity]


def test_many_people_in_different_lines_of_one_cart_lose_nothing(committing, world):
    with world():
        company = customer()
        hands = [buyer(company) for _ in range(5)]
        cart_id = fill_cart(hands[0], [(article(f"A{number}", "1"), 1) for number in range(5)])
        with acting_as(hands[0]):
            share_cart(hands[0], cart_id, None, Right.EDIT)
            rows = [row.line_id for row in priced_cart(hands[0], cart_id).rows]
    works = [
        (hand, lambda hand=hand, line=line: set_quantities(
            hand, cart_id, {line: (Decimal(9), None)}, seen={line: (Decimal(1), "H87")}))
        for hand, line in zip(hands, rows, strict=True)
    ]  # fmt: skip
    results = together(committing, works)
    assert not [result for result in results if isinstance(result, Exception)]
    with world():
        assert scalars(select(CartLine.quantity)) == [Decimal(9)] * 5
        assert scalars(select(Cart.net_seen)) == [Decimal(45)]
        assert scalars(select(Cart.version)) == [6]


def test_one_changes_the_cart_while_another_orders_it(committing, world):
    with world():
        company = customer()
        ann, bob = buyer(company), buyer(company)
        nut = article("NUT", "2")
        cart_id, address_id = checked(ann, [(nut, 4)]), ship_to(ann)
        with acting_as(ann):
            share_cart(ann, cart_id, bob.user_id, Right.EDIT)
            fingerprint = priced_cart(ann, cart_id).fingerprint()
            line = priced_cart(ann, cart_id).rows[0].line_id
    works = [
        (ann, lambda: submit(ann, cart_id, Wishes(ship_to_id=address_id), client_ref=ref(), seen=fingerprint)),
        (bob, lambda: set_quantities(bob, cart_id, {line: (Decimal(6), None)}, seen={line: (Decimal(4), "H87")})),
    ]
    results = together(committing, works)
    kinds = [type(result).__name__ for result in results]
    assert kinds in (["Submitted", "Conflict"], ["Conflict", "CartEdit"]), results
    with world():
        ordered = scalars(text("SELECT base_quantity FROM order_lines"))
    assert ordered == ([Decimal(4)] if kinds[0] == "Submitted" else [])


def test_two_devices_start_the_first_cart_at_once(committing, world):
    with world():
        nut = article("NUT")
        ann = buyer()
    works = [(ann, lambda: add_lines(ann, None, [wanted(nut, 1)], client_ref=ref())) for _ in range(6)]
    results = together(committing, works)
    assert not [result for result in results if isinstance(result, Exception)]
    with world():
        assert len(scalars(select(Cart.id))) == 1
        assert scalars(select(CartLine.quantity)) == [Decimal(6)]
        assert scalars(select(CartLine.version)) == [6]


def test_carts_merged_into_each_other_at_once_lose_no_line(committing, world):
    with world():
        ann = buyer()
        first = fill_cart(ann, [(article("NUT"), 1)])
        with acting_as(ann):
            second = new_cart(ann, "other")
            add_lines(ann, second, [wanted(article("PIN"), 1)], client_ref=ref())
    works = [(ann, lambda: merge_carts(ann, first, second)), (ann, lambda: merge_carts(ann, second, first))]
    results = together(committing, works)
    assert sorted(type(result).__name__ for result in results) == ["Conflict", "Merged"]
    with world():
        left = text("SELECT count(*) FROM cart_lines l JOIN carts c ON c.id = l.cart_id WHERE c.state = 'open'")
        assert scalars(left) == [2]
