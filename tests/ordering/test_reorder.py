"""Ordering again: a whole order, chosen lines, and everything bought before."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from app.accounts.domain.roles import Role
from app.core import clock
from app.core.db import transaction
from app.core.tenancy import acting_as, system_scope
from app.ordering.models.orders import Order
from app.ordering.queries.cart import active_cart
from tests.factories.accounts import customer
from tests.factories.ordering import (
    article,
    buyer,
    change_article,
    change_price,
    order,
    sales,
    set_on_hand,
    sign_in,
)
from tests.support.queries import counted


@pytest.fixture
def scene(client, world):
    """An order of three articles, of which later one costs more, one is short and one has a successor."""
    with world():
        ann = buyer(customer("BRANDT", name="Brandt"), name="Ann Buyer")
        nut, pin, old, new = article("NUT", "2"), article("PIN", "3"), article("OLD", "4"), article("NEW", "5")
        number = order(ann, [(nut, 10), (pin, 20), (old, 5)]).number
        change_price(nut, "2.5")
        set_on_hand(pin, 27)  # twenty are promised to the order itself
        change_article(old, status="discontinued", successor_id=new.id)
    sign_in(client, ann)
    return ann, number


def back_date(number, days):
    with system_scope("test"), transaction() as session:
        session.execute(
            update(Order).where(Order.number == number).values(placed_at=clock.now() - timedelta(days=days))
        )


def cart_lines(client) -> dict[str, str]:
    rows = client.get("/cart").soup.select("#cart-lines tbody tr")
    return {row.strong.get_text(): row.select_one("input[name^=quantity-]")["value"] for row in rows}


def test_an_order_is_shown_as_it_was_and_as_it_would_be(client, scene):
    _ann, number = scene
    assert client.get(f"/orders/{number}").link("Order again") == f"/orders/{number}/reorder"
    page = client.get(f"/orders/{number}/reorder")
    nut, pin, old = page.rows("Lines")
    assert [cell for cell in nut if cell][2].startswith("2.00")
    assert "2.50" in " ".join(nut)
    assert "+0.50" in " ".join(nut)
    assert "only 7" in " ".join(pin)
    assert "The successor is NEW" in old[1]
    assert page.link("See NEW") == "/articles/NEW"
    ticked = [box["value"] for box in page.soup.select("[name=pick][checked]")]
    assert ticked == ["1"]  # what is short or gone is left for the buyer to decide
    assert "1 dearer" in page.text
    assert "20.00 EUR then, 25.00 EUR today" in page.text  # of what can be ordered as it was
    assert "2 with problems" in page.text


def test_all_that_can_be_ordered_or_chosen_lines(client, scene):
    _ann, number = scene
    address = f"/orders/{number}/reorder"
    assert client.post(address, data={"all": "1", "client_ref": "a"}).location == "/cart"
    page = client.get("/cart")
    assert "1 line was left out." in page.text
    assert cart_lines(client) == {"NUT": "10", "PIN": "20"}
    client.post(address, data={"pick": "2", "quantity-2": "4", "client_ref": "b"})
    assert cart_lines(client) == {"NUT": "10", "PIN": "24"}  # merged
    client.post(address, data={"pick": "2", "quantity-2": "4", "client_ref": "b"})
    assert cart_lines(client) == {"NUT": "10", "PIN": "24"}  # sent twice, added once
    client.post(address, data={"pick": "1", "quantity-1": "3", "client_ref": "c", "into": "fresh"})
    page = client.get("/cart")
    assert "2 lines were taken out." in page.text
    assert cart_lines(client) == {"NUT": "3"}
    for _time in range(2):  # a cart of its own; sending it twice makes one
        client.post(address, data={"pick": "2", "quantity-2": "2", "client_ref": "d", "into": "new"})
        page = client.get("/cart")
        assert page.h1 == number
        assert cart_lines(client) == {"PIN": "2"}


def test_refused_quantities_keep_what_was_entered(client, scene):
    _ann, number = scene
    address = f"/orders/{number}/reorder"
    page = client.post(address, data={"pick": ["1", "2"], "quantity-1": "7", "quantity-2": "many", "client_ref": "a"})
    assert page.status == 422
    assert "“many” is not a number." in page.text
    page = client.post(address, data={"pick": "1", "quantity-1": "1.5", "client_ref": "a"})
    assert page.status == 422
    assert page.soup.select_one("[name=quantity-1]")["value"] == "1.5"
    assert "1.5 is not a whole number" in page.text
    page = client.post(address, data={"client_ref": "a"})
    assert "Tick what you want to order." in page.text
    assert client.post(address, data={"pick": "x"}).status == 404


def test_many_lines_cost_as_many_statements_as_two(client, isolated, world):
    with world():
        ann = buyer()
        made = [(article(f"M-{n}"), 1) for n in range(120)]
        small, large = order(ann, made[:2]).number, order(ann, made).number
    sign_in(client, ann)
    client.post(f"/orders/{small}/reorder", data={"all": "1", "client_ref": "makes the cart"})
    seen = []
    for number in (small, large):
        client.get(f"/orders/{number}/reorder")
        with counted(isolated) as reads:
            client.get(f"/orders/{number}/reorder")
        with counted(isolated) as writes:
            assert client.post(f"/orders/{number}/reorder", data={"all": "1", "client_ref": number}).status == 303
        seen.append((len(reads), len(writes)))
    assert seen[0] == seen[1]


def test_everything_bought_before(client, world, scene):
    ann, first = scene
    with world():
        other = order(buyer(), [(article("SECRET"), 1)])
        second = order(ann, [(article("LATE", "9"), 1)]).number
        back_date(first, 100)
    page = client.get("/bought")
    rows = page.rows("Bought before")
    assert len(rows) == 4
    assert "LATE" in " ".join(rows[0])
    assert "SECRET" not in page.text
    assert other.number not in page.text or other.number in (first, second)
    assert len(client.get("/bought?days=90").rows("Bought before")) == 1
    assert len(client.get("/bought?q=nut").rows("Bought before")) == 1
    assert len(client.get("/bought?by=me").rows("Bought before")) == 4
    assert "Nothing found" in client.get("/bought?q=%25").text
    by_number = [" ".join(row) for row in client.get("/bought?sort=sku").rows("Bought before")]
    assert ["LATE" in by_number[0], "NUT" in by_number[1], "OLD" in by_number[2], "PIN" in by_number[3]] == [True] * 4
    assert "PIN" in " ".join(client.get("/bought?sort=-total").rows("Bought before")[0])


@pytest.mark.parametrize("sort", ["last", "-last", "times", "-times", "total", "-total", "sku", "-sku"])
def test_pages_of_what_was_bought_go_both_ways(client, world, sort):
    with world():
        ann = buyer()
        order(ann, [(article(f"M-{n:02}"), 1 + n % 3) for n in range(25)])
    sign_in(client, ann)
    first = client.get(f"/bought?size=20&sort={sort}")
    second = client.get(first.link("Next"))
    firsts, rest = first.rows("Bought before"), second.rows("Bought before")
    assert len(firsts) == 20
    assert len({row[1] for row in firsts + rest}) == 25
    assert client.get(second.link("Back")).rows("Bought before") == firsts
    assert client.get("/bought?after=eyJ4").status == 200


def test_bought_rows_cost_the_same(client, isolated, world):
    with world():
        ann = buyer()
        made = [(article(f"M-{n}"), 1) for n in range(20)]
        order(ann, made[:2])
    sign_in(client, ann)
    client.get("/bought")
    with counted(isolated) as few:
        client.get("/bought")
    with world():
        order(ann, made)
    with counted(isolated) as many:
        assert len(client.get("/bought").rows("Bought before")) == 20
    assert len(few) == len(many)


def test_who_may(client, world, scene):
    ann, number = scene
    with world():
        people = {
            "stranger": buyer(),
            "books": buyer(customer("OTHER", name="Other"), Role.BOOKKEEPER),
            "sales": sales(),
        }
    expected = {
        "stranger": {"/bought": 200, f"/orders/{number}/reorder": 404, "post": 404, "add": 303},
        "books": {"/bought": 200, f"/orders/{number}/reorder": 403, "post": 403, "add": 403},
        "sales": {"/bought": 403, f"/orders/{number}/reorder": 403, "post": 403, "add": 403},
    }
    for name, person in people.items():
        sign_in(client, person)
        answers = {path: client.get(path).status for path in list(expected[name])[:2]}
        answers["post"] = client.post(f"/orders/{number}/reorder", data={"all": "1", "client_ref": name}).status
        answers["add"] = client.post("/reorder/add", data={"client_ref": name}).status
        assert answers == expected[name], name
    with world(), acting_as(ann):
        assert active_cart(ann) is None or active_cart(ann).line_count == 0
