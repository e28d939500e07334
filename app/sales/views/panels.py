"""What the sales desk adds to the pages of other slices."""

from __future__ import annotations

from typing import Any

from flask import render_template

from app.accounts.domain.roles import CompanyKind, CompanyState
from app.sales.policy import Permission
from app.sales.queries.tasks import TaskFilters, count_tasks
from app.web.access import actor
from app.web.slots import slot


@slot("accounts.account.side", order=10)
def sales_of_account(*, account: Any, **_context: Any) -> str | None:
    """The way from the account's data to what sales knows of it."""
    if not actor().can(Permission.READ) or (account.kind, account.state) != (
        CompanyKind.CUSTOMER,
        CompanyState.APPROVED,
    ):
        return None
    return render_template(
        "sales/_account_link.html", account=account, tasks=count_tasks(actor(), TaskFilters(company_id=account.id))
    )
