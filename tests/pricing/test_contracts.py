"""Quantities of contracts: drawn with the order, once, under lock, and given back."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import text

from app.core.actor import Actor
from app.core.db import db
from app.core.errors import Conflict, Forbidden, Invalid
from app.core.tenancy import acting_as
from app.ordering.domain.wishes import Wishes
from app.ordering.queries.cart import priced_cart
from app.ordering.service.checkout import check_prices, submit
from app.pricing.service.contracts import Draw, draw, give_back
from tests.factories import ordering
from tests.factories.accounts import customer
from tests.factories.pricing import contract, entry, price_list

DAY = date(2026, 5, 4)


def left(company_id):
    rows = db.session.execute(
        text("SELECT drawn FROM contract_balances WHERE company_id = :c ORDER BY id"), {"c": company_id}
    )
    return [row.drawn for row in rows]


def one_draw(line, quantity, article_id):
    return Draw(line, "FRAME", article_id, "H87", Decimal(0), Decimal(quantity))


@pytest.mark.usefixtures("ctx")
class TestDrawing:
    def test_an_order_draws_and_a_larger_line_pays_the_list_price(self):
        bolt = ordering.article("BOLT", "10")
        buyer = ordering.buyer()
        contract(buyer.company_id, "FRAME", {"BOLT": ("7", 100)})
        ordering.order(buyer, [(bolt, 60)])
        assert left(buyer.company_id) == [60]
        cart_id = ordering.fill_cart(buyer, [(bolt, 41)])
        with acting_as(buyer):
            (row,) = priced_cart(buyer, cart_id).rows
            assert (row.price.unit_price, row.price.is_drawn) == (10, False)
        with acting_as(buyer):
            check_prices(buyer, cart_id)
            submit(buyer, cart_id, Wishes(ordering.ship_to(buyer)), client_ref="x")
        assert left(buyer.company_id) == [60]

    def test_a_line_draws_once_and_gives_back_once(self):
        bolt = ordering.article("BOLT", "10")
        buyer = ordering.buyer()
        contract(buyer.company_id, "FRAME", {"BOLT": ("7", 100)})
        with acting_as(buyer):
            draws = [one_draw(1, 30, bolt.id), one_draw(2, 20, bolt.id)]
            assert draw(buyer, buyer.company_id, draws, on=DAY) == 2
            assert draw(buyer, buyer.company_id, draws, on=DAY) == 0
            assert left(buyer.company_id) == [50]
            with pytest.raises(Conflict, match="Only 50 pcs are left"):
                draw(buyer, buyer.company_id, [one_draw(3, 51, bolt.id)], on=DAY)
            assert give_back(buyer, buyer.company_id, [1]) == 30
            assert give_back(buyer, buyer.company_id, [1]) == 0
            assert left(buyer.company_id) == [20]

    def test_nobody_draws_for_another_account(self):
        bolt = ordering.article("BOLT", "10")
        buyer, stranger = ordering.buyer(), customer()
        contract(stranger.id, "FRAME", {"BOLT": ("7", 100)})
        with acting_as(buyer), pytest.raises(Forbidden):
            draw(buyer, stranger.id, [one_draw(1, 1, bolt.id)], on=DAY)

    def test_only_contracts_have_agreed_quantities(self):
        ordering.article("BOLT", "10")
        prices = price_list("PLAIN")
        with pytest.raises(Invalid):
            entry(prices, "BOLT", "1", agreed_quantity=Decimal(5))


@pytest.mark.races
def test_two_orders_at_once_never_draw_more_than_is_agreed(committing, world):
    with world():
        bolt = ordering.article("BOLT", "10")
        buyer = ordering.buyer()
        contract(buyer.company_id, "FRAME", {"BOLT": ("7", 100)})

    def take(number):
        with committing.app_context(), acting_as(buyer):
            try:
                return draw(buyer, buyer.company_id, [one_draw(number, 30, bolt.id)], on=DAY)
            except Conflict:
                return 0

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(take, range(1, 9))) == 3
    with world():
        assert left(buyer.company_id) == [90]
        assert give_back(Actor.system(), buyer.company_id, range(1, 9)) == 90
