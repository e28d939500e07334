"""The warehouse's pages."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from app.accounts.domain.roles import Role
from app.core.db import db, statements
from tests.factories.accounts import operator, person, sign_in
from tests.factories.catalog import article, articles
from tests.factories.inventory import stock, warehouse


@pytest.fixture
def keeper(client, world):
    with world():
        user = person(operator(), Role.WAREHOUSE, name="Wanda Ware")
    sign_in(client, user)
    return client


def value(world, statement):
    with world():
        return db.session.scalar(text(statement))


def test_the_first_warehouse(keeper):
    assert "No warehouse yet" in keeper.get("/stock").text
    form = keeper.get("/stock/warehouses/new").form()
    page = keeper.post("/stock/warehouses/new", form | {"code": "MAIN", "name": "Main store"}, follow=True)
    assert "Main store is saved." in page.banners
    assert "Nothing counted yet" in page.text
    form = keeper.get("/stock/MAIN/edit").form()
    page = keeper.post("/stock/MAIN/edit", form | {"name": "Big store", "position": "3"}, follow=True)
    assert "Big store" in page.text
    assert keeper.get("/stock/NONE").status == 404


def test_stock_of_each_warehouse(keeper, world):
    with world():
        article("BOLT", name="Hex bolt")
        article("NUT", name="Hex nut")
        stock("BOLT", "1000.5", threshold=5)
        stock("NUT", 0)
        stock("NUT", 7, "NORTH")
    rows = keeper.get("/stock").rows()
    assert [row[1:7] for row in rows] == [
        ["BOLT", "pcs", "1,000.5", "0", "5", "995.5"], ["NUT", "pcs", "0", "0", "0", "none"],
    ]  # fmt: skip
    assert [row[1] for row in keeper.get("/stock/NORTH").rows()] == ["NUT"]
    assert [row[1] for row in keeper.get("/stock/MAIN?only=scarce").rows()] == ["NUT"]
    assert [row[1] for row in keeper.get("/stock/MAIN?q=bolt").rows()] == ["BOLT"]
    assert "Nothing fits" in keeper.get("/stock/MAIN?q=washer").text
    assert keeper.part("/stock/MAIN?q=bolt").rows()[0][1] == "BOLT"


def test_counting_by_hand_needs_a_reason_and_stays_in_the_ledger(keeper, world):
    with world():
        article("A/1 b", name="Odd number")
        stock("A/1 b", 10)
    address = "/stock/MAIN/count/A/1 b"
    form = keeper.get(address).form()
    assert form["on_hand"] == "10"
    assert keeper.post(address, form | {"on_hand": "8"}).status == 422
    assert value(world, "SELECT on_hand FROM stock") == 10
    page = keeper.post(address, form | {"on_hand": "8", "reason": "two broken"}, follow=True)
    assert page.rows()[0][3] == "8"
    move = keeper.get(address).rows("What moved")[0]
    assert move[1:] == ["MAIN", "-2", "corrected by hand: two broken", "Wanda Ware"]
    assert (
        "Nothing has changed." in keeper.post(address, form | {"on_hand": "8", "reason": "again"}, follow=True).banners
    )
    assert keeper.get("/stock/MAIN/count/NONE").status == 404


def test_an_article_that_was_never_counted(keeper, world):
    with world():
        article("NEW")
        warehouse("MAIN")
    page = keeper.get("/catalog/articles/NEW")
    assert page.link("Count it in Warehouse MAIN") == "/stock/MAIN/count/NEW"
    form = keeper.get("/stock/MAIN/count/NEW").form()
    keeper.post("/stock/MAIN/count/NEW", form | {"on_hand": "3", "reason": "found"})
    assert [row[1] for row in keeper.get("/catalog/articles/NEW").rows("Stock in all warehouses")] == ["3"]


def test_paging(keeper, world):
    with world():
        articles(25)
        for n in range(1, 26):
            stock(f"A-{n:03d}", n)
    page = keeper.get("/stock/MAIN?size=20")
    further = keeper.get(page.link("Next"))
    assert [row[1] for row in further.rows()] == [f"A-{n:03d}" for n in range(21, 26)]
    assert keeper.get(further.link("Back")).rows() == page.rows()


@pytest.mark.parametrize("address", ["/stock", "/stock/MAIN/count/A-001", "/catalog/articles/A-001"])
def test_pages_cost_the_same_for_2_and_20_rows(keeper, world, address):
    def fill(first, last):
        articles(last)
        for n in range(first, last + 1):
            stock(f"A-{n:03d}", n)
            stock("A-001", n, f"W{n:02d}")
            stock("A-001", 100 + n)

    def cost():
        with keeper.app.app_context(), statements() as seen:
            keeper.get(address)
        return len(seen)

    with world():
        fill(1, 2)
    few = cost()
    with world():
        fill(3, 20)
    assert cost() == few


@pytest.mark.parametrize("language", ["ru", "uk"])
def test_pages_in_other_languages(client, world, language):
    with world():
        user = person(operator(), Role.WAREHOUSE, locale=language)
        article("BOLT")
        stock("BOLT", "1000.5")
    sign_in(client, user)
    for address in ("/stock", "/stock/MAIN/count/BOLT", "/stock/MAIN/edit", "/stock/warehouses/new"):
        assert client.get(address).status == 200
