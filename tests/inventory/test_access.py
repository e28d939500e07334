"""Who may see and correct stock: method, address, role, status."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from app.accounts.domain.roles import CUSTOMER_ROLES, OPERATOR_ROLES, Role
from app.core.db import db
from tests.factories.accounts import customer, operator, person, sign_in
from tests.factories.catalog import article
from tests.factories.inventory import stock

READERS = {Role.OPERATOR_ADMIN, Role.WAREHOUSE, Role.SALES, Role.PRICING}
KEEPERS = {Role.OPERATOR_ADMIN, Role.WAREHOUSE}
MATRIX = [
    ("GET", "/stock", READERS),
    ("GET", "/stock/MAIN", READERS),
    ("GET", "/stock/MAIN/count/A-1", KEEPERS),
    ("POST", "/stock/MAIN/count/A-1", KEEPERS),
    ("GET", "/stock/MAIN/edit", KEEPERS),
    ("POST", "/stock/MAIN/edit", KEEPERS),
    ("GET", "/stock/warehouses/new", KEEPERS),
    ("POST", "/stock/warehouses/new", KEEPERS),
]


@pytest.fixture
def shelf(client, world):
    with world():
        operator()
        article("A-1")
        stock("A-1", 10)


@pytest.mark.parametrize("role", [*OPERATOR_ROLES, *CUSTOMER_ROLES])
def test_matrix(client, world, shelf, role):
    with world():
        user = person(operator() if role in OPERATOR_ROLES else customer(), role)
    sign_in(client, user)
    for method, address, allowed in MATRIX:
        status = (client.get if method == "GET" else client.post)(address).status
        expected = 403 if role not in allowed else 200 if method == "GET" else 422
        assert status == expected, (method, address, role)
    with world():
        assert db.session.execute(text("SELECT sum(on_hand), count(*) FROM stock")).one() == (10, 1)


@pytest.mark.parametrize(("method", "address"), [row[:2] for row in MATRIX])
def test_strangers_are_asked_to_sign_in(client, shelf, method, address):
    page = (client.get if method == "GET" else client.post)(address)
    assert page.status == 303
    assert "/sign-in" in page.location
