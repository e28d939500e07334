"""From cart to order over HTTP: nothing entered is lost, nothing is ordered that was not seen."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.core.db import db
from app.core.tenancy import acting_as, system_scope
from app.ordering.models.orders import Order
from app.ordering.queries.cart import active_cart
from app.ordering.service.cart import add_lines
from tests.factories.accounts import address, customer
from tests.factories.ordering import (
    article,
    buyer,
    change_article,
    change_company,
    change_price,
    fill_cart,
    order,
    ref,
    set_on_hand,
    sign_in,
    wanted,
)


@pytest.fixture
def ann(client, world):
    with world():
        actor = buyer(name="Ann Buyer")
    sign_in(client, actor)
    return actor


def to_review(client, **details):
    page = client.get("/checkout")
    answer = client.post("/checkout", data=page.form() | {"po_number": "4711"} | details)
    assert answer.status == 303, answer.text
    return client.get(answer.location), answer.location


def placed_orders(world) -> list[Order]:
    with world(), system_scope("test"):
        found = list(db.session.scalars(select(Order).order_by(Order.id)))
        db.session.expunge_all()
        return found


def test_an_order_is_placed_with_what_was_entered(client, world, ann):
    with world():
        fill_cart(ann, [(article("NUT", "2"), 5)])
        company = customer()
        site = address(type(company)(id=ann.company_id), label="Site", street="Am Kai 2", city="Hamburg")
    page, here = to_review(client, ship_to=str(site.id), requested_on="2099-01-04", note="Ring at gate 3")
    text = page.text.replace("\xa0", " ")
    for words in (
        "Am Kai 2",
        "4711",
        "Jan 4, 2099",
        "Ring at gate 3",
        "5 pcs",
        "Total 11.90 EUR",
        "Place order of 1 line",
    ):
        assert words in text
    answer = client.post(here, data=page.form(here))
    (made,) = placed_orders(world)
    assert answer.location == f"/orders/{made.number}"
    assert client.get(answer.location).banners == [f"Order {made.number} is placed. Thank you."]
    assert (made.po_number, str(made.requested_on), made.note, made.ship_to["street"]) == (
        "4711",
        "2099-01-04",
        "Ring at gate 3",
        "Am Kai 2",
    )


def test_what_was_entered_survives_leaving_and_errors(client, world, ann):
    with world():
        fill_cart(ann, [(article("NUT"), 5)])
    page = client.get("/checkout")
    refused = client.post("/checkout", data=page.form() | {"po_number": "9" * 61, "note": "third floor"})
    assert refused.status == 422
    assert "Error: At most 60 characters." in refused.errors
    form = client.get("/checkout").form()
    assert (form["po_number"], form["note"].strip()) == ("9" * 61, "third floor")


def test_sending_twice_orders_once(client, world, ann):
    with world():
        fill_cart(ann, [(article("NUT"), 5)])
    page, here = to_review(client)
    form = page.form(here)
    first, second = client.post(here, data=form), client.post(here, data=form)
    assert first.location == second.location
    assert len(placed_orders(world)) == 1
    page = client.get(second.location)
    assert any("nothing was ordered twice" in text for text in page.banners)


def test_an_open_page_of_an_ordered_cart_leads_to_the_order(client, world, ann):
    with world():
        fill_cart(ann, [(article("NUT"), 5)])
    page, here = to_review(client)
    form = page.form(here)
    client.post(here, data=form)
    (made,) = placed_orders(world)
    for answer in (client.get(here), client.post(here, data=form | {"client_ref": ref()})):
        assert (answer.status, answer.location) == (303, f"/orders/{made.number}")
    assert len(placed_orders(world)) == 1


def test_a_changed_price_is_shown_old_and_new_and_confirmed(client, world, ann):
    with world():
        nut = article("NUT", "2.00")
        fill_cart(ann, [(nut, 5)])
    page, here = to_review(client)
    with world():
        change_price(nut, "2.50")
    page = client.post(here, data=page.form(here))
    assert page.status == 409
    assert "Prices that have changed since you saw them: 1." in page.text
    (row,) = page.rows("Prices that have changed since you saw them")
    assert row == ["NUT Article NUT", "2.00 / pc", "2.50 / pc", "dearer"]
    assert placed_orders(world) == []
    answer = client.post(here, data=page.form(here))
    assert answer.status == 303
    assert str(placed_orders(world)[0].net_total) == "12.500000"


def test_a_cart_changed_in_another_window_is_shown_again(client, world, ann):
    with world():
        fill_cart(ann, [(article("NUT"), 5)])
    page, here = to_review(client)
    with world():
        pin = article("PIN")
        with acting_as(ann):
            add_lines(ann, active_cart(ann).id, [wanted(pin, 1)], client_ref=ref())
    page = client.post(here, data=page.form(here))
    assert page.status == 409
    assert "The cart has changed since you opened this page." in page.text
    assert "Place order of 2 lines" in page.text
    assert placed_orders(world) == []


def test_every_problem_is_told_at_once_and_nothing_can_be_placed(client, world, ann):
    with world():
        pack, few = article("PACK"), article("FEW")
        fill_cart(ann, [(pack, 5), (few, 9)])
    page, here = to_review(client)
    form = page.form(here)
    with world():
        change_article(pack, step=6)
        set_on_hand(few, 7)
    page = client.post(here, data=form)
    assert page.status == 409
    assert "2 lines cannot be ordered as they are." in page.text
    assert "5 is below the minimum. Take 6 pcs." in page.text
    assert "Only 7 pcs in stock." in page.text
    assert "Place order" not in page.text
    assert placed_orders(world) == []


@pytest.mark.parametrize(
    ("facts", "reason"),
    [({"is_blocked": True, "block_reason": "contract ended"}, "contract ended"),
     ({"is_on_credit_hold": True, "hold_reason": "two invoices late"}, "two invoices late")],
)  # fmt: skip
def test_a_blocked_or_held_account_sees_the_reason_and_places_nothing(client, world, ann, facts, reason):
    with world():
        fill_cart(ann, [(article("NUT"), 5)])
    page, here = to_review(client)
    form = page.form(here)
    with world():
        change_company(ann.company_id, **facts)
    page = client.post(here, data=form)
    assert page.status == 409
    assert reason in page.text
    assert "Place order" not in page.text
    assert reason in client.get("/checkout").text
    assert placed_orders(world) == []


def test_a_po_number_used_before_is_warned_of_and_allowed(client, world, ann):
    with world():
        nut = article("NUT")
        first = order(ann, [(nut, 1)], po_number="4711")
        fill_cart(ann, [(nut, 5)])
    page, here = to_review(client)
    assert "There are orders under 4711 already:" in page.text
    assert page.link(first.number) == f"/orders/{first.number}"
    assert client.post(here, data=page.form(here)).status == 303
    assert len(placed_orders(world)) == 2


def test_a_day_in_the_past_comes_back(client, world, ann):
    with world():
        fill_cart(ann, [(article("NUT"), 5)])
    page, here = to_review(client, requested_on="2020-01-01")
    page = client.post(here, data=page.form(here))
    assert page.status == 422
    assert "is in the past" in page.text


def test_an_address_of_another_company_cannot_be_chosen(client, world, ann):
    with world():
        fill_cart(ann, [(article("NUT"), 5)])
        foreign = address(customer())
    page = client.get("/checkout")
    refused = client.post("/checkout", data=page.form() | {"ship_to": str(foreign.id)})
    assert refused.status == 422


def test_an_empty_cart_leads_back(client, ann):
    assert client.get("/checkout").location == "/cart"
