"""What the page of an order says of its shipments."""

from __future__ import annotations

from typing import Any

from flask import render_template

from app.core.actor import Actor
from app.fulfilment.policy import Permission
from app.fulfilment.queries.shipments import shipments_of_order
from app.fulfilment.queries.shipping import order_stage
from app.fulfilment.views.shipments import state_chip
from app.ordering.domain.progress import STAGE_NAMES, LineCounts, Stage
from app.web.access import actor
from app.web.slots import slot
from app.web.texts import say


@slot("ordering.order.side", order=20)
def shipments_panel(*, order: Any, **_context: Any) -> str | None:
    """How far the order is, and its shipments; orders of earlier years were shipped elsewhere."""
    person = actor()
    if not person.can(Permission.READ) or order.source == "history":
        return None
    stage, counts = order_stage(person, order.id)
    rows = shipments_of_order(person, order.id) if stage is not Stage.OPEN else []
    return render_template(
        "fulfilment/_order_shipments.html", order=order, stage=say(STAGE_NAMES[stage]), counts=counts, shipments=rows,
        chip_of=state_chip, is_sales=person.is_operator, may_ship=_may_ship(person, order, counts),
    )  # fmt: skip


def _may_ship(person: Actor, order: Any, counts: LineCounts) -> bool:
    is_open = order.state in ("placed", "confirmed", "in_delivery") and counts.shipped_in_full < counts.lines
    return person.is_operator and person.can(Permission.SEND) and is_open
