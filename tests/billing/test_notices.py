"""The account hears of its invoice, accounting of one that was held."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text, update

from app.accounts.models.companies import Company
from app.billing.service.render import check_again
from app.core.actor import Actor
from app.core.db import db, transaction
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
