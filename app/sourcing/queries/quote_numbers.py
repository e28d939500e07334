"""Numbers of quotes by id."""

from __future__ import annotations

from sqlalchemy import select

from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.core.tenancy import visible
from app.sourcing.models.quotes import Quote


def number_of(actor: Actor, quote_id: int) -> str:
    found = db.session.scalar(visible(actor, select(Quote.number).where(Quote.id == quote_id), Quote))
    if found is None:
        raise NotFound
    return found
