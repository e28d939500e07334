"""Who may open and change prices: method, address, role, status."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from app.accounts.domain.roles import CUSTOMER_ROLES, OPERATOR_ROLES, Role
from app.core.db import db
from tests.factories.accounts import customer, operator, person, sign_in
from tests.factories.catalog import article
from tests.factories.pricing import chain, german_vat, price_list

READERS = {Role.OPERATOR_ADMIN, Role.PRICING, Role.SALES, Role.ACCOUNTANT}
EDITORS = {Role.OPERATOR_ADMIN, Role.PRICING}
VAT_READERS = {Role.OPERATOR_ADMIN, Role.PRICING, Role.ACCOUNTANT}
VAT_EDITORS = {Role.OPERATOR_ADMIN, Role.ACCOUNTANT}
ASSIGNERS = {Role.OPERATOR_ADMIN, Role.PRICING, Role.SALES}
# {entry} and {rate} stand for the ids of a price and a rate; what an allowed person gets is the last column
MATRIX = [
    ("GET", "/prices", READERS, 200),
    ("GET", "/prices/lists/GEN", READERS, 200),
    ("GET", "/prices/lists/GEN/changes", READERS, 200),
    ("GET", "/prices/lists/new", EDITORS, 200),
    ("POST", "/prices/lists/new", EDITORS, 422),
    ("GET", "/prices/lists/GEN/edit", EDITORS, 200),
    ("POST", "/prices/lists/GEN/edit", EDITORS, 422),
    ("GET", "/prices/lists/GEN/entries/new", EDITORS, 200),
    ("POST", "/prices/lists/GEN/entries/new", EDITORS, 422),
    ("GET", "/prices/lists/GEN/entries/{entry}", EDITORS, 200),
    ("POST", "/prices/lists/GEN/entries/{entry}", EDITORS, 422),
    ("GET", "/prices/chains", READERS, 200),
    ("GET", "/prices/chains/ALL", READERS, 200),
    ("GET", "/prices/chains/new", EDITORS, 200),
    ("POST", "/prices/chains/new", EDITORS, 422),
    ("GET", "/prices/chains/ALL/edit", EDITORS, 200),
    ("POST", "/prices/chains/ALL/edit", EDITORS, 422),
    ("GET", "/prices/why", READERS, 200),
    ("GET", "/prices/vat", VAT_READERS, 200),
    ("POST", "/prices/vat", VAT_EDITORS, 422),
    ("POST", "/prices/accounts/ACME/chain", ASSIGNERS, 303),
    ("POST", "/prices/lists/GEN/entries/{entry}/remove", EDITORS, 303),
    ("POST", "/prices/vat/{rate}/remove", VAT_EDITORS, 303),
]


@pytest.fixture
def ids(client, world):
    with world():
        operator()
        customer("ACME")
        german_vat()
        article("A-1")
        price_list("GEN", {"A-1": "10"})
        chain("ALL", "GEN", is_default=True)
        entry = db.session.scalar(text("SELECT id FROM price_entries"))
        rate = db.session.scalar(text("SELECT min(id) FROM vat_rates"))
    return {"entry": entry, "rate": rate}


@pytest.mark.parametrize("role", [*OPERATOR_ROLES, *CUSTOMER_ROLES])
def test_matrix(client, world, ids, role):
    with world():
        user = person(operator() if role in OPERATOR_ROLES else customer(), role)
    sign_in(client, user)
    for method, address, allowed, answer in MATRIX:
        sent = {} if method == "GET" else {"data": {"chain": ""} if address.endswith("/chain") else {}}
        status = (client.get if method == "GET" else client.post)(address.format(**ids), **sent).status
        assert status == (answer if role in allowed else 403), (method, address, role)
    with world():
        left = db.session.execute(
            text(
                "SELECT (SELECT count(*) FROM price_entries), (SELECT count(*) FROM vat_rates), (SELECT count(*) FROM chains)"
            )
        ).one()
    assert left == (0 if role in EDITORS else 1, 1 if role in VAT_EDITORS else 2, 1)


@pytest.mark.parametrize(("method", "address"), [row[:2] for row in MATRIX])
def test_strangers_are_asked_to_sign_in(client, ids, method, address):
    page = (client.get if method == "GET" else client.post)(address.format(**ids))
    assert page.status == 303
    assert "/sign-in" in page.location
