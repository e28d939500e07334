"""Orders that changed after placing: one whose confirmation differs and waits for the buyer, one with a cancelled line."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

from app.core import clock
from app.core.actor import Actor
from app.core.tenancy import acting_as
from app.ordering.domain.confirmation import AnswerKind, LineAnswer
from app.ordering.queries.order_changes import open_lines
from app.ordering.service.cancelling import cancel
from app.ordering.service.confirming import confirm
from app.ordering.service.order_rules import OwnRules, set_own_rules
from app.trial.demo.families import DemoArticle
from app.trial.demo.placing import order_beside

_MINUTES = 120


def add_changes(house: Actor, buyer: Actor, code: str, items: Sequence[DemoArticle]) -> None:
    """Two orders of an account within their time for changes; its other orders go on to be invoiced at once."""
    usable = [item for item in items if item.index % 53 and item.index % 37 and item.index % 211]
    with acting_as(house):
        set_own_rules(house, code, OwnRules(grace_minutes=_MINUTES))
    with clock.frozen(clock.now() - timedelta(minutes=15)):
        asked = order_beside(buyer, usable[40:46], "CHANGE-1", steps=10)
        changed = order_beside(buyer, usable[60:64], "CHANGE-2", steps=10)
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
