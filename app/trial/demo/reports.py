"""The first reports of the sales desk: sums worked out, one saved and shared, one sent weekly, one asked for as PDF."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from app.accounts.domain.roles import Role
from app.core.actor import Actor
from app.core.permissions import of_role
from app.core.tenancy import acting_as
from app.insights.service.aggregates import rebuild
from app.insights.service.report_runs import request_run
from app.insights.service.report_schedules import ScheduleRow, create_schedule
from app.insights.service.saved_reports import save_report

_ZONE = "Europe/Berlin"


def add_reports(house: Actor, staff: Mapping[Role, int]) -> None:
    """The PDF is made by the workers."""
    seller = replace(
        house, user_id=staff[Role.SALES], permissions=of_role(Role.SALES), name="Sven Larsen", time_zone=_ZONE
    )
    weekly = ScheduleRow("Turnover by account", "xlsx", "weekly", 1, 7, _ZONE, (staff[Role.SALES],))
    with acting_as(house):
        rebuild(house)
    with acting_as(seller):
        save_report(
            seller, "turnover", {"by": "category", "period": "this_year", "compare": "year"}, "Categories this year",
            is_shared=True, client_ref="demo-saved",
        )  # fmt: skip
        create_schedule(seller, "turnover", {"by": "account", "period": "last_month"}, weekly, client_ref="demo-weekly")
        request_run(seller, "margin", {"by": "category"}, "pdf", client_ref="demo-pdf")
