"""Asking to be told when an article is back: once, by mail and on the page, whoever runs the job how often."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import text

from app.core.actor import Actor
from app.core.db import db
from app.core.errors import Forbidden, Invalid, NotFound
from app.core.tenancy import acting_as
from app.inventory.queries.watches import own_watches, returned_candidates, watches_article
from app.inventory.service.places import set_warehouse_list
from app.inventory.service.watches import tell_returned, unwatch, watch
from app.inventory.tasks import tell_of_returned
from tests.factories import ordering as shop
from tests.factories.accounts import actor_for, customer, operator, person
from tests.factories.catalog import article
from tests.factories.inventory import stock
from tests.support.work import drain

SYSTEM = Actor.system()


@pytest.fixture
def buyer(ctx):
    operator()
    company = customer("BUYER")
    return actor_for(person(company), company)


def wish(actor, article_id, quantity=1):
    with acting_as(actor):
        return watch(actor, article_id, Decimal(quantity))


def told():
    return [tuple(row) for row in db.session.execute(text("SELECT way, state FROM notices ORDER BY id"))]


def test_told_once_by_mail_and_page_when_enough_is_there(buyer, isolated):
    made = article("A")
    stock("A", 3)
    first = wish(buyer, made, 5)
    assert wish(buyer, made, 10) == first, "asking again changes the quantity"
    with acting_as(buyer):
        assert watches_article(buyer, made)
    assert tell_of_returned() == 0
    stock("A", 10)
    assert tell_of_returned() == 1
    assert tell_of_returned() == 0
    drain(isolated)
    assert told() == [("mail", "sent"), ("page", "sent")]
    subjects = db.session.scalars(text("SELECT DISTINCT subject FROM notices")).all()
    assert subjects == ["A is back in stock"]
    with acting_as(buyer):
        assert [(row.sku, row.state) for row in own_watches(buyer)] == [("A", "told")]
        assert not watches_article(buyer, made)
    assert wish(buyer, made, 1) != first, "one may ask again"


def test_only_the_warehouses_that_serve_the_account_count(buyer):
    made = article("A")
    stock("A", 0)
    stock("A", 9, "NORTH")
    set_warehouse_list(SYSTEM, "account", "BUYER", ["MAIN"])
    wish(buyer, made)
    assert (len(returned_candidates(SYSTEM)), tell_of_returned()) == (1, 0)
    stock("A", 1)
    assert tell_of_returned() == 1


def test_a_wish_taken_back_is_not_told_even_when_the_mail_waits(buyer, isolated):
    made = article("A")
    stock("A", 1)
    watch_id = wish(buyer, made)
    assert tell_returned(SYSTEM, buyer.company_id, [watch_id]) == 1
    with acting_as(buyer):
        unwatch(buyer, watch_id)
        with pytest.raises(NotFound):
            unwatch(buyer, watch_id)
        assert own_watches(buyer) == []
    drain(isolated)
    assert told() == [("mail", "dropped"), ("page", "dropped")]


def test_a_wish_is_its_persons_own(buyer):
    made = article("A")
    watch_id = wish(buyer, made)
    company = customer()
    stranger = actor_for(person(company), company)
    with acting_as(stranger):
        assert own_watches(stranger) == []
        with pytest.raises(NotFound):
            unwatch(stranger, watch_id)
    with pytest.raises(Forbidden):
        watch(SYSTEM, made, Decimal(1))
    with acting_as(buyer), pytest.raises(Invalid):
        watch(buyer, made, Decimal(0))


def test_the_page_of_an_article_offers_it(client, world):
    with world():
        made = shop.article("A", name="Saw", stock=0)
        shop.article("B", name="Nail", stock=5)
        buyer = shop.buyer()
    shop.sign_in(client, buyer)
    assert "Tell me" not in client.get("/articles/B").text
    form = client.get("/articles/A").form("/stock-notices/A")
    page = client.post("/stock-notices/A", form | {"quantity": "3"}, follow=True)
    assert "We tell you by mail and here when A is back." in page.banners
    assert "We tell you by mail and here when it is back." in page.text
    assert client.get("/stock-notices").rows()[0][1] == "3 pcs"
    with world():
        watch_id = db.session.scalar(text("SELECT id FROM stock_watches"))
        assert made.id == db.session.scalar(text("SELECT article_id FROM stock_watches"))
    page = client.post(f"/stock-notices/remove/{watch_id}", follow=True)
    assert "You wait for nothing" in page.text
