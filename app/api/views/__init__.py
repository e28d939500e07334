"""Addresses for programs under /api/v1, and the pages where keys are made and revoked."""

from __future__ import annotations

from flask import Blueprint

from app.api.policy import Permission
from app.core.actor import Scope
from app.web.navigation import nav_entry
from app.web.texts import _

blueprint = Blueprint("api", __name__)

nav_entry(95, "api.keys", _("API keys"), Permission.KEYS, "lock", group="more", scope=Scope.TENANT)

from app.api.views import keys, reading  # noqa: E402, F401 -- they add their routes to the blueprint
