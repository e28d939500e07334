"""Labels on the page of a shipment."""

from __future__ import annotations

from typing import Any

from flask import render_template

from app.fulfilment.policy import Permission
from app.web.access import actor
from app.web.slots import slot


@slot("fulfilment.shipment.side", order=10)
def labels_panel(*, shipment: Any, **_context: Any) -> str | None:
    """For those who send; a shipment without packages has none."""
    person = actor()
    if not (person.is_operator and person.can(Permission.SEND)) or not shipment.packages:
        return None
    return render_template("fulfilment/_shipment_labels.html", number=shipment.number, count=len(shipment.packages))
