"""What of fulfilment waits, on the operator's first page."""

from __future__ import annotations

from typing import Any

from flask import render_template

from app.fulfilment.policy import Permission
from app.fulfilment.queries.waiting import waiting
from app.web.access import actor
from app.web.slots import slot


@slot("insights.start.figures", order=30)
def fulfilment_figures(**_context: Any) -> str | None:
    """Only what waits, and only for those who may work on it."""
    me = actor()
    rights = {name: me.can(Permission[name]) for name in ("PICK", "SEND", "DECIDE", "INSPECT")}
    if not me.is_operator or not any(rights.values()):
        return None
    return render_template("fulfilment/_figures.html", waiting=waiting(me), may=rights)
