"""Notices on the page: the bell in the top bar and the list behind it."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("notifications", __name__)

from app.notifications.views import notices  # noqa: E402, F401 -- adds its routes to the blueprint
