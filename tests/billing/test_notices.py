"""The account hears of its invoice, accounting of one that was held."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import select, text, update

from app.accounts.models.companies import Company
from app.billing.models.invoices import Invoice
from app.billing.service.credit_notes import credit_invoice
from app.billing.service.disputes import open_dispute, refuse
from app.billing.service.render import check_again
from app.core.actor import Actor
from app.core.db import db, transaction
from app.core.tenancy import acting_as, system_scope
from app.notifications.models import Notice
from tests.factories.accounts import sign_in
from tests.factories.billing import invoiced
from tests.support.mail import tray
from tests.support.work import drain


@pytest.fixture
def mails(app):
    with tray() as kept:
        yield kept


def told(world, code: str) -> list[Notice]:
    with world():
        rows = list(db.session.scalars(select(Notice).where(Notice.code == code).order_by(Notice.id)))
        db.session.expunge_all()
    return rows


def bill(isolated, world, cast) -> str:
    with world():
        _order, number = invoiced(cast.actor("customer.buyer"), lines=2, po_number="PO-<7>")
    drain(isolated)
    return number


@pytest.mark.parametrize(
    ("facts", "address"),
    [
        ({"invoice_email": "bills@shop.example"}, "bills@shop.example"),
        ({"email": "office@shop.example"}, "office@shop.example"),
        ({"email": ""}, None),
    ],
)
def test_invoice_is_mailed_where_the_account_wants_it(mails, isolated, world, cast, facts, address):
    with world(), transaction():
        db.session.execute(update(Company).where(Company.id == cast.customer.id).values(locale="uk", **facts))
    number = bill(isolated, world, cast)
    assert [mail["To"] for mail in mails] == ([address] if address else [])
    for mail in mails:
        assert number in mail["Subject"]
        assert mail["Content-Language"] == "uk"
        plain, page = (mail.get_body((kind,)).get_content() for kind in ("plain", "html"))
        assert f"/invoices/{number}" in plain
        assert "47,60\xa0EUR" in plain
        assert "<time" not in plain
        assert "PO-<7>" in plain
        assert "PO-&lt;7&gt;" in page


def test_bookkeepers_see_it_on_their_page(client, mails, isolated, world, cast):
    number = bill(isolated, world, cast)
    rows = [row for row in told(world, "invoice_ready") if row.way == "page"]
    assert {row.user_id for row in rows} == {
        cast.people[f"customer.{role}"].id for role in ("bookkeeper", "company_admin")
    }
    assert rows[0].subject == f"Invoice {number}"
    assert rows[0].text_body.startswith("47.60 EUR, due ".replace(" E", "\xa0E"))
    sign_in(client, cast.people["customer.bookkeeper"])
    assert f"Invoice {number}" in client.get("/notices").text
    sign_in(client, cast.people["stranger.bookkeeper"])
    assert number not in client.get("/notices").html


def test_held_invoice_is_told_to_accounting_and_to_nobody_else(mails, isolated, world, cast):
    with world(), transaction():
        db.session.execute(text("UPDATE companies SET vat_id = '', tax_number = '' WHERE kind = 'operator'"))
    number = bill(isolated, world, cast)
    assert mails == []
    assert told(world, "invoice_ready") == []
    (row,) = told(world, "invoice_held")
    assert (row.user_id, row.way, row.link) == (cast.people["accountant"].id, "page", f"/invoices/{number}")
    assert row.subject == f"Invoice {number} is held"
    assert row.text_body == f"{cast.customer.legal_name}: it breaks BR-S-02 and was not sent."
    with world():
        check_again(Actor.system(), number)
    drain(isolated)
    assert len(told(world, "invoice_held")) == 2, "the second failure is told, too"
    with world(), transaction():
        db.session.execute(text("UPDATE companies SET vat_id = 'DE136695976' WHERE kind = 'operator'"))
    with world():
        check_again(Actor.system(), number)
    drain(isolated)
    assert len(told(world, "invoice_held")) == 2
    assert len(mails) == 1, "now the account gets it"


def invoice_id_of(number: str) -> int:
    with system_scope("test"):
        return db.session.scalars(select(Invoice.id).where(Invoice.number == number)).one()


def test_a_credit_note_is_told_as_what_it_is(mails, isolated, world, cast):
    with world(), transaction():
        db.session.execute(update(Company).where(Company.id == cast.customer.id).values(email="office@shop.example"))
    number = bill(isolated, world, cast)
    mails.clear()
    with world():
        invoice_id, desk = invoice_id_of(number), cast.actor("accountant")
        with acting_as(desk):
            credit_invoice(desk, invoice_id, None, reason="All came back.", client_ref="c1")
    drain(isolated)
    (mail,) = mails
    words = mail.get_body(("plain",)).get_content()
    assert mail["Subject"].startswith("Credit note CN-")
    assert "Total: 47.60\xa0EUR in your favour" in words
    assert "Due" not in words


def test_a_contested_line_is_told_to_accounting_and_the_answer_to_who_contested_it(mails, isolated, world, cast):
    number = bill(isolated, world, cast)
    mails.clear()
    with world():
        ann, desk = cast.actor("customer.bookkeeper"), cast.actor("accountant")
        invoice_id = invoice_id_of(number)
        with acting_as(ann):
            dispute_id = open_dispute(
                ann, invoice_id, 1, Decimal(1), reason="price", client_ref="d1", note="We agreed on 9 EUR."
            )
    drain(isolated)
    (row,) = told(world, "invoice_disputed")
    assert (row.user_id, row.way, row.link) == (desk.user_id, "page", f"/disputes/{dispute_id}")
    assert row.subject == f"{cast.customer.name} contests line 1 of invoice {number}"
    assert row.text_body == "“We agreed on 9 EUR.”"
    assert mails == []
    with world(), acting_as(desk):
        refuse(desk, dispute_id, "The price is that of the list.")
    drain(isolated)
    assert {(row.user_id, row.way) for row in told(world, "dispute_ended")} == {
        (ann.user_id, "mail"), (ann.user_id, "page")
    }  # fmt: skip
    (mail,) = mails
    assert mail["Subject"] == f"Line 1 of invoice {number}: Refused"
    words = mail.get_body(("plain",)).get_content()
    assert "The amount stays owed." in words
    assert "The price is that of the list." in words
