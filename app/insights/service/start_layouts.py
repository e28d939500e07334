"""Keeping how a person arranged the start page."""

from __future__ import annotations

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from app.core import audit, clock
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Forbidden
from app.core.texts import N_
from app.insights.domain.start_layout import Layout
from app.insights.models.start_layouts import StartLayout
from app.insights.queries.start_layouts import saved_layout


@command
def keep_layout(actor: Actor, layout: Layout) -> None:
    """From now on the person sees the start page of this company so; nobody arranges another's."""
    user_id = _own(actor)
    before = saved_layout(actor)
    blocks = [[code, is_shown] for code, is_shown in layout]
    statement = insert(StartLayout).values(
        company_id=actor.company_id, user_id=user_id, blocks=blocks, updated_at=clock.now()
    )
    db.session.execute(
        statement.on_conflict_do_update(
            index_elements=["company_id", "user_id"],
            set_={"blocks": statement.excluded.blocks, "updated_at": statement.excluded.updated_at},
        )
    )
    audit.record(actor, "start_page", user_id, "arranged", {"blocks": [[list(one) for one in before], blocks]})


@command
def reset_layout(actor: Actor) -> None:
    """The start page is as it came again."""
    user_id = _own(actor)
    before = saved_layout(actor)
    db.session.execute(
        delete(StartLayout).where(StartLayout.company_id == actor.company_id, StartLayout.user_id == user_id)
    )
    if before:
        audit.record(actor, "start_page", user_id, "reset", {"blocks": [[list(one) for one in before], []]})


def _own(actor: Actor) -> int:
    if actor.user_id is None or actor.staff_id is not None:
        raise Forbidden(N_("Everybody arranges the start page for himself."))
    return actor.user_id
