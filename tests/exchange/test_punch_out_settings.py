"""The operator's pages of punch-out, who may open what, and how many statements lists take."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from app.accounts.domain.roles import Role
from app.core.db import db, statements
from app.core.tenancy import system_scope
from app.documents.cxml.punch_out import read_response
from tests.exchange.test_punch_out import setup
from tests.factories import accounts
from tests.factories.ordering import buyer, sign_in
from tests.factories.punch_out import SECRET, access, code_of, mail_of

PEOPLE = ("admin", "sales", "buyer", "bookkeeper", "stranger")
TABLE = {
    ("GET", "/punch-out/accesses"): (200, 403, 403, 403, 303),
    ("GET", "/punch-out/accesses/new"): (200, 403, 403, 403, 303),
    ("GET", "/punch-out/accesses/{access}"): (200, 403, 403, 403, 303),
    ("GET", "/punch-out/accesses/999999"): (404, 403, 403, 403, 303),
    ("POST", "/punch-out/accesses/{access}"): (422, 403, 403, 403, 303),
    ("POST", "/punch-out/accesses/{access}/try"): (200, 403, 403, 403, 303),
    ("GET", "/punch-out/shops/new"): (200, 403, 403, 403, 303),
    ("POST", "/punch-out/shops/new"): (422, 403, 403, 403, 303),
    ("GET", "/punch-out/shops/999999"): (404, 403, 403, 403, 303),
    ("GET", "/punch-out/shops"): (403, 403, 200, 403, 303),
    ("POST", "/punch-out/shops/999999/go"): (403, 403, 404, 403, 303),
    ("GET", "/punch-out/trips/999999"): (403, 403, 404, 403, 303),
    ("POST", "/punch-out/trips/999999/take"): (403, 403, 404, 403, 303),
    ("POST", "/punch-out/hand-back"): (403, 403, 404, 403, 303),
    ("POST", "/punch-out/give-up"): (403, 403, 404, 403, 303),
    ("GET", "/punch-out/start/nothing"): (409, 409, 409, 409, 409),
    ("POST", "/punch-out/oci"): (422, 422, 422, 422, 422),
    ("POST", "/punch-out/back/nobody"): (404, 404, 404, 404, 404),
    ("POST", "/punch-out/cxml"): (200, 200, 200, 200, 200),
    ("POST", "/cxml"): (200, 200, 200, 200, 200),
    ("POST", "/punch-out/tried"): (200, 200, 200, 200, 200),
}


@pytest.fixture
def ann(isolated, world):
    with world():
        return buyer()


def sign_in_as(client, world, person, ann):
    if person == "buyer":
        sign_in(client, ann)
    elif person != "stranger":
        with world():
            company = accounts.customer() if person == "bookkeeper" else accounts.operator()
            role = {"admin": Role.OPERATOR_ADMIN, "sales": Role.SALES, "bookkeeper": Role.BOOKKEEPER}[person]
            user = accounts.person(company, role)
        accounts.sign_in(client, user)


@pytest.mark.parametrize("person", PEOPLE)
def test_access(person, client, world, ann):
    with world():
        made = access(ann)
    sign_in_as(client, world, person, ann)
    for (method, address), statuses in TABLE.items():
        page = (
            client.get(address.format(access=made.id))
            if method == "GET"
            else client.post(address.format(access=made.id), {"name": ""})
        )
        assert page.status == statuses[PEOPLE.index(person)], (method, address)
    with world(), system_scope("test"):
        assert db.session.execute(text("SELECT name, row_version FROM punch_out_accesses")).one() == ("Beschaffung", 1)
        assert db.session.execute(text("SELECT count(*) FROM punch_out_trips")).scalar() == 0


def entry(code, mail, **changes):
    return {
        "company": code, "name": "Ariba", "protocol": "cxml", "domain": "NetworkID", "identity": "AN-1", "secret": "long enough secret",
        "user_mail": mail, "is_active": "y", "is_cutting": "y", "units": "PCE = H87", "lengths": "DESCRIPTION = 60",
        "sources": "CUST_FIELD1 = =1000", "hosts": "purchasing.example ariba.example",
    } | changes  # fmt: skip


def test_an_access_is_made_changed_and_tried(client, world, ann):
    sign_in_as(client, world, "admin", ann)
    with world():
        code, mail = code_of(ann), mail_of(ann)
    page = client.post("/punch-out/accesses/new", entry(code, mail))
    assert page.status == 303
    address = page.location
    page = client.get(address)
    assert "http://localhost/punch-out/cxml" in page.text
    shown = {tag["name"]: tag.get("value", "") for tag in page.soup.find_all("input") if tag.get("name")}
    assert (shown["identity"], shown["secret"], shown["row_version"]) == ("AN-1", "", "1")
    assert page.soup.find("textarea", attrs={"name": "units"}).get_text().strip() == "PCE = H87"
    fields = entry(code, mail, secret="", row_version="1")
    assert client.post(address, fields | {"name": "Ariba 2"}).status == 303
    assert client.post(address, fields | {"name": "Ariba 3"}).status == 409  # somebody was first
    assert "Ariba 2" in client.get("/punch-out/accesses").text
    tried = client.post(f"{address}/try")
    start = tried.link(next(one.get_text() for one in tried.soup.find_all("a") if "/punch-out/start/" in one["href"]))
    assert start.startswith("http://localhost/punch-out/start/")
    with world(), system_scope("test"):
        stored = db.session.execute(text("SELECT settings, hosts, secret_hash FROM punch_out_accesses")).one()
        assert stored[0]["lengths"] == {"DESCRIPTION": 60}
        assert stored[1] == ["purchasing.example", "ariba.example"]
        assert "long enough" not in stored[2]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"user_mail": "nobody@example.org"}, "Nobody of this account"),
        ({"secret": ""}, "Enter the secret"),
        ({"secret": "short"}, "At least 12"),
        ({"domain": ""}, "Enter the domain"),
        ({"frame_origin": "https://x.example/path"}, "without a path"),
        ({"lengths": "DESCRIPTION = many"}, "no length"),
        ({"units": "PCE"}, "Row 1"),
        ({"partner": "NOBODY"}, ""),
    ],
)
def test_what_cannot_be_used_is_named(client, world, ann, changes, said):
    sign_in_as(client, world, "admin", ann)
    with world():
        code, mail = code_of(ann), mail_of(ann)
    page = client.post("/punch-out/accesses/new", entry(code, mail, **changes))
    assert page.status == 422
    assert said in page.text


def test_two_systems_cannot_go_by_one_name(client, world, ann):
    sign_in_as(client, world, "admin", ann)
    with world():
        code, mail = code_of(ann), mail_of(ann)
    assert client.post("/punch-out/accesses/new", entry(code, mail)).status == 303
    page = client.post("/punch-out/accesses/new", entry(code, mail, domain="networkid"))
    assert page.status == 422
    assert "Another access goes by this name" in page.text


def test_a_closed_access_opens_nothing(client, world, ann):
    with world():
        access(ann, is_active=False)
    answer = read_response(client.post("/punch-out/cxml", data=setup(secret=SECRET), content_type="text/xml").data)
    assert answer.code == "401"


def test_what_would_have_been_received_is_shown(client, ann):
    page = client.post(
        "/punch-out/tried",
        {"NEW_ITEM-DESCRIPTION[1]": "Nut", "NEW_ITEM-QUANTITY[1]": "3", "NEW_ITEM-VENDORMAT[1]": "N<b>"},
    )
    assert "N<b> Nut" in page.text
    assert client.post("/punch-out/tried", {"cxml-urlencoded": "<cXML"}).status == 422


@pytest.mark.parametrize("address", ["/punch-out/accesses"])
def test_lists_take_a_constant_number_of_statements(client, world, ann, address):
    sign_in_as(client, world, "admin", ann)
    counts = []
    for have, more in ((0, 2), (2, 18)):
        with world():
            for number in range(have, have + more):
                access(ann, identity=f"AN-{number}")
        client.get(address)
        with client.app.app_context(), statements() as seen:
            client.get(address)
        counts.append(len(seen))
    assert counts[0] == counts[1]
