"""The pages of assortments: made, filled by paste and upload, given, and looked at through an account's eyes."""

from __future__ import annotations

from io import BytesIO

import pytest

from app.accounts.domain.groups import SetFacts
from app.accounts.domain.roles import CUSTOMER_ROLES, OPERATOR_ROLES, Role
from app.accounts.service.groups import upsert_group
from app.catalog.domain.assortment import Effect
from app.catalog.queries.assortments import assortment, reach, rules
from app.catalog.service.assortment_reach import ReachKind, assign
from app.catalog.service.assortments import AssortmentFacts, add_rules, upsert_assortment
from app.core.actor import Actor
from app.core.db import statements
from tests.factories import accounts as make
from tests.factories.catalog import article, articles, category

SYSTEM = Actor.system()
READERS = {Role.OPERATOR_ADMIN, Role.PRICING, Role.SALES}
EDITORS = {Role.OPERATOR_ADMIN, Role.PRICING}
HERE = "/catalog/assortments/SPRING"
MATRIX = [
    ("GET", "/catalog/assortments", READERS, 200),
    ("GET", "/catalog/assortments/new", EDITORS, 200),
    ("POST", "/catalog/assortments/new", EDITORS, 422),
    ("GET", "/catalog/assortments/seen", READERS, 200),
    ("GET", HERE, READERS, 200),
    ("GET", f"{HERE}/edit", EDITORS, 200),
    ("POST", f"{HERE}/edit", EDITORS, 422),
    ("GET", f"{HERE}/delete", EDITORS, 200),
    ("POST", f"{HERE}/delete", EDITORS, 409),
    ("POST", f"{HERE}/rules", EDITORS, 422),
    ("POST", f"{HERE}/rules/remove", EDITORS, 303),
    ("POST", f"{HERE}/reach", EDITORS, 422),
    ("POST", f"{HERE}/reach/999/remove", EDITORS, 404),
]


@pytest.fixture
def spring(isolated, world):
    """An assortment that denies one article to one account."""
    with world():
        make.operator()
        make.customer("K-1", name="Shop")
        category("10", "Fasteners")
        article("A-1", category="10", brand="Bolto")
        article("A-2", category="10")
        found = upsert_assortment(SYSTEM, AssortmentFacts("SPRING", "Spring"))
        add_rules(SYSTEM, found, Effect.DENY, skus=["A-1"])
        assign(SYSTEM, found, ReachKind.ACCOUNT, "K-1")
    return found


@pytest.fixture
def editor(spring, client, world):
    with world():
        make.sign_in(client, make.person(make.operator(), "pricing"))
    return client


@pytest.mark.parametrize("role", [*OPERATOR_ROLES, *CUSTOMER_ROLES])
def test_matrix(spring, client, world, role):
    with world():
        user = make.person(make.operator() if role in OPERATOR_ROLES else make.customer(), role)
    make.sign_in(client, user)
    for method, address, allowed, usual in MATRIX:
        status = (client.get if method == "GET" else client.post)(address).status
        assert status == (usual if role in allowed else 403), (method, address, role)
    with world():
        assert (assortment(SYSTEM, "SPRING").denies, len(reach(SYSTEM, spring))) == (1, 1)


@pytest.mark.parametrize(("method", "address"), [row[:2] for row in MATRIX])
def test_strangers_are_asked_to_sign_in(client, method, address):
    page = (client.get if method == "GET" else client.post)(address)
    assert (page.status, "/sign-in" in page.location) == (303, True)


def test_an_assortment_is_made_and_changed(editor):
    page = editor.post("/catalog/assortments/new", data={"code": "X-1", "name": "Range", "is_active": "y"}, follow=True)
    assert page.h1 == "Range"
    assert "reaches nobody" in page.text
    page = editor.post(
        "/catalog/assortments/X-1/edit",
        data={"code": "X-1", "name": "Range", "valid_from": "2026-01-05", "last_day": "2026-01-01", "is_active": "y"},
    )
    assert page.status == 422
    page = editor.post(
        "/catalog/assortments/X-1/edit",
        data={"code": "X-1", "name": "Range", "valid_from": "2020-01-01", "last_day": "2020-01-31", "is_active": "y"},
        follow=True,
    )
    assert "over" in page.text
    assert editor.post("/catalog/assortments/X-1/delete", follow=True).h1 == "Assortments"


def test_numbers_are_pasted_and_uploaded(editor, spring, world):
    page = editor.post(
        f"{HERE}/rules",
        data={"effect": "allow", "skus": "A-1\tBolt\nNOPE", "category": "10", "brand": "bolto",
              "file": (BytesIO(b"sku;name\nA-2;Nut\n"), "list.csv")},
        follow=True,
    )  # fmt: skip
    assert "There is no article NOPE." in page.text
    assert "There is no article sku." in page.text
    assert "4 rules are new or changed." in page.text
    with world():
        assert {one.code for one in rules(SYSTEM, spring, effect="allow")} == {"A-1", "A-2", "10", "Bolto"}
    assert len(editor.get(f"{HERE}?effect=allow&q=a-").soup.select("tbody tr")) == 2
    page = editor.post(f"{HERE}/rules", data={"effect": "deny"})
    assert page.status == 422
    assert "Paste article numbers" in page.text
    ids = [box["value"] for box in editor.get(HERE).soup.select("input[name=id]")]
    assert "4 rules are out." in editor.post(f"{HERE}/rules/remove", data={"id": ids}, follow=True).text


def test_it_is_given_and_taken_away(editor, spring, world):
    with world():
        upsert_group(SYSTEM, SetFacts("RETAIL", "Retailers"))
    page = editor.post(f"{HERE}/reach", data={"kind": "group", "code": "RETAIL"}, follow=True)
    assert "Retailers" in page.soup.select_one("#reach").text
    page = editor.post(f"{HERE}/reach", data={"kind": "group", "code": "NOBODY"})
    assert page.status == 422
    assert "There is no group NOBODY." in page.text
    editor.post(f"{HERE}/reach", data={"kind": "everybody", "code": ""})
    with world():
        lines = {one.kind: one.id for one in reach(SYSTEM, spring)}
    assert set(lines) == {"everybody", "group", "account"}
    page = editor.post(f"{HERE}/reach/{lines['everybody']}/remove", follow=True)
    assert "everybody" not in {one.text.strip().lower() for one in page.soup.select("#reach li")}
    assert "Taken from" in page.text


def test_the_operator_sees_through_the_eyes_of_an_account(editor):
    page = editor.get("/catalog/assortments/seen?account=K-1&sku=a-1")
    assert "1 of 2 articles that are sold." in page.text
    assert "Spring denies this article." in page.text
    assert [row.text for row in page.soup.select("tbody .k-row-link")] == ["Article A-2"]
    assert "nothing limits" in editor.get("/catalog/assortments/seen?account=K-1&sku=A-2").text
    page = editor.get("/catalog/assortments/seen?account=K-404")
    assert page.status == 404
    assert "There is no account K-404." in page.text
    assert "Spring" in editor.get("/accounts/K-1").soup.select_one("#assortments").text


def test_lists_take_the_same_statements_for_any_number(editor, spring, world):
    counts = []
    for rows in (2, 20):
        with world():
            articles(rows, prefix=f"R{rows}")
            add_rules(SYSTEM, spring, Effect.DENY, skus=[f"R{rows}-{n:03d}" for n in range(1, rows + 1)])
            for n in range(rows):
                upsert_assortment(SYSTEM, AssortmentFacts(f"L{rows}-{n}", "Name"))
                code = make.customer().code
                assign(SYSTEM, spring, ReachKind.ACCOUNT, code)
        with editor.app.app_context(), statements() as sent:
            for address in ("/catalog/assortments", HERE, "/catalog/assortments/seen?account=K-1&sku=A-1"):
                assert editor.get(address).status == 200
        counts.append(len(sent))
    assert counts[0] == counts[1]
