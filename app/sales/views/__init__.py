"""Pages of the sales desk."""

from __future__ import annotations

from flask import Blueprint

from app.core.actor import Scope
from app.insights.policy import Permission as Insights
from app.sales.policy import Permission
from app.web.navigation import nav_entry
from app.web.texts import _

blueprint = Blueprint("sales", __name__)
nav_entry(3, "sales.today", _("My day"), Permission.WORK, "clock", scope=Scope.OPERATOR,
          under=("/sales/tasks", "/sales/accounts", "/sales/handovers", "/sales/portfolio"))  # fmt: skip
nav_entry(15, "sales.carts", _("Abandoned carts"), Insights.READ_CARTS, "abandoned", scope=Scope.OPERATOR)
nav_entry(47, "sales.alerts", _("Warnings"), Permission.EDIT_SEGMENTS, "warn", group="more", scope=Scope.OPERATOR)
nav_entry(41, "sales.portfolio", _("Portfolio"), Permission.READ, "chart", group="more", scope=Scope.OPERATOR)
nav_entry(42, "sales.offers", _("Offers"), Permission.EDIT_OFFERS, "price", group="more", scope=Scope.OPERATOR,
          under=("/sales/segments", "/sales/start-pages", "/sales/ranking"))  # fmt: skip

from app.sales.views import (  # noqa: E402, F401 -- they add their routes to the blueprint
    accounts,
    alerts,
    cart_actions,
    cart_results,
    carts,
    clearance,
    handovers,
    offer_places,
    offers,
    panels,
    portfolio,
    ranking,
    segments,
    start_figures,
    start_pages,
    tasks,
)
