"""What administrators see more of on the start page: work that got stuck."""

from __future__ import annotations

from typing import Any

from flask import render_template

from app.admin.policy import Permission
from app.core.outbox import parked_count
from app.sourcing.queries.chains import late_count
from app.web.access import actor
from app.web.slots import slot


@slot("insights.start.figures")
def parked_events(**_context: Any) -> str | None:
    """Events that failed for good, until somebody replays them."""
    if not actor().can(Permission.READ_OUTBOX):
        return None
    return render_template("admin/_overview_figures.html", parked=parked_count(actor()))


@slot("insights.start.figures", order=90)
def late_deadlines(**_context: Any) -> str | None:
    """Deadlines of quotes and tenders that nobody has worked off in time: shown only when there are any."""
    if not actor().can(Permission.READ_OUTBOX):
        return None
    late = late_count(actor())
    return render_template("admin/_overview_late.html", late=late) if late else None
