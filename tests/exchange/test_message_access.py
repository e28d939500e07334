"""Who may open and do what with messages, partners and compared invoices. A denial changes nothing."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from app.accounts.domain.roles import Role
from app.core.db import db
from tests.factories import accounts
from tests.factories import messages as make

PEOPLE = ("admin", "sales", "warehouse", "pricing", "bookkeeper", "buyer", "stranger")
READ = (200, 200, 200, 403, 200, 403, 303)
OWN = (200, 200, 200, 403, 404, 403, 303)  # of another account
MEND = (303, 303, 403, 403, 403, 403, 303)
KEEP = (200, 403, 403, 403, 403, 403, 303)
DONE = (303, 403, 403, 403, 403, 403, 303)
TABLE = {
    ("GET", "/messages"): READ,
    ("GET", "/messages/to-do"): (200, 200, 403, 403, 403, 403, 303),
    ("GET", "/messages/{id}"): OWN,
    ("GET", "/messages/{id}/original"): OWN,
    ("GET", "/messages/{id}/as/ubl-order"): OWN,
    ("GET", "/messages/{id}/edit"): (404, 404, 403, 403, 403, 403, 303),
    ("GET", "/messages/files/999999/original"): (404, 404, 403, 403, 403, 403, 303),
    ("POST", "/messages/replay"): MEND,
    ("POST", "/messages/{id}/replay"): (409, 409, 403, 403, 403, 403, 303),
    ("POST", "/messages/{id}/resend"): (409, 409, 403, 403, 403, 403, 303),
    ("POST", "/messages/{id}/partner"): (422, 422, 403, 403, 403, 403, 303),
    ("POST", "/messages/{id}/code"): (422, 422, 403, 403, 403, 403, 303),
    ("POST", "/messages/{id}/refuse"): (422, 422, 403, 403, 403, 403, 303),
    ("POST", "/messages/{id}/ignore"): (422, 422, 403, 403, 403, 403, 303),
    ("POST", "/messages/{id}/cancel"): (422, 422, 403, 403, 403, 403, 303),
    ("POST", "/messages/{id}/edit"): (404, 404, 403, 403, 403, 403, 303),
    ("GET", "/matches"): READ,
    ("GET", "/matches/orders/NONE"): (404, 404, 404, 403, 404, 403, 303),
    ("POST", "/matches/orders/NONE"): (404, 403, 403, 403, 404, 403, 303),
    ("GET", "/matches/limits"): (200, 403, 403, 403, 200, 403, 303),
    ("POST", "/matches/limits/999999/remove"): (404, 403, 403, 403, 404, 403, 303),
    ("GET", "/partners"): KEEP,
    ("GET", "/partners/new"): KEEP,
    ("GET", "/partners/ACME"): KEEP,
    ("GET", "/partners/NONE"): (404, 403, 403, 403, 403, 403, 303),
    ("GET", "/partners/ACME/edit"): KEEP,
    ("POST", "/partners/ACME/catalogue"): (409, 403, 403, 403, 403, 403, 303),
    ("GET", "/partners/ACME/names/new"): KEEP,
    ("POST", "/partners/ACME/names/999999/remove"): (404, 403, 403, 403, 403, 403, 303),
    ("GET", "/partners/ACME/agreements/new"): KEEP,
    ("GET", "/partners/ACME/agreements/999999"): (404, 403, 403, 403, 403, 403, 303),
    ("POST", "/partners/ACME/agreements/999999/remove"): (404, 403, 403, 403, 403, 403, 303),
    ("GET", "/partners/ACME/codes"): KEEP,
    ("GET", "/partners/ACME/codes.csv"): KEEP,
    ("POST", "/partners/ACME/codes/import"): (422, 403, 403, 403, 403, 403, 303),
    ("POST", "/partners/ACME/codes/999999/remove"): (404, 403, 403, 403, 403, 403, 303),
    ("GET", "/partners/ACME/channels/new"): KEEP,
    ("GET", "/channels/{channel}"): KEEP,
    ("POST", "/channels/{channel}/test"): KEEP,
}


def sign_in(client, world, person):
    if person == "stranger":
        return
    with world():
        is_customer = person in ("bookkeeper", "buyer")
        company = accounts.customer() if is_customer else accounts.operator()
        user = accounts.person(company, Role.OPERATOR_ADMIN if person == "admin" else person)
    accounts.sign_in(client, user)


@pytest.mark.parametrize("person", PEOPLE)
def test_access(person, isolated, client, world):
    with world():
        owner = make.partner("ACME", accounts.customer(name="Foreign"))
        found = make.message(owner, accounts.customer(name="Foreign too"))
        folder = make.channel(owner)
    sign_in(client, world, person)
    for (method, address), statuses in TABLE.items():
        shown = address.format(id=found.id, channel=folder.id)
        page = client.get(shown) if method == "GET" else client.post(shown, {})
        assert page.status == statuses[PEOPLE.index(person)], (method, address)
    with world():
        assert db.session.scalar(text("SELECT state FROM exchange_messages")) == "answered"
