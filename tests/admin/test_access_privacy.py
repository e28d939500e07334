"""Who opens the pages about people's data, about own fields and about oneself; a denial changes nothing."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from app.accounts.domain.own_fields import OwnField, Subject
from app.accounts.models.own_fields import OwnFieldRow
from app.accounts.models.privacy import Erasure, PersonExport
from app.accounts.service.erasing import ask_erasure
from app.accounts.service.own_fields import define_field
from app.core.actor import Actor
from app.core.db import db
from tests.factories import accounts as make
from tests.support.cast import PEOPLE, STAFF, make_cast
from tests.support.queries import counted

EVERYBODY = {*map(str, STAFF), *(f"customer.{role}" for role in PEOPLE)}
TERMS = {"operator_admin", "sales", "accountant"}
PAGES = {
    "/admin/privacy": {"operator_admin"},
    "/admin/privacy/where": {"operator_admin"},
    "/admin/privacy/erasures/{erasure}": {"operator_admin"},
    "/profile/data": EVERYBODY,
    "/own-fields": TERMS,
    "/own-fields/new": TERMS,
    "/own-fields/account/dock": TERMS,
    "/accounts/{account}/own-fields": TERMS,
    "/accounts/export.csv": {*map(str, STAFF)},
    "/accounts/export.xlsx": {*map(str, STAFF)},
    "/company/own-fields": {"customer.company_admin"},
}
FIELD = {"subject": "account", "code": "x", "name": "X", "kind": "text", "access": "staff", "position": "0"}
CHANGES = {
    "/admin/privacy/erasures": ({"email": "x@x.example", "reason": "r"}, {"operator_admin"}),
    "/admin/privacy/erasures/{erasure}/approve": ({}, {"operator_admin"}),
    "/admin/privacy/erasures/{erasure}/refuse": ({}, {"operator_admin"}),
    "/admin/privacy/copies": ({"email": "x@x.example"}, {"operator_admin"}),
    "/own-fields/new": (FIELD, TERMS),
    "/own-fields/account/dock/remove": ({}, TERMS),
    "/accounts/{account}/own-fields": ({"own_dock": "1"}, TERMS),
    "/profile/data/copy": ({}, EVERYBODY),
    "/profile/data/erasure": ({}, EVERYBODY),
    "/profile/data/erasure/withdraw": ({}, EVERYBODY),
    "/profile/consent": ({}, EVERYBODY),
    "/profile/consent/withdraw": ({}, EVERYBODY),
}


@pytest.fixture
def play(isolated, world):
    with world():
        cast = make_cast()
        define_field(Actor.system(), OwnField(Subject.ACCOUNT, "dock", "Dock", "text", access="entered"), is_new=True)
        about = cast.people["stranger.buyer"]
        number = ask_erasure(Actor.system(), email=about.email, reason="by letter", client_ref="1")
    return cast, {"erasure": number, "account": cast.customer.code}


def test_pages_by_role(play, client):
    cast, names = play
    for name in sorted(EVERYBODY):
        make.sign_in(client, cast.people[name])
        for path, allowed in PAGES.items():
            status = client.get(path.format(**names)).status
            assert status == 200 if name in allowed else status in (403, 404), (name, path, status)


def test_who_may_not_changes_nothing(play, client, world):
    cast, names = play

    def kept() -> list[int]:
        with world():
            tables = (Erasure, PersonExport, OwnFieldRow)
            return [db.session.scalar(select(func.count()).select_from(table)) or 0 for table in tables]

    before = kept()
    for name in sorted(EVERYBODY):
        make.sign_in(client, cast.people[name])
        for path, (form, allowed) in CHANGES.items():
            if name not in allowed:
                assert client.post(path.format(**names), data=form).status in (403, 404), (name, path)
    assert kept() == before


def test_a_request_is_entered_shown_and_refused(play, client):
    cast, names = play
    make.sign_in(client, cast.people["operator_admin"])
    page = client.post("/admin/privacy/erasures", data={"email": "nobody@x.example", "reason": "letter"})
    assert page.status == 422
    assert "Nobody here has the address" in page.text
    page = client.get(f"/admin/privacy/erasures/{names['erasure']}")
    assert "is deleted" in page.text or "leads to nobody" in page.text
    refused = client.post(f"/admin/privacy/erasures/{names['erasure']}/refuse", data={"reason": "dispute"}, follow=True)
    assert "Refused. The person reads the reason." in " ".join(refused.banners)


def test_a_person_asks_and_takes_it_back(play, client):
    cast, _names = play
    make.sign_in(client, cast.people["customer.buyer"])
    assert client.post("/profile/data/erasure", data={"reason": "x"}).status == 422, "the box has to be ticked"
    done = client.post("/profile/data/erasure", data={"is_sure": "y"}, follow=True)
    assert "We have your request" in " ".join(done.banners)
    assert "Take it back" in done.text
    back = client.post("/profile/data/erasure/withdraw", follow=True)
    assert "Nothing is erased" in " ".join(back.banners)
    client.post("/profile/data/copy")
    assert "is being made: 0 of" in client.get("/profile/data").text


def test_the_list_costs_the_same_for_two_and_twenty(play, client, world, isolated):
    cast, _names = play
    make.sign_in(client, cast.people["operator_admin"])
    client.get("/admin/privacy")
    with counted(isolated) as few:
        client.get("/admin/privacy")
    with world():
        for _ in range(12):
            person = make.person(cast.customer, "buyer")
            ask_erasure(Actor.system(), email=person.email, reason="by letter", client_ref=f"n{person.id}")
    with counted(isolated) as many:
        client.get("/admin/privacy")
    assert len(many) == len(few)
