"""Buyers who order at the same moment: a budget is never overdrawn, nobody deadlocks, what is refused is told."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from sqlalchemy import text

from app.core.actor import Actor
from app.core.db import db
from app.core.errors import Conflict
from app.core.tenancy import acting_as
from app.ordering.domain.wishes import Wishes
from app.ordering.service.checkout import check_prices, submit
from app.ordering.service.coupons import add_coupon
from tests.factories.accounts import customer
from tests.factories.ordering import article, buyer, fill_cart, ref, ship_to
from tests.factories.promotions import coupon, promotion

pytestmark = pytest.mark.races
BUYERS, BUDGET = 8, 3


def test_budgets_and_coupons_are_never_overdrawn(committing, world):
    with world():
        nut = article("NUT", "10", stock=100_000)
        first = promotion("BUDGET", "10", budget_uses=BUDGET, priority=1)
        second = promotion("COUPON", "5", needs_coupon=True, priority=2)
        promotion("FREE", "1", priority=3)
        coupon(second, "TWO", max_uses=2)
        actors = [buyer(customer()) for _ in range(BUYERS)]
        carts = []
        for actor in actors:
            cart_id = fill_cart(actor, [(nut, 10)])
            with acting_as(actor):
                add_coupon(actor, cart_id, "TWO")
            carts.append((actor, cart_id, ship_to(actor)))

    def order(place):
        actor, cart_id, address = place
        refused = 0
        with committing.app_context(), acting_as(actor):
            while True:
                check_prices(actor, cart_id)
                try:
                    submit(actor, cart_id, Wishes(address), client_ref=ref())
                except Conflict as error:
                    assert error.details, error
                    refused += 1
                else:
                    return refused

    with ThreadPoolExecutor(BUYERS) as pool:
        refused = list(pool.map(order, carts))
    assert all(count <= BUDGET + 2 for count in refused)
    with world(Actor.system()):
        spent = db.session.execute(text("SELECT spent_uses, spent_amount FROM promotions ORDER BY priority")).all()
        uses = db.session.execute(text("SELECT promotion_id, count(*) FROM promotion_uses GROUP BY 1 ORDER BY 1")).all()
        assert db.session.scalar(text("SELECT uses FROM coupons")) == 2
        assert db.session.scalar(text("SELECT count(*) FROM orders")) == BUYERS
    assert tuple(spent[0]) == (BUDGET, Decimal(30))
    assert dict(tuple(row) for row in uses)[first] == BUDGET
    assert dict(tuple(row) for row in uses)[second] == 2
