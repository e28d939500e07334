"""The pages of receipts, transfers, counts, bins and traces, as the warehouse uses them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select

from app.accounts.domain.roles import Role
from app.catalog.models.articles import Article
from app.core.actor import Actor
from app.core.db import db, statements
from app.inventory.models.stock import Warehouse
from app.inventory.service.bins import BinRow, save_bins
from app.inventory.service.counts import NewCount, plan_count
from app.inventory.service.issuing import Issue, issue
from app.inventory.service.receipts import NewReceipt, open_receipt, set_tracking
from app.inventory.service.stock import StockRow, adjust_stock
from app.inventory.service.transfers import TransferRow, plan_transfer
from tests.factories.accounts import customer, operator, person, sign_in
from tests.factories.catalog import article
from tests.factories.inventory import coming, stock

LATER = date(2099, 1, 31)


@pytest.fixture
def keeper(client, world):
    with world():
        user = person(operator(), Role.WAREHOUSE, name="Wanda Ware")
        article("BOLT", name="Hex bolt")
        stock("BOLT", 10)
        stock("BOLT", 2, "SECOND")
        coming("BOLT", 5, LATER, reference="PO-1")
    sign_in(client, user)
    return client


def field(form, name):
    """The name of the first row's field."""
    return next(key for key in form if key.endswith(f"-{name}"))


def place(code="MAIN"):
    return db.session.scalar(select(Warehouse.id).where(Warehouse.code == code))


def test_a_delivery_is_received_and_traced_to_its_customer(keeper, world):
    with world():
        set_tracking(Actor.system(), "BOLT", batch=True, expiry=False, serial=False)
        company, bolt = customer(), db.session.scalar(select(Article.id).where(Article.sku == "BOLT"))
        name = company.name
    form = keeper.get("/stock-receipts/new").form() | {"warehouse": "MAIN"}
    wrong = keeper.post("/stock-receipts/new", form | {"purchase": "PO-9"})
    assert "Nothing of this purchase is expected" in wrong.text
    address = keeper.post("/stock-receipts/new", form | {"purchase": "PO-1", "delivery_note": "DN 5"}).location
    page = keeper.get(address)
    assert "PO-1" in page.text and "5 pcs" in page.text
    received = field(page.form(address), "received")
    key = received.removesuffix("-received")
    assert "needs its batch" in keeper.post(address, {received: "3", "then": "book"}).text
    assert "is not a number" in keeper.post(address, {received: "many"}).text
    entered = {received: "3", f"{key}-damaged": "1", f"{key}-batch": "LOT-7", "then": "book"}
    page = keeper.post(address, entered, follow=True)
    assert "booked" in page.text and "2 short" in page.text and "1 damaged" in page.text
    with world():
        issue(Actor.system(), [Issue(1, bolt, place(), Decimal(2), "LOT-7", customer_id=company.id)], "LS-2026-000009")
    page = keeper.get("/stock-trace?q=LOT-7")
    assert name in page.text and "GR-" in page.text and "LS-2026-000009" in page.text
    assert "LOT-7" in keeper.get("/stock-trace?q=LS-2026-000009").text
    assert name in keeper.get("/stock-trace/export.csv?q=LOT-7").text


def test_goods_go_to_another_warehouse(keeper):
    form = keeper.get("/stock-transfers/new").form() | {"source": "MAIN", "target": "SECOND"}
    assert "write the article" in keeper.post("/stock-transfers/new", form | {"lines": "BOLT"}).text
    address = keeper.post("/stock-transfers/new", form | {"lines": "BOLT 4\n"}).location
    page = keeper.post(f"{address}/send", follow=True)
    received = page.form(f"{address}/receive")
    assert received[field(received, "quantity")] == "4"
    page = keeper.post(
        f"{address}/receive", received | {field(received, "quantity"): "3", "note": "fell off"}, follow=True
    )
    assert "differs" in page.text
    assert "fell off" in keeper.get("/stock-journal").text
    assert "lost or found on the way" in keeper.get("/stock-journal?q=BOLT").text


def test_a_count_is_blind_until_it_is_reviewed(keeper):
    keeper.post("/stock-bins/MAIN", {"b-code": "M-1", "b-zone": "Z", "b-sort_key": "1"})
    assert (
        "There is no bin"
        in keeper.post("/stock-bins/MAIN/move", {"r-sku": "BOLT", "r-quantity": "4", "r-target": "X"}).text
    )
    page = keeper.post("/stock-bins/MAIN/move", {"r-sku": "BOLT", "r-quantity": "4", "r-target": "M-1"}, follow=True)
    assert "4 pcs" in page.text
    form = keeper.get("/stock-counts/new").form() | {"warehouse": "MAIN", "zone": "Z"}
    address = keeper.post("/stock-counts/new", form).location
    page = keeper.get(address)
    assert "4 pcs" not in page.text
    keeper.post(address, {field(page.form(address), "counted"): "3"})
    page = keeper.post(f"{address}/finish", follow=True)
    assert page.rows("Differences")[0][4:7] == ["4", "3 pcs", "-1"] or "3 pcs" in page.text
    again = keeper.post(f"{address}/recount", {"line": page.soup.select_one("input[name=line]")["value"]}, follow=True)
    keeper.post(address, {field(again.form(address), "counted"): "2"})
    keeper.post(f"{address}/finish")
    assert "approved" in keeper.post(f"{address}/approve", follow=True).text
    assert "2 pcs" in keeper.get("/stock-bins/MAIN?q=M-1").text


def test_lists_cost_the_same_for_many_rows(keeper, world):
    counts = []
    for size in (2, 20):
        with world():
            system = Actor.system()
            for number in range(size):
                open_receipt(system, NewReceipt("MAIN", LATER), client_ref=f"{size}-{number}")
                rows = [TransferRow("BOLT", Decimal(1))]
                plan_transfer(system, "MAIN", "SECOND", rows, client_ref=f"{size}-{number}")
                plan_count(system, NewCount("MAIN", LATER), client_ref=f"{size}-{number}")
                adjust_stock(system, StockRow("BOLT", "MAIN", Decimal(size + number + 20)), reason="test")
            save_bins(system, place(), [BinRow(f"{size}-{number}") for number in range(size)])
        seen_by = []
        for address in ("receipts", "transfers", "counts", "journal", "bins", "trace?q=BOLT"):
            with keeper.app.app_context(), statements() as seen:
                keeper.get(f"/stock-{address}")
            seen_by.append(len(seen))
        counts.append(seen_by)
    assert counts[0] == counts[1]
