"""Who may issue, credit and correct, and who may set rules and close books. A denial changes nothing."""

from __future__ import annotations

import uuid

import pytest
from sqlalchemy import text

from app.core.db import db
from tests.factories.accounts import sign_in
from tests.factories.billing import invoiced

DESK = ("operator_admin", "accountant")
OTHERS = ("sales", "pricing", "warehouse", "customer.company_admin", "customer.buyer", "customer.bookkeeper")
PAGES = (
    "/invoicing", "/invoices/{number}/credit", "/invoices/{number}/correct", "/accounts/{account}/invoicing",
    "/invoicing/entities/new", "/invoicing/orders/{account}/{order}/prepayment",
)  # fmt: skip
CHANGES = (
    "/invoicing/runs", "/invoicing/books", "/invoicing/packaging", "/invoices/{number}/credit",
    "/invoicing/orders/{account}/{order}/proforma",
)  # fmt: skip
ONLY_POST = (
    "/invoicing/runs/0/retry", "/invoicing/books/reopen", "/invoicing/orders/{account}/{order}/invoice",
    "/accounts/{account}/invoicing/packaging",
)  # fmt: skip
TABLES = ("invoices", "invoice_runs", "closed_periods", "packaging_items", "audit_entries", "invoice_rules")


@pytest.fixture
def scene(cast, world):
    with world():
        order_number, number = invoiced(cast.actor("customer.buyer"))
    return {"number": number, "order": order_number, "account": cast.customer.code}


def counts() -> dict[str, int]:
    return {table: db.session.scalar(text(f"SELECT count(*) FROM {table}")) for table in TABLES}


def sent() -> dict[str, str]:
    return {
        "client_ref": str(uuid.uuid4()), "period": "monthly", "through": "2026-01-31", "issued_on": "2099-01-01",
        "entity_id": "0", "reason": "Agreed", "part": "all", "code": "EUR", "name": "Pallet", "deposit": "12.50",
        "currency": "EUR",
    }  # fmt: skip


@pytest.mark.parametrize("name", OTHERS)
def test_nobody_else_may(client, world, cast, scene, name):
    sign_in(client, cast.people[name])
    with world():
        before = counts()
    for address in PAGES:
        assert client.get(address.format(**scene)).status in (403, 404), address
    for address in (*CHANGES, *ONLY_POST):
        assert client.post(address.format(**scene), sent()).status in (403, 404), address
    with world():
        assert counts() == before


@pytest.mark.parametrize("name", DESK)
def test_the_desk_may(client, world, cast, scene, name):
    sign_in(client, cast.people[name])
    for address in PAGES:
        assert client.get(address.format(**scene)).status == 200, address
    expected = {"/invoicing/runs": 422}
    for address in CHANGES:
        there = address.format(**scene)
        assert client.post(there, sent()).status == expected.get(address, 303), address
    with world():
        kinds = dict(iter(db.session.execute(text("SELECT kind, count(*) FROM invoices GROUP BY kind"))))
    assert kinds == {"invoice": 1, "credit_note": 1, "proforma": 1}


def test_stranger_to_the_house_signs_in_first(client, cast, scene):
    for address in PAGES:
        assert client.get(address.format(**scene)).location.startswith("/sign-in")
