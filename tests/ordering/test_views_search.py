"""Searching in the shop: facets, ranges, filters of stock and earlier orders, order, what was meant, searches in vain."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from app.catalog.domain.article_row import ArticleRow
from app.catalog.queries.search_hints import misses
from app.catalog.service.articles import upsert_articles
from app.catalog.service.attributes import AttributeRow, upsert_attributes
from app.core.actor import Actor
from app.core.db import db, statements
from tests.factories.ordering import article, buyer, category, order, sign_in

SYSTEM = Actor.system()


@pytest.fixture
def ann(client, world):
    with world():
        actor = buyer()
    sign_in(client, actor)
    return actor


@pytest.fixture
def screws(world, ann):
    """Six screws of two materials and six lengths, five of them in stock."""
    with world():
        fixing = category("F", "Fixing")
        for n in range(6):
            article(f"S-{n}", name=f"Hex screw {n}", category_id=fixing.id, stock=0 if n == 5 else 10 - n)
        rows = [
            ArticleRow(f"S-{n}", attributes={"material": material, "length_mm": str(length)})
            for n, (material, length) in enumerate(
                [("steel", 20), ("steel", 30), ("steel", 40), ("brass", 20), ("brass", 30), ("brass", 400)]
            )
        ]
        upsert_articles(SYSTEM, rows)
        upsert_attributes(
            SYSTEM,
            [AttributeRow("material", is_facet=True), AttributeRow("length_mm", kind="number", is_facet=True)],
        )
        values = db.session.execute(text("SELECT value, id FROM facet_values")).all()
    return {value: value_id for value, value_id in values}


def skus(page):
    return [
        row.select_one(".k-code").get_text(" ", strip=True).split()[0] for row in page.soup.select(".o-list tbody tr")
    ]


def counts(page):
    labels = page.soup.select(".o-facet .o-choice")
    return {label.get_text(" ", strip=True).rsplit(" ", 1)[0]: label.select_one(".k-num").text for label in labels}


def test_choices_narrow_and_say_what_each_would_leave(client, screws):
    page = client.get("/shop?q=screws")
    assert sorted(skus(page)) == [f"S-{n}" for n in range(6)]
    assert "6 articles" in page.text
    assert (counts(page)["steel"], counts(page)["brass"], counts(page)["20"]) == ("3", "3", "2")
    page = client.get(f"/shop?q=screws&f={screws['steel']}")
    assert sorted(skus(page)) == ["S-0", "S-1", "S-2"]
    assert (counts(page)["brass"], counts(page)["20"]) == ("3", "1"), "own choices do not narrow their own counts"
    both = client.get(f"/shop?q=screws&f={screws['steel']}&f={screws['brass']}&f={screws['20']}")
    assert sorted(skus(both)) == ["S-0", "S-3"]
    assert skus(client.get(both.soup.select_one("a.o-lift")["href"])) != skus(both)


def test_ranges_hold_both_ends_and_bad_ones_none(client, screws):
    assert sorted(skus(client.get("/shop?q=screw&from.length_mm=30&to.length_mm=40"))) == ["S-1", "S-2", "S-4"]
    assert sorted(skus(client.get("/shop?q=screw&from.length_mm=40,5"))) == ["S-5"]
    assert len(skus(client.get("/shop?q=screw&from.length_mm=x&f=99999999999&f=-1"))) == 6


def test_only_what_is_in_stock_and_the_most_first(client, screws):
    assert sorted(skus(client.get("/shop?category=F&stock=1"))) == [f"S-{n}" for n in range(5)]
    page = client.get("/shop?category=F&sort=-stock&size=20")
    assert skus(page) == [f"S-{n}" for n in range(6)]


def test_bought_before_filters_and_sorts(client, world, ann, screws):
    with world():
        nut = article("NUT", "0.20", name="Screw nut")
    with world(ann):
        order(ann, [(nut, 10)])
    assert skus(client.get("/shop?q=screw&bought=1")) == ["NUT"]
    assert "bought before 1" in client.get("/shop?q=screw").text
    assert skus(client.get("/shop?q=screw&sort=-bought"))[0] == "NUT"
    assert "Lift all filters" in client.get("/shop?q=hex&bought=1").text


def test_what_was_meant_is_said_and_the_search_as_typed_is_offered(client, screws):
    page = client.get("/shop?q=scerw")
    assert "These are the results for “screw”" in page.text
    assert len(skus(page)) == 6
    assert skus(client.get(page.link("Search for “scerw” instead"))) == []


def test_searches_in_vain_are_noted_once_they_are_not_narrowed(client, world, ann, screws):
    client.get("/shop?q=zebrastripes")
    client.get("/shop?q=ZebraStripes!")
    client.get("/shop?q=unicorns&stock=1")
    client.get("/shop/suggest?q=dragonfly")
    with world():
        assert [(line.text, line.times) for line in misses(SYSTEM)] == [("zebrastripes", 2)]


def test_pages_of_every_order_go_both_ways(client, world, ann):
    with world():
        for n in range(45):
            article(f"A{n:02}", name=f"Nut {n:02}", stock=n)
    for sort in ("relevance", "name", "-stock", "-bought", "sku", "price", "-price"):
        first = client.get(f"/shop?q=nut&size=20&sort={sort}")
        second = client.get(first.link("Next"))
        third = client.get(second.link("Next"))
        assert len({*skus(first), *skus(second), *skus(third)}) == 45, sort
        assert skus(client.get(third.link("Back"))) == skus(second), sort
        assert client.get(f"/shop?q=nut&sort={sort}&after=x").status == 200


def test_a_search_takes_the_same_statements_for_any_number_of_rows(client, world, ann):
    numbers = []
    for size in (2, 20):
        with world():
            for n in range(size):
                article(f"B{size}{n:02}", name="Bolt")
        with client.app.app_context(), statements() as seen:
            client.get("/shop?q=bolt")
        numbers.append(len(seen))
    assert numbers[0] == numbers[1]
