"""The pages of goods to come, suppliers, batches, rules and feeds."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import text

from app.accounts.domain.roles import Role
from app.core import clock
from app.core.actor import Actor
from app.core.db import db, statements
from app.inventory.service.batches import BatchRow, set_batches
from app.inventory.service.feeds import FeedRow, set_feed
from tests.factories.accounts import customer, operator, person, sign_in, supplier
from tests.factories.catalog import article, articles, category
from tests.factories.inventory import coming, stock, supplied

SOON = date(2099, 12, 4)


@pytest.fixture
def keeper(client, world):
    with world():
        user = person(operator(), Role.WAREHOUSE, name="Wanda Ware")
        article("BOLT", name="Hex bolt")
        stock("BOLT", 10)
    sign_in(client, user)
    return client


def value(world, statement):
    with world():
        return db.session.scalar(text(statement))


def test_goods_are_announced_moved_and_received(keeper, world):
    form = keeper.get("/incoming/new").form()
    wrong = form | {"sku": "NONE", "quantity": "5", "expected_on": "2099-12-04", "reference": "PO-1"}
    assert "There is no article NONE." in keeper.post("/incoming/new", wrong).text
    page = keeper.post("/incoming/new", wrong | {"sku": "BOLT"}, follow=True)
    assert page.rows()[0][3:6] == ["5 pcs", "0", "PO-1"]
    address = page.link("Dec 4, 2099")
    form = keeper.get(address).form()
    assert form["quantity"] == "5"
    page = keeper.post(address, {"c-quantity": "8", "c-expected_on": "2099-12-06"}, follow=True)
    assert "8 pcs" in page.text
    assert keeper.post(address, {"c-quantity": "0", "c-expected_on": "2099-12-06"}).status == 422
    page = keeper.post(f"{address}/receive", {"quantity": "8"}, follow=True)
    assert "The goods are in the warehouse." in page.banners
    assert value(world, "SELECT on_hand FROM stock") == 18
    assert keeper.post(f"{address}/receive", {"quantity": "1"}).status == 409
    assert [row[-1] for row in keeper.get("/incoming?state=received").rows()] == ["received"]


def test_late_goods_and_goods_that_do_not_come(keeper, world):
    with world():
        late = coming("BOLT", 5, clock.today() - timedelta(days=2))
        coming("BOLT", 7, SOON, reference="PO-2")
    assert len(keeper.get("/incoming").rows()) == 2
    assert len(keeper.get("/incoming?state=late").rows()) == 1
    assert len(keeper.get("/incoming?q=PO-2").rows()) == 1
    assert "No goods to come match" in keeper.get("/incoming?q=NONE").text
    page = keeper.post(f"/incoming/{late}/cancel", follow=True)
    assert "These goods are no longer expected." in page.banners
    assert keeper.post("/incoming/999999/cancel").status == 404


def test_thresholds_of_one_shelf(keeper, world):
    page = keeper.get("/stock/MAIN/count/BOLT")
    form = page.form("/stock/MAIN/thresholds/BOLT")
    assert (form["threshold"], form["low_mark"]) == ("", "")
    page = keeper.post("/stock/MAIN/thresholds/BOLT", form | {"threshold": "2", "low_mark": "8"}, follow=True)
    assert "2, its own" in page.text
    assert keeper.get("/stock/MAIN").rows()[0][6] == "8 low"
    assert len(keeper.get("/stock/MAIN?only=low").rows()) == 1
    assert keeper.post("/stock/MAIN/thresholds/BOLT", {"threshold": "-1"}).status == 422
    export = keeper.get("/stock/MAIN/export.csv").data.decode("utf-8-sig")
    assert export.splitlines()[1] == "BOLT,Hex bolt,H87,MAIN,10,0,2,8"


def test_rules(keeper, world):
    with world():
        category("SAWS", "Saws")
        customer("C1")
    post = "/stock-rules/thresholds"
    page = keeper.post(post, {"d-level": "everything", "d-threshold": "1", "d-low_mark": "20"}, follow=True)
    assert page.rows("Thresholds") == [["of everything", "1", "20"]]
    assert "1 of everything" in keeper.get("/stock/MAIN").text
    assert (
        "There is no category NONE."
        in keeper.post(post, {"d-level": "category", "d-code": "NONE", "d-threshold": "1"}).text
    )
    page = keeper.post(
        "/stock-rules/warehouses", {"l-level": "account", "l-code": "C1", "l-warehouses": "MAIN"}, follow=True
    )
    assert page.rows("Which warehouses serve whom")[0][1] == "MAIN"
    assert keeper.post("/stock-rules/warehouses", {"l-level": "everybody", "l-warehouses": "NONE"}).status == 422
    rule = {"b-sku": "BOLT", "b-account": "C1", "b-mode": "limit", "b-quantity_limit": "50"}
    page = keeper.post("/stock-rules/backorders", rule, follow=True)
    assert page.rows("Backorders")[0][2:] == ["up to a limit", "50", "0"]
    assert keeper.post("/stock-rules/backorders", rule | {"b-account": "NONE"}).status in (404, 422)
    page = keeper.post("/stock-rules/shown", {"s-bands": "5, 50", "s-supplier_days": "3"}, follow=True)
    assert "5, 50" in page.html
    assert keeper.post("/stock-rules/shown", {"s-bands": "50, 5", "s-supplier_days": "3"}).status == 422
    page = keeper.post("/stock-rules/holidays", {"h-day": "2099-12-25", "h-name": "Christmas"}, follow=True)
    assert "Christmas" in page.text
    page = keeper.post("/stock-rules/holidays/remove", {"day": "2099-12-25"}, follow=True)
    assert "Christmas" not in page.text
    audited = "SELECT count(DISTINCT object_type) FROM audit_entries WHERE object_type IN ('stock_default',"
    assert value(world, f"{audited} 'warehouse_list', 'backorder_rule', 'stock_settings', 'holiday')") == 5


def test_batches_and_suppliers(keeper, world):
    with world():
        supplier("ACME", name="Acme")
        supplied("BOLT", 30, "ACME", 4)
    row = {"sku": "BOLT", "warehouse": "MAIN", "number": "L2", "quantity": "6", "expires_on": "2099-02-01"}
    keeper.post("/batches", row)
    page = keeper.post("/batches", row | {"number": "L1", "quantity": "5", "expires_on": "2099-01-01"}, follow=True)
    assert "The batches hold more than is on hand. Count again." in page.banners
    assert [(found[1], found[5]) for found in page.rows()] == [("L1", "1"), ("L2", "2")]
    assert page.rows()[0][6] == "1 more than on hand"
    page = keeper.get("/catalog/articles/BOLT")
    assert "The batches do not add up to what is on hand in MAIN." in page.text
    assert keeper.get("/supplier-stock").rows()[0][1:6] == ["Acme", "30 pcs", "0", "4", "yes"]
    assert "No supplier's stock matches" in keeper.get("/supplier-stock?q=nobody").text


def test_feeds(keeper, world):
    form = keeper.get("/stock-feeds/new").form()
    page = keeper.post("/stock-feeds/new", form | {"code": "ERP", "address": "http://elsewhere"})
    assert "Give the full path" in page.text
    page = keeper.post("/stock-feeds/new", form | {"code": "ERP", "address": "file:///feeds/stock.csv"}, follow=True)
    assert page.rows()[0][-1] == "old"
    assert "The feed ERP is old" in keeper.get("/stock").text
    form = keeper.get("/stock-feeds/ERP/edit").form()
    keeper.post("/stock-feeds/ERP/edit", {name: part for name, part in form.items() if name != "is_active"})
    assert keeper.get("/stock-feeds").rows()[0][-1] == "switched off"
    page = keeper.post("/stock-feeds/ERP/remove", follow=True)
    assert "No feed yet" in page.text


@pytest.mark.parametrize(
    "address", ["/incoming", "/supplier-stock", "/batches", "/stock-rules", "/stock-feeds", "/stock", "/catalog/articles/A-001"]
)  # fmt: skip
def test_pages_cost_the_same_for_2_and_20_rows(keeper, world, address):
    def fill(first, last):
        articles(last)
        for n in range(first, last + 1):
            sku = f"A-{n:03d}"
            stock(sku, n)
            coming(sku, n, SOON, reference=f"PO-{n}")
            coming("A-001", n, SOON, reference=f"PX-{n}")
            supplier(f"S{n}")
            supplied(sku, n, f"S{n}")
            set_batches(Actor.system(), [BatchRow(sku, "MAIN", "L1", 1), BatchRow("A-001", "MAIN", f"L{n}", 1)])
            set_feed(Actor.system(), FeedRow(f"F{n}", "file:///feeds"))

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
        user = person(operator(), Role.OPERATOR_ADMIN, locale=language)
        article("BOLT")
        stock("BOLT", "1000.5")
        place = coming("BOLT", 5, SOON)
    sign_in(client, user)
    for address in (
        "/incoming",
        f"/incoming/{place}",
        "/incoming/new",
        "/batches",
        "/supplier-stock",
        "/stock-rules",
        "/stock-feeds",
    ):
        assert client.get(address).status == 200
