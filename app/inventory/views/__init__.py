"""The warehouse's pages: stock of each warehouse, counting by hand, warehouses."""

from __future__ import annotations

from flask import Blueprint

from app.core.actor import Scope
from app.inventory.policy import Permission
from app.web.navigation import nav_entry
from app.web.texts import _

blueprint = Blueprint("inventory", __name__)

nav_entry(
    50,
    "inventory.index",
    _("Stock"),
    Permission.READ,
    "stock",
    scope=Scope.OPERATOR,
    under=(
        "/incoming",
        "/supplier-stock",
        "/batches",
        "/stock-feeds",
        "/stock-rules",
        "/stock-receipts",
        "/stock-transfers",
        "/stock-counts",
        "/stock-bins",
        "/stock-journal",
        "/stock-trace",
        "/stock-quarantine",
    ),
)
nav_entry(
    80, "inventory.stock_notices", _("When back in stock"), Permission.WATCH, "stock", group="more", scope=Scope.TENANT
)

from app.inventory.views import (  # noqa: E402 -- they add their routes
    bins,  # noqa: F401
    counts,  # noqa: F401
    feeds,  # noqa: F401
    incoming,  # noqa: F401
    panels,  # noqa: F401
    quarantine,  # noqa: F401
    receipts,  # noqa: F401
    rules,  # noqa: F401
    stock,  # noqa: F401
    supplies,  # noqa: F401
    tracing,  # noqa: F401
    transfers,  # noqa: F401
    watches,  # noqa: F401
)
