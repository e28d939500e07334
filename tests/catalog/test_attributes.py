"""Attributes, brands and facets as articles are written: made on first use, checked, found again."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from app.catalog.domain.article_row import ArticleRow
from app.catalog.service.articles import upsert_articles
from app.core.actor import Actor
from app.core.db import db, statements
from tests.factories.catalog import article

pytestmark = pytest.mark.usefixtures("ctx")
SYSTEM = Actor.system()


def outcomes(*rows):
    return [result.outcome for result in upsert_articles(SYSTEM, rows)]


def facets(sku):
    """What an article is found by, as {attribute: value}."""
    rows = db.session.execute(
        text("""SELECT d.code, v.value FROM articles a CROSS JOIN unnest(a.facets) f JOIN facet_values v ON v.id = f
                JOIN attributes d ON d.id = v.attribute_id WHERE a.sku = :sku ORDER BY 1, 2"""),
        {"sku": sku},
    )
    return [tuple(row) for row in rows]


def make_facet(*codes):
    db.session.execute(text("UPDATE attributes SET is_facet = true WHERE code = ANY(:codes)"), {"codes": list(codes)})


def test_unknown_attributes_and_brands_are_made_on_first_use():
    article("A", brand="Anvilor", attributes={"length_mm": "20", "empty": " "})
    known = db.session.execute(text("SELECT code, name, kind, is_facet FROM attributes WHERE code <> 'brand'")).all()
    assert known == [("length_mm", "Length mm", "text", False)]
    assert db.session.scalars(text("SELECT name FROM brands")).all() == ["Anvilor"]
    assert facets("A") == [("brand", "Anvilor")]


def test_facets_follow_the_article_in_the_same_command():
    article("A", attributes={"thread": "M8", "note": "x"})
    make_facet("thread")
    assert outcomes(ArticleRow("A", attributes={"thread": "M10"}), ArticleRow("B", brand="Anvilor")) == [
        "changed", "created",
    ]  # fmt: skip
    assert facets("A") == [("thread", "M10")]
    assert outcomes(ArticleRow("A", brand="Torvik")) == ["changed"]
    assert facets("A") == [("brand", "Torvik"), ("thread", "M10")]
    assert outcomes(ArticleRow("A", brand="Torvik", attributes={"thread": "M10"})) == ["same"]
    assert outcomes(ArticleRow("A", attributes={})) == ["changed"]
    assert facets("A") == [("brand", "Torvik")]


@pytest.mark.parametrize("count", [2, 20])
def test_a_constant_number_of_statements_with_attributes_brands_and_variants(count):
    article("HEAD", axes=("size",))
    db.session.execute(
        text(
            "INSERT INTO attributes (code, name, is_facet) VALUES ('size', 'Size', true) ON CONFLICT (code) DO UPDATE SET is_facet = true"
        )
    )
    rows = [
        ArticleRow(f"A-{n}", brand=f"Brand {n}", variant_of="HEAD", attributes={"size": str(n), f"new{n}": "x"})
        for n in range(count)
    ]
    with statements() as seen:
        assert outcomes(*rows) == ["created"] * count
    assert len(seen) == 10
    assert len(facets("HEAD")) == 2 * count


def test_a_head_is_found_by_what_its_variants_are_found_by():
    article("X", attributes={"size": "0"})
    make_facet("size")
    assert outcomes(
        ArticleRow("V1", variant_of="h", attributes={"size": "1"}), ArticleRow("H", axes=("size",)),
        ArticleRow("V2", variant_of="H", attributes={"size": "2"}),
    ) == ["created"] * 3  # fmt: skip
    assert facets("H") == [("size", "1"), ("size", "2")]
    assert outcomes(ArticleRow("H", axes=("size",)), ArticleRow("V2", variant_of="H")) == ["same", "same"]
    assert outcomes(ArticleRow("V2", variant_of="")) == ["changed"]
    assert facets("H") == [("size", "1")]


def refusal(*rows):
    return [(result.field, str(result.problem)) for result in upsert_articles(SYSTEM, rows) if result.problem]


def test_families_that_are_none_are_refused():
    article("H", axes=("size",))
    article("V", variant_of="H", attributes={"size": "1"})
    article("P")
    assert refusal(ArticleRow("N", variant_of="NONE"))[0][0] == "variant_of"
    assert "stands for no variants" in refusal(ArticleRow("N", variant_of="P"))[0][1]
    assert "variant itself" in refusal(ArticleRow("V", axes=("size",)))[0][1]
    assert "has variants" in refusal(ArticleRow("H", axes=()))[0][1]
    assert refusal(ArticleRow("H", variant_of="P"))[0][0] == "axes"
    assert refusal(ArticleRow("P", axes=("size",), variant_of="H"))[0][0] == "variant_of"
    assert outcomes(ArticleRow("V", variant_of="", axes=("size",))) == ["changed"]
