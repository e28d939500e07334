"""Where traced goods went: shipments and their orders, on the page that traces batches and pieces."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import render_template

from app.fulfilment.policy import Permission
from app.fulfilment.queries.tracing import shipments_named
from app.web.access import actor
from app.web.slots import slot


@slot("inventory.trace", order=10)
def traced_shipments(*, moves: Sequence[Any], **_context: Any) -> str | None:
    person = actor()
    numbers = {move.reference for move in moves if move.reason in ("issue", "return") and move.reference}
    if not numbers or not person.can(Permission.READ):
        return None
    rows = shipments_named(person, numbers)
    return render_template("fulfilment/_traced_shipments.html", shipments=rows) if rows else None
