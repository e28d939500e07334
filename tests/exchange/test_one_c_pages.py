"""The operator's pages of 1C: a connection from the first click to the first exchange, and who may see them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sqlalchemy import select

from app.accounts.domain.roles import Role
from app.accounts.models.companies import Company
from app.core.actor import Actor
from app.core.db import db, statements, transaction
from app.exchange.models.one_c import OneCConnection
from app.exchange.models.partners import Partner
from app.exchange.queries.one_c import connections, newest_files
from app.exchange.service.one_c_connections import ConnectionRow, add_connection
from tests.factories import accounts, ordering
from tests.support.one_c import OneC

SAMPLES = Path(__file__).parents[1] / "samples" / "commerceml"
PEOPLE = ("admin", "pricing", "warehouse", "sales", "company", "stranger")
TABLE = {
    ("GET", "/1c"): (200, 403, 403, 403, 403, 303),
    ("GET", "/1c/new"): (200, 403, 403, 403, 403, 303),
    ("POST", "/1c/new"): (422, 403, 403, 403, 403, 303),
    ("GET", "/1c/{id}"): (200, 403, 403, 403, 403, 303),
    ("GET", "/1c/{id}/edit"): (200, 403, 403, 403, 403, 303),
    ("POST", "/1c/{id}/edit"): (422, 403, 403, 403, 403, 303),
    ("POST", "/1c/{id}/names"): (303, 403, 403, 403, 403, 303),
    ("POST", "/1c/{id}/password"): (409, 403, 403, 403, 403, 303),
    ("GET", "/1c/999999"): (404, 403, 403, 403, 403, 303),
    ("GET", "/1c/exchange"): (200, 200, 200, 200, 200, 200),
    ("POST", "/1c/exchange"): (200, 200, 200, 200, 200, 200),
}
FORM = {
    "name": "Our 1C", "takes_articles": "y", "takes_prices": "y", "takes_stock": "y", "sends_orders": "y", "takes_orders": "y",
    "makes_lists": "y", "makes_warehouses": "y", "number_from": "article", "encoding": "windows-1251", "containers": "auto",
    "is_active": "y", "chain": "", "orders_since": "",
}  # fmt: skip


@pytest.fixture
def connection_id(isolated, world):
    with world():
        actor = Actor.system(accounts.operator().id)
    with world(actor):
        return add_connection(actor, ConnectionRow(name="1C"), "there")[0]


def sign_in(client, world, person):
    if person == "stranger":
        return
    with world():
        company = accounts.customer() if person == "company" else accounts.operator()
        role = {"admin": Role.OPERATOR_ADMIN, "company": Role.COMPANY_ADMIN}.get(person, person)
        user = accounts.person(company, role)
    accounts.sign_in(client, user)


@pytest.mark.parametrize("person", PEOPLE)
def test_access(person, connection_id, client, world, isolated):
    sign_in(client, world, person)
    machine = isolated.test_client()
    for (method, address), statuses in TABLE.items():
        shown = address.format(id=connection_id)
        opener = machine if address.endswith("/exchange") else client
        page = opener.get(shown) if method == "GET" else opener.post(shown, data={"name": ""})
        status = page.status_code if address.endswith("/exchange") else page.status
        assert status == statuses[PEOPLE.index(person)], (method, address)


def test_a_connection_from_the_first_click_to_the_first_exchange(client, world, isolated):
    sign_in(client, world, "admin")
    page = client.post("/1c/new", data=FORM | {"login": "shop-1c"})
    assert page.status == 200
    password = re.search(r"<dt>[^<]*[Pp]assword[^<]*</dt><dd>([^<]+)</dd>", page.html)
    assert password is not None
    one_c = OneC(isolated, "shop-1c", password[1])
    one_c.catalogue({name: (SAMPLES / name).read_bytes() for name in ("import.xml", "offers.xml")})
    connection_id = only(world)
    page = client.get(f"/1c/{connection_id}")
    for word in ("import.xml", "offers.xml", "Оптовая", "Северный", "/1c/exchange", "shop-1c"):
        assert word in page.text
    assert password[1] not in page.text


def only(world) -> int:
    with world():
        return db.session.scalars(select(OneCConnection.id)).one()


def test_settings_are_kept_and_a_late_saver_is_told(client, world, connection_id):
    sign_in(client, world, "admin")
    page = client.post(
        f"/1c/{connection_id}/edit",
        data=FORM | {"row_version": "1", "drops_missing": "y", "orders_since": "2026-01-31"},
    )
    assert page.status == 303
    with world():
        found = db.session.get_one(OneCConnection, connection_id)
        assert (found.name, found.drops_missing, str(found.orders_since)) == ("Our 1C", True, "2026-01-31")
    assert client.post(f"/1c/{connection_id}/edit", data=FORM | {"row_version": "1", "name": "Late"}).status == 409


def test_a_connection_is_a_partners(client, world, connection_id):
    sign_in(client, world, "admin")
    with world(), transaction() as session:
        partner = Partner(code="KYIV", name="Kyiv branch")
        session.add(partner)
        session.flush()
        partner_id = partner.id
    data = FORM | {"row_version": "1", "partner_id": str(partner_id)}
    assert client.post(f"/1c/{connection_id}/edit", data=data).status == 303
    with world():
        assert db.session.get_one(OneCConnection, connection_id).partner_id == partner_id
    assert (
        client.post(f"/1c/{connection_id}/edit", data=data | {"row_version": "2", "partner_id": "999999"}).status == 422
    )


def test_names_are_mapped_on_the_page(client, world, isolated):
    sign_in(client, world, "admin")
    page = client.post("/1c/new", data=FORM | {"login": "shop-1c"})
    password = re.search(r"<dt>[^<]*[Pp]assword[^<]*</dt><dd>([^<]+)</dd>", page.html)[1]
    OneC(isolated, "shop-1c", password).catalogue({"offers.xml": (SAMPLES / "offers.xml").read_bytes()})
    connection_id = only(world)
    with world():
        found = db.session.get_one(OneCConnection, connection_id)
        version, kinds, places = found.row_version, sorted(found.price_kinds), sorted(found.warehouses)
    data = {"row_version": str(version), **{f"list_{n}": "" for n in range(len(kinds))}}
    data |= {f"place_{n}": "main" for n in range(len(places))}
    assert client.post(f"/1c/{connection_id}/names", data=data).status == 303
    with world():
        found = db.session.get_one(OneCConnection, connection_id)
        assert {said["list"] for said in found.price_kinds.values()} == {""}
        assert {said["code"] for said in found.warehouses.values()} == {"main"}


def test_a_new_password_closes_the_old_one_out(client, world, isolated, connection_id):
    sign_in(client, world, "admin")
    page = client.post(f"/1c/{connection_id}/password", data={"row_version": "1"})
    password = re.search(r"<dt>[^<]*[Pp]assword[^<]*</dt><dd>([^<]+)</dd>", page.html)[1]
    one_c = OneC(isolated, "there", password)
    one_c.begin("catalog")
    with world():
        assert password not in db.session.get_one(OneCConnection, connection_id).password_hash


@pytest.mark.parametrize(("login", "word"), [("there", "taken"), ("a:b", "colon"), ("имя", "Latin")])
def test_a_name_that_cannot_be_is_refused(client, world, connection_id, login, word):
    sign_in(client, world, "admin")
    page = client.post("/1c/new", data=FORM | {"login": login})
    assert page.status == 422
    assert word in page.text


def test_an_order_shows_what_1c_says_of_it(client, world, isolated):
    with world():
        buyer = ordering.buyer()
        number = ordering.order(buyer, [(ordering.article("B-1"), 4)]).number
        account = db.session.scalars(select(Company.code).where(Company.id == buyer.company_id)).one()
        actor = Actor.system(accounts.operator().id)
    with world(actor):
        _, password = add_connection(actor, ConnectionRow(name="Main 1C"), "there")
    one_c = OneC(isolated, "there", password)
    one_c.orders()
    sign_in(client, world, "sales")
    page = client.get(f"/sales/orders/{account}/{number}")
    assert page.status == 200
    assert "Main 1C" in page.text


def test_lists_cost_the_same_however_long_they_are(world, isolated):
    with world():
        actor = Actor.system(accounts.operator().id)
    counts = []
    for more in (2, 18):
        with world(actor):
            for n in range(more):
                add_connection(actor, ConnectionRow(name=f"1C {n}"), f"one-{more}-{n}")
            with statements() as seen:
                rows = connections(actor)
                newest_files(actor, rows[0].id)
            counts.append(len(seen))
    assert counts[0] == counts[1]
