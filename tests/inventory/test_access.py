"""Who may see and correct stock: method, address, role, status."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import text

from app.accounts.domain.roles import CUSTOMER_ROLES, OPERATOR_ROLES, Role
from app.core.actor import Actor
from app.core.db import db
from app.inventory.service.feeds import FeedRow, set_feed
from app.inventory.service.incoming import IncomingRow, set_incoming
from tests.factories.accounts import customer, operator, person, sign_in
from tests.factories.catalog import article
from tests.factories.inventory import stock

READERS = {Role.OPERATOR_ADMIN, Role.WAREHOUSE, Role.SALES, Role.PRICING}
KEEPERS = {Role.OPERATOR_ADMIN, Role.WAREHOUSE}
BUYERS = {Role.COMPANY_ADMIN, Role.BUYER}
# method, address, who may, what an empty form comes to
MATRIX = [
    ("GET", "/stock", READERS, 200),
    ("GET", "/stock/MAIN", READERS, 200),
    ("GET", "/stock/MAIN/export.csv", READERS, 200),
    ("GET", "/stock/MAIN/count/A-1", KEEPERS, 200),
    ("POST", "/stock/MAIN/count/A-1", KEEPERS, 422),
    ("POST", "/stock/MAIN/thresholds/A-1", KEEPERS, 303),
    ("GET", "/stock/MAIN/edit", KEEPERS, 200),
    ("POST", "/stock/MAIN/edit", KEEPERS, 422),
    ("GET", "/stock/warehouses/new", KEEPERS, 200),
    ("POST", "/stock/warehouses/new", KEEPERS, 422),
    ("GET", "/incoming", READERS, 200),
    ("GET", "/incoming/new", KEEPERS, 200),
    ("POST", "/incoming/new", KEEPERS, 422),
    ("GET", "/incoming/{incoming}", KEEPERS, 200),
    ("POST", "/incoming/{incoming}", KEEPERS, 422),
    ("POST", "/incoming/{incoming}/receive", KEEPERS, 422),
    ("GET", "/supplier-stock", READERS, 200),
    ("GET", "/batches", READERS, 200),
    ("POST", "/batches", KEEPERS, 422),
    ("GET", "/stock-rules", KEEPERS, 200),
    ("POST", "/stock-rules/thresholds", KEEPERS, 422),
    ("POST", "/stock-rules/warehouses", KEEPERS, 422),
    ("POST", "/stock-rules/backorders", KEEPERS, 422),
    ("POST", "/stock-rules/shown", KEEPERS, 422),
    ("POST", "/stock-rules/holidays", KEEPERS, 422),
    ("POST", "/stock-rules/holidays/remove", KEEPERS, 404),
    ("GET", "/stock-feeds", READERS, 200),
    ("GET", "/stock-feeds/new", KEEPERS, 200),
    ("POST", "/stock-feeds/new", KEEPERS, 422),
    ("GET", "/stock-feeds/ERP/edit", KEEPERS, 200),
    ("POST", "/stock-feeds/ERP/edit", KEEPERS, 422),
    ("GET", "/stock-notices", BUYERS, 200),
    ("POST", "/stock-notices/NONE", BUYERS, 404),
    ("POST", "/stock-notices/remove/1", BUYERS, 404),
]
# What takes something away comes last and is tried by those who may not.
REMOVALS = ["/incoming/{incoming}/cancel", "/stock-feeds/ERP/remove"]


@pytest.fixture
def shelf(client, world):
    with world():
        operator()
        article("A-1")
        stock("A-1", 10)
        set_incoming(Actor.system(), [IncomingRow("A-1", "MAIN", Decimal(5), date(2099, 1, 2), "PO-1")])
        set_feed(Actor.system(), FeedRow("ERP", "file:///nowhere/stock.csv"))
        return db.session.scalar(text("SELECT id FROM incoming_goods"))


@pytest.mark.parametrize("role", [*OPERATOR_ROLES, *CUSTOMER_ROLES])
def test_matrix(client, world, shelf, role):
    with world():
        user = person(operator() if role in OPERATOR_ROLES else customer(), role)
    sign_in(client, user)
    for method, address, allowed, status in MATRIX:
        place = address.format(incoming=shelf)
        found = (client.get if method == "GET" else client.post)(place).status
        assert found == (status if role in allowed else 403), (method, address, role)
    for address in REMOVALS:
        if role not in KEEPERS:
            assert client.post(address.format(incoming=shelf)).status == 403, (address, role)
    with world():
        held = (
            "SELECT sum(on_hand), count(*), (SELECT count(*) FROM stock_feeds), (SELECT min(state) FROM incoming_goods)"
        )
        assert db.session.execute(text(f"{held} FROM stock")).one() == (10, 1, 1, "open")


@pytest.mark.parametrize(("method", "address"), [row[:2] for row in MATRIX] + [("POST", one) for one in REMOVALS])
def test_strangers_are_asked_to_sign_in(client, shelf, method, address):
    page = (client.get if method == "GET" else client.post)(address.format(incoming=shelf))
    assert page.status == 303
    assert "/sign-in" in page.location
