"""The operator's pages of categories, attributes, brands and what belongs to an article, over HTTP."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from app.accounts.domain.roles import Role
from app.catalog.service.attributes import AttributeRow, set_template, upsert_attributes
from app.catalog.service.kits import set_kit
from app.core.actor import Actor
from app.core.db import db, statements
from app.core.tenancy import acting_as
from tests.factories.accounts import actor_for, operator, person, sign_in
from tests.factories.catalog import article, category


@pytest.fixture
def manager(client, world):
    with world():
        user = person(operator(), Role.PRICING)
    sign_in(client, user)
    return client


def value(world, statement, **values):
    with world():
        return db.session.scalar(text(statement), values)


def defined(world, *rows):
    with world():
        house = operator()
        actor = actor_for(person(house, Role.PRICING), house)
        with acting_as(actor):
            upsert_attributes(actor, rows)
        return actor


def test_the_tree_is_edited(manager, world):
    page = manager.get("/catalog/categories")
    assert "No categories yet" in page.text
    made = manager.post(
        "/catalog/categories/new",
        manager.get("/catalog/categories/new").form() | {"code": "10", "name": "Fasteners", "name_de": "Befestigung"},
        follow=True,
    )
    assert made.h1 == "Edit category 10"
    manager.post("/catalog/categories/new",
                 manager.get("/catalog/categories/new?below=10").form() | {"code": "10.01", "name": "Bolts"})  # fmt: skip
    assert (
        value(world, "SELECT p.code FROM categories c JOIN categories p ON p.id = c.parent_id WHERE c.code = '10.01'")
        == "10"
    )
    form = manager.get("/catalog/categories/10/edit").form()
    circle = manager.post("/catalog/categories/10/edit", form | {"parent": "10.01"})
    assert circle.status == 422
    assert "would stand below itself" in circle.text
    assert manager.post("/catalog/categories/10/delete").status == 409
    moved = manager.get("/catalog/categories/10.01/edit").form() | {"parent": "", "name_ru": "Болты"}
    assert "Saved." in manager.post("/catalog/categories/10.01/edit", moved, follow=True).text
    assert value(world, "SELECT names ->> 'ru' FROM categories WHERE code = '10.01' AND parent_id IS NULL") == "Болты"
    manager.post("/catalog/categories/10.01/delete")
    assert value(world, "SELECT count(*) FROM categories") == 1
    told = value(world, "SELECT count(*) FROM audit_entries WHERE object_type = 'category'")
    assert told == 4


def test_a_category_says_which_attributes_its_articles_have(manager, world):
    with world():
        category("10", "Fasteners")
        category("10.01", "Bolts", parent="10")
    actor = defined(world, AttributeRow("length_mm", "Length", {}, "number", "MMT"), AttributeRow("thread", "Thread"))
    with world(), acting_as(actor):
        set_template(actor, "10", {"thread": True})
    page = manager.get("/catalog/categories/10.01/edit")
    assert "From above: Thread" in page.text
    sent = page.form() | {"attribute": ["length_mm", "", ""], "required": ["length_mm"]}
    manager.post("/catalog/categories/10.01/edit", sent)
    assert value(world, "SELECT is_required FROM category_attributes t JOIN attributes d ON d.id = t.attribute_id"
                        " WHERE d.code = 'length_mm'") is True  # fmt: skip
    with world():
        article("A", category="10.01", attributes={"length_mm": "20", "note": "x"})
    fields = manager.get("/catalog/articles/A/properties")
    assert fields.text.index("Thread") < fields.text.index("Length, mm") < fields.text.index("Note")


def test_an_attribute_is_defined_and_typed(manager, world):
    form = manager.get("/catalog/attributes/new").form()
    sent = form | {"code": "colour", "name": "Colour", "name_ru": "Цвет", "kind": "choice", "is_facet": "y"}
    wrong = manager.post("/catalog/attributes/new", sent | {"choices_text": "black; xx=schwarz"})
    assert wrong.status == 422
    assert "black; xx=schwarz" in wrong.text
    assert manager.post("/catalog/attributes/new", sent).status == 422
    made = manager.post("/catalog/attributes/new", sent | {"choices_text": "black; ru=чёрный\nwhite"}, follow=True)
    assert made.h1 == "Attributes"
    assert any(row[:2] == ["Colour", "colour"] for row in made.rows())
    assert manager.post("/catalog/attributes/new", sent | {"choices_text": "black"}).status == 409
    with world():
        article("A", attributes={"colour": "чёрный"})
    assert value(world, "SELECT attributes ->> 'colour' FROM articles") == "black"
    edit = manager.get("/catalog/attributes/colour/edit")
    assert "black; ru=чёрный" in edit.form()["choices_text"]
    assert manager.post("/catalog/attributes/colour/edit", edit.form() | {"code": "color"}).status == 409
    assert manager.post("/catalog/attributes/colour/delete").status == 409
    assert manager.get("/catalog/attributes?q=none").status == 200


def test_a_brand_is_renamed_with_its_articles(manager, world):
    with world():
        article("A", brand="Anvilor")
    assert manager.get("/catalog/brands").rows()[0] == ["Anvilor", "Anvilor", "–", "–", "1"]
    form = manager.get("/catalog/brands/Anvilor/edit").form()
    assert manager.post("/catalog/brands/Anvilor/edit", form | {"website": "anvilor"}).status == 422
    manager.post("/catalog/brands/Anvilor/edit", form | {"name": "Anvilor AG", "website": "https://anvilor.example"})
    assert value(world, "SELECT brand FROM articles") == "Anvilor AG"


def test_properties_are_checked_and_told(manager, world):
    defined(
        world, AttributeRow("length_mm", "Length", {}, "number", "MMT"), AttributeRow("zinc", "Zinc plated", {}, "flag")
    )
    with world():
        article("A", attributes={"length_mm": "20", "zinc": "yes"})
    form = manager.get("/catalog/articles/A/properties").form()
    assert form["value-length_mm"] == "20"
    wrong = manager.post("/catalog/articles/A/properties", form | {"value-length_mm": "long"})
    assert wrong.status == 422
    assert "Length: “long” is no number." in wrong.text
    assert wrong.form()["value-length_mm"] == "long"
    sent = form | {
        "value-length_mm": "25,5",
        "value-zinc": "",
        "extra-code": ["head", "", ""],
        "extra-value": ["hex", "", ""],
    }
    page = manager.post("/catalog/articles/A/properties", sent, follow=True)
    assert value(world, "SELECT attributes::text FROM articles") == '{"head": "hex", "length_mm": "25.5"}'
    assert "25.5 mm" in page.text
    assert manager.post("/catalog/articles/A/properties", sent).status == 409, "the form is older than the article"


def test_a_family_is_made_by_hand(manager, world):
    defined(world, AttributeRow("size", "Size"))
    with world():
        article("H", name="Gloves")
        article("V", name="Gloves 7", attributes={"size": "7"})
    form = manager.get("/catalog/articles/H/variants").form()
    manager.post("/catalog/articles/H/variants", form | {"axis": ["size", "", "", "", ""]})
    variant = manager.get("/catalog/articles/V/variants").form()
    assert manager.post("/catalog/articles/V/variants", variant | {"variant_of": "NONE"}).status == 422
    page = manager.post("/catalog/articles/V/variants", variant | {"variant_of": "h"}, follow=True)
    assert page.link("H Gloves") == "/catalog/articles/H"
    family = manager.get("/catalog/articles/H/variants")
    assert ["Gloves 7", "V", "7"] in family.rows("Variants")
    assert manager.post("/catalog/articles/H/variants", family.form() | {"axis": ["", "", "", "", ""]}).status == 422


def test_a_kit_and_related_articles(manager, world):
    with world():
        for sku in ("KIT", "P-1", "P-2"):
            article(sku)
    form = manager.get("/catalog/articles/KIT/kit").form()
    wrong = manager.post("/catalog/articles/KIT/kit", form | {"part": ["P-1", "", ""], "quantity": ["none", "", ""]})
    assert wrong.status == 422
    assert "How many of P-1?" in wrong.text
    sent = form | {"part": ["P-1", "P-2", ""], "quantity": ["2", "0.5", ""]}
    page = manager.post("/catalog/articles/KIT/kit", sent, follow=True)
    assert "0.5 pcs P-2 Article P-2" in " ".join(page.text.split())
    form = manager.get("/catalog/articles/P-1/related").form()
    assert manager.post("/catalog/articles/P-1/related", form | {"substitute": "NONE"}).status == 422
    manager.post("/catalog/articles/P-1/related", form | {"substitute": "P-2", "complement": "KIT"})
    assert value(world, "SELECT count(*) FROM related_articles") == 2


def test_texts_sizes_and_packs_of_an_article(manager, world):
    with world():
        article("A", name="Bolt")
    form = manager.get("/catalog/articles/A/edit").form()
    packs = {"pack-unit": ["XBX"], "pack-size": ["12"], "pack-gtin": [""], "pack-digits": ["1"], "pack-weight": ["3.5"],
             "pack-length": ["400"], "pack-width": ["300"], "pack-height": [""]}  # fmt: skip
    texts = {"name_de": "Schraube", "description": "Strong", "description_ru": "Крепкий", "length_mm": "60.5"}
    page = manager.post("/catalog/articles/A/edit", form | texts | packs, follow=True)
    assert "60.5 × – × – mm" in page.text
    assert ["boxes", "12", "–", "3.5", "400 × 300 × – mm"] in page.rows("Packs")
    held = manager.get("/catalog/articles/A/edit").form()
    assert (held["description_ru"].strip(), held["name_de"], held["length_mm"]) == ("Крепкий", "Schraube", "60.5")
    manager.post("/catalog/articles/A/edit", held | {"description_ru": "", "length_mm": ""} | packs)
    assert value(world, "SELECT descriptions::text || coalesce(length_mm::text, ' none') FROM articles") == "{} none"
    assert value(world, "SELECT precision FROM article_units") == 1


@pytest.mark.parametrize("address", ["/catalog/attributes", "/catalog/brands", "/catalog/categories", "/catalog/articles/H",
                                     "/catalog/articles/H/variants", "/catalog/articles/KIT/kit", "/catalog/categories/10/edit"])  # fmt: skip
def test_pages_cost_the_same_for_2_and_20_rows(manager, world, address):
    def cost():
        with manager.app.app_context(), statements() as seen:
            manager.get(address)
        return len(seen)

    def fill(numbers):
        with world(), acting_as(Actor.system()):
            for n in numbers:
                category(f"10.{n}", parent="10")
                article(f"V-{n}", variant_of="H", brand=f"Brand {n}", attributes={"size": str(n), f"a{n}": "1"})
            house = operator()
            set_kit(
                actor_for(person(house, Role.PRICING), house), "KIT", [(f"V-{n}", 1) for n in range(max(numbers) + 1)]
            )

    with world():
        category("10")
        article("H", axes=("size",))
        article("KIT")
    fill(range(2))
    few = cost()
    fill(range(2, 20))
    assert cost() == few
