"""How a person arranged the start page."""

from __future__ import annotations

from sqlalchemy import select

from app.core.actor import Actor
from app.core.db import db
from app.insights.domain.start_layout import Layout
from app.insights.models.start_layouts import StartLayout


def saved_layout(actor: Actor) -> Layout:
    """What the person saved for this company; empty where nothing was."""
    statement = select(StartLayout.blocks).where(
        StartLayout.company_id == actor.company_id, StartLayout.user_id == actor.user_id
    )
    return tuple((str(code), bool(is_shown)) for code, is_shown in db.session.scalar(statement) or ())
