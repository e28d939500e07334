"""Pages of the sales desk."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("sales", __name__)
