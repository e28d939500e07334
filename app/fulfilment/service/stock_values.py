"""What put-right stock is worth: stock does not know costs, prices do not know stock."""

from __future__ import annotations

from app.core import clock
from app.core.actor import Actor
from app.core.db import command
from app.core.money import minor_units
from app.inventory.service.adjustments import Cost, articles_without_value, set_values
from app.pricing.queries.costs import costs_on


@command
def value_adjustments(actor: Actor, first_id: int, last_id: int) -> None:
    """Write today's costs into rows of the journal that have none; articles without a cost stay without."""
    costs = costs_on(actor, articles_without_value(actor, first_id, last_id), clock.today())
    set_values(actor, first_id, last_id, {
        article: Cost(amount, currency, minor_units(currency)) for article, (amount, currency) in costs.items()
    })  # fmt: skip
