"""Who sees carts left behind, and who acts on them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, text

from app.core import clock
from app.core.actor import Actor
from app.core.db import db
from app.insights.models.carts import AbandonedCart
from app.insights.service.carts import watch
from app.sales.models.cart_actions import CartAction
from tests.factories.accounts import sign_in
from tests.factories.ordering import article, fill_cart, ref

LIST = "/abandoned-carts"
READERS = ("operator_admin", "sales")
OTHERS = ("accountant", "pricing", "warehouse", "customer.buyer", "stranger.buyer")
STEPS = ("message", "call", "substitute", "parts", "quote", "limit", "close", "hours", "steps/1")
PAGES = (LIST, f"{LIST}?view=closed", f"{LIST}?view=held_out", f"{LIST}?view=left_out", f"{LIST}/results", "one")
CLOSING = {"close-reason": "competitor", "close-note": "done"}


@pytest.fixture
def left_cart(isolated, world, cast) -> int:
    with world():
        with clock.frozen(datetime.now(UTC) - timedelta(hours=30)):
            fill_cart(cast.actor("customer.buyer"), [(article("A-1", "10.00"), 3)])
        watch(Actor.system())
        return db.session.scalars(select(AbandonedCart.id)).one()


def state() -> tuple[str, int]:
    count = db.session.scalar(select(func.count()).select_from(CartAction))
    return db.session.scalar(text("SELECT state FROM abandoned_carts")), count


@pytest.mark.parametrize("name", [*READERS, *OTHERS, "nobody"])
def test_access(client, world, cast, left_cart, name):
    if name != "nobody":
        sign_in(client, cast.people[name])
    expected = 200 if name in READERS else 303 if name == "nobody" else 403
    for page in PAGES:
        assert client.get(f"{LIST}/{left_cart}" if page == "one" else page).status == expected, page
    if name in READERS:
        assert client.get(f"{LIST}/0").status == 404
        assert client.post(f"{LIST}/{left_cart}/steps/1", {}).status == 404
        done = client.post(f"{LIST}/{left_cart}/close", CLOSING | {"close-client_ref": ref()})
        assert done.status == 303
        with world():
            assert state() == ("dismissed", 1)
        return
    for step in STEPS:
        answer = client.post(f"{LIST}/{left_cart}/{step}", CLOSING | {"close-client_ref": ref()})
        assert answer.status == expected, step
    with world():
        assert state() == ("open", 0)
