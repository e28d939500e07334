"""The price manager's pages: lists, entries, chains, VAT rates, why a price holds."""

from __future__ import annotations

from flask import Blueprint

from app.core.actor import Scope
from app.pricing.policy import Permission
from app.web.navigation import nav_entry
from app.web.texts import _

blueprint = Blueprint("pricing", __name__)

nav_entry(45, "pricing.index", _("Prices"), Permission.READ, "price", scope=Scope.OPERATOR)
nav_entry(65, "pricing.my_prices", _("My price list"), Permission.OWN_LIST, "price", group="more", scope=Scope.TENANT)

from app.pricing.views import (  # noqa: E402, F401 -- they add their routes
    assignments,
    chains,
    contracts,
    costs,
    discounts,
    entries,
    exchange,
    files,
    formulas,
    health,
    lists,
    panels,
    promotions,
    tax_status,
    vat,
    versions,
    versions_compare,
    why,
)
