"""The sales desk's list of carts left behind, and one of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text, update

from app.accounts.models.companies import Company
from app.core import clock
from app.core.actor import Actor
from app.core.db import db, transaction
from app.insights.models.carts import AbandonedCart
from app.insights.service.carts import watch
from app.insights.views.labels import page_words
from tests.factories.accounts import sign_in
from tests.factories.insights import bare_abandonment
from tests.factories.ordering import article, fill_cart, ref
from tests.factories.ordering import order as place
from tests.support.queries import counted

LIST, CLOSED = "/abandoned-carts", "/abandoned-carts?view=closed"


@pytest.fixture
def desk(client, cast):
    sign_in(client, cast.people["sales"])
    return client


@pytest.fixture
def left_cart(isolated, world, cast) -> int:
    """A real cart of the customer's buyer, noticed; the id of the row about it."""
    with world():
        buyer = cast.actor("customer.buyer")
        with clock.frozen(datetime.now(UTC) - timedelta(hours=30)):
            fill_cart(buyer, [(article("A-1", "10.00"), 3), (article("A-2", "2.50", stock=1), 4)])
        watch(Actor.system())
        return db.session.scalars(select(AbandonedCart.id)).one()


def names(page) -> list[str]:
    return [tag.get_text() for tag in page.soup.select(".i-carts .k-row-link")]


def values(page) -> list[str]:
    return [" ".join(tag.get_text(" ").split()) for tag in page.soup.select(".i-carts td.k-key")]


def test_list_tells_account_person_value_age_and_page(desk, world, cast, left_cart):
    with world(), transaction():
        db.session.execute(update(AbandonedCart).values(last_page="/checkout/review"))
        manager = cast.people["sales"].id
        company = update(Company).where(Company.id == cast.customer.id)
        db.session.execute(company.values(phone="+49 40 33 44 55", manager_id=manager))
    page = desk.get(LIST)
    (row,) = page.rows("Abandoned carts")
    assert row[0] == f"Möller {cast.customer.code} · {cast.people['sales'].name}"
    assert row[2:5] == ["40.00 EUR 2 lines", "30%", "Out of stock"]
    assert "1 day ago" in row[5]
    assert row[6] == "Review before ordering Waits for you"
    assert page.link("+49 40 33 44 55") == "tel:+4940334455"
    buyer = cast.people["customer.buyer"].email
    assert page.link(buyer) == f"mailto:{buyer}"
    assert "1 cart waits 40.00 EUR" in page.text


def test_empty_lists_say_what_will_be_here(desk):
    assert "No cart waits for you" in desk.get(LIST).text
    assert "No closed carts" in desk.get(CLOSED).text
    assert "No cart fits" in desk.get(f"{LIST}?q=nobody").text
    assert "No cart is held out" in desk.get(f"{LIST}?view=held_out").text
    assert "No cart was left out" in desk.get(f"{LIST}?view=left_out").text


def test_list_is_narrowed_sorted_and_told_in_sums(desk, world, cast):
    with world():
        ours, theirs = cast.actor("customer.buyer"), cast.actor("stranger.buyer")
        bare_abandonment(ours, "300000000.00", idle_since=datetime(2026, 1, 1, tzinfo=UTC))
        bare_abandonment(ours, "5.00", idle_since=datetime(2026, 1, 3, tzinfo=UTC))
        bare_abandonment(theirs, "7000", currency="JPY", idle_since=datetime(2026, 1, 2, tzinfo=UTC))
        bare_abandonment(theirs, "1.00", state="recovered")
        with transaction():
            mine = update(Company).where(Company.id == cast.stranger.id)
            db.session.execute(mine.values(manager_id=cast.people["sales"].id))
    page = desk.get(LIST)
    assert values(page) == ["300,000,000.00 EUR 3 lines", "7,000 JPY 3 lines", "5.00 EUR 3 lines"]
    assert "2 carts wait 300,000,005.00 EUR" in page.text
    assert "1 cart waits 7,000 JPY" in page.text
    assert names(desk.get(f"{LIST}?sort=idle")) == ["Möller", "Stranger", "Möller"]
    assert names(desk.get(f"{LIST}?q=strang")) == ["Stranger"]
    assert names(desk.get(f"{LIST}?q={cast.customer.code.lower()}")) == ["Möller", "Möller"]
    assert names(desk.get(f"{LIST}?whose=mine")) == ["Stranger"]
    assert values(desk.get(CLOSED)) == ["1.00 EUR 3 lines"]


@pytest.mark.parametrize("sort", ["", "value", "idle", "-idle", "-likelihood"])
def test_pages_by_keyset_show_each_cart_once(desk, world, cast, sort):
    with world():
        actor = cast.actor("customer.buyer")
        rows = [
            bare_abandonment(
                actor, place % 5, likelihood=place % 7 or None, idle_since=datetime(2026, 1, 1 + place % 3, tzinfo=UTC)
            ).id
            for place in range(45)
        ]
    page, seen = desk.get(f"{LIST}?size=20&sort={sort}"), []
    while True:
        seen.append([int(tag["href"].rsplit("/", 1)[1]) for tag in page.soup.select(".i-carts .k-row-link")])
        if "Next" not in page.text:
            break
        page = desk.get(page.link("Next"))
    assert sorted(number for part in seen for number in part) == sorted(rows)
    assert [len(part) for part in seen] == [20, 20, 5]
    back = desk.get(page.link("Back"))
    assert [int(tag["href"].rsplit("/", 1)[1]) for tag in back.soup.select(".i-carts .k-row-link")] == seen[1]


def test_twenty_rows_cost_as_many_statements_as_two(desk, isolated, world, cast):
    costs = []
    for count in (2, 18):
        with world():
            for _ in range(count):
                bare_abandonment(cast.actor("customer.buyer"))
        desk.get(LIST)
        with counted(isolated) as seen:
            desk.get(LIST)
        costs.append(len(seen))
    assert costs[0] == costs[1]


def test_one_cart_shows_its_lines_at_todays_prices_with_their_problems(desk, world, cast, left_cart):
    page = desk.get(f"{LIST}/{left_cart}")
    assert page.h1 == "Cart of Möller"
    rows = page.rows("Lines of the cart")
    assert rows[0] == ["Article A-1 A-1", "3 pcs", "10.00", "30.00"]
    assert rows[1][0] == "Article A-2 A-2 Only 1 pcs in stock."
    assert page.rows("Sums")[-1] == ["Total", "47.60 EUR"]
    assert page.link(cast.customer.code) == f"/accounts/{cast.customer.code}"
    assert "Noticed as abandoned" in page.text


def test_cart_is_closed_with_reason_and_note_once(desk, world, cast, left_cart):
    address = f"{LIST}/{left_cart}"
    sent = {"close-client_ref": ref(), "close-reason": "", "close-note": "Orders next week"}
    assert desk.post(f"{address}/close", sent).status == 422
    other = desk.post(f"{address}/close", sent | {"close-reason": "other", "close-note": " "})
    assert other.status == 422
    page = desk.post(f"{address}/close", sent | {"close-reason": "orders_later"}, follow=True)
    assert page.banners == ["The cart is closed."]
    assert names(desk.get(CLOSED)) == ["Möller"]
    page = desk.get(address)
    assert page.soup.select_one(".k-quote").get_text() == "Orders next week"
    assert cast.people["sales"].name in page.soup.select_one(".k-timeline").get_text()
    assert "Orders later" in page.text
    again = sent | {"close-reason": "price", "close-client_ref": ref()}
    assert desk.post(f"{address}/close", again).status == 409


def test_ordered_cart_leads_to_its_order(desk, world, cast, left_cart):
    with world():
        actor = cast.actor("customer.buyer")
        with transaction():
            db.session.execute(text("DELETE FROM cart_lines WHERE position = 2"))
        placed = place(actor, [(article("A-3", "1.00"), 1)])
    page = desk.get(f"{LIST}/{left_cart}")
    assert page.link(placed.number) == f"/sales/orders/{cast.customer.code}/{placed.number}"
    assert "This cart is no longer open." in page.text


def test_account_shows_the_carts_it_left(desk, client, cast, left_cart):
    page = desk.get(f"/accounts/{cast.customer.code}")
    assert page.link("40.00 EUR") == f"{LIST}/{left_cart}"
    assert "Carts left behind" not in desk.get(f"/accounts/{cast.stranger.code}").text
    sign_in(client, cast.people["accountant"])
    assert "Carts left behind" not in client.get(f"/accounts/{cast.customer.code}").text


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/cart", "Cart"), ("/cart/lines/7", "A line of the cart"), ("/checkout", "Checkout"),
        ("/checkout/review", "Review before ordering"), ("/quick-order", "Quick order"),
        ("/quick-order?file=1", "Quick order"), ("/shop", "Catalogue"), ("/articles/A-1", "Product page"),
        ("/cartoon", "/cartoon"), ("", "–"),
    ],
)  # fmt: skip
def test_pages_have_names(app, path, words):
    with app.test_request_context():
        assert page_words(path) == words
