"""Orders that changed after placing: one whose confirmation differs and waits for the buyer, one with a cancelled line."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

from app.accounts.queries.addresses import addresses
from app.catalog.queries.articles import articles_by_code
from app.core import clock
from app.core.actor import Actor
from app.core.tenancy import acting_as
from app.ordering.domain.cart import WantedLine
from app.ordering.domain.confirmation import AnswerKind, LineAnswer
from app.ordering.domain.wishes import Wishes
from app.ordering.queries.order_changes import open_lines
from app.ordering.service.cancelling import cancel
from app.ordering.service.cart import add_lines, new_cart
from app.ordering.service.checkout import check_prices, submit
from app.ordering.service.confirming import confirm
from app.ordering.service.order_rules import OwnRules, set_own_rules
from app.trial.demo.families import DemoArticle

_MINUTES = 120


def add_changes(house: Actor, buyer: Actor, code: str, items: Sequence[DemoArticle]) -> None:
    """Two orders of an account within their time for changes; its other orders go on to be invoiced at once."""
    usable = [item for item in items if item.index % 53 and item.index % 37 and item.index % 211]
    with acting_as(house):
        set_own_rules(house, code, OwnRules(grace_minutes=_MINUTES))
    with clock.frozen(clock.now() - timedelta(minutes=15)):
        asked = _place(buyer, usable[40:46], "CHANGE-1")
        changed = _place(buyer, usable[60:64], "CHANGE-2")
    with acting_as(house):
        set_own_rules(house, code, OwnRules())
        first, second, *others = open_lines(house, asked)
        answers = {line.id: LineAnswer(AnswerKind.AS_ORDERED) for line in others}
        answers[first.id] = LineAnswer(
            AnswerKind.CHANGED, unit_price=(first.unit_price * Decimal("1.08")).quantize(Decimal("0.0001")),
            reason="The maker has raised its price.",
        )  # fmt: skip
        answers[second.id] = LineAnswer(
            AnswerKind.BACKORDERED, promised_on=clock.today() + timedelta(days=12), reason="On its way to us."
        )
        confirm(house, asked, answers, client_ref=str(uuid.uuid4()))
    with acting_as(buyer):
        gone = open_lines(buyer, changed)[-1]
        cancel(buyer, changed, {gone.id: gone.quantity}, reason="Found in our own store", client_ref=str(uuid.uuid4()))


def _place(buyer: Actor, chosen: Sequence[DemoArticle], po_number: str) -> int:
    with acting_as(buyer):
        articles = articles_by_code(buyer, [item.sku for item in chosen])
        lines = [WantedLine(articles[item.sku][0].id, Decimal(item.step * 10), item.unit) for item in chosen]
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
