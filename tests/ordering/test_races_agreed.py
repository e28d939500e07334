"""People at the same moment around a cart at agreed prices: one cart, one order."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from app.core.db import db
from app.core.errors import Conflict
from app.core.tenancy import system_scope
from app.ordering.domain.wishes import Wishes
from app.ordering.models.carts import Cart
from app.ordering.models.orders import Order
from app.ordering.service.agreed import open_agreed_cart
from app.ordering.service.checkout import submit
from tests.factories.accounts import customer
from tests.factories.agreed import SOURCE, agreed, agreed_cart
from tests.factories.ordering import article, buyer, ref, ship_to
from tests.ordering.test_races import together

pytestmark = pytest.mark.races


def count(model) -> int:
    with system_scope("test"):
        return db.session.scalar(select(func.count()).select_from(model))


def test_many_who_open_it_at_once_get_one_cart(committing, world):
    with world():
        nut, company = article("NUT", "10"), customer()
        people = [buyer(company) for _ in range(4)]
    line = agreed(nut, 10, "9.5")

    def opened(actor):
        return open_agreed_cart(
            actor, company.id, [line], name="RFQ", source=SOURCE, currency="EUR", client_ref=ref()
        )  # fmt: skip

    results = together(committing, [(one, lambda one=one: opened(one)) for one in people])
    made = [one for one in results if isinstance(one, int)]
    assert len(set(made)) == 1, results
    assert all(isinstance(one, (int, Conflict)) for one in results), results
    with world():
        assert count(Cart) == 1


def test_two_who_order_one_quote_at_once_order_it_once(committing, world):
    with world():
        nut, company = article("NUT", "10"), customer()
        people = [buyer(company) for _ in range(3)]
        cart_id = {agreed_cart(one, agreed(nut, 10, "9.5")) for one in people}.pop()
        wishes = Wishes(ship_to(people[0]), po_number="PO-1")
    results = together(
        committing, [(one, lambda one=one: submit(one, cart_id, wishes, client_ref=ref())) for one in people]
    )  # fmt: skip
    assert len([one for one in results if not isinstance(one, Exception)]) == 1, results
    assert all(isinstance(one, Conflict) for one in results if isinstance(one, Exception)), results
    with world():
        assert count(Order) == 1
