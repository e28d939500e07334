"""Accounts that read prices with VAT: unit prices are shown with it, every sum stays what it was."""

from __future__ import annotations

from decimal import Decimal

import pytest

from app.core.tenancy import acting_as
from app.ordering.queries.cart import priced_cart
from app.pricing.domain.book import Book
from app.pricing.domain.gross import shown_price, shows_gross
from app.pricing.domain.price import PriceItem, price_line
from app.pricing.domain.vat import Parties, Treatment
from tests.factories.accounts import customer
from tests.factories.ordering import article, buyer, fill_cart, sign_in


@pytest.mark.parametrize(
    ("net", "rate", "currency", "gross"),
    [
        ("10", "19", "EUR", "11.90"),
        ("0.35", "19", "EUR", "0.42"),  # 0.4165
        ("0.0125", "19", "EUR", "0.0149"),  # 0.014875
        ("9.99", "7", "EUR", "10.69"),  # 10.6893
        ("105", "10", "JPY", "116"),  # 115.5
        ("10", None, "EUR", "10"),
        ("10", "0", "EUR", "10.00"),
    ],
)
def test_a_unit_price_with_vat(net, rate, currency, gross):
    from_rate = None if rate is None else Decimal(rate)
    item = PriceItem(1, Decimal(1), "H87", "H87", None)  # type: ignore[arg-type]
    line, _ = price_line(item, (), currency, Treatment("S", from_rate))
    line.book = Book(currency, Parties("DE", "DE", shows_gross=True), {}, ())
    assert str(shown_price(Decimal(net), line)) == gross
    line.book = Book(currency, Parties("DE", "DE"), {}, ())
    assert (shown_price(Decimal(net), line), shows_gross(line)) == (Decimal(net), False)


def test_pages_show_gross_prices_and_net_sums(client, world):
    with world():
        nut = article("NUT", "0.35")
        ann, bob = buyer(customer(vat_mode="gross")), buyer(customer())
        carts = [fill_cart(actor, [(nut, 100)]) for actor in (ann, bob)]
    sums = []
    for actor, cart_id in zip((ann, bob), carts, strict=True):
        with world(), acting_as(actor):
            sums.append(priced_cart(actor, cart_id).totals)
    assert sums[0] == sums[1]
    assert sums[0].net_total == 35
    sign_in(client, ann)
    for address, label in (
        ("/cart", "Price incl. VAT"),
        ("/shop", "Your price incl. VAT"),
        ("/articles/NUT", "incl. VAT"),
    ):
        text = client.get(address).text.replace("\xa0", " ")
        assert label in text
        assert "0.42" in text
    assert "35.00" in client.get("/cart").text
