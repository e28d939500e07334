"""The shop in the order of own prices: up, down, by pages, within a range, with facets and an assortment."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from app.catalog.domain.article_row import ArticleRow
from app.catalog.domain.assortment import Effect
from app.catalog.service.articles import upsert_articles
from app.catalog.service.assortment_reach import ReachKind, assign
from app.catalog.service.assortments import AssortmentFacts, add_rules, upsert_assortment
from app.catalog.service.attributes import AttributeRow, upsert_attributes
from app.core.actor import Actor
from app.core.db import db, statements
from tests.factories.ordering import article, buyer, category, sign_in

SYSTEM = Actor.system()


@pytest.fixture
def ann(client, world):
    with world():
        actor = buyer()
    sign_in(client, actor)
    return actor


@pytest.fixture
def screws(world, ann):
    """Six screws of two materials, dearest first by number, and one without a price; ids of the facet values."""
    with world():
        fixing = category("F", "Fixing")
        for n in range(6):
            article(f"S-{n}", str(60 - 10 * n), name=f"Hex screw {n}", category_id=fixing.id)
        article("S-FREE", None, name="Hex screw on request", category_id=fixing.id)
        upsert_articles(
            SYSTEM, [ArticleRow(f"S-{n}", attributes={"material": "steel" if n < 3 else "brass"}) for n in range(6)]
        )
        upsert_attributes(SYSTEM, [AttributeRow("material", is_facet=True)])
        return dict(db.session.execute(text("SELECT value, id FROM facet_values")).all())


def skus(page):
    return [row.select_one(".k-code").get_text(" ", strip=True) for row in page.soup.select(".o-list tbody tr")]


UP = ["S-5", "S-4", "S-3", "S-2", "S-1", "S-0"]


@pytest.mark.parametrize("place", ["", "q=screw&", "category=F&", "q=hex&category=F&"])
def test_own_prices_go_up_and_down_and_what_has_none_comes_last(client, screws, place):
    assert skus(client.get(f"/shop?{place}sort=price")) == [*UP, "S-FREE"]
    assert skus(client.get(f"/shop?{place}sort=-price")) == [*reversed(UP), "S-FREE"]


@pytest.mark.parametrize(
    ("bounds", "expected"),
    [
        ("price_from=20&price_to=40", ["S-4", "S-3", "S-2"]),
        ("price_from=45", ["S-1", "S-0"]),
        ("price_to=10,00", ["S-5"]),
        ("price_from=70", []),
        ("price_from=x", UP),
    ],
)
def test_a_range_of_own_prices_holds_both_ends(client, screws, bounds, expected):
    assert [sku for sku in skus(client.get(f"/shop?category=F&sort=price&{bounds}")) if sku != "S-FREE"] == expected


def test_a_range_can_be_lifted_and_turned(client, screws):
    page = client.get("/shop?category=F&price_from=20&price_to=40&sort=-price")
    assert skus(page) == ["S-2", "S-3", "S-4"]
    assert page.soup.find("input", attrs={"name": "price_from"})["value"] == "20.00"
    lifted = client.get(page.soup.select_one("a.o-lift")["href"])
    assert skus(lifted) == [*reversed(UP), "S-FREE"]


def test_facets_and_stock_narrow_the_order_of_prices(client, world, screws):
    page = client.get(f"/shop?q=screw&sort=price&f={screws['steel']}")
    assert skus(page) == ["S-2", "S-1", "S-0"]
    assert skus(client.get(f"/shop?category=F&sort=price&f={screws['steel']}&price_to=45")) == ["S-2"]
    with world():
        article("S-GONE", "1", name="Hex screw gone", stock=0)
    assert "S-GONE" not in skus(client.get("/shop?q=screw&sort=price&stock=1"))
    assert skus(client.get("/shop?q=screw&sort=price"))[0] == "S-GONE"


def test_pages_go_both_ways_over_equal_and_missing_prices(client, world, ann):
    with world():
        for n in range(45):
            article(f"A{n:02}", None if n >= 38 else str(1 + n // 10))
    for sort in ("price", "-price"):
        first = client.get(f"/shop?size=20&sort={sort}")
        second = client.get(first.link("Next"))
        third = client.get(second.link("Next"))
        assert len({*skus(first), *skus(second), *skus(third)}) == 45, sort
        assert sorted([*skus(second), *skus(third)][-7:]) == [f"A{n}" for n in range(38, 45)], sort
        back = client.get(third.link("Back"))
        assert skus(back) == skus(second), sort
        assert skus(client.get(back.link("Back"))) == skus(first), sort
    assert client.get("/shop?sort=price&after=x").status == 200


def test_what_an_assortment_hides_is_in_no_order(client, world, ann, screws):
    with world():
        found = upsert_assortment(SYSTEM, AssortmentFacts("A", "Winter"))
        add_rules(SYSTEM, found, Effect.DENY, skus=["S-5", "S-2"])
        code = db.session.scalar(text("SELECT code FROM companies WHERE id = :id"), {"id": ann.company_id})
        assign(SYSTEM, found, ReachKind.ACCOUNT, code)
    for address in (
        "/shop?sort=price",
        "/shop?q=screw&sort=price",
        f"/shop?sort=price&f={screws['brass']}&f={screws['steel']}",
    ):
        assert [sku for sku in skus(client.get(address)) if sku != "S-FREE"] == ["S-4", "S-3", "S-1", "S-0"], address


def test_the_order_is_offered_without_script(client, screws):
    page = client.get("/shop?q=screw")
    options = [option["value"] for option in page.soup.select("#o-sort option")]
    assert {"price", "-price"} <= set(options)
    assert page.soup.select_one(".o-list thead a.k-sort[href*='sort=price']")
    everything = client.get("/shop")
    assert everything.soup.select_one(".o-list thead a.k-sort[href*='sort=price']")


def test_the_order_takes_the_same_statements_for_any_number_of_rows(client, world, ann):
    numbers = []
    for size in (2, 20):
        with world():
            for n in range(size):
                article(f"B{size}{n:02}", str(n + 1), name="Bolt")
        client.get("/shop?q=bolt&sort=price")
        with client.app.app_context(), statements() as seen:
            client.get("/shop?q=bolt&sort=price")
        numbers.append(len(seen))
    assert numbers[0] == numbers[1]
