"""Who may open and change levels, contracts, formulas, discounts, costs and rates: method, address, role, status."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import text

from app.accounts.domain.roles import CUSTOMER_ROLES, OPERATOR_ROLES, Role
from app.core.actor import Actor
from app.core.db import db
from app.pricing.service.costs import set_floor
from app.pricing.service.discounts import RuleRow
from app.pricing.service.floors import ask_below_floor
from app.pricing.service.lists import EntryRow
from tests.factories.accounts import customer, operator, person, sign_in
from tests.factories.catalog import article
from tests.factories.pricing import (
    assign,
    chain,
    contract,
    cost,
    exchange_rate,
    formula,
    german_vat,
    matrix,
    price_list,
)

READERS = {Role.OPERATOR_ADMIN, Role.PRICING, Role.SALES, Role.ACCOUNTANT}
EDITORS = {Role.OPERATOR_ADMIN, Role.PRICING}
COST_READERS = {Role.OPERATOR_ADMIN, Role.PRICING, Role.ACCOUNTANT}
ASSIGNERS = {Role.OPERATOR_ADMIN, Role.PRICING, Role.SALES}
MATRIX = [
    ("GET", "/prices/assignments", READERS, 200),
    ("GET", "/prices/assignments/new", ASSIGNERS, 200),
    ("POST", "/prices/assignments/new", ASSIGNERS, 422),
    ("GET", "/prices/assignments/{assignment}", ASSIGNERS, 200),
    ("POST", "/prices/assignments/{assignment}", ASSIGNERS, 303),
    ("GET", "/prices/formulas", READERS, 200),
    ("GET", "/prices/formulas/new", EDITORS, 200),
    ("POST", "/prices/formulas/new", EDITORS, 422),
    ("GET", "/prices/formulas/PLUS", EDITORS, 200),
    ("POST", "/prices/formulas/PLUS", EDITORS, 422),
    ("GET", "/prices/discounts", READERS, 200),
    ("GET", "/prices/discounts/M", READERS, 200),
    ("POST", "/prices/discounts/M", EDITORS, 422),
    ("GET", "/prices/discounts/new", EDITORS, 200),
    ("POST", "/prices/discounts/new", EDITORS, 422),
    ("GET", "/prices/discounts/M/edit", EDITORS, 200),
    ("POST", "/prices/discounts/M/edit", EDITORS, 422),
    ("GET", "/prices/contracts", READERS, 200),
    ("GET", "/prices/contracts/FRAME", READERS, 200),
    ("POST", "/prices/contracts/FRAME", EDITORS, 422),
    ("GET", "/prices/contracts/new", EDITORS, 200),
    ("POST", "/prices/contracts/new", EDITORS, 422),
    ("GET", "/prices/costs", COST_READERS, 200),
    ("POST", "/prices/costs", EDITORS, 422),
    ("GET", "/prices/floors", COST_READERS, 200),
    ("POST", "/prices/floors", EDITORS, 422),
    ("GET", "/prices/lists/GEN/below-floor", EDITORS, 200),
    ("POST", "/prices/lists/GEN/below-floor", EDITORS, 422),
    ("GET", "/prices/exchange", READERS, 200),
    ("POST", "/prices/exchange", EDITORS, 422),
    ("POST", "/prices/floors/requests/{request}", {Role.OPERATOR_ADMIN}, 303),
    ("POST", "/prices/floors/{floor}/remove", EDITORS, 303),
    ("POST", "/prices/exchange/{exchange}/remove", EDITORS, 303),
    ("POST", "/prices/discounts/M/rules/{discount}/remove", EDITORS, 303),
    ("POST", "/prices/assignments/{assignment}/remove", ASSIGNERS, 303),
]
_IDS = {
    "assignment": "SELECT id FROM price_assignments WHERE level = 'account'", "request": "SELECT id FROM floor_requests",
    "floor": "SELECT id FROM price_floors", "exchange": "SELECT id FROM exchange_rates",
    "discount": "SELECT id FROM discount_rules",
}  # fmt: skip


@pytest.fixture
def ids(client, world):
    with world():
        operator()
        company = customer("ACME")
        german_vat()
        article("A-1")
        list_id = price_list("GEN", {"A-1": "10"})
        chain("ALL", "GEN", is_default=True)
        assign("account", "ACME", "ALL")
        formula("PLUS", "GEN")
        contract(company.id, "FRAME", {})
        matrix("M", RuleRow("all", "", Decimal(5)))
        cost("A-1", "9")
        set_floor(Actor.system(), "all", "", Decimal(50))
        ask_below_floor(Actor.system(), list_id, EntryRow("A-1", Decimal(9)), "A large order")
        exchange_rate("USD/EUR", "0.9", date(2026, 1, 1))
        return {name: db.session.scalar(text(statement)) for name, statement in _IDS.items()}


@pytest.mark.parametrize("role", [*OPERATOR_ROLES, *CUSTOMER_ROLES])
def test_matrix(client, world, ids, role):
    with world():
        user = person(operator() if role in OPERATOR_ROLES else customer(), role)
    sign_in(client, user)
    for method, address, allowed, answer in MATRIX:
        sent = {} if method == "GET" else {"data": {"sent": "1"}}
        status = (client.get if method == "GET" else client.post)(address.format(**ids), **sent).status
        assert status == (answer if role in allowed else 403), (method, address, role)
    with world():
        left = [db.session.scalar(text(f"SELECT count(*) FROM ({one}) rows")) for one in _IDS.values()]
    gone = role in EDITORS
    assert left == [0 if role in ASSIGNERS else 1, 1, 0 if gone else 1, 0 if gone else 1, 0 if gone else 1]


@pytest.mark.parametrize(("method", "address"), [row[:2] for row in MATRIX])
def test_strangers_are_asked_to_sign_in(client, ids, method, address):
    page = (client.get if method == "GET" else client.post)(address.format(**ids))
    assert page.status == 303
    assert "/sign-in" in page.location
