"""What the sales desk adds to the pages of other slices."""

from __future__ import annotations

from typing import Any

from flask import render_template

from app.insights.policy import Permission
from app.insights.queries.carts import AbandonedFilters, abandoned_carts
from app.insights.views.labels import STATES, page_words
from app.web.access import actor
from app.web.slots import slot


@slot("accounts.account.top")
def abandoned_of_account(*, account: Any, **_context: Any) -> str | None:
    """The carts an account has left behind, on top of its page."""
    if not actor().can(Permission.READ_CARTS):
        return None
    rows = abandoned_carts(actor(), AbandonedFilters(company_id=account.id), limit=5)
    if not rows:
        return None
    return render_template("insights/_account_carts.html", rows=rows, states=STATES, page_words=page_words)
