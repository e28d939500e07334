"""Who may open what of exports and the archive. A denial changes nothing."""

from __future__ import annotations

from sqlalchemy import text

from app.core.db import db
from tests.factories.accounts import sign_in

ACCOUNTING = ("operator_admin", "accountant")
PAGES = ("/bookings", "/bookings.csv", "/bookings.datev", "/bookings/accounts")
OTHERS = ("pricing", "warehouse", "sales", "customer.company_admin", "customer.bookkeeper", "customer.buyer")


def test_pages(client, cast):
    for address in PAGES:
        assert client.get(address).status == 303, address
    for name in (*ACCOUNTING, *OTHERS):
        sign_in(client, cast.people[name])
        for address in PAGES:
            assert client.get(address).status == (200 if name in ACCOUNTING else 403), (name, address)


MAILS = "/invoices/subscriptions"
SUBSCRIBERS = ("customer.company_admin", "customer.bookkeeper", "stranger.bookkeeper")


def test_documents_by_mail(client, cast, world):
    """A bookkeeper of the account subscribes; nobody else sees or ends it."""
    form = {"email": "office@books.example", "invoice": "y", "pdf": "y"}
    assert client.post(MAILS, form).status == 303
    for name in (*ACCOUNTING, "customer.buyer"):
        sign_in(client, cast.people[name])
        assert (client.get(MAILS).status, client.post(MAILS, form).status) == (403, 403), name
    for name in SUBSCRIBERS:
        sign_in(client, cast.people[name])
        assert client.get(MAILS).status == 200, name
        assert "books.example" not in client.get(MAILS).text
    sign_in(client, cast.people["customer.bookkeeper"])
    for wrong in ({"email": "office"}, {"invoice": ""}, {"pdf": ""}):
        assert client.post(MAILS, {key: value for key, value in (form | wrong).items() if value}).status == 422
    assert client.post(MAILS, form).status == 303
    with world():
        key = db.session.scalar(text("SELECT id FROM document_subscriptions"))
    sign_in(client, cast.people["stranger.bookkeeper"])
    assert "books.example" not in client.get(MAILS).text
    assert client.post(f"{MAILS}/{key}/remove", {}).status == 404
    sign_in(client, cast.people["customer.company_admin"])
    assert "office@books.example" in client.get(MAILS).text
    assert client.post(f"{MAILS}/{key}/remove", {}).status == 303
    assert "books.example" not in client.get(MAILS).text
