"""What waits of tenders, on the first page."""

from __future__ import annotations

from typing import Any

from flask import render_template

from app.sourcing.policy import Permission
from app.sourcing.queries.waiting import waiting_tenders
from app.web.access import actor
from app.web.slots import slot


@slot("insights.start.figures", order=50)
def tender_figures(**_context: Any) -> str | None:
    """For suppliers and those who run tenders; one statement."""
    is_supplier = actor().can(Permission.BID)
    if not (is_supplier or actor().can(Permission.RUN)) or "*" in actor().permissions:
        return None
    found = waiting_tenders(actor(), as_supplier=is_supplier)
    return render_template("sourcing/_tender_figures.html", waiting=found, is_supplier=is_supplier)
