"""The operator's pages of the catalogue: list, article, editing. Buyers' pages stand in `ordering`."""

from __future__ import annotations

from flask import Blueprint

from app.catalog.policy import Permission
from app.core.actor import Scope
from app.core.units import unit_each, unit_name
from app.web.navigation import nav_entry, search_entry
from app.web.texts import _, say

blueprint = Blueprint("catalog", __name__)

nav_entry(
    40,
    "catalog.index",
    _("Catalogue"),
    Permission.READ,
    "articles",
    scope=Scope.OPERATOR,
    under=("/catalog", "/catalogue-health"),
)
search_entry(30, "catalog.index", _("Search articles"), Permission.READ, scope=Scope.OPERATOR)


def unit_text(unit: str) -> str:
    """A unit as people read it."""
    return say(unit_name(unit))


def unit_each_text(unit: str) -> str:
    """One of a unit, behind a price."""
    return say(unit_each(unit))


blueprint.add_app_template_filter(unit_text, "unit_name")
blueprint.add_app_template_filter(unit_each_text, "unit_each")

from app.catalog.views import (  # noqa: E402, F401 -- the topics add their routes to the blueprint
    account_panel,
    articles,
    assortments,
    attributes,
    bulk,
    categories,
    export,
    files,
    history,
    media,
    media_imports,
    own_fields,
    parts,
    pictures,
    search,
    suppliers,
)
