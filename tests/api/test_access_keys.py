"""The pages of keys: who opens them, making and revoking, and that a list of any length costs the same."""

from __future__ import annotations

import pytest

from app.accounts.queries.api_keys import api_keys
from app.accounts.service.api_keys import make_key
from app.api.policy import READING
from tests.factories import accounts as make
from tests.factories import ordering as shop
from tests.support.queries import counted

OWN, OF_ACCOUNT = "/company/api-keys", "/accounts/K-1/api-keys"
ALLOWED = {
    "company_admin": (200, 403), "buyer": (403, 403), "bookkeeper": (403, 403), "supplier": (403, 403),
    "operator_admin": (403, 200), "sales": (403, 200), "pricing": (403, 403), "accountant": (403, 403),
    "warehouse": (403, 403), "purchaser": (403, 403),
}  # fmt: skip


@pytest.fixture
def cast(isolated, world):
    with world():
        house, company = make.operator(), make.customer("K-1")
        homes = {"company_admin": company, "buyer": company, "bookkeeper": company, "supplier": make.supplier("S-1")}
        people = {role: make.person(homes.get(role, house), role) for role in ALLOWED}
        boss = make.actor_for(people["company_admin"], company)
        rival = make.customer("R-1")
        people["rival"] = make.person(rival, "company_admin")
    return people, boss


def test_who_opens_the_pages(cast, client):
    people, boss = cast
    assert [client.get(address).status for address in (OWN, OF_ACCOUNT)] == [303, 303]
    for role, expected in ALLOWED.items():
        make.sign_in(client, people[role])
        assert (client.get(OWN).status, client.get(OF_ACCOUNT).status) == expected, role
        if expected != (200, 403):
            form = {"name": "X", "user_id": boss.user_id, "client_ref": shop.ref()}
            assert client.post(OWN, data=form).status == 403, role


def test_making_and_revoking_by_the_administrator_and_the_operator(cast, client, world):
    people, boss = cast
    for role, address in (("company_admin", OWN), ("sales", OF_ACCOUNT)):
        make.sign_in(client, people[role])
        form = {"name": f"Shop of {role}", "user_id": boss.user_id, "client_ref": shop.ref()}
        page = client.post(address, data=form)
        assert page.status == 200 and "kontor_" in page.text
        again = client.post(address, data=form)
        assert again.status == 409
        assert client.post(address, data=form | {"name": "", "client_ref": shop.ref()}).status == 422
        with world(boss):
            line = api_keys(boss)[0]
        assert line.name in client.get(address).text
        make.sign_in(client, people["rival"])
        assert client.post(f"/company/api-keys/{line.id}/revoke").status == 404
        make.sign_in(client, people[role])
        assert client.post(f"{address}/{line.id}/revoke").status == 303
        with world(boss):
            assert next(one for one in api_keys(boss) if one.id == line.id).revoked_at is not None
    assert client.get("/accounts/S-1/api-keys").status == 404
    assert "/accounts/K-1/api-keys" in str(client.get("/accounts/K-1").soup)


def test_a_list_of_any_length_costs_the_same(cast, client, world):
    people, boss = cast
    make.sign_in(client, people["company_admin"])
    costs = []
    for more in (2, 18):
        with world(boss):
            for _ in range(more):
                make_key(boss, "K", user_id=boss.user_id, permissions=READING, client_ref=shop.ref())
        with counted(client.app) as seen:
            assert client.get(OWN).status == 200
        costs.append(len(seen))
    assert costs[0] == costs[1]
