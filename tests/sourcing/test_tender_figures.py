"""The first page says what of tenders waits for whom."""

from __future__ import annotations

import pytest

from app.accounts.domain.roles import Role
from tests.factories import awards, tenders
from tests.factories.accounts import actor_for, person
from tests.factories.ordering import sign_in
from tests.support.queries import counted


def figures(page) -> list[str]:
    return [" ".join(one.text.split()) for one in page.soup.select(".k-figure")]


@pytest.fixture
def scene(world, isolated):
    """An open tender, and one whose bids are opened."""
    with world():
        return tenders.bidding(), awards.judged("2.50", "2.80")


def test_a_supplier_sees_the_tender_that_is_open(client, scene):
    sign_in(client, scene[0].suppliers[0][1])
    page = client.get("/start")
    assert any(one.startswith("Tenders") and "Open for bids" in one for one in figures(page))
    assert "Nothing waits for you" not in page.text


def test_who_runs_tenders_sees_what_is_to_decide(client, scene):
    sign_in(client, scene[1].buyer)
    assert any(one.startswith("Tenders 1 wait for you") for one in figures(client.get("/start")))
    sign_in(client, scene[0].buyer)
    assert not any(one.startswith("Tenders") for one in figures(client.get("/start")))


def test_a_buyer_without_the_right_sees_nothing_and_asks_nothing(app, client, world, scene):
    with world():
        buyer = actor_for(person(scene[0].company, Role.BUYER), scene[0].company)
    sign_in(client, buyer)
    with counted(app) as statements:
        page = client.get("/start")
    assert not any(one.startswith("Tenders") for one in figures(page))
    assert not any("supply_contracts" in one for one in statements)
