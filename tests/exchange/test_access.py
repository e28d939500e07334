"""Who may open and do what: method, address, person, status. A denial changes nothing."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from app.accounts.domain.roles import Role
from app.core.db import db
from app.core.tenancy import acting_as
from app.exchange.service.runs import upload
from tests.factories import accounts
from tests.factories.exchange import importer_actor, stored_file

PEOPLE = ("admin", "pricing", "warehouse", "sales", "accountant", "company", "stranger")
# address -> status for each of PEOPLE; the run is one of articles
TABLE = {
    ("GET", "/imports"): (200, 200, 200, 200, 403, 403, 303),
    ("GET", "/imports/new"): (200, 200, 200, 200, 403, 403, 303),
    ("GET", "/imports/{id}"): (303, 303, 303, 303, 403, 403, 303),
    ("GET", "/imports/{id}/columns"): (200, 200, 403, 403, 403, 403, 303),
    ("GET", "/imports/{id}/progress"): (303, 303, 303, 303, 403, 403, 303),
    ("GET", "/imports/{id}/report.csv"): (404, 404, 404, 404, 403, 403, 303),
    ("POST", "/imports/{id}/columns"): (422, 422, 403, 403, 403, 403, 303),
    ("POST", "/imports/{id}/start"): (303, 303, 403, 403, 403, 403, 303),
    ("POST", "/imports/{id}/resume"): (409, 409, 403, 403, 403, 403, 303),
    ("GET", "/imports/999999"): (404, 404, 404, 404, 403, 403, 303),
}


@pytest.fixture
def run_id(isolated, world):
    with world():
        actor = importer_actor()
        with acting_as(actor):
            return upload(actor, "products", stored_file("sku,name\nA-1,Bolt\n"), "articles.csv", client_ref="x")


def sign_in(client, world, person):
    if person == "stranger":
        return
    with world():
        company = accounts.customer() if person == "company" else accounts.operator()
        role = {"admin": Role.OPERATOR_ADMIN, "company": Role.COMPANY_ADMIN}.get(person, person)
        user = accounts.person(company, role)
    accounts.sign_in(client, user)


@pytest.mark.parametrize("person", PEOPLE)
def test_access(person, run_id, client, world):
    sign_in(client, world, person)
    for (method, address), statuses in TABLE.items():
        expected = statuses[PEOPLE.index(person)]
        shown = address.format(id=run_id)
        page = client.get(shown) if method == "GET" else client.post(shown, data={"decimal_sign": "?"})
        if address.endswith("/start") and expected == 303 and person in ("admin", "pricing"):
            expected = 409  # the file is not checked yet
        assert page.status == expected, (method, address)
    with world():
        assert db.session.execute(text("SELECT state, mapping FROM import_runs")).one() == (
            "uploaded", {"sku": "sku", "name": "name"},
        )  # fmt: skip


CATALOGUE = {
    "assortments",
    "attributes",
    "brands",
    "categories",
    "kit_parts",
    "products",
    "related",
    "supplier_articles",
}
PRICES = {"costs", "discount_groups", "exchange_rates", "price_assignments", "price_list"}
STOCK = {"batches", "incoming", "stock", "supplier_stock"}


@pytest.mark.parametrize(
    ("person", "kinds"),
    [
        ("admin", {"accounts", "order_history", "returns", *CATALOGUE, *PRICES, *STOCK}),
        ("pricing", {*CATALOGUE, *PRICES, *STOCK}),
        ("warehouse", STOCK),
        ("sales", {"accounts"}),
    ],
)
def test_people_are_offered_what_they_may_import(person, kinds, client, world):
    sign_in(client, world, person)
    page = client.get("/imports/new")
    assert {option["value"] for option in page.soup.select("select[name=kind] option")} == kinds
