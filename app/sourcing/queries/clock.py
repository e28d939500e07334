"""The time that decides whether something is late: the database's, not that of whoever asks or works."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import text

from app.core.db import db

_NOW = text("SELECT clock_timestamp()")


def database_now() -> datetime:
    """The very moment by the database's clock, also inside a long transaction."""
    moment: datetime = db.session.execute(_NOW).scalar_one()
    return moment.astimezone(UTC)
