"""Dividing a cart over addresses, days and cost centres, without script; ordering it; the order in its deliveries."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select

from app.accounts.queries.addresses import addresses
from app.core.db import db
from app.core.tenancy import acting_as, system_scope
from app.ordering.models.deliveries import CartLinePart, OrderDelivery, OrderLinePart
from app.ordering.models.orders import Order
from app.ordering.queries.cart import priced_cart
from app.ordering.service.cart import set_quantities
from tests.factories.accounts import address, customer
from tests.factories.ordering import article, buyer, fill_cart, sign_in
from tests.factories.terms import delivery_method, rate

DAY = "2099-01-05"


@pytest.fixture
def ann(client, world):
    with world():
        company = customer()
        actor = buyer(company, name="Ann Buyer")
        address(company, label="Site", street="Am Kai 2", postcode="20457", city="Hamburg")
    sign_in(client, actor)
    return actor


def parts(world) -> list[tuple]:
    with world(), system_scope("test"):
        rows = db.session.execute(
            select(CartLinePart.quantity, CartLinePart.ship_to_id, CartLinePart.requested_on).order_by(
                CartLinePart.cart_line_id, CartLinePart.position
            )
        ).all()
        return [(row[0].normalize(), row[1], row[2]) for row in rows]


def filled(world, ann, *lines):
    """The cart, the ids of its lines, the addresses by label."""
    with world():
        cart_id = fill_cart(ann, lines)
    with world(), acting_as(ann):
        rows = [row.line_id for row in priced_cart(ann, cart_id).rows]
        return cart_id, rows, {one.label: one.id for one in addresses(ann)}


def test_parts_are_entered_line_by_line(client, world, ann):
    with world():
        nut, pin = article("NUT", "2"), article("PIN", "3")
    cart_id, (first, _second), book = filled(world, ann, (nut, 10), (pin, 1))
    page = client.get(f"/cart/{cart_id}/split")
    form = page.form(f"/cart/{cart_id}/split") | {
        f"q-{first}-1": "6", f"a-{first}-1": str(book["Site"]), f"q-{first}-2": "4", f"d-{first}-2": DAY, "do": "save",
    }  # fmt: skip
    answer = client.post(f"/cart/{cart_id}/split", data=form)
    assert answer.status == 303
    assert parts(world) == [(Decimal(6), book["Site"], None), (Decimal(4), None, date(2099, 1, 5))]
    assert "2 parts" in client.get(f"/cart/{cart_id}/split").text
    assert "in 3 deliveries" in client.get("/checkout").text.replace("The order goes out ", "")


def test_every_part_that_does_not_fit_is_named_and_nothing_is_kept(client, world, ann):
    with world():
        nut, pin = article("NUT", "2", minimum=Decimal(4), step=Decimal(4)), article("PIN", "3")
    cart_id, (first, second), book = filled(world, ann, (nut, 12), (pin, 5))
    here = f"/cart/{cart_id}/split"
    page = client.post(here, data={
        f"q-{first}-1": "7", f"q-{first}-2": "5", f"q-{second}-1": "2", f"a-{second}-1": str(book["Site"]), "do": "save",
    })  # fmt: skip
    assert page.status == 422
    text = page.text.replace("\xa0", " ")
    assert "7 does not fit the packs. Take 4 or 8 pcs." in text
    assert "5 does not fit the packs. Take 4 or 8 pcs." in text
    assert "Its parts add up to 2 pcs, the line is 5 pcs." in text
    assert page.form(here)[f"q-{first}-1"] == "7"
    assert parts(world) == []


def test_chosen_lines_are_divided_equally_sent_whole_and_joined(client, world, ann):
    with world():
        nut, pin = article("NUT", "2"), article("PIN", "3")
    cart_id, (first, second), book = filled(world, ann, (nut, 11), (pin, 1))
    here = f"/cart/{cart_id}/split"
    both = [str(one) for one in book.values()]
    assert client.post(here, data={"line": [str(first), str(second)], "to": both, "do": "equal"}).status == 303
    assert [quantity for quantity, _, _ in parts(world)] == [Decimal(6), Decimal(5), Decimal(1)]
    assert any("PIN" in text for text in client.get(here).banners)
    client.post(here, data={"line": [str(first)], "a": str(book["Site"]), "d": DAY, "do": "assign"})
    assert parts(world)[0] == (Decimal(11), book["Site"], date(2099, 1, 5))
    client.post(here, data={"line": [str(first), str(second)], "do": "join"})
    assert parts(world) == []
    assert client.post(here, data={"line": [], "to": both, "do": "equal"}).status == 422


def test_a_table_divides_many_lines_and_names_wrong_rows(client, world, ann):
    with world():
        nut, pin = article("NUT", "2"), article("PIN", "3")
    cart_id, _lines, book = filled(world, ann, (nut, 10), (pin, 4))
    here = f"/cart/{cart_id}/split"
    wrong = client.post(here, data={"table": "NUT;6;Nowhere\nBOLT;1\nPIN;x\nNUT;4;;tomorrow", "do": "table"})
    assert wrong.status == 422
    for words in ("Row 1: There is no address Nowhere", "Row 2: BOLT is not in this cart", "Row 3:", "Row 4:"):
        assert words in wrong.text
    table = f"nut\t6\tsite\nNUT\t4\t\t{DAY}\n\npin;4;Site"
    assert client.post(here, data={"table": table, "do": "table"}).status == 303
    assert parts(world) == [
        (Decimal(6), book["Site"], None), (Decimal(4), None, date(2099, 1, 5)), (Decimal(4), book["Site"], None),
    ]  # fmt: skip


def test_parts_that_no_longer_add_up_are_kept_and_told(client, world, ann):
    with world():
        nut = article("NUT", "2")
    cart_id, (line,), book = filled(world, ann, (nut, 10))
    here = f"/cart/{cart_id}/split"
    client.post(here, data={f"q-{line}-1": "6", f"a-{line}-1": str(book["Site"]), f"q-{line}-2": "4", "do": "save"})
    with world(), acting_as(ann):
        set_quantities(ann, cart_id, {line: (Decimal(12), None)})
    assert [quantity for quantity, _, _ in parts(world)] == [Decimal(6), Decimal(4)]
    for page in (client.get(here), client.get("/checkout")):
        assert "Its parts add up to 10" in page.text.replace("\xa0", " ")
    page = client.get("/checkout")
    review = client.get(client.post("/checkout", data=page.form()).location)
    assert "Place order" not in review.text


def test_one_submit_makes_one_order_in_its_deliveries(client, world, ann):
    with world():
        nut, pin = article("NUT", "2"), article("PIN", "3")
        delivery_method("PARCEL", rate("5"))
    cart_id, (line, _other), book = filled(world, ann, (nut, 10), (pin, 1))
    client.post(
        f"/cart/{cart_id}/split",
        data={
            f"q-{line}-1": "6",
            f"a-{line}-1": str(book["Site"]),
            f"d-{line}-1": DAY,
            f"q-{line}-2": "4",
            "do": "save",
        },
    )
    page = client.get("/checkout")
    here = client.post("/checkout", data=page.form()).location
    review = client.get(here)
    for words in ("Delivery 1", "Delivery 2", "Am Kai 2", "Parcel"):
        assert words in review.text
    assert "Total 39.27 EUR" in review.text.replace("\xa0", " ")
    answer = client.post(here, data=review.form(here))
    assert answer.status == 303, answer.text
    with world(), system_scope("test"):
        order = db.session.scalars(select(Order)).one()
        deliveries = db.session.scalars(select(OrderDelivery).order_by(OrderDelivery.position)).all()
        brought = db.session.execute(
            select(OrderDelivery.position, OrderLinePart.quantity, OrderLinePart.net)
            .join(OrderLinePart, OrderLinePart.delivery_id == OrderDelivery.id)
            .order_by(OrderLinePart.id)
        ).all()
        db.session.expunge_all()
    assert [one.number for one in deliveries] == [f"{order.number}/1", f"{order.number}/2"]
    assert [(one.ship_to["label"], one.requested_on) for one in deliveries] == [
        ("Site", date(2099, 1, 5)),
        ("Main", None),
    ]
    assert [one.cost for one in deliveries] == [Decimal(5), Decimal(5)]
    assert [tuple(row) for row in brought] == [(1, 6, 12), (2, 4, 8), (2, 1, 3)]
    assert (order.net_total, order.gross_total) == (Decimal(33), Decimal("39.27"))
    shown = client.get(answer.location)
    for words in (f"{order.number}/1", f"{order.number}/2", "Am Kai 2"):
        assert words in shown.text


def test_another_cart_cannot_be_divided(client, world, ann):
    with world():
        eve = buyer()
        cart_id = fill_cart(eve, [(article("NUT"), 1)])
    assert client.get(f"/cart/{cart_id}/split").status == 404
    assert client.post(f"/cart/{cart_id}/split", data={"do": "save"}).status == 404
