"""The views somebody may choose from."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import or_, select

from app.accounts.models.people import User
from app.core.actor import Actor
from app.core.db import db
from app.sales.models.tasks import SavedView


@dataclass(frozen=True, slots=True)
class ViewRow:
    """A view; `owner` names whose it is when a colleague shares it, else ""."""

    id: int
    name: str
    query: str
    is_shared: bool
    is_own: bool
    owner: str


def saved_views(actor: Actor, page: str) -> list[ViewRow]:
    """One's own and the shared ones, one's own first. One statement."""
    is_own = SavedView.user_id == actor.user_id
    rows = db.session.execute(
        select(SavedView.id, SavedView.name, SavedView.query, SavedView.is_shared, is_own, User.name)
        .join(User, User.id == SavedView.user_id)
        .where(SavedView.page == page, or_(is_own, SavedView.is_shared))
        .order_by(is_own.desc(), SavedView.name, SavedView.id)
    )
    return [ViewRow(*row[:5], "" if row[4] else row[5]) for row in rows]
