"""Pages of billing: invoices and the accountant's exports."""

from __future__ import annotations

from flask import Blueprint

from app.billing.policy import Permission
from app.core.actor import Scope
from app.web.navigation import nav_entry
from app.web.texts import _

blueprint = Blueprint("billing", __name__)
nav_entry(25, "billing.index", _("Invoices"), Permission.READ, "invoice", scope=Scope.OPERATOR)
nav_entry(60, "billing.index", _("Invoices"), Permission.READ, "invoice", scope=Scope.TENANT)

from app.billing.views import exports, invoices, panels  # noqa: E402, F401 -- the modules add their routes to the blueprint
