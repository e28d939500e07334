"""The operator's own fields, in their order."""

from __future__ import annotations

from sqlalchemy import select

from app.catalog.domain.own_fields import OwnField
from app.catalog.models.custom import CustomField
from app.core.actor import Actor
from app.core.db import db


def own_fields(actor: Actor) -> dict[str, OwnField]:
    """All definitions by code."""
    rows = db.session.execute(
        select(CustomField.code, CustomField.name, CustomField.kind, CustomField.names, CustomField.is_public, CustomField.position)
        .order_by(CustomField.position, CustomField.code)
    )  # fmt: skip
    return {row.code: OwnField(*row) for row in rows}
