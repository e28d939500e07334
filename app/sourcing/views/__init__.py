"""Pages of quotes and tenders, for buyers, sales, purchasers and suppliers."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("sourcing", __name__)
