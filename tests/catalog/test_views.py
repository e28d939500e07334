"""The operator's catalogue: looking, creating, editing, with history."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from app.accounts.domain.roles import Role
from app.core.db import db, statements
from tests.factories.accounts import operator, person, sign_in
from tests.factories.catalog import article, articles, category


@pytest.fixture
def manager(client, world):
    """The client, signed in as somebody who keeps catalogue and prices."""
    with world():
        user = person(operator(), Role.PRICING)
    sign_in(client, user)
    return client


def value(world, statement, **values):
    with world():
        return db.session.scalar(text(statement), values)


def test_an_empty_catalogue_names_the_first_step(manager):
    page = manager.get("/catalog/articles")
    assert page.h1 == "Catalogue"
    assert "The catalogue is empty" in page.text
    assert page.link("New article") == "/catalog/articles/new"


def test_searching_sorting_and_paging(manager, world):
    with world():
        category("10", "Fasteners")
        articles(25, category="10")
        article("OLD-1", status="discontinued")
    page = manager.get("/catalog/articles?size=20&category=10")
    assert [row[2] for row in page.rows()][:2] == ["A-001", "A-002"]
    further = manager.get(page.link("Next"))
    assert [row[2] for row in further.rows()] == [f"A-{n:03d}" for n in range(21, 26)]
    assert [row[2] for row in manager.get("/catalog/articles?q=a-007").rows()] == ["A-007"]
    assert manager.get("/catalog/articles?sort=-sku&size=20").rows()[0][2] == "A-025"
    assert "OLD-1" in manager.get("/catalog/articles?state=all&q=old").text
    assert "Nothing fits" in manager.get("/catalog/articles?q=nothing").text
    assert "OLD-1" not in manager.part("/catalog/articles?q=old").html


@pytest.mark.parametrize("address", ["/catalog/articles", "/catalog/articles/A-001"])
def test_pages_cost_the_same_for_2_and_20_articles(manager, world, address):
    def cost():
        with manager.app.app_context(), statements() as seen:
            manager.get(address)
        return len(seen)

    with world():
        articles(2, units=())
    few = cost()
    with world():
        articles(20, units=())
    assert cost() == few


def test_an_article_with_everything(manager, world):
    with world():
        category("10", "Fasteners")
        category("10.01", "Bolts", parent="10")
        article("NEW")
        article("A/1 x", name="Bolt " + "very long " * 25, category="10.01", units={"XBX": 12}, attributes={"thread": "M10"},
                status="discontinued", successor_sku="NEW", description="Strong <b>bolt</b>")  # fmt: skip
    page = manager.get("/catalog/articles/A/1 x")
    assert page.link("Bolts") == "/catalog/articles?category=10.01"
    assert page.link("NEW") == "/catalog/articles/NEW"
    assert "Strong <b>bolt</b>" in page.text
    assert ["boxes", "12", "–", "–", "–"] in page.rows("Packs")
    assert "no longer sold" in page.text


def test_creating_an_article(manager, world):
    form = manager.get("/catalog/articles/new").form()
    sent = form | {"sku": "B-1", "name": "Bolt", "gtin": "4006381333931", "minimum": "10", "step": "5"}
    packs = {"pack-unit": ["XBX", "", ""], "pack-size": ["12", "", ""], "pack-gtin": ["", "", ""]}
    answer = manager.post("/catalog/articles/new", sent | packs, follow=True)
    assert answer.h1 == "Bolt"
    assert "B-1 is in the catalogue" in answer.banners[0]
    assert "Article created" in answer.text
    assert value(world, "SELECT numerator FROM article_units") == 12
    again = manager.post("/catalog/articles/new", sent | packs)
    assert again.status == 409
    assert "There is an article B-1 already." in again.text


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"gtin": "4006381333932"}, "its check digit does not fit"),
        ({"minimum": "7", "step": "5"}, "The minimum must be a multiple of the step."),
        ({"name": ""}, "Give it a name."),
        ({"pack-unit": ["XBX"], "pack-size": ["a dozen"], "pack-gtin": [""]}, "How much is in a XBX?"),
        (
            {"pack-unit": ["XBX", "XBX"], "pack-size": ["1", "2"], "pack-gtin": ["", ""]},
            "The unit XBX stands there twice.",
        ),
        ({"successor_sku": "B-1"}, "An article cannot be its own successor."),
    ],
)
def test_a_form_with_a_mistake_comes_back_as_it_was(manager, world, change, message):
    form = manager.get("/catalog/articles/new").form() | {"sku": "B-1", "name": "Bolt", "brand": "Anvilor"}
    page = manager.post("/catalog/articles/new", form | change)
    assert page.status == 422
    assert message in page.text
    assert page.form()["brand"] == "Anvilor"
    assert value(world, "SELECT count(*) FROM articles") == 0


def test_editing_keeps_what_changed_as_history(manager, world):
    with world():
        article("B-1", name="Bolt", names={"ru": "Болт"}, units={"XBX": 12}, lead_time_days=3)
    form = manager.get("/catalog/articles/B-1/edit").form()
    packs = {"pack-unit": ["XBX", "XPX"], "pack-size": ["10", "480"], "pack-gtin": ["", ""]}
    changed = form | {"name": "Bolt M10", "name_ru": "", "lead_time_days": ""} | packs
    answer = manager.post("/catalog/articles/B-1/edit", changed, follow=True)
    assert answer.h1 == "Bolt M10"
    assert "Name: Bolt → Bolt M10" in answer.text
    assert "XBX = 12 → XBX = 10, XPX = 480" in answer.text
    assert value(world, "SELECT names::text || coalesce(lead_time_days::text, ' none') FROM articles") == "{} none"
    assert value(world, "SELECT user_name FROM audit_entries WHERE object_type = 'article'") != ""


def test_two_editors_at_once(manager, world):
    with world():
        article("B-1", name="Bolt")
    form = manager.get("/catalog/articles/B-1/edit").form()
    with world():
        article("B-1", name="Screw")
    late = manager.post("/catalog/articles/B-1/edit", form | {"name": "Nail"})
    assert late.status == 409
    assert "Somebody has changed this article meanwhile" in late.text
    assert value(world, "SELECT name FROM articles") == "Screw"


def test_number_and_base_unit_stay(manager, world):
    with world():
        article("B-1")
    form = manager.get("/catalog/articles/B-1/edit").form()
    assert manager.post("/catalog/articles/B-1/edit", form | {"sku": "B-2"}).status == 409
    assert manager.post("/catalog/articles/B-1/edit", form | {"base_unit": "KGM"}).status == 422


def test_what_is_not_there(manager):
    assert manager.get("/catalog/articles/NONE").status == 404
    assert manager.get("/catalog/articles/NONE/edit").status == 404


@pytest.mark.parametrize("language", ["ru", "uk"])
def test_pages_in_other_languages(client, world, language):
    with world():
        user = person(operator(), Role.OPERATOR_ADMIN, locale=language)
        article("B-1", names={"ru": "Болт", "uk": "Болт"}, units={"XBX": 12})
    sign_in(client, user)
    for address in ("/catalog/articles", "/catalog/articles/B-1", "/catalog/articles/B-1/edit"):
        assert client.get(address).status == 200
    assert client.get("/catalog/articles/B-1").h1 == "Болт"
