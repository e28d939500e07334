"""What imports add to pages of lower slices."""

from __future__ import annotations

from typing import Any

from flask import render_template

from app.exchange.policy import Permission
from app.pricing.queries.versions import VersionLine
from app.web.access import actor
from app.web.slots import slot


@slot("pricing.version.main", order=10)
def import_into_draft(*, version: VersionLine, phase: str, **_context: Any) -> str | None:
    """The way to a file that fills a draft."""
    if phase != "draft" or not actor().can(Permission.PRICES):
        return None
    return render_template("exchange/_version_import.html", version=version)
