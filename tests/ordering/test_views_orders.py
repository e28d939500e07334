"""Lists of orders with filters, one order whole, and the operator's view of all."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import update

from app.core.db import statements, transaction
from app.core.tenancy import system_scope
from app.ordering.models.orders import Order
from tests.factories.accounts import customer
from tests.factories.ordering import article, buyer, order, sales, sign_in


@pytest.fixture
def ann(client, world):
    with world():
        actor = buyer(customer("BRANDT", name="Brandt"), name="Ann Buyer")
    sign_in(client, actor)
    return actor


def numbers(page) -> list[str]:
    return [link.get_text() for link in page.soup.select("tbody a.k-row-link")]


def set_state(world, number: str, state: str) -> None:
    with world(), system_scope("test"), transaction() as session:
        session.execute(update(Order).where(Order.number == number).values(state=state))


def test_no_orders_yet_gives_the_first_step(client, ann):
    assert client.get("/orders").link("Start an order") == "/quick-order"


def test_a_list_is_newest_first_and_narrowed_by_the_address(client, world, ann):
    with world():
        nut = article("NUT")
        first, second = order(ann, [(nut, 1)], po_number="RED-1"), order(ann, [(nut, 2)], po_number="BLUE-2")
        other = order(buyer(), [(nut, 3)])
    set_state(world, first.number, "delivered")
    page = client.get("/orders")
    assert numbers(page) == [second.number, first.number]
    assert other.number not in page.text
    for query, found in {
        "q=red": [first.number], f"q={second.number}": [second.number], "state=delivered": [first.number],
        "since=2099-01-01": [], "until=2099-01-01": [second.number, first.number], "state=nonsense": [second.number, first.number],
        "since=nonsense": [second.number, first.number], "q=%25": [],
    }.items():  # fmt: skip
        assert numbers(client.get(f"/orders?{query}")) == found, query
    assert "No order fits" in client.get("/orders?q=zzz").text


def test_pages_of_a_list_go_both_ways_also_within_one_second(client, world, ann):
    with world():
        nut = article("NUT")
        made = [order(ann, [(nut, 1)]).number for _ in range(25)]
        with system_scope("test"), transaction() as session:
            session.execute(update(Order).values(placed_at=datetime(2026, 1, 1, tzinfo=UTC)))
    first = client.get("/orders?size=20")
    second = client.get(first.link("Next"))
    assert numbers(first) + numbers(second) == made[::-1]
    assert numbers(client.get(second.link("Back"))) == numbers(first)
    assert client.get("/orders?after=eyJ4").status == 200


def test_an_order_shows_all_that_was_agreed(client, world, ann):
    with world():
        nut = article("NUT", "0.20", breaks={100: "0.15"}, units={"XBX": 50})
        number = order(ann, [(nut, 120)], po_number="4711", note="Ring").number
    page = client.get(f"/orders/{number}")
    assert page.h1 == number
    text = page.text.replace("\xa0", " ")
    for words in ("PO 4711", "Placed", "By Ann Buyer", "Brandt · BRANDT", "To pay within 30 days", "Ring", "NUT Article NUT",
                  "120 pcs", "0.15 / pc", "19%", "18.00", "Total 21.42 EUR", "Hauptstr. 5", "Germany", "Order placed Ann Buyer"):  # fmt: skip
        assert words in text, words
    assert "The invoice is being made." in text  # billing's panel


def test_orders_of_others_do_not_exist(client, world, ann):
    with world():
        number = order(buyer(), [(article("NUT"), 1)]).number
    assert client.get(f"/orders/{number}").status == 404
    assert client.get("/orders/SO-1999-000001").status == 404


def test_lines_of_a_large_order_come_in_pages(client, world, ann, monkeypatch):
    monkeypatch.setattr("app.ordering.views.orders.LINES_SHOWN", 20)
    with world():
        made = [article(f"A{number:02}") for number in range(25)]
        number = order(ann, [(one, 1) for one in made]).number
    first = client.get(f"/orders/{number}")
    second = client.get(first.link("Next"))
    assert [len(page.rows("Lines")) for page in (first, second)] == [20, 5]
    assert second.rows("Lines")[0][1].startswith("A20")
    assert "Lines 25" in second.text


def test_the_operator_sees_orders_of_all_accounts(client, world):
    with world():
        nut = article("NUT")
        ann, eve = buyer(customer("BRANDT", name="Brandt")), buyer(customer("OSTER", name="Oster"))
        one, two = order(ann, [(nut, 1)]), order(eve, [(nut, 2)])
        sign_in(client, sales())
    page = client.get("/sales/orders")
    assert numbers(page) == [two.number, one.number]
    assert page.rows()[0][1] == "Oster OSTER"
    assert numbers(client.get("/sales/orders?account=brand")) == [one.number]
    assert numbers(client.get("/sales/orders?account=OSTER")) == [two.number]
    page = client.get(f"/sales/orders/OSTER/{two.number}")
    assert page.h1 == two.number
    assert client.get(f"/sales/orders/BRANDT/{two.number}").status == 404


def test_pages_of_orders_take_the_same_statements_for_any_number_of_rows(client, world, ann):
    with world():
        made = [article(f"A{number:02}") for number in range(20)]
        small, large = order(ann, [(made[0], 1)]).number, order(ann, [(one, 1) for one in made]).number
    counts = []
    for address in (f"/orders/{small}", f"/orders/{large}"):
        with client.app.app_context(), statements() as seen:
            client.get(address)
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 23
    lists = []
    for _ in range(2):
        with client.app.app_context(), statements() as seen:
            client.get("/orders")
        lists.append(len(seen))
        with world():
            for _number in range(8):
                order(ann, [(made[0], 1)])
    assert lists[0] == lists[1] <= 8
