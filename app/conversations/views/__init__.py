"""Pages of conversations."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("conversations", __name__)
