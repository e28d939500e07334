"""The buyer's way to an article in Chromium: words typed badly, facets, own prices, ten beside each other, variants."""

from __future__ import annotations

import re
from typing import Any

import pytest

from app.catalog.domain.article_row import ArticleRow
from app.catalog.service.articles import upsert_articles
from app.catalog.service.attributes import AttributeRow, upsert_attributes
from app.core.actor import Actor
from app.core.tenancy import acting_as
from tests.factories.accounts import customer, person
from tests.factories.ordering import article, shop
from tests.factories.promotions import coupon, promotion
from tests.support.browser import DESK, PHONE, look, signed_in

pytestmark = pytest.mark.browser
SYSTEM = Actor.system()


@pytest.fixture
def ann(world) -> str:
    """A buyer among twelve drills of two steels, gloves in two sizes and colours, and a lamp that is gone."""
    with world():
        shop()
        for n in range(12):
            article(f"D-{n:02}", str(20 - n), name=f"Twist drill {n} mm", names={"ru": f"Сверло {n} мм"}, brand="Acme")
        article("GL", None, name="Work gloves", stock=0)
        for size in ("8", "9"):
            for colour in ("black", "red"):
                article(f"GL-{size}-{colour}", size, name=f"Work gloves {size} {colour}")
        article("LAMP", "30", name="Hand lamp", stock=0)
        with acting_as(SYSTEM):
            upsert_attributes(SYSTEM, [
                AttributeRow("steel", "Steel", is_facet=True), AttributeRow("size", "Size"), AttributeRow("colour", "Colour"),
            ])  # fmt: skip
            upsert_articles(SYSTEM, [
                *(ArticleRow(f"D-{n:02}", attributes={"steel": "HSS" if n < 11 else "Cobalt"}) for n in range(12)),
                ArticleRow("GL", axes=("size", "colour")),
                *(ArticleRow(f"GL-{size}-{colour}", variant_of="GL", attributes={"size": size, "colour": colour})
                  for size in ("8", "9") for colour in ("black", "red")),
            ])  # fmt: skip
        coupon(promotion("WELCOME", "5", effect="amount", needs_coupon=True, min_net="50"), "WELCOME5")
        return person(customer("BRANDT", name="Brandt Maschinenbau"), name="Ann Buyer").email


def numbers(page: Any) -> list[str]:
    return [text.split()[0] for text in page.locator(".o-list tbody .k-code").all_inner_texts()]


def test_find_narrow_sort_and_compare_ten(browser, base, ann):
    page = signed_in(browser, base, ann)
    page.goto("/shop")
    page.fill("header [name=q]", "cdthkj")
    page.press("header [name=q]", "Enter")
    page.wait_for_selector("text=12 articles")
    page.fill("header [name=q]", "dirll")
    page.press("header [name=q]", "Enter")
    page.wait_for_selector("text=These are the results for “drill”")
    page.check(".o-facet >> text=HSS")
    page.select_option("#o-sort", "price")
    page.click(".o-filter >> text=Show")
    page.wait_for_selector("text=11 articles")
    assert numbers(page) == [f"D-{n:02}" for n in range(10, -1, -1)]
    look(page)
    for tick in page.locator("input[name=a]").all()[:10]:
        tick.check()
    page.click("text=Compare the ticked articles")
    page.wait_for_url(re.compile("/compare"))
    assert page.locator(".o-compare thead th").count() == 10
    look(page)
    page.check("text=only differences")
    page.click("main >> text=Show")
    page.wait_for_url(re.compile("only=1"))
    assert "Brand" not in page.inner_text(".o-compare tbody")
    field = page.locator(".o-compare input[name^=quantity-]").first
    field.fill("3")
    field.press("Enter")
    page.wait_for_selector(".o-compare >> text=3 pcs in the cart")
    page.context.close()


def test_ten_beside_each_other_on_a_phone_scroll_in_their_own_place(browser, base, ann):
    page = signed_in(browser, base, ann, viewport=PHONE, scheme="dark")
    page.goto("/shop?q=drill")
    for tick in page.locator("input[name=a]").all()[:10]:
        tick.check()
    page.click("text=Compare the ticked articles")
    page.wait_for_url(re.compile("/compare"))
    look(page)
    page.evaluate("document.querySelector('.o-matrix-wrap').scrollLeft = 600")
    label, wrap = (
        page.locator(".o-compare tbody th").first.bounding_box(),
        page.locator(".o-matrix-wrap").bounding_box(),
    )
    assert abs(label["x"] - wrap["x"]) <= 1, "the names of the rows stay"
    page.context.close()


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_order_variants_use_a_coupon_and_ask_why(browser, base, ann, viewport):
    page = signed_in(browser, base, ann, viewport=viewport)
    page.goto("/articles/GL")
    look(page)
    for label, quantity in (("Work gloves 8 red", "3"), ("Work gloves 9 black", "5")):
        page.fill(f"[aria-label='Quantity of {label}']", quantity)
    page.click("text=Put all into the cart")
    page.wait_for_selector("text=2 articles are in the cart.")
    page.goto("/cart")
    page.fill("[name=coupon]", "welcome5")
    page.click("text=Use coupon")
    page.wait_for_selector("text=64.00")
    look(page)
    page.goto("/articles/GL-9-black")
    page.click("text=Why this price")
    page.wait_for_selector(".o-why >> text=List price")
    page.context.close()


def test_be_told_when_an_article_is_back(browser, base, ann):
    page = signed_in(browser, base, ann)
    page.goto("/articles/LAMP")
    look(page)
    page.fill("#watch-quantity", "4")
    page.click("#notify >> text=Tell me >> nth=-1")
    page.wait_for_selector("text=We tell you by mail and here when it is back.")
    page.click("text=What you wait for")
    page.wait_for_selector("main >> text=Hand lamp")
    look(page)
    page.context.close()
