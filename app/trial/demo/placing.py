"""Orders of the demo that leave alone what the buyer has in his carts."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from app.accounts.queries.addresses import addresses
from app.catalog.queries.articles import articles_by_code
from app.core import clock
from app.core.actor import Actor
from app.core.tenancy import acting_as
from app.ordering.domain.cart import WantedLine
from app.ordering.domain.wishes import Wishes
from app.ordering.service.cart import add_lines, new_cart
from app.ordering.service.checkout import check_prices, submit
from app.trial.demo.families import DemoArticle


def order_beside(
    buyer: Actor, chosen: Sequence[DemoArticle], po_number: str, *, moment: datetime | None = None, steps: int = 4
) -> int:
    """Place an order from a cart of its own, so many order steps of each article; returns its id."""
    with clock.frozen(moment or clock.now()), acting_as(buyer):
        articles = articles_by_code(buyer, [item.sku for item in chosen])
        lines = [WantedLine(articles[item.sku][0].id, Decimal(item.step * steps), item.unit) for item in chosen]
        cart_id = new_cart(buyer, po_number)
        add_lines(buyer, cart_id, lines, client_ref=str(uuid.uuid4()))
        check_prices(buyer, cart_id)
        ship_to = addresses(buyer)[0].id
        if ship_to is None:
            raise ValueError("a demo account has no address")
        done = submit(buyer, cart_id, Wishes(ship_to, po_number=po_number), client_ref=str(uuid.uuid4()))
        if done.order is None:
            raise ValueError("a demo order waits for approval")
        return done.order.id
