"""Contested lines of invoices: what may be contested, what the ledger learns, the credit note of an accepted one."""

from __future__ import annotations

import uuid
from decimal import Decimal

import pytest
from sqlalchemy import select, text

from app.billing.models.invoices import Invoice
from app.billing.models.open_items import OpenItem
from app.billing.queries.disputes import contestable_lines, dispute, disputes_page, open_disputes
from app.billing.service.disputes import accept, note_amount, open_dispute, refuse, withdraw
from app.billing.service.open_items import post_invoice
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.outbox import deliver_due
from app.core.tenancy import acting_as, system_scope
from tests.factories.accounts import sign_in
from tests.factories.billing import invoiced

D = Decimal
NOBODY = "nobody"


def do(actor, act, *values, **further):
    with acting_as(actor):
        return act(actor, *values, **further)


@pytest.fixture
def bill(cast, world):
    """An invoice of two lines of 2 pieces at 10 EUR, 19 % VAT, posted to the ledger; its id and number."""
    with world():
        _order, number = invoiced(cast.actor("customer.buyer"), 2)
        with system_scope("test"):
            invoice_id = db.session.scalars(select(Invoice.id).where(Invoice.number == number)).one()
        do(Actor.system(), post_invoice, invoice_id)
        return invoice_id, number


def contested(invoice_id) -> Decimal:
    with system_scope("test"):
        statement = select(OpenItem.dispute_amount).where(OpenItem.invoice_id == invoice_id, OpenItem.kind == "invoice")
        return db.session.scalars(statement).one()


def contest(actor, bill, position=1, quantity=2, **facts):
    values = {"reason": "price", "client_ref": str(uuid.uuid4())} | facts
    return do(actor, open_dispute, bill[0], position, D(quantity), **values)


def test_a_contested_line_is_not_dunned_until_it_is_answered(cast, world, bill):
    with world():
        ann, desk = cast.actor("customer.bookkeeper"), cast.actor("accountant")
        assert [line.left for line in do(ann, contestable_lines, bill[0])] == [D(2), D(2)]
        first, second = contest(ann, bill), contest(ann, bill, 2, D(1), reason="quantity")
        for one in (first, second):
            do(Actor.system(), note_amount, one)
        assert contested(bill[0]) == D("35.70")
        assert do(desk, open_disputes) == 2
        do(desk, refuse, first, "The price is that of the list.")
        do(Actor.system(), note_amount, first)
        assert contested(bill[0]) == D("11.90")
        do(desk, accept, second, D(1), answer="One was missing.")
        do(Actor.system(), note_amount, second)
        assert contested(bill[0]) == D(0)
        found = do(ann, dispute, second)
        credit = db.session.scalars(select(Invoice).where(Invoice.number == found.credit_number)).one()
        assert (found.state, credit.kind, credit.gross_total) == ("accepted", "credit_note", D("11.90"))
        assert [row.state for row in do(ann, disputes_page, is_open=False)] == ["accepted", "refused"]


def test_a_lower_price_leaves_the_quantity(cast, world, bill):
    with world():
        made = contest(cast.actor("customer.bookkeeper"), bill)
        credit_id = do(cast.actor("accountant"), accept, made, D(2), percent=D(10))
        with system_scope("test"):
            assert db.session.get_one(Invoice, credit_id).gross_total == D("2.38")


def test_what_cannot_be_contested(cast, world, bill):
    with world():
        ann, desk = cast.actor("customer.bookkeeper"), cast.actor("accountant")
        stranger = cast.actor("stranger.bookkeeper")
        rows = [
            (ann, {"quantity": D(3)}, Invalid),
            (ann, {"quantity": D(0)}, Invalid),
            (ann, {"reason": "moon"}, Invalid),
            (ann, {"position": 9}, NotFound),
            (stranger, {}, NotFound),
            (desk, {}, Forbidden),
        ]
        for actor, facts, error in rows:
            with pytest.raises(error):
                contest(actor, bill, **facts)
        key = str(uuid.uuid4())
        made = contest(ann, bill, client_ref=key)
        assert contest(ann, bill, client_ref=key) == made
        with pytest.raises(Conflict):
            contest(ann, bill, client_ref=key, quantity=D(1))
        with pytest.raises(Conflict):
            contest(ann, bill)
        assert [line.position for line in do(ann, contestable_lines, bill[0])] == [2]
        for actor, act, values, error in (
            (stranger, withdraw, (), NotFound), (ann, refuse, ("No",), Forbidden), (desk, refuse, (" ",), Invalid),
            (desk, withdraw, (), Forbidden), (desk, accept, (D(3),), Invalid),
        ):  # fmt: skip
            with pytest.raises(error):
                do(actor, act, made, *values)
        do(ann, withdraw, made)
        with pytest.raises(Conflict):
            do(desk, refuse, made, "Too late")
        assert contest(ann, bill)


CUSTOMERS = ("customer.company_admin", "customer.buyer", "customer.bookkeeper")
STAFF = ("operator_admin", "accountant", "sales")
MATRIX = [
    *(("GET", "/disputes", name, 200) for name in (*CUSTOMERS, *STAFF, "stranger.bookkeeper")),
    *(("GET", "/disputes/{dispute}", name, 200) for name in (*CUSTOMERS, *STAFF)),
    *(("GET", "/disputes/{dispute}", name, 404) for name in ("stranger.bookkeeper", "stranger.buyer")),
    *(("GET", "/invoices/{number}/dispute", name, 200) for name in CUSTOMERS),
    *(("GET", "/invoices/{number}/dispute", name, 404) for name in ("stranger.bookkeeper", "stranger.buyer")),
    *(("GET", "/invoices/{number}/dispute", name, 403) for name in (*STAFF, "warehouse")),
    *(("GET", address, "warehouse", 403) for address in ("/disputes", "/disputes/{dispute}")),
    *(("POST", f"/disputes/{{dispute}}/{step}", name, 403)
      for step in ("accept", "refuse") for name in (*CUSTOMERS, "sales", "warehouse")),
    *(("POST", "/disputes/{dispute}/withdraw", name, 403) for name in (*STAFF, "warehouse")),
    ("POST", "/disputes/{dispute}/withdraw", "stranger.bookkeeper", 404),
    ("POST", "/disputes/{dispute}/withdraw", "customer.bookkeeper", 303),
    ("POST", "/disputes/{dispute}/refuse", "operator_admin", 303),
    ("POST", "/disputes/{dispute}/accept", "accountant", 303),
    *((method, address, NOBODY, 303) for method, address in (
        ("GET", "/disputes"), ("GET", "/disputes/{dispute}"), ("POST", "/disputes/{dispute}/accept"),
        ("POST", "/disputes/{dispute}/refuse"), ("POST", "/disputes/{dispute}/withdraw"),
        ("GET", "/invoices/{number}/dispute"),
    )),
]  # fmt: skip


def states() -> list[str]:
    return list(db.session.scalars(text("SELECT state FROM invoice_disputes ORDER BY id")))


@pytest.mark.parametrize("name", sorted({name for _method, _address, name, _status in MATRIX}))
def test_access(client, world, cast, bill, name):
    with world():
        made = contest(cast.actor("customer.bookkeeper"), bill)
    if name != NOBODY:
        sign_in(client, cast.people[name])
    for method, address, _name, status in (row for row in MATRIX if row[2] == name):
        there = address.format(dispute=made, number=bill[1])
        data = {"quantity": "2", "percent": "100", "answer": "As agreed"}
        page = client.post(there, data) if method == "POST" else client.get(there)
        assert page.status == status, (method, there)
        with world():
            assert (states() != ["open"]) is (method == "POST" and status == 303 and name != NOBODY)


def test_the_page_contests_a_line_and_the_ledger_knows(client, world, cast, bill, sent):
    sign_in(client, cast.people["customer.bookkeeper"])
    there = f"/invoices/{bill[1]}/dispute"
    assert there in client.get(f"/invoices/{bill[1]}").html
    data = {"client_ref": str(uuid.uuid4()), "position": "1", "quantity": "5", "reason": "price", "note": "Too dear"}
    assert client.post(there, data).status == 422
    page = client.post(there, data | {"quantity": "2"})
    assert page.status == 303
    assert "Too dear" in client.get(page.location).html
    with client.app.app_context():
        deliver_due()
    with world():
        assert contested(bill[0]) == D("23.80")
