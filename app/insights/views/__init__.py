"""Pages of the sales desk, and the page everybody starts on."""

from __future__ import annotations

from flask import Blueprint

from app.accounts.policy import Permission as AccountPermission
from app.core.actor import Scope
from app.insights.policy import Permission
from app.ordering.policy import Permission as OrderingPermission
from app.web.navigation import nav_entry
from app.web.texts import _

blueprint = Blueprint("insights", __name__)
nav_entry(1, "insights.start", _("Overview"), AccountPermission.READ_COMPANY, "home")
nav_entry(25, "insights.reorder_due", _("Reorder"), OrderingPermission.FILL_CART, "clock", scope=Scope.TENANT)
nav_entry(45, "insights.report_list", _("Reports"), Permission.READ_REPORTS, "chart", scope=Scope.OPERATOR)
nav_entry(45, "insights.report_list", _("Reports"), Permission.READ_OWN_REPORTS, "chart", scope=Scope.TENANT)
nav_entry(43, "insights.stock_movement", _("Stock that does not move"), Permission.READ_STOCK, "stock", group="more",
          scope=Scope.OPERATOR, under=("/clearances",))  # fmt: skip

from app.insights.views import (  # noqa: E402 -- they add their routes to the blueprint
    health,  # noqa: F401
    panels,  # noqa: F401
    price_effects,  # noqa: F401
    recommendations,  # noqa: F401
    reorder,  # noqa: F401
    report_files,  # noqa: F401
    report_schedules,  # noqa: F401
    reports,  # noqa: F401
    start,  # noqa: F401
    stock_movement,  # noqa: F401
)
