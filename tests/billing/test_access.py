"""Who may open what. A denial changes nothing; what belongs to another company is not there."""

from __future__ import annotations

import uuid

import pytest
from sqlalchemy import text, update

from app.billing.domain.export import ExportFilters
from app.billing.models.invoices import Invoice
from app.billing.service.export import request_export
from app.core import clock
from app.core.db import db, transaction
from tests.factories.accounts import sign_in
from tests.factories.billing import bare_invoice, invoiced

READERS = ("operator_admin", "accountant", "sales", "customer.company_admin", "customer.buyer", "customer.bookkeeper")
EXPORTERS = ("operator_admin", "accountant", "customer.company_admin", "customer.bookkeeper")
STRANGERS = ("stranger.company_admin", "stranger.buyer", "stranger.bookkeeper")
OTHERS = ("pricing", "warehouse")
NOBODY = "nobody"

LIST, REGISTER, INVOICE, PDF = "/invoices", "/invoices/register.csv", "/invoices/{number}", "/invoices/{number}/pdf"
EXPORTS, EXPORT, ZIP = "/invoices/exports", "/invoices/exports/{export}", "/invoices/exports/{export}/file"
CHECK = "/invoices/{number}/check"

MATRIX = [
    *(("GET", address, name, 200) for address in (LIST, REGISTER, INVOICE) for name in READERS),
    *(("GET", address, name, 200) for address in (LIST, REGISTER) for name in STRANGERS),
    *(("GET", PDF, name, 404) for name in READERS),  # held: nothing is filed
    *(("GET", address, name, 404) for address in (INVOICE, PDF) for name in STRANGERS),
    *(("GET", address, name, 403) for address in (LIST, REGISTER, INVOICE, PDF) for name in OTHERS),
    *(("GET", EXPORTS, name, 200) for name in EXPORTERS),
    *(("GET", EXPORTS, name, 403) for name in (*OTHERS, "sales", "customer.buyer", "stranger.buyer")),
    *(("GET", EXPORT, name, 200) for name in ("customer.company_admin", "customer.bookkeeper")),
    *(("GET", ZIP, name, 404) for name in ("customer.company_admin", "customer.bookkeeper")),  # not made yet
    *(("GET", address, name, 404) for address in (EXPORT, ZIP)
      for name in ("operator_admin", "accountant", "stranger.company_admin", "stranger.bookkeeper")),
    *(("GET", EXPORT, name, 403) for name in (*OTHERS, "sales", "customer.buyer")),
    *(("POST", CHECK, name, 403) for name in (*OTHERS, "sales", *(n for n in (*READERS, *STRANGERS) if "." in n))),
    *(("POST", CHECK, name, 303) for name in ("operator_admin", "accountant")),
    *(("POST", EXPORTS, name, 403) for name in (*OTHERS, "sales", "customer.buyer", "stranger.buyer")),
    *(("POST", EXPORTS, name, 303) for name in EXPORTERS),
    *((method, address, NOBODY, 303) for method, address in (
        ("GET", LIST), ("GET", INVOICE), ("GET", PDF), ("GET", EXPORTS), ("GET", EXPORT), ("POST", CHECK), ("POST", EXPORTS),
    )),
]  # fmt: skip


@pytest.fixture
def scene(cast, world):
    """A held invoice of the customer, and an export its bookkeeper has asked for."""
    with world():
        bookkeeper = cast.actor("customer.bookkeeper")
        _order, number = invoiced(cast.actor("customer.buyer"))
        with transaction():
            db.session.execute(update(Invoice).values(state="held"))
    with world(bookkeeper):
        today = clock.today()
        export = request_export(bookkeeper, ExportFilters(today, today), client_ref=str(uuid.uuid4()))
    return {"number": number, "export": export}


def counts() -> dict[str, int]:
    """What a denied request might have changed."""
    tables = ("audit_entries", "exports", "files", "invoices WHERE state = 'held'")
    return {table: db.session.scalar(text(f"SELECT count(*) FROM {table}")) for table in tables}


@pytest.mark.parametrize("name", sorted({name for _method, _address, name, _status in MATRIX}))
def test_access(client, world, cast, scene, name):
    if name != NOBODY:
        sign_in(client, cast.people[name])
    for method, address, _name, status in (row for row in MATRIX if row[2] == name):
        with world():
            before = counts()
        data = {"client_ref": str(uuid.uuid4()), "start": "2026-03-01", "end": "2026-03-31", "pdf": "y"}
        there = address.format(**scene)
        page = client.post(there, data) if method == "POST" else client.get(there)
        assert page.status == status, (method, address)
        if name == NOBODY:
            assert page.location.startswith("/sign-in")
        is_change = status == 303 and name != NOBODY
        with world():
            assert (counts() != before) is is_change, (method, address)


@pytest.mark.parametrize("address", ["/invoices/INV-0", "/invoices/INV-0/pdf", "/invoices/exports/0"])
def test_what_does_not_exist_looks_like_what_is_not_yours(client, cast, address):
    sign_in(client, cast.people["customer.bookkeeper"])
    assert client.get(address).status == 404


@pytest.mark.parametrize("name", ["customer.bookkeeper", "customer.buyer"])
def test_lists_show_own_invoices_only(client, world, cast, name):
    with world():
        mine, other = bare_invoice(cast.customer), bare_invoice(cast.stranger)
    sign_in(client, cast.people[name])
    for address in ("/invoices", f"/invoices?q={other.po_number}", "/invoices/register.csv"):
        page = client.get(address)
        assert other.number not in page.html
        assert (mine.number in page.html) is ("q=" not in address)
