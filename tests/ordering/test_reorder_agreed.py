"""An order at agreed prices, ordered again: the prices of the day."""

from __future__ import annotations

import pytest

from tests.factories.agreed import agreed, agreed_cart, order_agreed
from tests.factories.ordering import article, buyer, sign_in


@pytest.fixture
def order_number(client, world) -> str:
    with world():
        ann, nut = buyer(), article("NUT", "10")
        placed = order_agreed(ann, agreed_cart(ann, agreed(nut, 3, "9"), agreed(nut, 4, "8", 2)))
    sign_in(client, ann)
    return placed.number


def test_ordering_again_takes_todays_prices(client, order_number):
    page = client.get(f"/orders/{order_number}/reorder")
    assert page.status == 200
    assert "Agreed in quote" not in page.text
    assert "10.00" in page.text
