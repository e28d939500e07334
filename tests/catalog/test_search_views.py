"""The operator's pages of the search."""

from __future__ import annotations

import pytest

from app.accounts.domain.roles import Role
from app.catalog.service.search import add_synonym, note_miss
from app.core.actor import Actor
from app.core.db import statements
from app.core.tenancy import acting_as
from tests.factories.accounts import actor_for, customer, operator, person, sign_in


@pytest.fixture
def house(client, world):
    with world():
        firm = operator()
        sign_in(client, person(firm, Role.PRICING))
        return firm


def test_a_synonym_is_added_found_and_removed(client, house):
    page = client.get("/catalog/search/synonyms")
    assert "No synonyms yet" in page.text
    answer = client.post("/catalog/search/synonyms", data={"term": "Inbus", "meaning": "Allen key", "is_two_way": "y"})
    assert answer.location == "/catalog/search/synonyms"
    page = client.get("/catalog/search/synonyms?q=allen")
    assert "inbus" in page.text
    assert "both ways" in page.text
    refused = client.post("/catalog/search/synonyms", data={"term": "x", "meaning": ""})
    assert refused.status == 422
    assert "Enter at least one word." in refused.text
    form = page.soup.find("form", action=lambda address: address and address.endswith("/delete"))
    client.post(form["action"])
    assert "No synonyms yet" in client.get("/catalog/search/synonyms").text


def test_searches_in_vain_lead_to_a_synonym(client, world, house):
    with world():
        company = customer()
        buyer = actor_for(person(company), company)
    with world(buyer):
        note_miss(buyer, "left-handed hammer")
    page = client.get("/catalog/search/misses")
    assert company.code in page.text
    page = client.get(page.link("Add a synonym"))
    assert page.soup.find("input", attrs={"name": "term"})["value"] == "left handed hammer"
    client.post("/catalog/search/misses/forget", data={"text": "left handed hammer"})
    assert "Every search found something" in client.get("/catalog/search/misses").text


@pytest.mark.parametrize("address", ["/catalog/search/synonyms", "/catalog/search/misses"])
def test_pages_take_the_same_statements_for_any_number_of_rows(client, world, house, address):
    with world():
        company = customer()
        buyer = actor_for(person(company), company)
    counts = []
    for size in (2, 20):
        for n in range(size):
            with world(), acting_as(Actor.system()):
                add_synonym(Actor.system(), f"term {size} {n}", "meaning", is_two_way=True)
            with world(buyer):
                note_miss(buyer, f"words {size} {n}")
        with client.app.app_context(), statements() as seen:
            client.get(address)
        counts.append(len(seen))
    assert counts[0] == counts[1]
