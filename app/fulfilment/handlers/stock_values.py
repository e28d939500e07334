"""What was put right in stock gets its value."""

from __future__ import annotations

from app.core.actor import Actor, Scope
from app.core.outbox import handles
from app.fulfilment.service.stock_values import value_adjustments
from app.inventory.events import StockAdjusted


@handles(StockAdjusted, scope=Scope.OPERATOR)
def stock_adjusted(actor: Actor, event: StockAdjusted) -> None:
    value_adjustments(actor, event.first_id, event.last_id)
