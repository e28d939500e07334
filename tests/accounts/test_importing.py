"""Accounts in bulk."""

from __future__ import annotations

import csv

import pytest
from sqlalchemy import func, select

from app.accounts.models.companies import Address, Company
from app.accounts.queries.companies import buying_terms
from app.accounts.service.importing import AccountRow, upsert_accounts
from app.core import audit
from app.core.actor import Actor
from app.core.db import db, statements
from tests.factories import accounts as make

SYSTEM = Actor.system()


@pytest.fixture
def house(ctx):
    return make.operator()


def outcomes(rows: list[AccountRow]) -> list[str]:
    return [result.outcome for result in upsert_accounts(SYSTEM, rows)]


def test_rows_create_then_change_then_nothing(house):
    rows = [
        AccountRow(
            "A-1", name="Alpha", country="DE", vat_id="DE136695976", payment_days=14, street="Kai 1", city="Kiel"
        ),
        AccountRow("A-2", name="Beta", country="GB", currency="GBP"),
    ]
    assert outcomes(rows) == ["created", "created"]
    assert outcomes(rows) == ["same", "same"]
    moved = AccountRow("A-1", city="Hamburg", street="Kai 1")
    assert outcomes([moved, AccountRow("A-2", name="Beta Ltd", payment_days=7)]) == ["changed", "changed"]
    assert outcomes([moved, AccountRow("A-2", name="Beta Ltd", payment_days=7)]) == ["same", "same"]
    company = db.session.scalars(select(Company).where(Company.code == "A-1")).one()
    assert (company.name, company.legal_name, company.currency, company.time_zone) == (
        "Alpha", "Alpha", "EUR", "Europe/Berlin",
    )  # fmt: skip
    assert buying_terms(SYSTEM, company.id).payment_days == 14, "what a row does not say stays"
    place = db.session.scalars(select(Address).where(Address.company_id == company.id)).one()
    assert (place.city, place.country, place.is_default_ship_to, place.is_default_bill_to) == (
        "Hamburg",
        "DE",
        True,
        True,
    )
    assert [e.action for e in audit.history(SYSTEM, "company", company.id)] == ["import_created", "import_changed"]


def test_bad_rows_are_refused_alone(house):
    make.supplier("S-1")
    results = upsert_accounts(
        SYSTEM,
        [
            AccountRow("A-1", name="Alpha"),
            AccountRow("A-1", name="Twice"),
            AccountRow(""),
            AccountRow("A/1"),
            AccountRow("HOUSE", name="Me"),
            AccountRow("S-1", name="Supplier"),
            AccountRow("A-2", country="Germany"),
            AccountRow("A-3", country="DE", vat_id="DE1"),
            AccountRow("A-4", email="nobody"),
            AccountRow("A-5", name="Good", country=""),
        ],
    )
    assert [r.outcome for r in results] == ["created", *["refused"] * 8, "created"]
    assert str(results[1].problem) == "The account A-1 stands in the file twice."
    assert all(r.problem is not None and r.company_id is None for r in results[1:-1])


def test_statements_do_not_grow_with_the_rows(house):
    counts = []
    for start, size in ((0, 5), (100, 50)):
        rows = [AccountRow(f"N-{start + n}", name=f"Name {n}", city="Kiel", street="Kai") for n in range(size)]
        with statements() as sent:
            upsert_accounts(SYSTEM, rows)
        counts.append(len([s for s in sent if "SAVEPOINT" not in s]))
    assert counts[0] == counts[1]


@pytest.mark.shared
def test_the_wholesalers_5942_accounts_come_in_and_a_second_run_changes_nothing(house, shared):
    with (shared / "data" / "wholesaler" / "accounts.csv").open(encoding="utf-8", newline="") as file:
        rows = [
            AccountRow(line["account"], name=line["country"], country=line["country_code"], currency="GBP")
            for line in csv.DictReader(file)
        ]
    assert len(rows) == 5942
    results = [r for start in range(0, len(rows), 1000) for r in upsert_accounts(SYSTEM, rows[start : start + 1000])]
    assert {r.outcome for r in results} == {"created"}
    assert db.session.scalar(select(func.count()).where(Company.kind == "customer")) == 5942
    again = [r for start in range(0, len(rows), 1000) for r in upsert_accounts(SYSTEM, rows[start : start + 1000])]
    assert {r.outcome for r in again} == {"same"}
