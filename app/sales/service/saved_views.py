"""Views of lists kept under a name, for oneself or for all colleagues."""

from __future__ import annotations

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from app.core import audit
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Forbidden, Invalid, NotFound
from app.core.texts import N_
from app.sales.models.tasks import SavedView

MOST = 50  # views of one person on one page


@command
def save_view(actor: Actor, page: str, name: str, query: str, *, is_shared: bool) -> int:
    """Keep the filters and the sort of a page; one's own view of that name is replaced. Returns its id."""
    name = name.strip()
    if not name:
        raise Invalid("name", N_("Give it a name."))
    if actor.user_id is None:
        raise Forbidden(N_("You have no right to do this."))
    held = db.session.scalars(
        select(SavedView.name).where(SavedView.user_id == actor.user_id, SavedView.page == page)
    ).all()
    if name not in held and len(held) >= MOST:
        raise Invalid("name", N_("At most {most} views. Delete one first.", most=MOST))
    values = {"query": query.lstrip("?")[:500], "is_shared": is_shared}
    view_id = db.session.execute(
        insert(SavedView)
        .values(user_id=actor.user_id, page=page, name=name[:60], **values)
        .on_conflict_do_update(index_elements=["user_id", "page", "name"], set_=values)
        .returning(SavedView.id)
    ).scalar_one()
    audit.record(actor, "saved_view", view_id, "saved", {"page": page, "name": name, **values})
    return view_id


@command
def delete_view(actor: Actor, view_id: int) -> None:
    """Forget one's own view."""
    name = db.session.execute(
        delete(SavedView).where(SavedView.id == view_id, SavedView.user_id == actor.user_id).returning(SavedView.name)
    ).scalar_one_or_none()
    if name is None:
        raise NotFound
    audit.record(actor, "saved_view", view_id, "deleted", {"name": name})
