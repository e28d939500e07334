"""The pages on which a price manager plans, compares, submits and rolls back a list."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from app.accounts.domain.roles import Role
from app.core.actor import Actor
from app.core.db import db, statements
from app.pricing.service.versions import new_draft
from tests.factories.accounts import operator, person, sign_in
from tests.factories.catalog import article, articles
from tests.factories.pricing import chain, german_vat, price_list


@pytest.fixture
def manager(client, world):
    with world():
        user = person(operator(), Role.OPERATOR_ADMIN)
        german_vat()
        for sku in ("A-1", "A-2"):
            article(sku)
        price_list("GEN", {"A-1": {0: "10", 10: "9"}, "A-2": "20"})
        chain("ALL", "GEN", is_default=True)
    sign_in(client, user)
    return client


def post(page_client, address, **sent):
    return page_client.post(address, page_client.get(address).form() | sent, follow=True)


def test_a_list_is_planned_previewed_released_and_rolled_back(manager):
    page = post(manager, "/prices/lists/GEN/versions/new", label="Spring", source="")
    assert page.h1 == "Version 2: Spring"
    page = post(manager, "/prices/versions/GEN.v2/percent", percent="4", sku_start="a-1")
    assert "2 prices are others now" in page.banners[0]
    compare = manager.get("/prices/versions/GEN.v2/compare")
    assert [row[3:6] for row in compare.rows()] == [["10.00", "10.40", "4%"], ["9.00", "9.36", "4%"]]
    assert "Nothing differs" in manager.get("/prices/versions/GEN.v2/compare?kind=cheaper&sort=sku").text
    lines = manager.get("/prices/versions/GEN.v2/compare.csv").data.decode().splitlines()
    assert lines[1].endswith("dearer,10,1,10.4,1,4,EUR")
    page = post(manager, "/prices/versions/GEN.v2/submit")
    assert "The version holds from the next request on." in page.banners
    assert [row[7] for row in manager.get("/prices/lists/GEN/versions").rows()] == ["holds", "past"]
    assert "Version 2 holds now" in manager.get("/prices/lists/GEN").text
    assert "Add a price" not in manager.get("/prices/lists/GEN").text
    history = manager.get("/prices/lists/GEN/history?sku=a-1")
    assert [row[0] for row in history.rows("Which version held when")][1].startswith("until ")
    assert "10.40" in history.text
    assert "<time" not in history.text
    page = manager.post("/prices/versions/GEN.v2/withdraw", follow=True)
    assert "Rolled back" in page.banners[0]
    assert [row[7] for row in manager.get("/prices/lists/GEN/versions").rows()] == ["withdrawn", "holds"]


def test_a_second_person_approves_or_refuses(manager, client, world):
    post(manager, "/prices/lists/GEN/versions/new", source="")
    post(manager, "/prices/versions/GEN.v2/percent", percent="-20")
    page = post(manager, "/prices/versions/GEN.v2/submit")
    assert "waits for a second person" in page.banners[0]
    assert "Approve" not in [button for button in page.text.split()]
    assert manager.post("/prices/versions/GEN.v2/approve").status == 403
    with world():
        second = person(operator(), Role.PRICING)
    sign_in(client, second)
    assert "Say why." in client.post("/prices/versions/GEN.v2/refuse", {}).text
    page = post(client, "/prices/versions/GEN.v2/refuse", reason="Too cheap")
    assert "Too cheap" in page.text
    sign_in(client, second)
    post(client, "/prices/versions/GEN.v2/edit", label="Sale", note="Season ends")
    post(client, "/prices/versions/GEN.v2/submit")
    page = client.post("/prices/versions/GEN.v2/take-back", follow=True)
    assert page.h1 == "Version 2: Sale"
    page = client.post("/prices/versions/GEN.v2/discard", follow=True)
    assert len(page.rows()) == 1


def test_prices_of_a_draft_are_edited_on_the_same_pages(manager, world):
    post(manager, "/prices/lists/GEN/versions/new", source="empty")
    page = post(manager, "/prices/lists/GEN.v2/entries/new", sku="A-1", price="9.99")
    assert page.rows()[0][4] == "9.99"
    post(manager, "/prices/versions/GEN.v2/submit")
    assert manager.get("/prices/lists/GEN.v2/entries/new").status == 409


def cost(app, client, address):
    with app.app_context(), statements() as seen:
        client.get(address)
    return len(seen)


@pytest.mark.parametrize(
    "address", ["/prices/versions/GEN.v2/compare", "/prices/versions/GEN.v2", "/prices/lists/GEN.v2"]
)
def test_any_number_of_rows_costs_the_same(manager, isolated, world, address):
    with world():
        new_draft(Actor.system(), "GEN", is_empty=True)
    manager.get(address)
    few = cost(isolated, manager, address)
    with world():
        articles(20)
        db.session.execute(text("INSERT INTO price_entries (price_list_id, article_id, unit, price) SELECT p.id, a.id, "
                                "'H87', 5 FROM price_lists p, articles a WHERE p.code = 'GEN.v2'"))  # fmt: skip
        db.session.commit()
    assert cost(isolated, manager, address) == few
