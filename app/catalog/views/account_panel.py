"""What the page of an account tells about its assortments."""

from __future__ import annotations

from typing import Any

from flask import render_template

from app.catalog.policy import Permission
from app.catalog.queries.assortments import reaching
from app.web.access import actor
from app.web.slots import slot


@slot("accounts.account.side", order=15)
def assortment_panel(*, account: Any) -> str | None:
    if not actor().can(Permission.READ_ASSORTMENTS) or account.kind != "customer":
        return None
    return render_template("catalog/_account_assortments.html", account=account, found=reaching(actor(), account.id))
