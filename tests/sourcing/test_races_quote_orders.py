"""People at the same moment around an accepted quote."""

from __future__ import annotations

import pytest

from app.sourcing.service import quote_decisions
from app.sourcing.service.quote_orders import order_now
from tests.factories.quotes import act, market, offered, ref, row
from tests.ordering.test_races import together

pytestmark = pytest.mark.races


def test_many_who_press_order_now_at_once_open_one_cart(committing, world):
    with world():
        play = market()
        quote_id = offered(play)
        act(play.buyer, quote_decisions.accept, quote_id, {}, client_ref=ref())
    results = together(
        committing, [(play.buyer, lambda: order_now(play.buyer, quote_id, client_ref=ref())) for _ in range(4)]
    )
    assert len(set(results)) == 1, results
    with world():
        assert row(quote_id).cart_id == results[0]
