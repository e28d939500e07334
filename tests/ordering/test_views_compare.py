"""Articles beside each other: what differs, what is left out, into the cart; ticks without script."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from app.catalog.domain.article_row import ArticleRow
from app.catalog.service.articles import upsert_articles
from app.catalog.service.attributes import AttributeRow, set_template, upsert_attributes
from app.core.actor import Actor
from app.core.db import statements
from tests.factories.ordering import article, buyer, category, own_number, sign_in

SYSTEM = Actor.system()


@pytest.fixture
def ann(client, world):
    with world():
        actor = buyer()
    sign_in(client, actor)
    return actor


@pytest.fixture
def bolts(world, ann):
    with world():
        fixing = category("B", "Bolts")
        upsert_attributes(SYSTEM, [
            AttributeRow("length", "Length", {}, "number", "MMT"), AttributeRow("thread", "Thread"),
            AttributeRow("zinc", "Zinc plated", {}, "flag"),
        ])  # fmt: skip
        set_template(SYSTEM, "B", {"thread": True, "length": False, "zinc": False})
        made = [
            article("B-1", "0.20", name="Bolt one", breaks={100: "0.15"}, units={"XBX": 50}, brand="Acme",
                    category_id=fixing.id),
            article("B-2", "0.30", name="Bolt two", brand="Acme", stock=0, category_id=fixing.id),
        ]  # fmt: skip
        upsert_articles(SYSTEM, [
            ArticleRow("B-1", attributes={"length": "20", "thread": "M8", "odd": "x"}),
            ArticleRow("B-2", attributes={"length": "30", "thread": "M8", "zinc": "yes"}),
        ])  # fmt: skip
    return made


def address(made, more=""):
    return "/compare?" + "&".join(f"a={one.id}" for one in made) + more


def shown(page) -> dict[str, list[str]]:
    return {
        row.select_one("th").get_text(" ", strip=True): [
            cell.get_text(" ", strip=True).replace("\xa0", " ") for cell in row.select("td")
        ]
        for row in page.soup.select(".o-compare tbody tr")
    }


def heads(page) -> list[str]:
    return [head.select_one(".k-code").text for head in page.soup.select(".o-compare thead th")]


def test_columns_are_articles_with_price_stock_units_and_attributes_in_order(client, bolts):
    page = client.get(address(bolts))
    rows = shown(page)
    assert heads(page) == ["B-1", "B-2"]
    assert list(rows) == ["Your price ≠ differs", "In stock", "Quantity Unit", "Units ≠ differs", "Brand", "Thread",
                          "Length ≠ differs", "Zinc plated ≠ differs", "Odd ≠ differs"]  # fmt: skip
    assert rows["Your price ≠ differs"][0].startswith("0.20 EUR / pc 1 pc 0.20 100 pcs 0.15")
    assert rows["In stock"] == ["1,000 pcs", "out of stock"]
    assert rows["Length ≠ differs"] == ["20 mm", "30 mm"]
    assert rows["Zinc plated ≠ differs"] == ["–", "yes"]
    assert "50" in rows["Units ≠ differs"][0]
    assert len(page.soup.select(".o-compare thead img")) == 2


def test_only_differences_leaves_out_what_is_alike(client, bolts):
    rows = shown(client.get(address(bolts, "&only=1")))
    assert "Brand" not in rows
    assert "Thread" not in rows
    assert "Length ≠ differs" in rows


def test_one_article_alone_differs_from_none(client, bolts):
    assert not any("≠" in label for label in shown(client.get(address(bolts[:1], "&only=1"))))


def test_an_eleventh_gets_a_clear_message(client, world, ann):
    with world():
        made = [article(f"A{n:02}") for n in range(12)]
    page = client.get(address(made[:11]))
    assert heads(page) == [f"A{n:02}" for n in range(10)]
    assert "Ten articles are the most that can be compared. The first ten are shown." in page.text
    refused = client.get(address(made[:10], "&add=A11"))
    assert "Take one out first." in refused.text
    assert heads(refused) == [f"A{n:02}" for n in range(10)]


def test_one_more_by_its_number_and_one_taken_out(client, world, ann, bolts):
    with world():
        nut = article("NUT")
        own_number(nut, ann.company_id, "MY-7")
    answer = client.get(address(bolts, "&add=my-7&only=1"))
    assert parse_qs(urlsplit(answer.location).query) == {"a": [str(one.id) for one in [*bolts, nut]], "only": ["1"]}
    page = client.get(answer.location)
    assert heads(page) == ["B-1", "B-2", "NUT"]
    assert heads(client.get(page.soup.select_one(".o-compare thead a.o-lift")["href"])) == ["B-2", "NUT"]
    assert "There is no article NOTHING to compare." in client.get(address(bolts, "&add=NOTHING")).text


def test_what_cannot_be_ordered_is_left_out_and_counted(client, bolts):
    assert "1 article is left out" in client.get(address(bolts, "&a=999999999&a=x")).text
    assert "Nothing to compare yet" in client.get("/compare").text


def test_an_article_goes_into_the_cart_from_there(client, bolts):
    page = client.get(address(bolts))
    form = page.form("/cart/add") | {"add": bolts[0].id, f"quantity-{bolts[0].id}": "2", f"unit-{bolts[0].id}": "XBX"}
    answer = client.post("/cart/add", data=form)
    assert answer.location == address(bolts)
    assert "B-1 is in the cart: 2 boxes." in client.get(answer.location).banners


def test_lists_have_ticks_that_a_plain_form_sends(client, bolts):
    for place in ("/shop", "/shop?q=bolt"):
        page = client.get(place)
        ticks = page.soup.select("input[name=a][form=compare]")
        assert {int(tick["value"]) for tick in ticks} == {one.id for one in bolts}
        form = page.soup.find("form", id="compare")
        assert (form["method"], form["action"]) == ("get", "/compare")


def test_a_comparison_takes_the_same_statements_for_two_and_ten(client, world, ann):
    with world():
        made = [article(f"A{n:02}", breaks={10: "0.5"}) for n in range(10)]
        upsert_articles(SYSTEM, [ArticleRow(one.sku, attributes={"x": one.sku}) for one in made])
    counts = []
    for few in (made[:2], made):
        client.get(address(few))
        with client.app.app_context(), statements() as seen:
            client.get(address(few))
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 16
