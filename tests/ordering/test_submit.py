"""Submitting: every problem at once, charges and parts frozen with the order, what an account must fill in."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select

from app.core.actor import Actor
from app.core.db import db, statements
from app.core.errors import Conflict, Invalid, NotFound
from app.core.tenancy import acting_as, system_scope
from app.ordering.domain.wishes import FieldProblem, PartWish, Wishes
from app.ordering.models.deliveries import OrderCharge, OrderDelivery, OrderLinePart
from app.ordering.models.orders import Order, OrderAllowance
from app.ordering.queries.cart import cart_head, priced_cart
from app.ordering.queries.plans import checkout_page
from app.ordering.service.checkout import check_prices, submit
from app.ordering.service.splitting import Target, set_parts, split_equally
from tests.factories.accounts import address, customer
from tests.factories.ordering import article, buyer, change_article, fill_cart, order, ref, set_on_hand, ship_to
from tests.factories.terms import delivery_method, order_terms, payment_method, rate, split, threshold

pytestmark = pytest.mark.usefixtures("ctx")


def checked(actor: Actor, lines) -> int:
    cart_id = fill_cart(actor, lines)
    with acting_as(actor):
        check_prices(actor, cart_id)
    return cart_id


def send(actor: Actor, cart_id: int, *, seen: str | None = None, **wishes):
    address_id = ship_to(actor)
    with acting_as(actor):
        return submit(actor, cart_id, Wishes(**{"ship_to_id": address_id} | wishes), client_ref=ref(), seen=seen).order


def all_of(model, *order_by):
    with system_scope("test"):
        return list(db.session.scalars(select(model).order_by(*order_by)))


def test_fields_lines_parts_methods_and_values_are_refused_in_one_answer():
    company = customer()
    few, nut = article("FEW", stock=5), article("NUT")
    ann = buyer(company)
    cart_id = checked(ann, [(few, 5), (nut, 2)])
    with acting_as(ann):
        lines = [row.line_id for row in priced_cart(ann, cart_id).rows]
    split(company.id, cart_id, lines[1], [{"quantity": Decimal(1), "requested_on": date(2099, 1, 1)}])
    set_on_hand(few, 3)
    change_article(few, step=Decimal(2))
    threshold("MIN", "hard_min", 1000)
    delivery_method("PARCEL", rate(countries=["FR"]))
    payment_method("BILL", "on_account")
    order_terms(company.id, needs_po=True, needs_cost_centre=True)
    with pytest.raises(Conflict) as refused:
        send(ann, cart_id, requested_on=date(2020, 1, 1), payment_method="NONE")
    details = refused.value.details
    assert sorted(one.field for one in details if isinstance(one, FieldProblem)) == [
        "cost_centre_id", "delivery_method", "order", "payment_method", "po_number", "requested_on",
    ]  # fmt: skip
    told = [(one[0], one[1].code) for one in details if isinstance(one, tuple)]
    assert sorted(told) == [("FEW", "quantity"), ("FEW", "stock"), ("NUT", "split")]
    assert all_of(Order) == []


def test_charges_stand_on_the_order_and_a_discount_is_an_allowance():
    nut = article("NUT", "10")
    ann = buyer()
    delivery_method("PARCEL", rate("6.90"))
    threshold("SMALL", "soft_min", 100, effect="percent", fee=Decimal(10))
    payment_method("AHEAD", "prepayment", change=Decimal(-2), is_percent=True, net_days=0)
    send(ann, checked(ann, [(nut, 5)]))
    (made,) = all_of(Order)
    charged = [(one.kind, one.name, one.amount) for one in all_of(OrderCharge, OrderCharge.position)]
    assert charged == [("delivery", "Parcel", Decimal("6.90")), ("surcharge", "Small", Decimal(5))]
    assert [(one.name, one.promotion_id, one.amount) for one in all_of(OrderAllowance)] == [("Ahead", None, Decimal(1))]
    assert (made.net_total, made.gross_total) == (Decimal("60.90"), Decimal("72.47"))
    assert (made.delivery_method, made.payment_method, made.payment_kind, made.payment_days) == (
        "PARCEL", "AHEAD", "prepayment", 0,
    )  # fmt: skip


def test_a_whole_order_has_one_delivery_and_a_part_for_each_line():
    nut, pin = article("NUT", "10"), article("PIN", "3")
    ann = buyer()
    placed = order(
        ann, [(nut, 5), (pin, 1)], requested_on=date(2099, 1, 5), is_complete=True, latest_on=date(2099, 2, 1)
    )
    (delivery,) = all_of(OrderDelivery)
    assert (delivery.number, delivery.requested_on, delivery.is_complete, delivery.latest_on) == (
        f"{placed.number}/1", date(2099, 1, 5), True, date(2099, 2, 1),
    )  # fmt: skip
    assert delivery.promised_on == date(2099, 1, 5)
    parts = all_of(OrderLinePart, OrderLinePart.id)
    assert [(one.delivery_id, one.quantity, one.net) for one in parts] == [
        (delivery.id, 5, 50), (delivery.id, 1, 3),
    ]  # fmt: skip


def test_the_page_that_was_confirmed_is_what_is_placed():
    company = customer()
    site = address(company, label="Site")
    nut = article("NUT", "10")
    delivery_method("PARCEL", rate("5"))
    ann = buyer(company)
    cart_id = checked(ann, [(nut, 4)])

    def code() -> str:
        with acting_as(ann):
            page = checkout_page(ann, cart_head(ann, cart_id), priced_cart(ann, cart_id), Wishes(ship_to(ann)))
            return page.code

    seen = code()
    with acting_as(ann):
        (row,) = priced_cart(ann, cart_id).rows
        set_parts(ann, cart_id, {row.line_id: [PartWish(row.line_id, Decimal(4), site.id)]})
    assert code() == seen  # one delivery at the same cost; where it goes is told by the wishes and the page
    with acting_as(ann):
        split_equally(ann, cart_id, [row.line_id], [Target(), Target(site.id)])
    assert code() != seen
    with pytest.raises(Conflict, match="has changed since you opened this page"):
        send(ann, cart_id, seen=seen)
    assert send(ann, cart_id, seen=code()).number


def test_an_order_number_used_before_is_refused_where_the_account_says_so():
    nut = article("NUT")
    ann = buyer()
    order_terms(ann.company_id, po_repeats="block")
    first = order(ann, [(nut, 1)], po_number="4711")
    cart_id = checked(ann, [(nut, 1)])
    with pytest.raises(Invalid, match=first.number) as refused:
        send(ann, cart_id, po_number=" 4711 ")
    assert refused.value.field == "po_number"
    assert send(ann, cart_id, po_number="4712").number


def test_parts_go_to_addresses_of_the_account_only():
    nut = article("NUT")
    ann, stranger = buyer(), customer()
    cart_id = checked(ann, [(nut, 2)])
    with acting_as(ann):
        (row,) = priced_cart(ann, cart_id).rows
        with pytest.raises(NotFound):
            set_parts(ann, cart_id, {row.line_id: [PartWish(row.line_id, Decimal(2), address(stranger).id)]})
        with pytest.raises(Invalid, match="in the past"):
            set_parts(ann, cart_id, {row.line_id: [PartWish(row.line_id, Decimal(2), None, date(2020, 1, 1))]})


def test_a_split_order_takes_the_same_statements_for_any_number_of_parts():
    made = [article(f"A{number:02}") for number in range(30)]
    delivery_method("PARCEL", rate(rule="weight", steps={0: 5}, without_weight="highest"))
    counts = []
    for size in (2, 30):
        company = customer()
        ann = buyer(company)
        sites = [address(company, label=f"Site {n}").id for n in range(3)]
        cart_id = checked(ann, [(one, 6) for one in made[:size]])
        with acting_as(ann):
            lines = [row.line_id for row in priced_cart(ann, cart_id).rows]
            split_equally(ann, cart_id, lines, [Target(site) for site in sites])
        with statements() as seen:
            send(ann, cart_id)
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 32
