"""The warehouse's pages: stock of each warehouse, counting by hand, warehouses."""

from __future__ import annotations

from flask import Blueprint

from app.core.actor import Scope
from app.inventory.policy import Permission
from app.web.navigation import nav_entry
from app.web.texts import _

blueprint = Blueprint("inventory", __name__)

nav_entry(50, "inventory.index", _("Stock"), Permission.READ, "stock", scope=Scope.OPERATOR)

from app.inventory.views import panels, stock  # noqa: E402, F401 -- they add their routes
