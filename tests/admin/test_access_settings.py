"""Who opens and changes the settings: by role; a denial changes nothing."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from app.core.db import db
from app.core.models import OperatorSetting
from app.insights.domain.cart_settings import CART_HOURS
from tests.factories import accounts as make
from tests.support.cast import PEOPLE, STAFF, make_cast
from tests.support.queries import counted

MAY = {"operator_admin", "sales"}


@pytest.fixture
def cast(isolated, world):
    with world():
        return make_cast()


def test_pages_and_changes_by_role(cast, client, world):
    for name in [*map(str, STAFF), *(f"customer.{role}" for role in PEOPLE)]:
        make.sign_in(client, cast.people[name])
        wanted = 200 if name in MAY else 403
        assert client.get("/admin/settings").status == wanted, name
        answer = client.post(f"/admin/settings/{CART_HOURS.code}", data={"carts-hours-value": "12"})
        assert answer.status == (303 if name in MAY else 403), name
        answer = client.post(f"/admin/settings/{CART_HOURS.code}/reset")
        assert answer.status == (303 if name in MAY else 403), name
        with world():
            assert db.session.scalar(select(func.count()).select_from(OperatorSetting)) == 0


def test_a_change_is_shown_with_its_person_and_the_default(cast, client):
    make.sign_in(client, cast.people["sales"])
    page = client.post(f"/admin/settings/{CART_HOURS.code}", data={"carts-hours-value": "12"}, follow=True)
    assert "It holds at once." in " ".join(page.banners)
    assert cast.people["sales"].name in page.soup.select_one("#carts-hours .k-setting-foot").get_text()
    assert page.soup.select_one("#carts-hours-value")["value"] == "12"
    page = client.post(f"/admin/settings/{CART_HOURS.code}", data={"carts-hours-value": "9000"})
    assert page.status == 422
    assert "From 0 to 8760." in page.text
    page = client.post(f"/admin/settings/{CART_HOURS.code}", data={"carts-hours-value": "many"})
    assert page.status == 422
    assert client.post("/admin/settings/no.such", data={}).status == 404
    page = client.get("/admin/settings?q=abandoned after")
    assert [tag["id"] for tag in page.soup.select(".k-setting")] == ["carts-hours"]
    assert "Nothing fits" in client.get("/admin/settings?q=zzzz").text


def test_the_page_costs_the_same_however_many_are_changed(cast, client, isolated):
    make.sign_in(client, cast.people["operator_admin"])
    client.get("/admin/settings")
    with counted(isolated) as few:
        client.get("/admin/settings")
    client.post(f"/admin/settings/{CART_HOURS.code}", data={"carts-hours-value": "12"})
    client.get("/admin/settings")
    with counted(isolated) as more:
        client.get("/admin/settings")
    assert len(more) == len(few)
