"""Carts at agreed prices."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from app.catalog.models.articles import Article
from app.core.actor import Actor
from app.core.tenancy import acting_as
from app.ordering.domain.agreed import AgreedLine
from app.ordering.domain.wishes import Placed, Wishes
from app.ordering.service.agreed import open_agreed_cart
from app.ordering.service.checkout import submit
from tests.factories.ordering import ref, ship_to

SOURCE = "quote:RFQ-2026-000012:v2"


def agreed(made: Article, quantity: Any, price: Any, line: int = 1, **facts: Any) -> AgreedLine:
    """A line at an agreed price, for just this quantity unless `least` and `most` say otherwise."""
    amount = Decimal(str(quantity))
    least, most = facts.pop("least", amount), facts.pop("most", amount)
    return AgreedLine(
        made.id, amount, facts.pop("unit", "H87"), Decimal(str(price)), f"{SOURCE}:{line}", Decimal(str(least)),
        None if most is None else Decimal(str(most)), Decimal(str(facts.pop("base", 1))), **facts,
    )  # fmt: skip


def agreed_cart(actor: Actor, *lines: AgreedLine, source: str = SOURCE, currency: str = "EUR") -> int:
    with acting_as(actor):
        return open_agreed_cart(
            actor, actor.company_id or 0, lines, name="RFQ-2026-000012", source=source, currency=currency,
            client_ref=ref(),
        )  # fmt: skip


def order_agreed(actor: Actor, cart_id: int, **wishes: Any) -> Placed:
    values = {"ship_to_id": ship_to(actor), "po_number": "PO-1"} | wishes
    with acting_as(actor):
        placed = submit(actor, cart_id, Wishes(**values), client_ref=ref()).order
    assert placed is not None, "this order waits for approval"
    return placed
