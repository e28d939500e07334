"""Who may open and change the catalogue: method, address, role, status."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from app.accounts.domain.roles import CUSTOMER_ROLES, OPERATOR_ROLES, Role
from app.core.db import db
from tests.factories.accounts import customer, operator, person, sign_in
from tests.factories.catalog import article, category

EDITORS = {Role.OPERATOR_ADMIN, Role.PRICING}
MATRIX = [
    ("GET", "/catalog/articles", set(OPERATOR_ROLES)),
    ("GET", "/catalog/articles/A-1", set(OPERATOR_ROLES)),
    ("GET", "/catalog/articles/new", EDITORS),
    ("POST", "/catalog/articles/new", EDITORS),
    ("GET", "/catalog/articles/A-1/edit", EDITORS),
    ("POST", "/catalog/articles/A-1/edit", EDITORS),
    ("GET", "/catalog/articles/A-1/properties", EDITORS),
    ("POST", "/catalog/articles/A-1/properties", EDITORS, 303),
    ("GET", "/catalog/articles/A-1/variants", EDITORS),
    ("POST", "/catalog/articles/A-1/variants", EDITORS, 303),
    ("GET", "/catalog/articles/A-1/kit", EDITORS),
    ("POST", "/catalog/articles/A-1/kit", EDITORS, 303),
    ("GET", "/catalog/articles/A-1/related", EDITORS),
    ("POST", "/catalog/articles/A-1/related", EDITORS, 303),
    ("GET", "/catalog/categories", set(OPERATOR_ROLES)),
    ("GET", "/catalog/categories/new", EDITORS),
    ("POST", "/catalog/categories/new", EDITORS),
    ("GET", "/catalog/categories/10/edit", EDITORS),
    ("POST", "/catalog/categories/10/edit", EDITORS),
    ("POST", "/catalog/categories/10/delete", EDITORS, 409),
    ("GET", "/catalog/attributes", set(OPERATOR_ROLES)),
    ("GET", "/catalog/attributes/new", EDITORS),
    ("POST", "/catalog/attributes/new", EDITORS),
    ("GET", "/catalog/attributes/colour/edit", EDITORS),
    ("POST", "/catalog/attributes/colour/edit", EDITORS),
    ("POST", "/catalog/attributes/colour/delete", EDITORS, 303),
    ("GET", "/catalog/brands", set(OPERATOR_ROLES)),
    ("GET", "/catalog/brands/Anvilor/edit", EDITORS),
    ("POST", "/catalog/brands/Anvilor/edit", EDITORS),
    ("GET", "/catalog/articles/A-1/pictures", EDITORS),
    ("POST", "/catalog/articles/A-1/pictures", EDITORS),
    ("POST", "/catalog/articles/A-1/pictures/1/remove", EDITORS, 409),
    ("GET", "/catalog/articles/A-1/files", EDITORS),
    ("POST", "/catalog/articles/A-1/files", EDITORS),
    ("GET", "/catalog/articles/A-1/files/1", EDITORS, 404),
    ("POST", "/catalog/articles/A-1/files/1", EDITORS, 404),
    ("POST", "/catalog/articles/A-1/files/1/remove", EDITORS, 409),
    ("POST", "/catalog/articles/A-1/history/1/undo", EDITORS, 303),
    ("GET", "/catalog/files", set(OPERATOR_ROLES)),
    ("GET", "/catalog/files/import", EDITORS),
    ("POST", "/catalog/files/import", EDITORS),
    ("GET", "/catalog/files/import/1", EDITORS, 404),
    ("GET", "/catalog/files/import/1/report", EDITORS, 404),
    ("GET", "/catalog/fields", set(OPERATOR_ROLES)),
    ("GET", "/catalog/fields/new", EDITORS),
    ("POST", "/catalog/fields/new", EDITORS),
    ("GET", "/catalog/fields/none", EDITORS, 404),
    ("POST", "/catalog/fields/none", EDITORS, 404),
    ("POST", "/catalog/fields/none/remove", EDITORS, 404),
    ("POST", "/catalog/articles/choose", EDITORS, 303),
    ("GET", "/catalog/bulk/1", EDITORS, 404),
    ("POST", "/catalog/bulk/1", EDITORS, 404),
    ("POST", "/catalog/bulk/1/undo", EDITORS, 404),
    ("GET", "/catalog/articles/export.csv", set(OPERATOR_ROLES)),
    ("GET", "/catalog/articles/export.xlsx", set(OPERATOR_ROLES)),
    ("GET", f"/pictures/{'0' * 64}/thumb", {*OPERATOR_ROLES, *CUSTOMER_ROLES}, 404),
    ("GET", "/articles/A-1/files/1", {*OPERATOR_ROLES, *CUSTOMER_ROLES}, 404),
    ("GET", "/catalog/search/synonyms", EDITORS),
    ("POST", "/catalog/search/synonyms", EDITORS),
    ("POST", "/catalog/search/synonyms/1/delete", EDITORS, 404),
    ("GET", "/catalog/search/misses", EDITORS),
    ("POST", "/catalog/search/misses/forget", EDITORS, 303),
]


@pytest.mark.parametrize("role", [*OPERATOR_ROLES, *CUSTOMER_ROLES])
def test_matrix(client, world, role):
    with world():
        house = operator()
        category("10")
        article("A-1", category="10", brand="Anvilor", attributes={"colour": "red"})
        person_of = house if role in OPERATOR_ROLES else customer()
        user = person(person_of, role)
    sign_in(client, user)
    for method, address, allowed, *usual in MATRIX:
        status = (client.get if method == "GET" else client.post)(address).status
        expected = 403 if role not in allowed else usual[0] if usual else 200 if method == "GET" else 422
        assert status == expected, (method, address, role)
    with world():
        assert db.session.execute(text("SELECT count(*), max(name) FROM articles")).one() == (1, "Article A-1")


@pytest.mark.parametrize(("method", "address"), [row[:2] for row in MATRIX])
def test_strangers_are_asked_to_sign_in(client, method, address):
    page = (client.get if method == "GET" else client.post)(address)
    assert page.status == 303
    assert "/sign-in" in page.location
