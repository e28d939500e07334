"""Definitions, templates, brands, kits and relations over PostgreSQL."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import text

from app.accounts.domain.roles import Role
from app.catalog.queries.attributes import brand, expected
from app.catalog.queries.families import family, kit_lines, kit_parts, related
from app.catalog.service.attributes import (
    AttributeRow,
    drop_attribute,
    save_attribute,
    set_template,
    upsert_attributes,
)
from app.catalog.service.brands import BrandRow, edit_brand, upsert_brands
from app.catalog.service.kits import PartRow, RelationRow, set_kit, set_relations, upsert_kit_parts, upsert_relations
from app.core.db import db, statements
from app.core.errors import Conflict, Invalid, NotFound
from tests.factories.accounts import actor_for, operator, person
from tests.factories.catalog import article, category

pytestmark = pytest.mark.usefixtures("ctx")


@pytest.fixture
def editor(ctx):
    house = operator()
    return actor_for(person(house, Role.PRICING), house)


def facets(sku):
    rows = db.session.execute(
        text("""SELECT d.code, v.value, v.number FROM articles a CROSS JOIN unnest(a.facets) f JOIN facet_values v
                ON v.id = f JOIN attributes d ON d.id = v.attribute_id WHERE a.sku = :sku AND d.code <> 'brand'
                ORDER BY 1, v.number, 2"""),
        {"sku": sku},
    )
    return [tuple(row) for row in rows]


def attributes_of(sku):
    return db.session.scalar(text("SELECT attributes FROM articles WHERE sku = :sku"), {"sku": sku})


def test_a_changed_definition_is_true_for_all_articles_when_the_command_returns(editor):
    article("A", attributes={"length": "20,50", "colour": "Black"})
    article("B", attributes={"length": "long"})
    article("H", axes=("length",))
    article("V", variant_of="H", attributes={"length": "8"})
    save_attribute(editor, AttributeRow("length", "Length", {"ru": "Длина"}, "number", "MMT", is_facet=True))
    assert attributes_of("A") == {"length": "20.5", "colour": "Black"}
    assert facets("A") == [("length", "20.5", Decimal("20.5"))]
    assert facets("B") == [("length", "long", None)], "what is no number stays as it was written"
    assert facets("H") == facets("V") == [("length", "8", 8)]
    choices = {"black": {"ru": "чёрный"}, "white": {}}
    save_attribute(editor, AttributeRow("colour", kind="choice", choices=choices, is_facet=True))
    assert attributes_of("A")["colour"] == "black"
    save_attribute(editor, AttributeRow("length", is_facet=False))
    assert facets("A") == [("colour", "black", None)]
    assert facets("H") == []
    assert db.session.scalar(text("SELECT count(*) FROM facet_values WHERE value = '20.5'")) == 0
    assert save_attribute(editor, AttributeRow("length", is_facet=False)) == "same"
    told = db.session.scalars(
        text("SELECT changes::text FROM audit_entries WHERE object_type = 'attribute' ORDER BY id")
    )
    assert '"kind": ["text", "number"]' in next(iter(told))


def test_brands_stop_and_start_being_a_facet(editor):
    article("A", brand="Anvilor")
    count = text("SELECT cardinality(facets) FROM articles WHERE sku = 'A'")
    save_attribute(editor, AttributeRow("brand", is_facet=False))
    assert db.session.scalar(count) == 0
    save_attribute(editor, AttributeRow("brand", is_facet=True))
    assert db.session.scalar(count) == 1
    with pytest.raises(Invalid):
        save_attribute(editor, AttributeRow("brand", kind="number"))


@pytest.mark.parametrize("count", [2, 20])
def test_definitions_cost_the_same_whatever_their_number(editor, count):
    for n in range(count):
        article(f"A-{n}", attributes={f"a{n}": "1"})
    with statements() as seen:
        upsert_attributes(editor, [AttributeRow(f"a{n}", kind="number", is_facet=True) for n in range(count)])
    assert len(seen) == 9


def test_definitions_that_cannot_be(editor):
    with pytest.raises(Invalid) as caught:
        save_attribute(editor, AttributeRow("a", "A", kind="choice"), is_new=True)
    assert caught.value.field == "choices"
    save_attribute(editor, AttributeRow("a", "A"), is_new=True)
    with pytest.raises(Conflict):
        save_attribute(editor, AttributeRow("a", "B"), is_new=True)
    article("X", attributes={"a": "1"})
    with pytest.raises(Conflict):
        drop_attribute(editor, "a")
    save_attribute(editor, AttributeRow("b", "B"), is_new=True)
    drop_attribute(editor, "b")
    with pytest.raises(NotFound):
        drop_attribute(editor, "b")


def test_templates_are_inherited_from_the_categories_above(editor):
    category("10", "Fasteners")
    category("10.01", "Bolts", parent="10")
    for code in ("material", "thread", "length"):
        save_attribute(editor, AttributeRow(code, code.capitalize()))
    assert set_template(editor, "10", {"material": True})
    assert set_template(editor, "10.01", {"thread": False, "length": True})
    assert not set_template(editor, "10.01", {"thread": False, "length": True})
    found = [(one.definition.code, one.category, one.is_required) for one in expected(editor, "10.01", ["unknown"])]
    assert found == [("material", "10", True), ("thread", "10.01", False), ("length", "10.01", True)]
    assert [one.definition.code for one in expected(editor, "10", ["length"])] == ["material", "length"]
    with pytest.raises(Invalid):
        set_template(editor, "10", {"none": False})


def test_a_renamed_brand_takes_its_articles_with_it(editor):
    article("A", brand="Anvilor")
    article("B", brand="Torvik")
    assert edit_brand(editor, "Anvilor", BrandRow("", "Anvilor Steel", website="https://anvilor.example")) == "changed"
    assert db.session.scalar(text("SELECT brand FROM articles WHERE sku = 'A'")) == "Anvilor Steel"
    assert brand(editor, "Anvilor").article_count == 1
    with pytest.raises(Invalid):
        edit_brand(editor, "Torvik", BrandRow("", "Anvilor Steel"))
    states = upsert_brands(editor, [BrandRow("TOR", "Torvik"), BrandRow("NEW"), BrandRow("BAD", website="ftp://x")])
    assert [state.outcome for state in states] == ["changed", "created", "refused"]


def test_kits_and_their_parts(editor):
    kit, first, second = article("KIT"), article("P-1"), article("P-2")
    article("HEAD", axes=("size",))
    assert set_kit(editor, "KIT", [("P-1", Decimal(2)), ("p-2", Decimal("0.5"))])
    assert not set_kit(editor, "KIT", [("P-1", Decimal(2)), ("P-2", Decimal("0.5"))])
    parts = kit_parts(editor, [kit, first])
    assert [(part.article_id, part.quantity) for part in parts[kit]] == [(first, 2), (second, Decimal("0.5"))]
    assert set(parts) == {kit}
    assert [line.article.sku for line in kit_lines(editor, kit)] == ["P-1", "P-2"]
    assert upsert_kit_parts(editor, [PartRow("KIT", "P-2", Decimal(0))])[0].outcome == "changed"
    assert len(kit_parts(editor, [kit])[kit]) == 1
    for wrong in ([("KIT", Decimal(1))], [("NONE", Decimal(1))], [("HEAD", Decimal(1))], [("P-1", Decimal(-1))]):
        with pytest.raises(Invalid):
            set_kit(editor, "KIT", wrong)
    with pytest.raises(Invalid):
        set_kit(editor, "P-1", [("P-2", Decimal(1))])
    set_kit(editor, "KIT", [])
    assert not db.session.scalar(text("SELECT is_kit FROM articles WHERE sku = 'KIT'"))


def test_related_articles_in_their_order(editor):
    article("NEW")
    made = article("A", successor_sku="NEW")
    for sku in ("S-1", "S-2", "C-1"):
        article(sku)
    assert set_relations(editor, "A", {"substitute": ["S-2", "S-1"], "complement": ["C-1"]})
    assert not set_relations(editor, "A", {"substitute": ["S-2", "S-1"], "complement": ["C-1"]})
    assert [(one.kind, one.article.sku) for one in related(editor, made)] == [
        ("successor", "NEW"), ("substitute", "S-2"), ("substitute", "S-1"), ("complement", "C-1"),
    ]  # fmt: skip
    states = upsert_relations(editor, [RelationRow("A", "S-1", "substitute"), RelationRow("A", "A", "substitute"),
                                       RelationRow("C-1", "A", "complement")])  # fmt: skip
    assert [state.outcome for state in states] == ["same", "refused", "created"]


def test_a_family_seen_from_its_head_and_from_a_variant(editor):
    head = article("H", axes=("size", "colour"))
    one = article("V-1", variant_of="H", attributes={"size": "7", "colour": "red"})
    article("V-2", variant_of="H", attributes={"size": "8"})
    article("V-3", variant_of="H", status="discontinued")
    for asked in (head, one):
        found = family(editor, asked)
        assert found.head.sku == "H"
        assert found.head.variants == 2
        assert found.axes == ("size", "colour")
        assert [(v.article.sku, v.values) for v in found.variants] == [("V-1", ("7", "red")), ("V-2", ("8", ""))]
    assert family(editor, article("ALONE")) is None
