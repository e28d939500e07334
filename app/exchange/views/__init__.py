"""The operator's pages of imports."""

from __future__ import annotations

from flask import Blueprint

from app.core.actor import Scope
from app.exchange.policy import Permission
from app.web.navigation import nav_entry
from app.web.texts import _

blueprint = Blueprint("exchange", __name__)
nav_entry(70, "exchange.index", _("Imports"), Permission.READ, icon="import", scope=Scope.OPERATOR)

from app.exchange.views import columns, imports, panels, runs  # noqa: E402, F401 -- the modules add their routes to the blueprint
