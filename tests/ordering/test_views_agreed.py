"""A cart at agreed prices over HTTP: seen, changed within its range, checked out, found again in the order."""

from __future__ import annotations

import pytest

from tests.factories.agreed import agreed, agreed_cart
from tests.factories.ordering import article, buyer, fill_cart, sign_in


@pytest.fixture
def ann(client, world):
    with world():
        actor = buyer(name="Ann Buyer")
    sign_in(client, actor)
    return actor


@pytest.fixture
def cart_id(world, ann) -> int:
    with world():
        fill_cart(ann, [(article("PIN", "5"), 1)])
        return agreed_cart(ann, agreed(article("NUT", "10"), 10, "9.123456", least=5, most=20))


def test_the_page_says_where_the_price_comes_from_and_offers_no_way_out(client, cart_id):
    page = client.get(f"/carts/{cart_id}")
    assert "Agreed in quote RFQ-2026-000012, version 2" in page.text
    assert "9.123456" in page.text
    for words in ("Empty the cart", "Work in this cart", "Remove the ticked lines", "coupon", "Make a standing order"):
        assert words not in page.text, words
    assert not page.soup.select('button[name="remove"]')


def test_it_is_checked_out_beside_the_active_cart(client, cart_id):
    page = client.get(f"/checkout?cart={cart_id}")
    answer = client.post(f"/checkout?cart={cart_id}", data=page.form() | {"po_number": "4711"})
    assert answer.location.endswith(f"/checkout/{cart_id}/review"), answer.text
    review = client.get(answer.location)
    assert "Agreed in quote RFQ-2026-000012, version 2" in review.text
    assert review.soup.select(f'a[href="/checkout?cart={cart_id}"]')
    placed = client.post(answer.location, data=review.form())
    order = client.get(placed.location)
    assert "Agreed in quote RFQ-2026-000012, version 2" in order.text
    assert "91.23" in order.text
    assert "PIN" in client.get("/cart").text


def test_a_quantity_out_of_range_is_refused_with_the_nearest_one(client, cart_id):
    page = client.get(f"/carts/{cart_id}")
    fields = page.form("/cart/lines")
    name = next(key for key in fields if key.startswith("quantity-"))
    answer = client.post("/cart/lines", data=fields | {name: "21"})
    assert answer.status == 422
    assert "5 to 20" in answer.text.replace("\xa0", " ")
    assert client.post("/cart/lines", data=fields | {name: "20"}).status == 303
